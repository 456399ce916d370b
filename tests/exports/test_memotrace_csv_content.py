"""What the XML and the words in MemoTrace's cells become."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.exports.memotrace_merged import unfolded
from adapters.wechat_xml.content import DEEPEST, Content, Place
from adapters.wechat_xml.message import content_of
from archive.records import Attachment, Message, Quote, Span

ZONE = ZoneInfo("Asia/Shanghai")
PLACE = Place("wechat:1@chatroom", ZONE)


def app(inner: str, number: int) -> str:
    return (
        f'<?xml version="1.0"?>\n<msg>\n<appmsg appid="" sdkver="0">\n{inner}\n'
        f"<type>{number}</type></appmsg><appinfo><appname>示例App</appname></appinfo></msg>\n"
    )


def read(number: int, written: str, sub_type: int = 0) -> Content:
    return content_of(number, sub_type, written, PLACE)


def app_of(inner: str, number: int) -> Content:
    return read(49, app(inner, number), number)


def at(*when: int) -> int:
    return int(datetime(*when, tzinfo=ZONE).timestamp())  # type: ignore[misc, arg-type]


def test_text_is_never_taken_for_xml() -> None:
    assert read(1, "<b>1 < 2 && x</b>") == Content(text="<b>1 < 2 && x</b>")


@pytest.mark.parametrize("number", [4, 5])
def test_a_link_is_its_title_with_the_address_in_it(number: int) -> None:
    inner = """<title>活动通知</title><des>嘉宾：某某\n时间：八点</des>
        <url>https://mp.weixin.qq.com/s?a=1&amp;b=2&c=3#rd</url>"""
    found = app_of(inner, number)
    url = "https://mp.weixin.qq.com/s?a=1&b=2&c=3#rd"
    assert (found.kind, found.text, found.spans) == (
        "link", "活动通知", (Span("link", 0, 4, url),),
    )  # fmt: skip
    assert found.detail == {
        "link": {
            "title": "活动通知",
            "url": url,
            "description": "嘉宾：某某\n时间：八点",
            "source": "示例App",
        }
    }


def test_a_link_to_something_else_than_the_web_is_no_link() -> None:
    found = app_of("<title>x</title><url>javascript:alert(1)</url>", 5)
    assert (found.spans, found.detail["link"]["url"]) == ((), "javascript:alert(1)")


def test_a_file_has_name_and_size() -> None:
    found = app_of("<title>需求.docx</title><appattach><totallen>20509</totallen></appattach>", 6)
    file = Attachment("file", "需求.docx", missing="not exported", size=20509)
    assert found == Content("file", "需求.docx", (file,))


def test_a_quote_keeps_who_said_what_when() -> None:
    inner = """<title>我也觉得</title><refermsg><type>1</type><svrid>1234567890123</svrid>
        <displayname>Alice</displayname><content>今天\n真好</content>
        <createtime>1700000000</createtime></refermsg>"""
    found = app_of(inner, 57)
    assert (found.kind, found.text, found.answers) == ("text", "我也觉得", "1234567890123")
    assert found.quote == Quote("今天\n真好", "Alice", 1700000000)


@pytest.mark.parametrize(
    ("number", "content", "shown"),
    [(3, "wxid_a:\n&lt;?xml version=\"1.0\"?&gt;\n&lt;msg&gt;&lt;img/&gt;&lt;/msg&gt;", "[图片]"),
     (49, "&lt;msg&gt;&lt;appmsg&gt;&lt;title&gt;文章&lt;/title&gt;&lt;type&gt;5&lt;/type&gt;"
          "&lt;/appmsg&gt;&lt;/msg&gt;", "文章"), (34, "", "[语音]"), (47, "x", "[表情]")],
)  # fmt: skip
def test_a_quoted_message_that_is_no_text_is_shown_in_words(
    number: int, content: str, shown: str
) -> None:
    inner = (
        f"<title>看</title><refermsg><type>{number}</type><content>{content}</content></refermsg>"
    )
    assert app_of(inner, 57).quote == Quote(shown)


RECORD = """<recordinfo><datalist count="6">
<dataitem datatype="1"><sourcename>甲</sourcename><datadesc>a &amp;&amp; b &lt;c&gt;</datadesc>
  <srcMsgCreateTime>1687261500</srcMsgCreateTime></dataitem>
<dataitem datatype="2"><sourcename>乙</sourcename><sourcetime>2023-6-20 19:46</sourcetime>
  </dataitem>
<dataitem datatype="5"><datatitle>文</datatitle><link>https://e.com/x</link></dataitem>
<dataitem datatype="8"><datatitle>a.zip</datatitle><datasize>2048</datasize></dataitem>
<dataitem datatype="77"><datadesc>?</datadesc></dataitem>
<dataitem datatype="17"><datatitle>内层</datatitle><recordxml><recordinfo><datalist>
  <dataitem datatype="1"><sourcename>丙</sourcename><datadesc>深</datadesc></dataitem>
</datalist></recordinfo></recordxml></dataitem></datalist></recordinfo>"""


