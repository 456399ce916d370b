"""Telegram Desktop JSON: which file is one, and whose keys its chats and members have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.exports.format import ExportError, Options
from adapters.exports.telegram_json import NAME, read, sniff
from adapters.exports.tree import Folder, Meter
from archive.keys import name_key, title_key
from archive.records import Group, Member, Message, Rejected


def row(number: int, text: Any = "你好", **fields: Any) -> dict[str, Any]:
    """A message as the newest Telegram Desktop writes it."""
    return {
        "id": number,
        "type": "message",
        "date": "2024-03-01T10:00:00",
        "date_unixtime": str(1709258400 + number),
        "from": "小林",
        "from_id": "user42",
        "text": text,
        "text_entities": [{"type": "plain", "text": text}],
    } | fields


def chat(*rows: Any, **own: Any) -> dict[str, Any]:
    """A supergroup with these rows."""
    fields = {"name": "技术群", "type": "private_supergroup", "id": 123} | own
    return fields | {"messages": list(rows)}


def written(folder: Path, content: Any, name: str = "result.json") -> Any:
    """The file of an export; anything but bytes is written as Telegram Desktop does."""
    if not isinstance(content, bytes):
        content = json.dumps(content, ensure_ascii=False, indent=1).encode()
    (folder / name).write_bytes(content)
    return Folder(folder, "", Meter()).find(name)


def records(folder: Path, content: Any, **options: Any) -> list[Any]:
    return list(read(written(folder, content), Options(**options)))


def messages(folder: Path, content: Any, **options: Any) -> list[Message]:
    return [r for r in records(folder, content, **options) if isinstance(r, Message)]


def one(folder: Path, *rows: Any, **options: Any) -> Message:
    """The last message of a chat with these rows, none of which may be rejected."""
    found = records(folder, chat(*rows), **options)
    assert not [r for r in found if isinstance(r, Rejected)]
    return [r for r in found if isinstance(r, Message)][-1]


def kinds_of(found: list[Any], kind: type) -> list[Any]:
    return [r for r in found if isinstance(r, kind)]


def claimed(folder: Path, content: Any, name: str = "x.json") -> bool:
    file = written(folder, content, name)
    return sniff(file, file.head())


def full_export(contacts: int = 1) -> dict[str, Any]:
    return {
        "about": "Here is the data you requested.",
        "contacts": {"list": [{"user_id": 7, "first_name": "甲"} for _ in range(contacts)]},
        "chats": {"about": "", "list": [chat(row(1)), chat(row(2), id=9, name="摄影群")]},
        "left_chats": {"about": "", "list": [chat(row(3), id=10, name=None)]},
    }


def test_export_is_known_by_content_whatever_its_name(tmp_path: Path) -> None:
    assert NAME == "telegram-json"
    for content in (chat(row(1)), chat(), full_export(), {"chats": {"list": [chat(row(1))]}}):
        packed = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
        assert claimed(tmp_path, content)
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"):
            assert claimed(tmp_path, packed.encode(encoding)), encoding


def test_full_export_is_known_when_its_chats_lie_behind_the_contacts(tmp_path: Path) -> None:
    assert claimed(tmp_path, full_export(contacts=5000))


def test_chat_with_keys_in_another_order_is_known(tmp_path: Path) -> None:
    assert claimed(tmp_path, {"messages": [row(1)], "type": "personal_chat", "id": 1})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"<html></html>",
        b"{" * 100_000,
        {"chatlab": {"version": "0.0.2"}, "meta": {"name": "x", "type": "group"}, "messages": []},
        {"meta": {}, "messages": [{"sender": "a", "timestamp": 1, "type": 0, "content": "x"}]},
        {"guild": {}, "channel": {}, "messages": [{"id": "1", "type": "Default"}]},
        {"session": {"type": "群聊"}, "messages": [{"localId": 1, "type": "文本消息"}]},
        {
            "metadata": {},
            "chatInfo": {"type": "group"},
            "messages": [{"id": "1", "type": "type_1"}],
        },
        {"about": "x", "list": []},
    ],
)
def test_other_file_is_not_claimed(tmp_path: Path, content: Any) -> None:
    assert not claimed(tmp_path, content)


@pytest.mark.parametrize(
    ("kind", "number", "key", "group_kind"),
    [
        ("private_supergroup", 1234567890, "telegram:-1001234567890", "group"),
        ("public_supergroup", 123, "telegram:-1000000000123", "group"),
        ("public_channel", 123, "telegram:-1000000000123", "channel"),
        ("private_channel", -1000000000123, "telegram:-1000000000123", "channel"),
        ("private_group", 123, "telegram:-123", "group"),
        ("private_group", -123, "telegram:-123", "group"),
        ("personal_chat", 5123456789, "telegram:5123456789", "private"),
        ("bot_chat", 123, "telegram:123", "private"),
        ("saved_messages", 123, "telegram:123", "private"),
        ("replies", 1271266957, "telegram:1271266957", "private"),
        ("verification_codes", 489000, "telegram:489000", "private"),
    ],
)
def test_group_key_is_the_bot_api_chat_id(
    tmp_path: Path, kind: str, number: int, key: str, group_kind: str
) -> None:
    group = records(tmp_path, chat(row(1), type=kind, id=number))[0]
    assert group == Group(key, "技术群", group_kind)


@pytest.mark.parametrize(
    ("kind", "number", "key"),
    [
        ("personal_chat", (1 << 32) + 42, "telegram:42"),
        ("private_group", (2 << 32) + 42, "telegram:-42"),
        ("private_supergroup", (2 << 32) + 42, "telegram:-1000000000042"),
        ("private_channel", 42, "telegram:-1000000000042"),
    ],
)
def test_ids_of_old_exports_lose_what_was_added_to_them(
    tmp_path: Path, kind: str, number: int, key: str
) -> None:
    old = {"id": 1, "type": "message", "date": "2020-11-01T10:00:00", "from": "小林", "text": "a"}
    rows = [old | {"from_id": sender} for sender in ((1 << 32) + 7, 7, number)]
    found = records(tmp_path, chat(*rows, type=kind, id=number))
    assert found[0].key == key
    senders = [m.sender_key for m in kinds_of(found, Message)]
    assert senders[:2] == ["telegram:7", "telegram:7"]
    if kind.endswith("channel") or kind == "private_supergroup":
        assert senders[2] == (key if number > 1 << 32 else "telegram:42")


@pytest.mark.parametrize(
    ("sender", "key"),
    [
        ("user42", "telegram:42"),
        (42, "telegram:42"),
        (5123456789, "telegram:5123456789"),
        ("channel42", "telegram:-1000000000042"),
        ("chat42", "telegram:-42"),
        ("nonsense", name_key("telegram:-1000000000123", "小林")),
        (None, name_key("telegram:-1000000000123", "小林")),
        ([1], name_key("telegram:-1000000000123", "小林")),
    ],
)
def test_member_key_is_the_bot_api_user_id(tmp_path: Path, sender: Any, key: str) -> None:
    found = records(tmp_path, chat(row(1, from_id=sender), row(2, from_id=sender)))
    group = "telegram:-1000000000123"
    assert kinds_of(found, Member) == [Member(key, "小林", group_key=group)]
    assert [m.sender_key for m in kinds_of(found, Message)] == [key, key]


def test_deleted_sender_keeps_the_key_without_a_name(tmp_path: Path) -> None:
    message = one(tmp_path, row(1, **{"from": None}))
    assert (message.sender_key, message.sender_name) == ("telegram:42", None)


def test_ids_of_a_basic_group_hold_in_this_file_only(tmp_path: Path) -> None:
    rows = row(5), row(6, reply_to_message_id=5)
    first, second = messages(tmp_path, chat(*rows, type="private_group"))
    assert (first.id, first.local_id) == (None, "5")
    assert (second.reply_to, second.local_reply_to) == (None, "5")


def test_messages_from_before_the_migration_have_no_stable_id(tmp_path: Path) -> None:
    rows = row(-999999939), row(7, reply_to_message_id=-999999939)
    first, second = messages(tmp_path, chat(*rows))
    assert (first.id, first.local_id) == (None, "-999999939")
    assert (second.id, second.reply_to, second.local_reply_to) == ("7", None, "-999999939")


def test_full_export_gives_each_chat_and_no_contacts(tmp_path: Path) -> None:
    found = records(tmp_path, full_export())
    assert [(g.key, g.title) for g in kinds_of(found, Group)] == [
        ("telegram:-1000000000123", "技术群"),
        ("telegram:-1000000000009", "摄影群"),
        ("telegram:-1000000000010", None),
    ]
    assert [m.id for m in kinds_of(found, Message)] == ["1", "2", "3"]
    assert {m.key for m in kinds_of(found, Member)} == {"telegram:42"}


@pytest.mark.parametrize("asked", ["摄影群", "telegram:-1000000000009", " 摄影群 "])
def test_only_the_chat_asked_for_is_read(tmp_path: Path, asked: str) -> None:
    found = records(tmp_path, full_export(), group=asked)
    assert [m.id for m in kinds_of(found, Message)] == ["2"]
    assert len(kinds_of(found, Group)) == 1


def test_asking_for_a_chat_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="摄影群"):
        records(tmp_path, full_export(), group="读书会")


def test_export_without_chats_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no chats"):
        records(tmp_path, {"about": "", "contacts": {"list": []}, "chats": {"list": []}})


def test_empty_chat_is_a_group_without_messages(tmp_path: Path) -> None:
    assert records(tmp_path, chat()) == [Group("telegram:-1000000000123", "技术群")]


def test_chat_may_tell_its_id_after_its_messages(tmp_path: Path) -> None:
    late = {"messages": [row(1), row(2)], "id": 123, "type": "private_channel", "name": "甲"}
    later = {"messages": [row(3)], "type": "private_group", "id": 5, "name": "乙"}
    found = records(tmp_path, late)
    assert found[0] == Group("telegram:-1000000000123", "甲", "channel")
    found = records(tmp_path, {"about": "", "chats": {"list": [late, later]}})
    assert [g.key for g in kinds_of(found, Group)] == ["telegram:-1000000000123", "telegram:-5"]
    assert [m.id for m in kinds_of(found, Message)] == ["1", "2", None]


def test_chat_without_id_is_proposed_by_its_title(tmp_path: Path) -> None:
    group = records(tmp_path, {"name": "技术群", "messages": [row(1)]})[0]
    assert group == Group(title_key("telegram", "技术群"), "技术群", title_only=True)


def test_chat_without_id_and_name_is_rejected(tmp_path: Path) -> None:
    content = {"chats": {"list": [{"messages": [row(1)]}, chat(row(2))]}}
    found = records(tmp_path, content)
    why = "it has neither an id nor a name; 1 messages are left out"
    assert kinds_of(found, Rejected) == [Rejected("chat 1", why)]
    assert [m.id for m in kinds_of(found, Message)] == ["2"]
