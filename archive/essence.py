"""Essence 精华: messages, or runs of messages, marked as worth keeping."""

from __future__ import annotations

import json
import sqlite3
import time
from typing import Any

from archive.access import Reader, operator
from archive.audit import note
from archive.errors import ArchiveError, NotFound
from archive.groups import allowed_ids, group_id
from archive.ids import is_sane
from archive.levels import withheld
from archive.loading import ANONYMOUS, load_views
from archive.masks import mask
from archive.messages import message_id
from archive.records import EssenceMark
from archive.tags import add_tags, refresh_index, tag_ids
from archive.views import EssenceView

MAX_RUN = 500
"""Messages of one essence."""

_NOT_THERE = NotFound("there is no such essence.", "see: chendian essence list")

_TITLE = 60
"""Characters of a title made from the text."""


def mark(
    db: sqlite3.Connection,
    keys: list[str],
    *,
    by: str,
    reason: str = "",
    title: str = "",
    tags: tuple[str, ...] = (),
    source: str = "command",
    at: int | None = None,
) -> int:
    """Mark one message, or the run from the first key to the last; return the essence's id.

    Marking again what is marked changes its reason, title and tags (what is given of them).
    """
    if not keys:
        raise ArchiveError("no message is named.", "name one, or the first and the last of a run")
    ids = _run(db, [message_id(db, operator(), key) for key in keys])
    essence_id = _mark_ids(db, ids, by, reason, title, source, at)
    if tags:
        # one line on the tag page for a run, not one a message
        add_tags(db, ids[:1], tags, by)
    refresh_index(db, ids)
    note(db, by, "essence", str(essence_id), source)
    return essence_id


def unmark(db: sqlite3.Connection, key: str, *, by: str, at: int | None = None) -> int:
    """Take the mark from the essence a message belongs to; the message stays. Return its id.

    It holds against the platform's own marks made until then (`at`, else now).
    """
    row_id = message_id(db, operator(), key)
    row = db.execute(
        "SELECT essence_id FROM essence_messages WHERE message_id = ?", (row_id,)
    ).fetchone()
    if row is None:
        raise NotFound("that message is not essence.", "see: chendian essence list")
    _remember_taken_away(db, row[0], int(time.time()) if at is None else at)
    _remove(db, row[0])
    note(db, by, "unessence", str(row[0]), key)
    return int(row[0])


def mark_from_platform(
    db: sqlite3.Connection, row_id: int, record: EssenceMark, source: str
) -> None:
    """Follow the platform's own mark; taking it away there keeps what a person has kept here.

    Once a person has taken a mark away here, only one made after that counts.
    """
    at = record.at if is_sane(record.at) else None
    if record.removed:
        for (essence_id,) in db.execute(
            "SELECT e.id FROM essence e JOIN essence_messages ON essence_id = e.id"
            " WHERE message_id = ? AND e.source = ?",
            (row_id, source),
        ).fetchall():
            _remove(db, essence_id)
    else:
        taken_away = _taken_away(db, row_id)
        if taken_away is None or (at is not None and at > taken_away):
            _mark_ids(db, [row_id], record.by or "", "", "", source, at)
    refresh_index(db, [row_id])


def _taken_away(db: sqlite3.Connection, row_id: int) -> int | None:
    """Return when a person last took a message's mark away, by whichever name it had then."""
    (at,) = db.execute(
        "SELECT max(a.target) FROM messages m JOIN aliases a ON a.kind = 'unmarked'"
        " AND a.group_id = m.group_id AND (a.other = m.platform_id OR a.other IN"
        " (SELECT other FROM aliases WHERE kind = 'message' AND target = ?1)) WHERE m.id = ?1",
        (row_id,),
    ).fetchone()
    return int(at) if at is not None else None


def feed(
    db: sqlite3.Connection,
    reader: Reader,
    group_key: str | None = None,
    tag: str | None = None,
    before: int | None = None,
    limit: int = 20,
    beyond: tuple[int, int] | None = None,
) -> list[EssenceView]:
    """Return the newest essence first; page on with `before=last.id`, or with `beyond=(marked_at,
    id)`, which holds though that one was taken away meanwhile."""
    where, values = where_seen(db, reader, group_key, tag)
    if beyond is not None:
        where += " AND (e.marked_at, e.id) < (?, ?)"
        values += beyond
    if before is not None:
        where += " AND (e.marked_at, e.id) < (SELECT marked_at, id FROM essence WHERE id = ?)"
        values.append(before)
    rows = db.execute(
        f"SELECT e.* FROM essence e WHERE {where} ORDER BY e.marked_at DESC, e.id DESC LIMIT ?",
        (*values, limit),
    ).fetchall()
    return [_view(db, reader, row) for row in rows]


def post(db: sqlite3.Connection, reader: Reader, essence_id: int) -> EssenceView:
    """Return one essence; NotFound also where it is hidden."""
    where, values = where_seen(db, reader, None, None)
    row = db.execute(
        f"SELECT e.* FROM essence e WHERE {where} AND e.id = ?", (*values, essence_id)
    ).fetchone()
    if row is None:
        raise _NOT_THERE
    return _view(db, reader, row)


def visible_ids(db: sqlite3.Connection, reader: Reader) -> frozenset[int]:
    """Return the ids of the essence a reader may see."""
    where, values = where_seen(db, reader, None, None)
    return frozenset(i for (i,) in db.execute(f"SELECT e.id FROM essence e WHERE {where}", values))


