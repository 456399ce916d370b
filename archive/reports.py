"""Reports 举报: members ask the admins to look at a message."""

from __future__ import annotations

import json
import sqlite3
import time

import msgspec

from archive.access import Reader, operator
from archive.audit import note
from archive.groups import allowed_ids, group_id
from archive.loading import load_views
from archive.messages import message_id
from archive.views import MessageView


class ReportView(msgspec.Struct, frozen=True):
    """An open report."""

    id: int
    message: MessageView
    reason: str
    at: int
    """Unix seconds."""
    who: str | None = None
    """Key of who reported; for the operator only."""


def report(db: sqlite3.Connection, message_key: str, by: str, reason: str = "") -> bool:
    """Report a message, once a person; False where this person has. Raises NotFound."""
    row_id = message_id(db, operator(), message_key)
    new = db.execute(
        "INSERT OR IGNORE INTO reports(message_id, who, reason, at) VALUES(?, ?, ?, ?)",
        (row_id, by, reason, int(time.time())),
    ).rowcount
    if new:
        note(db, by, "report", message_key)
    return new > 0


def withdraw(db: sqlite3.Connection, message_key: str, by: str) -> bool:
    """Take one's own open report back; False where there is none. Raises NotFound."""
    row_id = message_id(db, operator(), message_key)
    gone = db.execute(
        "DELETE FROM reports WHERE message_id = ? AND who = ? AND handled_at IS NULL", (row_id, by)
    ).rowcount
    if gone:
        note(db, by, "report withdrawn", message_key)
    return gone > 0


def open_reports(
    db: sqlite3.Connection, reader: Reader, group_key: str | None = None, limit: int = 50
) -> list[ReportView]:
    """Return the reports nobody has handled, oldest first, of groups this reader is inside of."""
    groups = allowed_ids(db, reader)
    wanted = None if group_key is None else group_id(db, reader, group_key)
    rows = db.execute(
        "SELECT r.id, r.message_id, r.reason, r.at, r.who FROM reports r"
        " JOIN messages m ON m.id = r.message_id WHERE r.handled_at IS NULL"
        " AND (?1 IS NULL OR m.group_id IN (SELECT value FROM json_each(?1)))"
        " AND (?2 IS NULL OR m.group_id = ?2) ORDER BY r.at, r.id LIMIT ?3",
        (None if groups is None else json.dumps(sorted(groups)), wanted, limit),
    ).fetchall()
    views = {view.id: view for view in load_views(db, reader, {row[1] for row in rows})}
    return [
        ReportView(id, views[message], reason, at, who if reader.everything else None)
        for id, message, reason, at, who in rows
        if message in views and reader.inside(views[message].group_key)
    ]


def handle(db: sqlite3.Connection, reader: Reader, message_key: str, by: str) -> int:
    """Note that somebody has looked at a message's reports; return how many were open.

    Raises NotFound.
    """
    row_id = message_id(db, reader, message_key)
    number = db.execute(
        "UPDATE reports SET handled_at = ?, handled_by = ?"
        " WHERE message_id = ? AND handled_at IS NULL",
        (int(time.time()), by, row_id),
    ).rowcount
    if number:
        note(db, by, "report handled", message_key)
    return number
