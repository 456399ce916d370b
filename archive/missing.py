"""Files that messages name and the archive does not have, one by one and counted by reason."""

from __future__ import annotations

import sqlite3
from collections import Counter

from archive.access import Reader
from archive.groups import allowed_ids, group_id
from archive.loading import load_views
from archive.records import Attachment
from archive.views import MessageView, View


class MissingFile(View, frozen=True):
    """A file that is not there, and the message that names it."""

    message: MessageView
    attachment: Attachment

    @property
    def reason(self) -> str:
        """Why it is missing, in the program's words: `not exported`, `expired` …"""
        return self.attachment.missing or ""


class MissingPage(View, frozen=True):
    """Some of a group's missing files, newest first."""

    files: list[MissingFile]
    more: int | None
    """What `before` must be for the next ones; None at the end."""


def missing_files(
    db: sqlite3.Connection,
    reader: Reader,
    group_key: str,
    reason: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> MissingPage:
    """Return a group's missing files, of one reason or all, those of `limit` messages at a time.

    What a reader may not see of the group is not among them. Raises NotFound.
    """
    group = group_id(db, reader, group_key)
    rows = db.execute(
        "SELECT DISTINCT a.message_id FROM attachments a JOIN messages m ON m.id = a.message_id"
        " WHERE a.missing IS NOT NULL AND (?1 IS NULL OR a.missing = ?1) AND m.group_id = ?2"
        " AND (?3 IS NULL OR a.message_id < ?3) ORDER BY a.message_id DESC LIMIT ?4",
        (reason, group, before, limit + 1),
    )
    ids = [row_id for (row_id,) in rows]
    views = load_views(db, reader, ids[:limit])
    files = [
        MissingFile(view, one)
        for view in views
        for one in view.attachments
        if one.missing and reason in (None, one.missing)
    ]
    return MissingPage(files, ids[limit - 1] if len(ids) > limit else None)


def missing_media(
    db: sqlite3.Connection, reader: Reader, group_key: str | None = None
) -> dict[str, int]:
    """Count the attachments that are not there, by reason, the most frequent first."""
    groups = allowed_ids(db, reader)
    wanted = None if group_key is None else group_id(db, reader, group_key)
    rows = db.execute(
        "SELECT a.missing, m.group_id, count(*) FROM attachments a"
        " JOIN messages m ON m.id = a.message_id WHERE a.missing IS NOT NULL"
        " AND (?1 IS NULL OR m.group_id = ?1) GROUP BY 1, 2",
        (wanted,),
    )
    counted: Counter[str] = Counter()
    for reason, group, number in rows:
        if groups is None or group in groups:
            counted[reason] += number
    return dict(counted.most_common())


def missing_by_group(db: sqlite3.Connection, reader: Reader) -> dict[str, dict[str, int]]:
    """Count the same for each group a reader may see, by its key; one that lacks nothing is not
    named."""
    groups = allowed_ids(db, reader)
    rows = db.execute(
        "SELECT g.id, g.key, a.missing, count(*) FROM attachments a JOIN messages m"
        " ON m.id = a.message_id JOIN groups g ON g.id = m.group_id"
        " WHERE a.missing IS NOT NULL GROUP BY g.id, a.missing ORDER BY 4 DESC"
    )
    found: dict[str, dict[str, int]] = {}
    for row_id, key, reason, number in rows:
        if groups is None or row_id in groups:
            found.setdefault(key, {})[reason] = number
    return found