def test_a_merged_record_is_unfolded() -> None:
    found = app_of(
        f"<title>群聊的聊天记录</title><recorditem><![CDATA[{RECORD}]]></recorditem>", 19
    )
    assert (found.kind, found.text) == ("forward", "群聊的聊天记录")
    text, photo, link, file, other, inner = found.nested
    assert text == Message(PLACE.group_key, sent_at=1687261500, sender_name="甲", text="a && b <c>")
    assert (photo.kind, photo.sent_at, photo.precision) == ("photo", at(2023, 6, 20, 19, 46), 60)
    assert (link.kind, link.text, link.spans[0].value) == ("link", "文", "https://e.com/x")
    assert file.attachments[0] == Attachment("file", "a.zip", missing="not exported", size=2048)
    assert (other.kind, other.text, other.detail) == ("unknown", "?", {"raw": {"datatype": "77"}})
    assert [(m.sender_name, m.text) for m in inner.nested] == [("丙", "深")]


def test_fault_10_records_in_records_stop_unfolding_at_a_depth() -> None:
    record = ""
    for depth in range(DEEPEST + 5):
        record = (
            f'<recordinfo><datalist><dataitem datatype="17"><datatitle>{depth}</datatitle>'
            f"<recordxml>{record}</recordxml></dataitem></datalist></recordinfo>"
        )
    found: Any = app_of(f"<title>t</title><recorditem>{record}</recorditem>", 19)
    depth = 0
    while found.nested:
        (found,) = found.nested
        depth += 1
    assert depth == DEEPEST


@pytest.mark.parametrize(
    ("number", "written", "attached"),
    [(3, '<msg><img hdlength="456" length="12"/></msg>', {"kind": "photo", "size": 456}),
     (34, '<msg><voicemsg voicelength="2345"/></msg>', {"kind": "voice", "duration": 3}),
     (43, '<msg><videomsg playlength="12" length="9"/></msg>',
      {"kind": "video", "duration": 12, "size": 9}),
     (47, '<msg><emoji width="240" height="120" len="3"/></msg>',
      {"kind": "sticker", "width": 240, "height": 120, "size": 3}),
     (3, "", {"kind": "photo"}), (47, "<msg><emoji", {"kind": "sticker"})],
)  # fmt: skip
def test_media_are_attachments_that_were_not_exported(
    number: int, written: str, attached: dict[str, Any]
) -> None:
    found = read(number, written)
    assert (found.kind, found.text) == (attached["kind"], "")
    assert found.attachments == (Attachment(missing="not exported", **attached),)


def test_places_contacts_and_calls_are_told_in_words_and_detail() -> None:
    found = read(48, '<msg><location x="31.2" y="120.7" label="路1号" poiname="咖啡馆"/></msg>')
    assert (found.kind, found.text, found.detail["location"]["latitude"]) == (
        "location", "咖啡馆", 31.2,
    )  # fmt: skip
    found = read(42, 'wxid_a:\n<msg username="v3_0" nickname="好友" alias="hao"/>')
    assert (found.kind, found.text) == ("contact", "好友")
    assert found.detail == {"contact": {"name": "好友", "username": "hao", "id": "v3_0"}}
    bubble = "<msg><![CDATA[通话时长 01:05]]></msg><duration>65</duration>"
    found = read(50, f"<voipmsg><VoIPBubbleMsg>{bubble}</VoIPBubbleMsg></voipmsg>")
    assert (found.kind, found.text, found.detail) == (
        "call", "通话时长 01:05", {"call": {"duration": 65}},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "inner", "kind", "text"),
    [(33, "<title>限时</title><sourcedisplayname>商城</sourcedisplayname>", "card", "限时"),
     (36, "<title>限时</title>", "card", "限时"), (76, "<title>歌</title>", "card", "歌"),
     (51, "<title>不支持</title><finderFeed><desc>毛衣</desc></finderFeed>", "card", "毛衣"),
     (62, '<patinfo><template><![CDATA["${a}" 拍了拍 "${b}"]]></template></patinfo>', "poke",
      '"a" 拍了拍 "b"'),
     (87, "<textannouncement>周六野餐</textannouncement>", "service", "周六野餐"),
     (2000, "<wcpayinfo><feedesc><![CDATA[￥3.50]]></feedesc><pay_memo>早饭</pay_memo></wcpayinfo>",
      "transfer", "￥3.50 早饭"), (53, "<title>接龙</title>", "text", "接龙"),
     (2001, "<wcpayinfo><receivertitle>恭喜发财</receivertitle></wcpayinfo>", "red_packet",
      "恭喜发财"), (999, "<title>新事物</title>", "unknown", "新事物")],
)  # fmt: skip
def test_apps_are_kept_as_what_they_are(number: int, inner: str, kind: str, text: str) -> None:
    found = app_of(inner, number)
    assert (found.kind, found.text) == (kind, text)


