"""What holds for one person: what they agreed to, as whom they are shown, where they are in."""

from __future__ import annotations

import json
import sqlite3
import time

from archive.access import Reader
from archive.consent import member_keys, standing
from archive.errors import NotFound
from archive.groups import get_group
from archive.profiles import introductions_of
from archive.rights import alias_of, may_publish
from archive.text import normalise
from archive.views import GroupView, View


class MyGroup(View, frozen=True):
    """A group a person is in."""

    key: str
    title: str
    name: str
    """What the group calls them."""
    alias: str | None
    """The name under which they are shown instead."""
    introduction: str
    """What they said of themselves; empty: nothing."""
    archived: bool
    """Whether it agrees to be archived now; else nothing new is said there."""


class MySession(View, frozen=True):
    """A browser in which a person is logged in; Unix seconds."""

    id: int
    at: int
    seen_at: int
    ends_at: int
    is_feed: bool
    """No browser, but a key that reads feeds."""


class Mine(View, frozen=True):
    """What a person may see of what holds for them; who opted out sees nothing here."""

    publishes: bool
    groups: tuple[MyGroup, ...]
    sessions: tuple[MySession, ...]
    saved: int


def mine(db: sqlite3.Connection, reader: Reader) -> Mine:
    """Return what holds for the reader, who is a member."""
    assert reader.member_key is not None
    keys = json.dumps(member_keys(db, reader.member_key))
    among = "IN (SELECT value FROM json_each(?))"
    (saved,) = db.execute(
        f"SELECT count(DISTINCT message_id) FROM saved WHERE member_key {among}", (keys,)
    ).fetchone()
    sessions = db.execute(
        f"SELECT id, at, seen_at, ends_at, kind = 'feed' FROM sessions WHERE member_key {among}"
        " AND ended_at IS NULL AND ends_at > ? ORDER BY seen_at DESC, id DESC",
        (keys, int(time.time())),
    )
    return Mine(
        may_publish(db, reader.member_key),
        tuple(_groups(db, reader, reader.member_key)),
        tuple(
            MySession(number, at, seen_at, ends_at, bool(feed))
            for number, at, seen_at, ends_at, feed in sessions
        ),
        saved,
    )


def own_groups(db: sqlite3.Connection, reader: Reader) -> list[GroupView]:
    """Return the groups the reader is in, by title."""
    found = []
    for key in reader.group_keys:
        try:
            found.append(get_group(db, reader, key))
        except NotFound:
            continue
    return sorted(found, key=lambda group: (normalise(group.title), group.key))


def own_group(db: sqlite3.Connection, reader: Reader, group_key: str) -> str:
    """Return the key of a group the reader is in. Raises NotFound for any other."""
    group = get_group(db, reader, group_key)
    if not reader.inside(group.key):
        raise NotFound("there is no such group.")
    return group.key


def _groups(db: sqlite3.Connection, reader: Reader, member_key: str) -> list[MyGroup]:
    keys = json.dumps(member_keys(db, member_key))
    told, agreed = introductions_of(db, member_key), standing(db)
    found = []
    for group in own_groups(db, reader):
        row = db.execute(
            "SELECT coalesce(s.name, nullif(p.name, ''), p.username, '') FROM members p"
            " JOIN groups g ON g.key = ?1"
            " LEFT JOIN memberships s ON s.member_id = p.id AND s.group_id = g.id"
            " WHERE p.key IN (SELECT value FROM json_each(?2)) LIMIT 1",
            (group.key, keys),
        ).fetchone()
        found.append(
            MyGroup(
                group.key,
                group.title,
                row[0] if row else "",
                alias_of(db, group.key, member_key),
                told.get(group.key, ""),
                agreed.keeps(group.key),
            )
        )
    return found
