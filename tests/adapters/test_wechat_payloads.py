"""Payloads that only real accounts deliver, from the shapes their puppets write; no network."""

from __future__ import annotations

from typing import Any

import pytest
from wechat_door import raw_event, raw_message

from adapters.contract import AdapterError
from adapters.wechat.content import ZONE
from adapters.wechat.envelope import envelope_of
from adapters.wechat.event import read
from adapters.wechat.records import records_of
from adapters.wechat_xml.content import Place
from adapters.wechat_xml.message import content_of
from archive.records import Attachment, Message, Quote, Recall

KEY = "wechat:20000000001@chatroom"


def app(kind: int, inside: str, title: str = "题目") -> str:
    return (
        f'<?xml version="1.0"?><msg><appmsg appid="" sdkver="0"><title>{title}</title>'
        f"<type>{kind}</type>{inside}</appmsg><fromusername>wxid_lin</fromusername></msg>"
    )


def message(kind: int, text: str = "", **told: Any) -> Message:
    """Return the one message that a raw message means."""
    records = records_of(read(raw_message(kind, text, **told)))
    (found,) = [record for record in records if isinstance(record, Message)]
    return found


REFER = (
    "<refermsg><type>1</type><svrid>7300000000000000009</svrid><fromusr>20000000001@chatroom"
    "</fromusr><chatusr>wxid_chen</chatusr><displayname>默默</displayname>"
    "<content>要不要上 PG</content><createtime>1764000000</createtime></refermsg>"
)
RECORD = (
    "<des>林一舟: 一</des><recorditem><![CDATA[<recordinfo><datalist count=\"3\">"
    '<dataitem datatype="1"><datadesc>一</datadesc><sourcename>林一舟</sourcename>'
    "<sourcetime>2025-11-24 20:00:00</sourcetime></dataitem>"
    '<dataitem datatype="2"><datasize>2048</datasize><sourcename>默默</sourcename>'
    "<sourcetime>2025-11-24 20:01:00</sourcetime></dataitem>"
    '<dataitem datatype="17"><datatitle>内层</datatitle><sourcename>默默</sourcename>'
    '<recordxml><recordinfo><datalist><dataitem datatype="1"><datadesc>深处</datadesc>'
    "<sourcename>赵晴</sourcename></dataitem></datalist></recordinfo></recordxml></dataitem>"
    "</datalist></recordinfo>]]></recorditem>"
)  # fmt: skip
SHAPES = [
    (6, 3, '<msg><img hdlength="88" length="5" width="640" height="480"/></msg>'),
    (2, 34, '<msg><voicemsg voicelength="2300" length="4000"/></msg>'),
    (15, 43, '<msg><videomsg playlength="12" length="900000"/></msg>'),
    (5, 47, '<msg><emoji md5="x" len="20" width="240" height="240"/></msg>'),
    (3, 42, '<msg username="wxid_chen" nickname="默默" alias="momo"/>'),
    (8, 48, '<msg><location x="39.9" y="116.3" label="成府路45号" poiname="东升大厦"/></msg>'),
    (1, 49, app(6, "<appattach><totallen>12345</totallen></appattach>", "讲义.pdf")),
    (14, 49, app(5, "<des>怎么做</des><url>https://example.org/a</url>", "冷启动")),
    (9, 49, app(33, "<url>https://mp.example/x</url><sourcedisplayname>报名助手"
                    "</sourcedisplayname>", "报名")),
    (4, 49, app(19, RECORD, "群聊的聊天记录")),
    (10, 49, app(53, "", "接龙 1. 林一舟")),
    (11, 49, app(2000, "<wcpayinfo><paysubtype>1</paysubtype><feedesc>￥8.00</feedesc>"
                       "<pay_memo>茶钱</pay_memo></wcpayinfo>", "微信转账")),
    (12, 49, app(2001, "<wcpayinfo><receivertitle>恭喜发财</receivertitle></wcpayinfo>")),
    (16, 49, app(51, "<finderFeed><nickname>某号</nickname><desc>新视频</desc></finderFeed>")),
    (0, 49, app(87, "<textannouncement>周三例会</textannouncement>", "群公告")),
    (0, 10002, '<sysmsg type="pat"><pat><template>"${wxid_lin}" 拍了拍 "${wxid_chen}"'
               "</template></pat></sysmsg>"),
    (13, 50, "<voipmsg type=\"VoIPBubbleMsg\"><VoIPBubbleMsg><msg><![CDATA[通话时长 00:14]]></msg>"
             "</VoIPBubbleMsg></voipmsg>"),
    (1, 49, app(57, REFER, "我同意")),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "local_type", "xml"), SHAPES)