def where_seen(
    db: sqlite3.Connection, reader: Reader, group_key: str | None, tag: str | None
) -> tuple[str, list[Any]]:
    """Return SQL of an essence `e` that this reader may see and that is asked for; its values."""
    where, values = ["1"], list[Any]()
    allowed = allowed_ids(db, reader)
    if allowed is not None:
        where.append("e.group_id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(allowed)))
    if group_key is not None:
        where.append("e.group_id = ?")
        values.append(group_id(db, reader, group_key))
    if gone := withheld(db, reader):
        # its title may tell what one of its messages says
        where.append(
            "NOT EXISTS (SELECT 1 FROM essence_messages w WHERE w.essence_id = e.id"
            " AND w.message_id IN (SELECT value FROM json_each(?)))"
        )
        values.append(json.dumps(list(gone)))
    if tag is not None:
        where.append(
            "e.id IN (SELECT essence_id FROM essence_messages JOIN message_tags USING (message_id)"
            " WHERE tag_id IN (SELECT value FROM json_each(?)))"
        )
        values.append(json.dumps(tag_ids(db, tag)))
    return " AND ".join(where), values


def _view(db: sqlite3.Connection, reader: Reader, row: tuple[Any, ...]) -> EssenceView:
    essence_id, _, title, reason, marked_by, marked_at, source = row
    ids = [
        i
        for (i,) in db.execute(
            "SELECT message_id FROM essence_messages WHERE essence_id = ? ORDER BY message_id",
            (essence_id,),
        )
    ]
    messages = tuple(load_views(db, reader, ids))
    if messages and all(message.recalled for message in messages):
        title = reason = ""
    if not messages or not reader.inside(messages[0].group_key):
        title, reason, marked_by = mask(title), mask(reason), ANONYMOUS if marked_by else ""
    else:
        marked_by = _name_of(db, reader, row[1], marked_by)
    return EssenceView(
        id=essence_id,
        title=title or _title_from([m.text or m.more for m in messages]),
        reason=reason,
        marked_by=marked_by,
        marked_at=marked_at,
        source=source,
        tags=tuple(dict.fromkeys(tag for m in messages for tag in m.tags)),
        messages=messages,
    )


def _name_of(db: sqlite3.Connection, reader: Reader, group: int, who: str) -> str:
    """Return how the group calls who marked, where that is known by a member's key."""
    row = db.execute(
        "SELECT a.name, coalesce(s.name, nullif(p.name, ''), p.username, '') FROM members p"
        " LEFT JOIN memberships s ON s.member_id = p.id AND s.group_id = ?1"
        " LEFT JOIN shown_names a ON a.member_key = p.key AND a.group_id = ?1 WHERE p.key = ?2",
        (group, who),
    ).fetchone()
    if row is not None:
        return reader.calls(*row) or ANONYMOUS
    return "" if ":" in who else who


def _title_from(texts: list[str]) -> str:
    first = next((text for text in texts if text.strip()), "")
    line = first.strip().splitlines()[0] if first else ""
    return line if len(line) <= _TITLE else line[:_TITLE] + "……"


def _run(db: sqlite3.Connection, ids: list[int]) -> list[int]:
    """Return the messages from the first to the last of one group."""
    if len(ids) < 2:
        return ids
    groups = db.execute(
        "SELECT DISTINCT group_id FROM messages WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(ids),),
    ).fetchall()
    if len(groups) != 1:
        raise ArchiveError("a run lies within one group.", "mark the groups' messages separately")
    rows = db.execute(
        "SELECT id FROM messages WHERE group_id = ? AND id BETWEEN ? AND ? ORDER BY id LIMIT ?",
        (groups[0][0], min(ids), max(ids), MAX_RUN + 1),
    ).fetchall()
    if len(rows) > MAX_RUN:
        raise ArchiveError(f"a run has at most {MAX_RUN} messages.", "choose a later first message")
    return [i for (i,) in rows]


def _mark_ids(
    db: sqlite3.Connection,
    ids: list[int],
    by: str,
    reason: str,
    title: str,
    source: str,
    at: int | None,
) -> int:
    row = db.execute(
        "SELECT essence_id FROM essence_messages WHERE message_id IN"
        " (SELECT value FROM json_each(?)) LIMIT 1",
        (json.dumps(ids),),
    ).fetchone()
    if row is None:
        row = db.execute(
            "INSERT INTO essence(group_id, title, reason, marked_by, marked_at, source)"
            " SELECT group_id, ?, ?, ?, ?, ? FROM messages WHERE id = ? RETURNING id",
            (title, reason, by, int(time.time()) if at is None else at, source, ids[0]),
        ).fetchone()
    else:
        db.execute(
            "UPDATE essence SET title = coalesce(nullif(?, ''), title),"
            " reason = coalesce(nullif(?, ''), reason) WHERE id = ?",
            (title, reason, row[0]),
        )
    db.executemany(
        "INSERT OR IGNORE INTO essence_messages(essence_id, message_id) VALUES(?, ?)",
        [(row[0], i) for i in ids],
    )
    return int(row[0])


def _remember_taken_away(db: sqlite3.Connection, essence_id: int, at: int) -> None:
    """Remember by name and time that a person takes the mark from an essence's messages."""
    db.execute(
        "INSERT INTO aliases(kind, group_id, other, target)"
        " SELECT 'unmarked', group_id, platform_id, ? FROM messages"
        " JOIN essence_messages ON message_id = messages.id WHERE essence_id = ?"
        " ON CONFLICT DO UPDATE SET target = max(target, excluded.target)",
        (at, essence_id),
    )


def _remove(db: sqlite3.Connection, essence_id: int) -> None:
    ids = db.execute(
        "DELETE FROM essence_messages WHERE essence_id = ? RETURNING message_id", (essence_id,)
    ).fetchall()
    db.execute("DELETE FROM essence_texts WHERE essence_id = ?", (essence_id,))
    db.execute("DELETE FROM essence WHERE id = ?", (essence_id,))
    refresh_index(db, [i for (i,) in ids])
