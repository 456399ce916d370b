"""Groups as a reader sees them, and who may see which."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import msgspec

from archive.access import VISIBILITIES, Reader, member, public
from archive.audit import note
from archive.errors import ArchiveError, NotFound
from archive.keys import platform_of
from archive.text import normalise
from archive.views import GroupView

_SELECT = (
    "SELECT key, title, kind, visibility, time_zone, messages,"
    " (SELECT count(*) FROM memberships WHERE group_id = groups.id),"
    " (SELECT count(*) FROM essence WHERE group_id = groups.id), first_at, last_at FROM groups"
)


def allowed_ids(db: sqlite3.Connection, reader: Reader) -> frozenset[int] | None:
    """Return the row ids of the groups a reader may see, as of now; None means all."""
    if reader.everything:
        return None
    rows = db.execute(
        "SELECT id FROM groups WHERE visibility = 'public' OR visibility = 'members' AND ?"
        " OR key IN (SELECT value FROM json_each(?))",
        (reader.belongs, json.dumps(sorted(reader.group_keys | reader.without_names))),
    )
    return frozenset(row_id for (row_id,) in rows)


def inside_ids(db: sqlite3.Connection, reader: Reader) -> frozenset[int] | None:
    """Return the row ids of the groups a reader belongs to; None means all."""
    if reader.everything:
        return None
    rows = db.execute(
        "SELECT id FROM groups WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(reader.group_keys)),),
    )
    return frozenset(row_id for (row_id,) in rows)


def ruled_ids(db: sqlite3.Connection, reader: Reader, group_key: str | None = None) -> list[int]:
    """Return the row ids of the groups a reader may decide for, or of that one among them."""
    rows = db.execute("SELECT id, key FROM groups").fetchall()
    mine = [row_id for row_id, key in rows if reader.rules(key)]
    if group_key is None:
        return mine
    wanted = group_id(db, reader, group_key)
    return [row_id for row_id in mine if row_id == wanted]


def list_groups(db: sqlite3.Connection, reader: Reader) -> list[GroupView]:
    """Return the groups a reader may see, the most recently active first."""
    allowed = allowed_ids(db, reader)
    if allowed is None:
        rows = db.execute(f"{_SELECT} ORDER BY last_at DESC, id")
    else:
        rows = db.execute(
            f"{_SELECT} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY last_at DESC, id",
            (json.dumps(sorted(allowed)),),
        )
    return [_view(row) for row in rows]


def titles(db: sqlite3.Connection, reader: Reader) -> dict[str, str]:
    """Return the titles of the groups a reader may see, by key."""
    allowed = allowed_ids(db, reader)
    rows = db.execute("SELECT id, key, title FROM groups").fetchall()
    return {key: title for row_id, key, title in rows if allowed is None or row_id in allowed}


def count_unseen(db: sqlite3.Connection, reader: Reader) -> int:
    """Count the groups that a reader may not see."""
    allowed = allowed_ids(db, reader)
    number: int
    (number,) = db.execute("SELECT count(*) FROM groups").fetchone()
    return 0 if allowed is None else number - len(allowed)


def published_reader(db: sqlite3.Connection, members: bool) -> Reader:
    """Return who reads what is published: a member of every group that is not private, or the
    public."""
    if not members:
        return msgspec.structs.replace(public(), published=True)
    rows = db.execute("SELECT key FROM groups WHERE visibility IN ('members', 'public')")
    return msgspec.structs.replace(member(frozenset(key for (key,) in rows)), published=True)


def get_group(db: sqlite3.Connection, reader: Reader, key: str) -> GroupView:
    """Return one group by its key or a former key; NotFound also where it is hidden."""
    row_id = group_id(db, reader, key)
    return _view(db.execute(f"{_SELECT} WHERE id = ?", (row_id,)).fetchone())


def group_id(db: sqlite3.Connection, reader: Reader, key: str) -> int:
    """Return a group's row id by key or former key; NotFound also where it is hidden."""
    row = db.execute(
        "SELECT id FROM groups WHERE key = ?"
        " UNION ALL SELECT target FROM aliases WHERE kind = 'group' AND other = ?",
        (key, key),
    ).fetchone()
    allowed = allowed_ids(db, reader)
    if row is None or (allowed is not None and row[0] not in allowed):
        raise NotFound("there is no such group.", "see: chendian group list")
    return int(row[0])


def find_group(db: sqlite3.Connection, reader: Reader, title_or_key: str) -> GroupView:
    """Return the one group with this key or title; raises ArchiveError when a title is several."""
    try:
        return get_group(db, reader, title_or_key)
    except NotFound:
        wanted = normalise(title_or_key).strip()
        found = [g for g in list_groups(db, reader) if normalise(g.title).strip() == wanted]
    if len(found) > 1:
        keys = ", ".join(group.key for group in found)
        raise ArchiveError(f"{len(found)} groups are called {title_or_key}.", f"use a key: {keys}")
    if not found:
        raise NotFound(f"there is no group {title_or_key}.", "see: chendian group list")
    return found[0]


def set_visibility(db: sqlite3.Connection, key: str, visibility: str, who: str) -> None:
    """Decide who may read a group: `private`, `members` or `public`."""
    if visibility not in VISIBILITIES:
        raise ArchiveError(f"{visibility} is no visibility.", f"use {', '.join(VISIBILITIES)}")
    row_id = group_id(db, Reader(everything=True), key)
    minors = db.execute(
        "SELECT 1 FROM group_settings WHERE group_id = ? AND name = 'minors'", (row_id,)
    ).fetchone()
    if minors and visibility == "public":
        raise ArchiveError("a group with minors is never public.", "leave it to its members")
    db.execute("UPDATE groups SET visibility = ? WHERE id = ?", (visibility, row_id))
    note(db, who, "visibility", key, visibility)


def _view(row: tuple[Any, ...]) -> GroupView:
    key, title, kind, visibility, zone, messages, members, essence, first, last = row
    return GroupView(
        key,
        title,
        platform_of(key),
        kind,
        visibility,
        zone,
        messages,
        members,
        essence,
        first,
        last,
    )