def test_xml_means_the_same_live_and_in_an_export(kind: int, local_type: int, xml: str) -> None:
    live = message(kind, xml)
    exported = content_of(local_type, 0, xml, Place(KEY, ZONE))
    if kind != 10:  # people wrote it: the puppet gives its title as the text
        assert (live.kind, live.text) == (exported.kind, exported.text)
        assert (live.quote, live.service) == (exported.quote, exported.service)
        assert (live.detail, live.spans) == (exported.detail, exported.spans)
        assert live.reply_to == exported.answers
    assert [part.text for part in live.nested] == [part.text for part in exported.nested]
    for here, there in zip(live.attachments, exported.attachments, strict=True):
        assert (here.kind, here.name) == (there.kind, there.name)
        assert (here.width, here.height, here.duration) == (
            there.width, there.height, there.duration,
        )  # fmt: skip


def test_media_of_xml_can_be_fetched_and_say_no_size_that_may_be_anothers() -> None:
    photo, pdf = message(6, SHAPES[0][2]), message(1, SHAPES[6][2])
    assert photo.attachments == (Attachment("photo", width=640, height=480, source="6:m1"),)
    assert pdf.attachments == (Attachment("file", "讲义.pdf", size=12345, source="1:m1"),)


def test_merged_records_are_unfolded_and_say_that_their_files_are_not_to_be_had() -> None:
    told = message(4, SHAPES[9][2])
    assert (told.kind, told.text) == ("forward", "群聊的聊天记录")
    first, second, third = told.nested
    assert (first.sender_name, first.text, first.sent_at) == ("林一舟", "一", 1_763_985_600)
    assert second.attachments == (Attachment("photo", missing="unavailable", size=2048),)
    assert (third.kind, third.nested[0].text) == ("forward", "深处")


def test_a_quote_in_xml_names_the_message_and_its_author() -> None:
    raw = raw_message(1, app(57, REFER, "我同意"))
    envelope = envelope_of(read(raw))
    assert (envelope.text, envelope.reply_to) == ("我同意", "7300000000000000009")
    assert (envelope.quote_text, envelope.quote_sender) == ("要不要上 PG", "默默")
    assert envelope.quoted == ("wechat:wxid_chen",)


def test_people_in_merged_records_count_as_quoted() -> None:
    called = {"默默": ["wxid_chen"], "赵晴": ["wxid_zhao", "wxid_zhao2"], "林一舟": ["wxid_lin"]}
    quoted = envelope_of(read(raw_message(4, SHAPES[9][2], called=called))).quoted
    assert set(quoted) == {"wechat:wxid_chen", "wechat:wxid_zhao", "wechat:wxid_zhao2"}


@pytest.mark.parametrize("rule", [
    "」\n- - - - - - - - - - - - - - -\n", "」\r\n- - - - - - - - - - - - - - -\r\n",
    "」<br/>- - - - - - - - - - - - - - -<br/>", "」\n- - - - - - -\n",
])  # fmt: skip
def test_quotes_in_text_are_parted_however_the_line_is_drawn(rule: str) -> None:
    told = message(7, f"「默默：两行\n文字：有冒号{rule}回答")
    assert (told.text, told.quote) == ("回答", Quote("两行\n文字：有冒号", "默默"))


