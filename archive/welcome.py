"""The newcomer's pack 新人: what a group is, what it kept, who answers what."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping

from archive.access import Reader, member, operator
from archive.consent import group_keys, member_keys, standing
from archive.essence import post
from archive.group_texts import INVITATION, text_of
from archive.groups import get_group, group_id
from archive.ids import DAY
from archive.index import TABLE
from archive.profiles import Known, Profile, introductions, who_knows
from archive.records import KINDS
from archive.views import EssenceView, GroupView, View

ESSENTIALS = 10
"""Essences in a pack."""
_FIRST = 3
"""Essences a newcomer is greeted with."""
_INTRODUCED = 5
_SERVICE = f"k{KINDS.index('service')}"
_VALUED = (
    "SELECT e.id FROM essence e JOIN essence_messages m ON m.essence_id = e.id"
    " JOIN messages said ON said.id = m.message_id WHERE e.group_id = ? AND said.flags & 2 = 0"
    " GROUP BY e.id ORDER BY"
    " (SELECT coalesce(sum(count), 0) FROM reactions JOIN essence_messages o USING (message_id)"
    "  WHERE o.essence_id = e.id)"
    " + 2 * (SELECT count(*) FROM nominations JOIN essence_messages o USING (message_id)"
    "  WHERE o.essence_id = e.id) DESC, e.marked_at DESC, e.id DESC LIMIT ?"
)


class Pack(View, frozen=True):
    """What a newcomer reads first."""

    group: GroupView
    essentials: tuple[EssenceView, ...]
    """The most valued first, at most ten."""
    introductions: tuple[Profile, ...]
    who_knows: tuple[Known, ...]


def pack(db: sqlite3.Connection, reader: Reader, group_key: str) -> Pack:
    """Put a group's pack together as this reader sees it; NotFound where it is hidden."""
    return Pack(
        get_group(db, reader, group_key),
        most_valued(db, reader, group_key),
        tuple(introductions(db, reader, group_key, limit=_INTRODUCED)),
        tuple(who_knows(db, reader, group_key)),
    )


def most_valued(
    db: sqlite3.Connection, reader: Reader, group_key: str, limit: int = ESSENTIALS
) -> tuple[EssenceView, ...]:
    """Return the essence most reacted to and most often nominated; what was taken back is none."""
    row_id = group_id(db, reader, group_key)
    found = db.execute(_VALUED, (row_id, limit)).fetchall()
    views = [post(db, reader, number) for (number,) in found]
    return tuple(v for v in views if not all(message.recalled for message in v.messages))


def rules(
    db: sqlite3.Connection, reader: Reader, group_key: str, configured: Mapping[str, str]
) -> tuple[str, ...]:
    """Return what the admins say to newcomers: the words decided at the desk, or else configured
    under any key the group has had, and the invitation; for those inside only."""
    group = get_group(db, reader, group_key)
    if not reader.inside(group.key):
        return ()
    decided = db.execute(
        "SELECT value FROM group_settings WHERE name = 'welcome'"
        " AND group_id = (SELECT id FROM groups WHERE key = ?)",
        (group.key,),
    ).fetchone()
    keys = group_keys(db, group.key)
    words = decided[0] if decided else next((configured[k] for k in keys if k in configured), "")
    said = (words.strip(), text_of(db, reader, group.key, INVITATION).strip())
    return tuple(dict.fromkeys(text for text in said if text))


def greet(
    db: sqlite3.Connection, group_key: str, member_key: str, joined_at: int | None = None
) -> Pack | None:
    """Note within the caller's transaction that a newcomer is greeted, and return what to say
    first: the group and three essentials.

    None: greeted before, has spoken there, joined over a day ago, wants nothing kept, or the group
    is not archived.
    """
    now, place = int(time.time()), standing(db)
    if joined_at is not None and now - joined_at > DAY:
        return None
    if not place.keeps(group_key) or member_key in place.opted_out:
        return None
    row_id = group_id(db, operator(), group_key)
    if _has_spoken(db, row_id, member_key):
        return None
    done = db.execute(
        "INSERT INTO greeted(group_id, member_key, at) SELECT ?1, ?2, ?3 WHERE NOT EXISTS"
        " (SELECT 1 FROM greeted WHERE group_id = ?1"
        " AND member_key IN (SELECT value FROM json_each(?4)))",
        (row_id, member_key, now, json.dumps(member_keys(db, member_key))),
    )
    if not done.rowcount:
        return None
    reader = member(frozenset(group_keys(db, group_key)), member_key)
    valued = most_valued(db, reader, group_key, _FIRST)
    return Pack(get_group(db, reader, group_key), valued, (), ())


def _has_spoken(db: sqlite3.Connection, group: int, member_key: str) -> bool:
    row = db.execute("SELECT id FROM members WHERE key = ?", (member_key,)).fetchone()
    if row is None:
        return False
    said = f'(facet : "g{group}" AND facet : "s{row[0]}") NOT facet : "{_SERVICE}"'
    return bool(
        db.execute(f"SELECT 1 FROM {TABLE} WHERE {TABLE} MATCH ? LIMIT 1", (said,)).fetchone()
    )
