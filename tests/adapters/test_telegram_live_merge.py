"""What a bot heard and what Telegram Desktop exports of the same days are one history."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from bot_api_updates import TECH
from telegram_pairs import Pair, export_of, pairs

from adapters.exports.format import Options
from adapters.exports.telegram_json import read
from adapters.exports.tree import Folder, Meter
from adapters.telegram import make
from archive.database import Archive
from archive.keep import LIVE, keep
from archive.records import AnyRecord, Attachment, EssenceMark, Message

BOT = make({"token": "123456789:AAFakeTokenForTests_0123456789abcdef"}, "tg")
IDS = [live["message_id"] for live, _ in pairs()]
ONLY_LIVE = {"sticker_set", "automatic_forward", "forwarded_message", "forwarded_author"}
"""Details that an export does not tell."""


def heard(live: dict[str, Any]) -> list[AnyRecord]:
    return BOT.records(json.dumps({"update_id": 1, "message": live}).encode())


def exported(folder: Path, rows: list[dict[str, Any]]) -> list[AnyRecord]:
    return exported_group(folder, rows, TECH)


def exported_group(
    folder: Path, rows: list[dict[str, Any]], chat: dict[str, Any]
) -> list[AnyRecord]:
    """Return the records of an export of a supergroup."""
    (folder / "result.json").write_text(json.dumps(export_of(rows, chat), ensure_ascii=False))
    file = Folder(folder, "", Meter()).find("result.json")
    assert file is not None
    return list(read(file, Options()))


def message_in(records: list[AnyRecord]) -> Message:
    (found,) = (record for record in records if isinstance(record, Message))
    return found


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Message]:
    folder = tmp_path_factory.mktemp("export")
    records = exported(folder, [row for _, row in pairs()])
    return {int(r.id or 0): r for r in records if isinstance(r, Message)}


@pytest.mark.parametrize("both", pairs(), ids=map(str, IDS))
def test_record_heard_says_what_the_exported_one_says(
    both: Pair, imported: dict[int, Message]
) -> None:
    heard_message = message_in(heard(both[0]))
    other = imported[both[0]["message_id"]]
    same = ("group_key", "id", "sent_at", "sender_key", "sender_name", "kind", "text", "reply_to",
            "edited_at", "service", "spans", "poll")  # fmt: skip
    for field in same:
        assert getattr(heard_message, field) == getattr(other, field), field
    if other.topic:
        assert heard_message.topic == other.topic
    detail = {k: v for k, v in heard_message.detail.items() if k not in ONLY_LIVE}
    assert detail == other.detail
    assert bool(heard_message.forward) == bool(other.forward)
    if heard_message.forward and other.forward:
        assert (heard_message.forward.name, heard_message.forward.key) == (
            other.forward.name, other.forward.key,
        )  # fmt: skip
    assert len(heard_message.attachments) == len(other.attachments)
    for mine, theirs in zip(heard_message.attachments, other.attachments, strict=True):
        assert same_file(mine, theirs)


def same_file(mine: Attachment, theirs: Attachment) -> bool:
    """Tell whether all that the export says of a file is what the bot heard."""
    told = msgspec.structs.asdict(theirs)
    return all(
        value is None or getattr(mine, field) == value
        for field, value in told.items()
        if field not in ("missing", "path")
    )


@pytest.mark.parametrize("order", ["live first", "export first", "each twice", "one by one"])
def test_both_sources_give_one_row_a_message_and_nothing_twice(
    order: str, new_archive: Callable[[], Archive], tmp_path: Path
) -> None:
    """Fault 22: live capture and import of the same days."""
    told = pairs()
    from_bot = [record for live, _ in told for record in heard(live)]
    from_export = exported(tmp_path, [row for _, row in told])
    archive = new_archive()
    for source in {
        "live first": ["live", "export"],
        "export first": ["export", "live"],
        "each twice": ["live", "export", "live", "export"],
        "one by one": ["singly", "export", "singly"],
    }[order]:
        if source == "singly":
            for record in from_bot:
                write(archive, [record])
        else:
            write(archive, from_bot if source == "live" else from_export, source)
    with archive.reading() as db:
        assert numbers(db) == numbers_of(told, from_bot)


def write(archive: Archive, records: list[AnyRecord], source: str = "live") -> None:
    with archive.writing() as db:
        keep(db, records, source=LIVE if source == "live" else "telegram-json")


def numbers(db: sqlite3.Connection) -> dict[str, Any]:
    def ask(sql: str) -> Any:
        return db.execute(sql).fetchone()[0]

    return {
        "messages": ask("SELECT count(*) FROM messages"),
        "groups": ask("SELECT count(*) FROM groups"),
        "versions": ask("SELECT count(*) FROM versions"),
        "attachments": ask("SELECT count(*) FROM attachments"),
        "members": ask("SELECT count(*) FROM members"),
        "essence": ask("SELECT count(*) FROM essence"),
        "title": ask("SELECT title FROM groups"),
        "unknown": ask("SELECT count(*) FROM messages WHERE kind = 20"),
    }


def numbers_of(told: list[Pair], records: list[AnyRecord]) -> dict[str, Any]:
    messages = [record for record in records if isinstance(record, Message)]
    return {
        "messages": len(told),
        "groups": 1,
        "versions": 0,
        "attachments": sum(len(message.attachments) for message in messages),
        # three people, a bot and the group itself; who was only pointed to is nobody yet
        "members": 5,
        "essence": len({r.id for r in records if isinstance(r, EssenceMark)}),
        "title": "技术群",
        "unknown": 0,
    }
