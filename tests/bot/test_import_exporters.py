"""One history through several exporters and live capture is one history in the archive."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.exports.format import Options
from adapters.exports.source import find_exports
from adapters.qq_onebot.records import records_of
from archive.database import open_archive
from archive.keep import Report, keep

AT = 1704067200


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with open_archive(tmp_path / "data", create=True).writing() as db:
        yield db


def brought(db: sqlite3.Connection, path: Path) -> Report:
    """Import what is at a path."""
    (export,) = find_exports(path)
    return keep(db, export.read(Options()), source="import")


def heard(db: sqlite3.Connection, place: int, text: str, **more: Any) -> Report:
    """Capture a message as a gateway tells it."""
    event = {"post_type": "message", "message_type": "group", "group_id": 88990011,
             "user_id": 11111, "time": AT + place, "message_id": 900 + place, "real_seq": place,
             "message": [{"type": "text", "data": {"text": text}}],
             "sender": {"user_id": 11111, "nickname": "Alice", "card": "小爱"}, **more}  # fmt: skip
    return keep(db, records_of(json.dumps({"event": event}).encode()))


def qce(path: Path, *said: tuple[int, str, int | None]) -> Path:
    """Write qq-chat-exporter's JSON: (place, text, place of what it answers)."""
    rows = []
    for place, text, answered in said:
        elements: list[dict[str, Any]] = [{"type": "text", "data": {"text": text}}]
        if answered:
            data = {"referencedMessageId": f"73{answered:017d}", "text": "?"}
            elements.insert(0, {"type": "reply", "data": data})
        rows.append({
            "id": f"73{place:017d}", "seq": str(place), "timestamp": (AT + place) * 1000,
            "sender": {"uid": "u_a", "uin": "11111", "nickname": "Alice", "groupCard": "小爱"},
            "content": {"text": text, "elements": elements, "resources": []},
            "recalled": False, "system": False,
        })  # fmt: skip
    told = {"metadata": {}, "messages": rows,
            "chatInfo": {"name": "技术群", "type": "group", "peerUin": "88990011"}}  # fmt: skip
    path.write_text(json.dumps(told, ensure_ascii=False))
    return path


def rows(db: sqlite3.Connection) -> list[Any]:
    return db.execute("SELECT platform_id, text, reply_to FROM messages ORDER BY id").fetchall()


def test_what_was_captured_and_what_was_exported_of_qq_are_one(
    db: sqlite3.Connection, tmp_path: Path
) -> None:
    heard(db, 7, "早")
    heard(db, 8, "早啊")
    export = qce(tmp_path / "a.json", (7, "早", None), (8, "早啊", 7), (9, "各位早", 8))
    report = brought(db, export)
    assert (report.new, report.read) == (1, 3)
    heard(db, 9, "各位早")
    assert rows(db) == [("7", "早", None), ("8", "早啊", "7"), ("9", "各位早", "8")]
    assert brought(db, export).new == 0


def test_an_answer_finds_what_it_answers_in_another_file(
    db: sqlite3.Connection, tmp_path: Path
) -> None:
    brought(db, qce(tmp_path / "b.json", (9, "各位早", 7)))
    brought(db, qce(tmp_path / "a.json", (7, "早", None)))
    assert rows(db) == [("7", "早", None), ("9", "各位早", "7")]
