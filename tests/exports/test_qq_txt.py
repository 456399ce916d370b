"""The text export of the QQ client: groups, members, messages, notices."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.exports.format import ExportError, Options
from adapters.exports.source import find_exports
from archive.keys import title_key
from archive.records import AnyRecord, Attachment, Group, Member, Message, Rejected

TOP = "消息记录（此消息记录为文本格式，不支持重新导入）\r\n\r\n"
RULE = "=" * 64 + "\r\n"
GROUP = title_key("qq", "摄影班")


def head(title: str, category: str = "我的QQ群") -> str:
    return f"{RULE}消息分组:{category}\r\n{RULE}消息对象:{title}\r\n{RULE}\r\n"


def row(when: str, who: str, body: str = "好") -> str:
    return f"{when} {who}\r\n{body}\r\n\r\n"


def read(folder: Path, content: str | bytes, **options: Any) -> list[AnyRecord]:
    path = folder / "全部消息记录.txt"
    if isinstance(content, str):
        content = content.encode("utf-8-sig")
    path.write_bytes(content)
    (export,) = find_exports(path)
    assert export.format.NAME == "qq-txt"
    return list(export.read(Options(**options)))


def messages(folder: Path, content: str, **options: Any) -> list[Message]:
    records = read(folder, TOP + head("摄影班") + content, **options)
    assert not [r for r in records if isinstance(r, Rejected)]
    return [r for r in records if isinstance(r, Message)]


def at(*when: int, zone: str = "Asia/Shanghai") -> int:
    return int(datetime(*when, tzinfo=ZoneInfo(zone)).timestamp())  # type: ignore[misc, arg-type]


def test_group_members_and_messages_are_read(tmp_path: Path) -> None:
    content = TOP + head("摄影班")
    content += row("2019-07-16 8:15:05", "【管理员】地瓜(23333233)", "大家好")
    content += row("2019-07-16 18:15:06", "红薯<hong@example.com>", "你好")
    assert read(tmp_path, content) == [
        Group(GROUP, "摄影班", title_only=True),
        Member("qq:23333233", group_key=GROUP, group_name="地瓜", role="admin"),
        Message(GROUP, None, at(2019, 7, 16, 8, 15, 5), "qq:23333233", "地瓜", "text", "大家好",
                detail={"badge": "管理员"}, quality=0),
        Member("qq:hong@example.com", group_key=GROUP, group_name="红薯"),
        Message(GROUP, None, at(2019, 7, 16, 18, 15, 6), "qq:hong@example.com", "红薯", "text",
                "你好", quality=0),
    ]  # fmt: skip


def test_times_are_those_of_the_zone_that_is_asked_for(tmp_path: Path) -> None:
    content = row("2019-07-16 8:15:05", "a(12345)")
    (message,) = messages(tmp_path, content, time_zone=ZoneInfo("America/New_York"))
    assert message.sent_at == at(2019, 7, 16, 8, 15, 5, zone="America/New_York")


@pytest.mark.parametrize(
    ("clock", "hour", "minute"),
    [("8:43:38 PM", 20, 43), ("12:05:00 AM", 0, 5), ("12:05:00 PM", 12, 5), ("8:43:38 am", 8, 43),
     ("下午 3:05:00", 15, 5), ("上午 12:05:00", 0, 5)],
)  # fmt: skip
def test_twelve_hour_clocks_are_understood(
    tmp_path: Path, clock: str, hour: int, minute: int
) -> None:
    (message,) = messages(tmp_path, row(f"2019-09-23 {clock}", "骰娘-Roll100(87200175)"))
    assert message.sent_at is not None
    when = datetime.fromtimestamp(message.sent_at, ZoneInfo("Asia/Shanghai"))
    assert (when.hour, when.minute) == (hour, minute)


def test_a_time_without_seconds_says_so(tmp_path: Path) -> None:
    first, second = messages(
        tmp_path, row("2019-07-16 8:15", "a(12345)") + row("2019-07-16 8:15:01", "a(12345)")
    )
    assert (first.precision, second.precision) == (60, 1)


def test_one_file_of_all_messages_holds_many_groups(tmp_path: Path) -> None:
    content = TOP
    for title, category in (("摄影班", "我的QQ群"), ("小明", "我的好友"), ("讨论", "讨论组")):
        content += head(title, category) + row("2019-07-16 8:15:05", "a(12345)", title)
    records = read(tmp_path, content)
    groups = [r for r in records if isinstance(r, Group)]
    assert [(g.title, g.kind, g.title_only) for g in groups] == [
        ("摄影班", "group", True),
        ("小明", "private", True),
        ("讨论", "group", True),
    ]
    sent = [r for r in records if isinstance(r, Message)]
    assert [(m.group_key, m.text) for m in sent] == [(g.key, g.title) for g in groups]


def test_a_group_that_is_asked_for_is_taken_for_one_group_only(tmp_path: Path) -> None:
    one = TOP + head("摄影班") + row("2019-07-16 8:15:05", "a(12345)")
    assert read(tmp_path, one, group="qq:88990011")[0] == Group("qq:88990011", "摄影班")
    named = read(tmp_path, one, group="摄影二班")[0]
    assert named == Group(title_key("qq", "摄影二班"), "摄影二班", title_only=True)
    with pytest.raises(ExportError, match="holds several groups"):
        read(tmp_path, one + head("另一个") + row("2019-07-16 8:15:05", "a(12345)"), group="qq:1")


def test_newlines_in_a_message_do_not_end_it(tmp_path: Path) -> None:
    body = "一\n2019-07-16 9:00:00 假(10001)\n\r二\r2019-07-16 9:00:00 假(10001)\n\n三"
    (message, _) = messages(
        tmp_path, row("2019-07-16 8:15:05", "a(12345)", body) + row("2019-07-16 8:15:06", "b(1234)")
    )
    assert message.text == body.replace("\r", "\n")


def test_a_pasted_record_does_not_open_a_group(tmp_path: Path) -> None:
    pasted = (TOP + head("假群") + "2019-01-01 8:00:00 假(10001)\r\n假").replace("\r\n", "\n")
    (message,) = messages(tmp_path, row("2019-07-16 8:15:05", "a(12345)", pasted))
    assert message.text == pasted


def test_a_body_line_with_a_time_is_no_header_without_a_number_or_an_empty_line(
    tmp_path: Path,
) -> None:
    body = "2019-07-16 9:00:00 开会\r\n\r\n2019-07-16 10:00:00 散会\r\n2019-07-16 8:15:05 x(12345)"
    (message,) = messages(tmp_path, row("2019-07-16 8:15:05", "a(12345)", body))
    assert message.text == body.replace("\r\n", "\n")


def test_a_rule_of_equals_signs_in_a_message_stays_in_it(tmp_path: Path) -> None:
    body = f"上\r\n{RULE}{RULE}下\r\n消息分组:无"
    (message,) = messages(tmp_path, row("2019-07-16 8:15:05", "a(12345)", body))
    assert message.text == body.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("who", "sender", "name", "group_name"),
    [("(12345)", "qq:12345", "12345", None), ("12345(12345)", "qq:12345", "12345", None),
     ("小(明)(12345)", "qq:12345", "小(明)", "小(明)"),
     ("【】x(12345)", "qq:12345", "【】x", "【】x"),
     ("【活跃】 (12345)", "qq:12345", "12345", None),
     ("【独】(12345)", "qq:12345", "【独】", "【独】"),
     ("a<b(12345)", "qq:12345", "a<b", "a<b"), ("<x@y.cn>", "qq:x@y.cn", "x@y.cn", None)],
)  # fmt: skip
def test_names_of_every_kind_are_read(
    tmp_path: Path, who: str, sender: str, name: str, group_name: str | None
) -> None:
    records = read(tmp_path, TOP + head("摄影班") + row("2019-07-16 8:15:05", who))
    (member,) = [r for r in records if isinstance(r, Member)]
    (message,) = [r for r in records if isinstance(r, Message)]
    assert (message.sender_key, message.sender_name) == (sender, name)
    assert (member.key, member.group_name) == (sender, group_name)


def test_a_card_that_changes_is_told_again(tmp_path: Path) -> None:
    content = "".join(row("2019-07-16 8:15:05", f"{n}(12345)") for n in ("甲", "甲", "乙"))
    records = read(tmp_path, TOP + head("摄影班") + content)
    assert [r.group_name for r in records if isinstance(r, Member)] == ["甲", "乙"]


@pytest.mark.parametrize(
    ("body", "kind", "text", "attached"),
    [
        ("[图片]", "photo", "", ["photo"]),
        ("[图片][图片]\n[图片]", "photo", "", ["photo"] * 3),
        ("[表情]", "sticker", "", ["sticker"]),
        ("看[图片]", "text", "看[图片]", []),
        ("[图片]看", "text", "[图片]看", []),
        ("[动作消息]", "text", "[动作消息]", []),
        ("[QQ红包]", "red_packet", "[QQ红包]", []),
        ("", "text", "", []),
    ],
)
def test_placeholders_that_are_all_of_a_message_tell_its_kind(
    tmp_path: Path, body: str, kind: str, text: str, attached: list[str]
) -> None:
    (message,) = messages(tmp_path, row("2019-07-16 8:15:05", "a(12345)", body))
    assert (message.kind, message.text) == (kind, text)
    assert message.attachments == tuple(Attachment(k, missing="not exported") for k in attached)


@pytest.mark.parametrize(
    ("body", "service"),
    [("甲撤回了一条消息", "recall"), ("乙加入本群。", "join"), ("丙退出了本群。", "leave"),
     ("丁邀请戊加入了本群。", "invite"), ("你已被移出群聊", "remove"),
     ("甲被管理员禁言10分钟", "mute"), ("系统升级", "system")],
)  # fmt: skip
@pytest.mark.parametrize("number", ["10000", "1000000"])
def test_rows_of_the_system_are_notices(
    tmp_path: Path, body: str, service: str, number: str
) -> None:
    (message,) = messages(tmp_path, row("2019-07-16 8:15:05", f"系统消息({number})", body))
    assert (message.kind, message.service, message.text) == ("service", service, body)
    assert (message.sender_key, message.sender_name) == (None, None)


def test_a_shared_file_is_a_file_of_its_sharer(tmp_path: Path) -> None:
    body = '[图片] 小明 分享文件 15:15:36\n"作业 1.docx" 下载'
    (message,) = messages(tmp_path, row("2019-07-16 15:15:36", "系统消息(10000)", body))
    assert (message.kind, message.service, message.sender_name) == ("file", "file", "小明")
    assert message.attachments == (Attachment("file", "作业 1.docx", missing="not exported"),)


def test_the_same_line_twice_in_a_second_is_two_messages(tmp_path: Path) -> None:
    assert len(messages(tmp_path, row("2019-07-16 8:15:05", "a(12345)") * 2)) == 2


def test_a_discussion_group_without_numbers_is_read_by_names(tmp_path: Path) -> None:
    content = row("2019-07-16 8:15:05", "系统消息(10000)", "甲加入了群")
    content += row("2019-07-16 8:15:06", "甲", "一\r\n\r\n2018-01-01 8:00:00 开会")
    content += row("2019-07-16 8:15:07", "乙", "二")
    found = messages(tmp_path, content)
    assert [(m.kind, m.sender_name, m.text) for m in found] == [
        ("service", None, "甲加入了群"),
        ("text", "甲", "一\n\n2018-01-01 8:00:00 开会"),
        ("text", "乙", "二"),
    ]
    assert found[1].sender_key != found[2].sender_key


def test_groups_with_and_without_numbers_may_share_a_file(tmp_path: Path) -> None:
    content = TOP + head("甲群") + row("2019-07-16 8:15:05", "a(12345)", "一")
    content += head("讨论") + row("2019-07-16 8:15:05", "乙", "二")
    content += head("丙群") + row("2019-07-16 8:15:05", "c(12346)", "三\r\n\r\n2019-07-17 8:0:0 x")
    found = [r for r in read(tmp_path, content) if isinstance(r, Message)]
    assert [m.text for m in found] == ["一", "二", "三\n\n2019-07-17 8:0:0 x"]


def test_a_file_without_the_head_is_named_after_itself(tmp_path: Path) -> None:
    records = read(tmp_path, row("2019-07-16 8:15:05", "a(12345)"))
    assert records[0] == Group(title_key("qq", "全部消息记录"), "全部消息记录", title_only=True)
    assert len(records) == 3
