"""Files of messages: found by a reader, filled in once they are fetched, missing with a reason."""

from __future__ import annotations

import json
import sqlite3

from archive.access import Reader, operator
from archive.errors import NotFound
from archive.groups import allowed_ids
from archive.levels import withheld_among
from archive.loading import HIDDEN
from archive.masks import mask
from archive.messages import message_id
from archive.store import MediaStore as MediaStore
from archive.store import Stored as Stored
from archive.views import MediaView


def find_media(db: sqlite3.Connection, reader: Reader, digest: str) -> MediaView:
    """Find a stored file by SHA-256, if a message this reader may see carries it."""
    groups = allowed_ids(db, reader)
    rows = db.execute(
        "SELECT a.name, a.mime, media.size, g.id, g.key, m.id FROM attachments a"
        " JOIN media USING (sha256) JOIN messages m ON m.id = a.message_id"
        " JOIN groups g ON g.id = m.group_id LEFT JOIN members p ON p.id = m.sender_id"
        f" WHERE a.sha256 = ? AND m.flags & 2 = 0 AND NOT {HIDDEN}",
        (digest,),
    )
    for name, mime, size, group, group_key, row_id in rows:
        if groups is not None and group not in groups:
            continue
        if not withheld_among(db, reader, [row_id]):
            name = name if reader.inside(group_key) else mask(name or "")
            return MediaView(digest, name or digest[:12], mime or "", size)
    raise NotFound("there is no such file.")


def fill(
    db: sqlite3.Connection, message_key: str, position: int, stored: Stored, mime: str | None = None
) -> bool:
    """Let a message's attachment have its bytes, where it has none yet.

    False where nothing carries them: the message was forgotten or taken back, or the attachment is
    another one; then `unused` tells whether the stored file may go.
    """
    row_id = _row_of(db, message_key)
    filled = db.execute(
        "UPDATE attachments SET sha256 = ?, missing = NULL, size = ?, mime = coalesce(mime, ?)"
        " WHERE message_id = ? AND position = ? AND sha256 IS NULL"
        " AND (SELECT flags FROM messages WHERE id = message_id) & 2 = 0",
        (stored.sha256, stored.size, mime, row_id, position),
    ).rowcount
    if filled:
        db.execute("INSERT OR IGNORE INTO media(sha256, size) VALUES(?, ?)", stored)
    return bool(filled)


def give_up(db: sqlite3.Connection, message_key: str, position: int, reason: str) -> None:
    """Say why a message's attachment is not there: `too large`, `expired`, `unavailable` …"""
    db.execute(
        "UPDATE attachments SET missing = ? WHERE message_id = ? AND position = ?"
        " AND sha256 IS NULL",
        (reason, _row_of(db, message_key), position),
    )


def unused(db: sqlite3.Connection, digest: str) -> bool:
    """Tell whether no message carries a file."""
    row = db.execute("SELECT 1 FROM attachments WHERE sha256 = ? LIMIT 1", (digest,)).fetchone()
    return row is None


def find_unused(db: sqlite3.Connection, after: str = "", limit: int = 500) -> list[str]:
    """Return the SHA-256 of files that no message carries, in their order."""
    rows = db.execute(
        "SELECT sha256 FROM media WHERE sha256 > ? AND NOT EXISTS"
        " (SELECT 1 FROM attachments a WHERE a.sha256 = media.sha256) ORDER BY sha256 LIMIT ?",
        (after, limit),
    )
    return [digest for (digest,) in rows]


def drop_unused(db: sqlite3.Connection, among: list[str] | None = None) -> list[str]:
    """Strike the files, all or `among` these, that no message carries any more from the list;
    return their SHA-256."""
    gone = db.execute(
        "DELETE FROM media WHERE NOT EXISTS"
        " (SELECT 1 FROM attachments a WHERE a.sha256 = media.sha256)"
        " AND (?1 IS NULL OR sha256 IN (SELECT value FROM json_each(?1))) RETURNING sha256",
        (None if among is None else json.dumps(among),),
    )
    return [digest for (digest,) in gone]


def _row_of(db: sqlite3.Connection, message_key: str) -> int | None:
    try:
        return message_id(db, operator(), message_key)
    except NotFound:
        return None
