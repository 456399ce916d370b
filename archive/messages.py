"""Reading messages: one, its neighbours, a day, the newest."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from archive.access import Reader
from archive.errors import NotFound
from archive.groups import allowed_ids, get_group, group_id
from archive.ids import HIGHEST, first_id
from archive.levels import withheld_among
from archive.loading import load_views
from archive.records import Message
from archive.views import ContextView, DayView, MessageView, VersionView

_NOT_THERE = NotFound(
    "there is no such message.", "take the key from a search: chendian search WORD"
)


def message_id(db: sqlite3.Connection, reader: Reader, key: str) -> int:
    """Return a message's row id by its key or a former key; NotFound also where it is hidden."""
    allowed = allowed_ids(db, reader)
    parts = key.split(":")
    for cut in range(len(parts) - 1, 0, -1):
        group_key, platform_id = ":".join(parts[:cut]), ":".join(parts[cut:])
        row = db.execute(
            "WITH place(id) AS (SELECT id FROM groups WHERE key = ?1 UNION"
            " SELECT target FROM aliases WHERE kind = 'group' AND other = ?1)"
            " SELECT m.id, m.group_id FROM messages m, place"
            " WHERE m.group_id = place.id AND m.platform_id = ?2"
            " UNION ALL SELECT m.id, m.group_id FROM aliases a, place, messages m"
            " WHERE a.kind = 'message' AND a.group_id = place.id AND a.other = ?2"
            " AND m.id = a.target LIMIT 1",
            (group_key, platform_id),
        ).fetchone()
        if row is not None and (allowed is None or row[1] in allowed):
            if withheld_among(db, reader, [row[0]]):
                break
            return int(row[0])
    raise _NOT_THERE


def get_message(db: sqlite3.Connection, reader: Reader, key: str) -> MessageView:
    """Return a message; its `key` is the canonical one, whatever alias was asked for."""
    return load_views(db, reader, [message_id(db, reader, key)])[0]


def around(
    db: sqlite3.Connection, reader: Reader, key: str, before: int = 15, after: int = 15
) -> ContextView:
    """Return a message among its neighbours in the group, and answers that lie further on."""
    row_id = message_id(db, reader, key)
    group, platform_id = db.execute(
        "SELECT group_id, platform_id FROM messages WHERE id = ?", (row_id,)
    ).fetchone()
    earlier = db.execute(
        "SELECT id FROM messages WHERE group_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
        (group, row_id, before),
    ).fetchall()
    later = db.execute(
        "SELECT id FROM messages WHERE group_id = ? AND id > ? ORDER BY id LIMIT ?",
        (group, row_id, after),
    ).fetchall()
    near = {row_id, *(i for (i,) in later)}
    # +id: else the whole group would be walked in the order of ids, for fifty answers at most
    replies = db.execute(
        "SELECT id FROM messages WHERE group_id = ?1 AND reply_to IN (SELECT ?2 UNION ALL"
        " SELECT other FROM aliases WHERE kind = 'message' AND target = ?3) ORDER BY +id LIMIT 50",
        (group, platform_id, row_id),
    ).fetchall()
    views = {
        view.id: view
        for view in load_views(db, reader, [i for (i,) in (*earlier, (row_id,), *later, *replies)])
    }
    return ContextView(
        tuple(views[i] for (i,) in reversed(earlier) if i in views),
        views[row_id],
        tuple(views[i] for (i,) in later if i in views),
        tuple(views[i] for (i,) in replies if i in views and i not in near),
    )


def day(
    db: sqlite3.Connection,
    reader: Reader,
    group_key: str,
    day_name: str,
    after: int | None = None,
    limit: int = 2000,
) -> DayView:
    """Return a part of a group's local day (`2026-11-18`), oldest first.

    Raises NotFound for a group that is not there or a day that is none.
    """
    group = get_group(db, reader, group_key)
    row_id = group_id(db, reader, group_key)
    since, until = day_span(day_name, group.time_zone)
    ids = [
        i
        for (i,) in db.execute(
            "SELECT id FROM messages WHERE group_id = ? AND id > ? AND id < ? ORDER BY id LIMIT ?",
            (row_id, max(after or 0, first_id(since) - 1), first_id(until), limit + 1),
        )
    ]
    total = db.execute(
        "SELECT messages FROM days WHERE group_id = ? AND day = ?", (row_id, day_name)
    ).fetchone()
    return DayView(
        date=day_name,
        messages=tuple(load_views(db, reader, ids[:limit])),
        next=ids[limit - 1] if len(ids) > limit else None,
        earlier_day=_near_day(db, row_id, day_name, "<", "DESC"),
        later_day=_near_day(db, row_id, day_name, ">", "ASC"),
        total=total[0] if total else 0,
    )


