"""What people copy from QQ's windows, and QQ texts that are damaged."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.exports.format import ExportError, Options
from adapters.exports.qq_txt import history
from adapters.exports.source import find_exports
from archive.keys import name_key, title_key
from archive.records import AnyRecord, Group, Member, Message, Rejected

SIDE = """\

【冒泡】围观熊 2/14/2020 9:16:13 PM
（1

【骰子】守善锤 2/14/2020 9:16:17 PM
2
3

你和abc有12个共同好友，点击添加好友。

【PL】克里斯 2/14/2020 9:17:10 PM
3

你撤回了一条消息 重新编辑

【PL】克里斯 2/14/2020 9:17:22 PM

守善锤撤回了一条消息

菲比斯 2020/2/14 21:17:31
5 2/14/2020 9:17:31 PM
"""
TIMES = """\
— —  2020-2-21  — —

德里奇  23:50:12\x20
1

a dark ideation  23:50:40\x20
开会 10:30:00
2

— —  2020-2-22  — —

一零 9:59:54 AM
诶？
"""
EXPORT = "\r\n".join(
    ["消息记录（此消息记录为文本格式，不支持重新导入）", "", "=" * 64, "消息分组:我的QQ群",
     "=" * 64, "消息对象:摄影班", "=" * 64, ""]
    + [f"2019-07-16 8:15:{n:02} 名{n}(1000{n:02})\r\n第{n}条\n下一行\r\n" for n in range(1, 40)]
)  # fmt: skip


def read(folder: Path, content: str | bytes, **options: Any) -> list[AnyRecord]:
    path = folder / "跑团.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (export,) = find_exports(path)
    assert export.format.NAME == "qq-txt"
    return list(export.read(Options(**options)))


def sent(records: list[AnyRecord]) -> list[Message]:
    return [r for r in records if isinstance(r, Message)]


def clock(message: Message) -> str:
    assert message.sent_at is not None
    return f"{datetime.fromtimestamp(message.sent_at, ZoneInfo('Asia/Shanghai')):%m-%d %H:%M:%S}"


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_copy_of_the_side_window_is_read(tmp_path: Path, ends: str) -> None:
    records = read(tmp_path, SIDE.replace("\n", ends))
    group = title_key("qq", "跑团")
    assert records[0] == Group(group, "跑团", title_only=True)
    assert [(clock(m), m.sender_name, m.kind, m.text) for m in sent(records)] == [
        ("02-14 21:16:13", "围观熊", "text", "（1"),
        ("02-14 21:16:17", "守善锤", "text", "2\n3"),
        ("02-14 21:16:17", None, "service", "你和abc有12个共同好友，点击添加好友。"),
        ("02-14 21:17:10", "克里斯", "text", "3"),
        ("02-14 21:17:10", None, "service", "你撤回了一条消息"),
        ("02-14 21:17:22", "克里斯", "text", ""),
        ("02-14 21:17:22", None, "service", "守善锤撤回了一条消息"),
        ("02-14 21:17:31", "菲比斯", "text", "5 2/14/2020 9:17:31 PM"),
    ]
    assert [r.service for r in sent(records) if r.service] == ["system", "recall", "recall"]
    members = [r for r in records if isinstance(r, Member)]
    assert members[0] == Member(
        name_key(group, "围观熊"), group_key=group, group_name="围观熊", role="冒泡"
    )


def test_a_copy_with_times_takes_the_day_from_its_own_line(tmp_path: Path) -> None:
    assert [(clock(m), m.sender_name, m.text) for m in sent(read(tmp_path, TIMES))] == [
        ("02-21 23:50:12", "德里奇", "1"),
        ("02-21 23:50:40", "a dark ideation", "开会 10:30:00\n2"),
        ("02-22 09:59:54", "一零", "诶？"),
    ]


def test_a_copy_without_any_day_says_what_is_missing(tmp_path: Path) -> None:
    records = read(tmp_path, "甲 10:38:43\n你好\n\n乙 10:38:50\n好\n")
    assert [r for r in records if isinstance(r, Rejected)] == [
        Rejected("line 1", history.NO_DATE),
        Rejected("line 4", history.NO_DATE),
    ]
    assert not sent(records)


def test_the_day_of_a_copy_without_any_may_be_asked_for(tmp_path: Path) -> None:
    (message,) = sent(
        read(tmp_path, "甲 10:38:43\n你好\n\n乙 10:38:50\n好\n", date=date(2024, 5, 1))
    )[:1]
    at = datetime(2024, 5, 1, 10, 38, 43, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert message.sent_at == int(at.timestamp())


@pytest.mark.parametrize(
    "content",
    [
        "今天 10:30:00\n开会\n",
        "1\n00:00:01,000 --> 00:00:02,000\n字幕\n",
        "张三(wxid_abc) 2024-01-02 03:04:05\n你好\n\n",
        "张三(z00123456)\t2026-03-31 09:15:32\n你好\n\n李四(z1)\t2026-03-31 09:15:33\n好\n",
        "2024-01-02 03:04:05 张三\n你好\n\n",
        "09:30\t张三\t你好\n",
    ],
)
def test_other_texts_with_times_are_not_claimed(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(content, "utf-8")
    with suppress(ExportError):
        (export,) = find_exports(path)
        assert export.format.NAME != "qq-txt"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_fault_21_every_encoding_gives_the_same_messages(tmp_path: Path, encoding: str) -> None:
    records = read(tmp_path, EXPORT.encode(encoding))
    assert [m.text for m in sent(records)] == [f"第{n}条\n下一行" for n in range(1, 40)]
    assert not [r for r in records if isinstance(r, Rejected)]


def test_fault_21_a_wrong_byte_rejects_its_message_only(tmp_path: Path) -> None:
    content = EXPORT.encode().replace("第9条".encode(), b"\xb5\xda9\xcc\xf5")
    content = content.replace("名20".encode(), b"\xff20")
    records = read(tmp_path, content)
    assert len(sent(records)) == 37
    rejected = [r for r in records if isinstance(r, Rejected)]
    assert [r.where for r in rejected] == ["line 41", "line 85"]
    assert "byte 0xB5 is not utf-8" in rejected[0].why


def test_text_before_the_first_message_is_named(tmp_path: Path) -> None:
    records = read(tmp_path, EXPORT.replace("2019-07-16 8:15:01", "x\r\n\r\n2019-07-16 8:15:01"))
    assert [r for r in records if isinstance(r, Rejected)] == [
        Rejected("line 9", "text before the first message")
    ]
    assert len(sent(records)) == 39


def test_an_impossible_time_leaves_the_message(tmp_path: Path) -> None:
    records = read(tmp_path, EXPORT.replace("2019-07-16 8:15:07", "2019-13-45 8:15:07"))
    assert len(sent(records)) == 39
    assert sent(records)[6].sent_at is None


def test_fault_10_a_message_of_a_million_lines_is_cut_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MAX_BODY", 1000)
    records = read(tmp_path, EXPORT.replace("第9条", "长\n" * 100_000))
    assert len(sent(records)) == 39
    assert len(sent(records)[8].text) == 999
    assert [r for r in records if isinstance(r, Rejected)] == [
        Rejected("line 41", "the text is cut after 1000 characters")
    ]


def test_fault_9_strange_characters_are_kept(tmp_path: Path) -> None:
    strange = "a\0b\u202e" + "\u0301" * 10_000 + "\u2028👨‍👩‍👧\x0b\x85"
    records = read(tmp_path, EXPORT.replace("第9条", strange).replace("名8(", f"{strange[:4]}("))
    assert sent(records)[8].text == f"{strange}\n下一行"
    assert sent(records)[7].sender_name == strange[:4]


@settings(max_examples=150, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(cut=st.floats(0.1, 1), noise=st.binary(max_size=6), at=st.floats(0.1, 1))
def test_no_cut_and_no_noise_loses_what_comes_before(
    tmp_path: Path, cut: float, noise: bytes, at: float
) -> None:
    content = EXPORT.encode()
    whole = content[: int(len(content) * cut)]
    place = int(len(whole) * at)
    safe = content[:place].count(b")\r\n") - 1
    records = read(tmp_path, whole[:place] + noise + whole[place:])
    expected = [f"第{n}条\n下一行" for n in range(1, 40)][: max(safe, 0)]
    assert [m.text for m in sent(records)][: max(safe, 0)] == expected


@settings(max_examples=200, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.lists(st.sampled_from(
    ["\r\n", "\n", "\r", "=" * 64, "消息分组:我的QQ群", "消息对象:x", "2019-07-16 8:15:07 a(12345)",
     "2019-07-16 8:15:07 a", "a 10:38:43", "a 2/14/2020 9:16:13 PM", "— 2020-2-21 —", "text",
     "系统消息(10000)", "乙撤回了一条消息"]), max_size=40))  # fmt: skip
def test_any_mixture_of_lines_is_read_without_a_crash(tmp_path: Path, pieces: list[str]) -> None:
    records = read(tmp_path, "消息分组:我的QQ群\r\n消息对象:x\r\n" + "".join(pieces))
    assert isinstance(next(r for r in records if not isinstance(r, Rejected)), Group)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(copies: int) -> int:
        rows = EXPORT.split("=" * 64 + "\r\n\r\n")[-1]
        (tmp_path / "跑团.txt").write_bytes((EXPORT + rows * copies).encode())
        (export,) = find_exports(tmp_path / "跑团.txt")
        tracemalloc.start()
        assert sum(1 for _ in export.read(Options())) > copies
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(500) < peak(100) + 3 * 2**20