@pytest.mark.parametrize("text", [
    "「引号」里的话", "「默默：没有线」", "- - - - - - -\n", "说「默默：x」\n- - - - - - -\n后",
    "<msg><appmsg><type>2001</type></appmsg></msg>", "a < b && c > d", "「」", "",
])  # fmt: skip
def test_ordinary_text_stays_what_it_is(text: str) -> None:
    told = message(7, text)
    assert (told.kind, told.text, told.quote) == ("text", text, None)


def test_a_quote_without_a_name_is_still_a_quote() -> None:
    told = message(7, "「没有名字」\n- - - - - - -\n好")
    assert (told.text, told.quote) == ("好", Quote("没有名字"))


@pytest.mark.parametrize(("text", "target"), [
    ("7300000000000000001", "7300000000000000001"),
    ("<revokemsg><msgid>12</msgid></revokemsg>", "12"),
    ("<sysmsg><revokemsg><newmsgid>34</newmsgid><msgid>12</msgid></revokemsg></sysmsg>", "34"),
    ("你撤回了一条消息", None), ("", None),
])  # fmt: skip
def test_recalls_name_their_target_in_several_ways(text: str, target: str | None) -> None:
    records = records_of(read(raw_message(13, text)))
    assert [r.id for r in records if isinstance(r, Recall)] == ([target] if target else [])
    (row,) = [r for r in records if isinstance(r, Message)]
    assert (row.kind, row.service, row.sender_key) == ("service", "recall", None)
    assert row.text == text or row.text == '"林一舟" 撤回了一条消息'


def test_a_recall_under_the_same_id_does_not_overwrite_what_it_recalls() -> None:
    records = records_of(read(raw_message(13, "m1")))
    assert [type(record) for record in records[1:]] == [Recall]
    assert envelope_of(read(raw_message(13, "m1"))).key == f"{KEY}:m1:recall"


@pytest.mark.parametrize("kind", [17, 18, 19, 20, 23])
def test_types_of_newer_gateways_have_kinds(kind: int) -> None:
    assert message(kind, "x").kind != "unknown"


@pytest.mark.parametrize(("at", "expected"), [
    (1_764_000_000_999, 1_764_000_000), (1_764_000_000, 1_764_000_000), (0, 1_764_000_100),
    (-5, -5), (4_070_908_800_000, 4_070_908_800), (None, 1_764_000_100),
    ("1764000000000", 1_764_000_000), ("never", 1_764_000_100), (1e300, 1_764_000_100),
    (True, 1_764_000_100), (10**30, 1_764_000_100),
])  # fmt: skip
def test_times_of_every_sort(at: Any, expected: int) -> None:
    """TRUST 6: absurd times are the archive's to flag, missing ones are those of hearing."""
    assert message(7, "x", message={"timestamp": at}).sent_at == expected


def test_what_the_room_itself_says_is_nobodys() -> None:
    told = message(0, '"赵晴"通过扫描二维码加入了群聊', message={"from_id": "20000000001@chatroom"})
    assert told.sender_key is None


def test_a_message_of_no_known_group_means_nothing_yet() -> None:
    raw = raw_event(payload={"messageId": "gone"})
    assert records_of(read(raw)) == []
    envelope = envelope_of(read(raw))
    assert (envelope.group_key, envelope.private) == (None, False)


def test_an_event_we_do_not_know_is_kept_as_unknown() -> None:
    """TRUST 8."""
    payload = {"roomId": "20000000001@chatroom", "novelty": [1, {"x": "y"}]}
    told = records_of(read(raw_event(41, payload)))[-1]
    assert isinstance(told, Message)
    assert (told.kind, told.detail) == ("unknown", {"raw": payload})
    assert envelope_of(read(raw_event(41, payload))).kind == "other"


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"[]", b"{}", b'{"event":1}', b"null", b"[" * 9])
def test_what_is_no_event_is_refused(raw: bytes) -> None:
    """TRUST 8."""
    with pytest.raises(AdapterError):
        read(raw)