def test_the_type_in_the_xml_overrules_the_column() -> None:
    assert read(49, app("<title>x</title>", 6), sub_type=5).kind == "file"


def test_what_no_reader_knows_is_kept_raw() -> None:
    written = app("<title>新事物</title>", 999)
    raw = {"type": 49, "sub_type": 999, "content": written}
    assert read(49, written).detail == {"raw": raw}
    assert read(9999, "x", 3).detail == {"raw": {"type": 9999, "sub_type": 3, "content": "x"}}


def test_an_app_whose_content_the_exporter_left_out_says_so() -> None:
    assert read(49, "", 57) == Content("text", detail={"missing": "not exported"})
    assert read(49, "", 6).attachments == (Attachment("file", missing="not exported"),)


@pytest.mark.parametrize(
    ("written", "service", "text"),
    [('"张三" 撤回了一条消息', "recall", '"张三" 撤回了一条消息'),
     ('<img src="x.png"/> 张三领取了你的<_wc_custom_link_ href="weixin://x">红包</_wc_custom_link_>',
      "red_packet", "张三领取了你的红包"),
     ("<sysmsg type=\"revokemsg\"><revokemsg><content>\"Alice\" recalled a message</content>"
      "</revokemsg></sysmsg>", "recall", '"Alice" recalled a message'),
     ("<sysmsg><sysmsgtemplate><content_template><template><![CDATA[$username$邀请$names$加入了群聊]]>"
      "</template><link_list><link name=\"username\"><nickname>甲</nickname></link>"
      "<link name=\"names\"><nickname>乙</nickname><nickname>丙</nickname></link></link_list>"
      "</content_template></sysmsgtemplate></sysmsg>", "invite", "甲邀请乙、丙加入了群聊")],
)  # fmt: skip
def test_rows_of_the_system_are_notices_in_words(written: str, service: str, text: str) -> None:
    found = read(10000, written)
    assert (found.kind, found.service, found.text) == ("service", service, text)


def test_fault_10_xml_cannot_expand_or_fetch_anything() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    started = time.monotonic()
    found = read(49, bomb + app("<title>&b;</title>", 5), 5)
    assert "haha" not in str(found)
    fetch = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    assert "root:" not in str(read(49, fetch + app("<title>&f;</title>", 5), 5))
    read(49, app("<a>" * 200_000 + "</a>" * 200_000, 5), 5)
    read(49, "<msg><appmsg>" + "<title>x</title>" * 100_000, 5)
    for part in ("<![CDATA[", "<?xml", "&#", "&", "<", "<recorditem>"):
        read(49, "<msg><appmsg>" + part * 500_000, 19)
    assert time.monotonic() - started < 10


@given(st.text(alphabet="<>/&;![]CDATA\"'= msgapptitle57\0\x01中", max_size=200),
       st.sampled_from([3, 34, 42, 47, 48, 49, 50, 10000, 7]), st.integers(0, 100))  # fmt: skip
def test_no_xml_is_too_broken_to_be_read(written: str, number: int, sub_type: int) -> None:
    for text in (written, app(written, sub_type)):
        assert isinstance(read(number, text, sub_type), Content)


def test_the_new_words_of_a_merged_record_are_unfolded_too() -> None:
    written = """【合并转发的聊天记录】

- 2024-01-01 10:00:00 甲: 一
二: 三
- 2024-1-1 10:01 乙: 【图片】
- 2024-01-01 10:02:00 丙: 【合并转发的聊天记录】

    - 2024-01-01 09:00:00 丁: 深
    - 2024-01-01 09:01:00 戊: 更深

- 2024-01-01 10:03:00 己: 完
"""
    text, photo, inner, last = unfolded(written, PLACE)
    assert (text.sender_name, text.text, text.sent_at) == ("甲", "一\n二: 三", at(2024, 1, 1, 10))
    assert (photo.kind, photo.precision) == ("photo", 60)
    assert [m.text for m in inner.nested] == ["深", "更深"]
    assert (last.sender_name, last.text) == ("己", "完")