def nested_in(db: sqlite3.Connection, row_id: int) -> tuple[Message, ...]:
    """Return the messages of a merged record as they were told; none where it is no such thing."""
    (detail,) = db.execute("SELECT detail FROM messages WHERE id = ?", (row_id,)).fetchone()
    rows = json.loads(detail).get("nested", ()) if detail else ()
    return msgspec.convert(rows, tuple[Message, ...], strict=False)


def day_span(day_name: str, zone: str) -> tuple[int, int]:
    """Return the Unix times at which a local day begins and ends."""
    try:
        start = datetime.combine(date.fromisoformat(day_name), time(), ZoneInfo(zone))
        end = datetime.combine(start.date() + timedelta(days=1), time(), ZoneInfo(zone))
        return int(start.timestamp()), int(end.timestamp())
    except (ValueError, OverflowError):
        raise NotFound(f"there is no day {day_name[:20]}.", "use 2026-11-18") from None


def _near_day(
    db: sqlite3.Connection, row_id: int, day_name: str, side: str, order: str
) -> str | None:
    row = db.execute(
        f"SELECT day FROM days WHERE group_id = ? AND day {side} ? AND messages > 0"
        f" ORDER BY day {order} LIMIT 1",
        (row_id, day_name),
    ).fetchone()
    return row[0] if row else None


def newest(
    db: sqlite3.Connection, reader: Reader, group_key: str | None = None, limit: int = 20
) -> list[MessageView]:
    """Return the newest messages, newest first: of one group or of all this reader may see."""
    return load_views(db, reader, _latest(db, reader, group_key, HIGHEST, limit))


def page_of_messages(
    db: sqlite3.Connection,
    reader: Reader,
    group_key: str | None = None,
    before: int | None = None,
    limit: int = 20,
) -> tuple[list[MessageView], int | None]:
    """Return messages of a group, or of all this reader may see, newest first, and the `before` of
    the following part; None: that was all. A part may be short though there are more."""
    ids = _latest(db, reader, group_key, HIGHEST if before is None else before, limit + 1)
    views = load_views(db, reader, ids[:limit])
    return views, ids[limit - 1] if len(ids) > limit else None


def _latest(
    db: sqlite3.Connection, reader: Reader, group_key: str | None, before: int, limit: int
) -> list[int]:
    """Return the newest ids below one, of a group or of all a reader may see."""
    if group_key is not None:
        places: Iterable[int] = (group_id(db, reader, group_key),)
    elif (allowed := allowed_ids(db, reader)) is not None:
        places = allowed
    else:
        rows = db.execute(
            "SELECT id FROM messages WHERE id < ? ORDER BY id DESC LIMIT ?", (before, limit)
        )
        return [i for (i,) in rows]
    # group by group: of several at once SQLite would sort all that they ever said
    found = [
        i
        for place in places
        for (i,) in db.execute(
            "SELECT id FROM messages WHERE group_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
            (place, before, limit),
        )
    ]
    return sorted(found, reverse=True)[:limit]


def newest_ids(
    db: sqlite3.Connection, reader: Reader, group_key: str, limit: int = 50
) -> list[tuple[str, int]]:
    """Return a group's newest messages as (platform id, Unix time), newest first; none where there
    is no such group."""
    try:
        row_id = group_id(db, reader, group_key)
    except NotFound:
        return []
    rows = db.execute(
        "SELECT platform_id, sent_at FROM messages WHERE group_id = ? ORDER BY id DESC LIMIT ?",
        (row_id, limit),
    )
    return rows.fetchall()


def versions(db: sqlite3.Connection, reader: Reader, key: str) -> list[VersionView]:
    """Return the former texts of a message, oldest first; for those inside only."""
    row_id = message_id(db, reader, key)
    view = load_views(db, reader, [row_id])[0]
    if view.recalled or not reader.inside(view.group_key):
        return []
    rows = db.execute(
        "SELECT v.text, v.edited_at FROM versions v JOIN messages m ON m.id = message_id"
        " WHERE message_id = ? AND m.flags & 2 = 0"
        " ORDER BY v.edited_at IS NOT NULL, v.edited_at, v.id",
        (row_id,),
    )
    return [VersionView(text, edited_at) for text, edited_at in rows]
