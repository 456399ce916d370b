"""What somebody who is logged in may read, as of now: their groups, and those they decide for.

The platform's word counts for ten minutes; a leave that was heard, an end on the roster and an
opt-out count at once.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from archive import invites
from archive.access import Reader, member, operator
from archive.consent import member_keys
from archive.keys import platform_of
from archive.roster import ended_in, guest_in
from archive.sessions import Session

TOLD_FOR = 600
"""Seconds for which the platform's word of who is in a group counts."""
SEEN_FOR = 30 * 86_400
"""Seconds for which a person counts as a member who was seen in a group, where no platform can be
asked."""
HERE = "here"
"""Stands for the role of who asked for the link in the group itself."""

_LEFT = "left"
_ADMINS = ("owner", "admin")
_MOST = 60
"""Groups the platform is asked about for one person."""
_MINE = (
    " FROM memberships s JOIN members p ON p.id = s.member_id JOIN groups g ON g.id = s.group_id"
    " WHERE p.key IN (SELECT value FROM json_each(?))"
)
_GROUP = (
    "(SELECT id FROM groups WHERE key = j.key UNION ALL SELECT target FROM aliases"
    " WHERE kind = 'group' AND group_id = 0 AND other = j.key LIMIT 1)"
)


def reader_of(db: sqlite3.Connection, session: Session, asked: bool) -> Reader | None:
    """Return what a session may read now; None: it is over.

    `asked`: the platform is asked from time to time, and `session.groups` is its word; else it is
    where the person was seen lately, and nobody is an admin.
    """
    if session.kind == "operator":
        return operator()
    if session.kind == "invited":
        found = invites.group_of(db, session.invite_id or 0)
        if found is None:
            return None
        (key,) = found
        return Reader(belongs=True) if key is None else member(frozenset((key,)))
    if session.member_key is None:
        return None
    keys = member_keys(db, session.member_key)
    if _wants_nothing(db, keys):
        return None
    now = int(time.time())
    if not asked:
        roles = dict.fromkeys(seen_in(db, keys, session, now), "member")
    else:
        roles = session.groups if session.checked_at > now - TOLD_FOR else {}
    held = _still_in(db, keys, roles, now)
    return member(
        frozenset(held),
        session.member_key,
        frozenset(key for key, role in held.items() if role in _ADMINS),
        belongs=bool(held),
    )


def candidates(db: sqlite3.Connection, session: Session, whole: bool) -> list[str]:
    """Return the keys of the groups to ask the platform about, those first that are known;
    `whole`: also groups of the platform in which the person has said nothing."""
    assert session.member_key is not None
    keys = json.dumps(member_keys(db, session.member_key))
    left = "" if whole else f" AND coalesce(s.role, '') != '{_LEFT}'"
    found = dict.fromkeys(session.groups)
    rows = db.execute(f"SELECT g.key{_MINE}{left} ORDER BY s.named_at DESC", (keys,))
    found |= dict.fromkeys(key for (key,) in rows)
    if whole:
        rows = db.execute("SELECT key FROM groups ORDER BY last_at DESC, id")
        found |= dict.fromkeys(key for (key,) in rows)
    platform = platform_of(session.member_key)
    return [key for key in found if platform_of(key) == platform][:_MOST]


def left_in(db: sqlite3.Connection, member_key: str) -> list[str]:
    """Return the keys of the groups that a person was heard to leave."""
    keys = json.dumps(member_keys(db, member_key))
    rows = db.execute(f"SELECT g.key{_MINE} AND s.role = '{_LEFT}'", (keys,))
    return [key for (key,) in rows]


def came_back(db: sqlite3.Connection, member_key: str, roles: Mapping[str, str]) -> None:
    """Note what the platform says a person is in groups they were heard to leave."""
    keys = json.dumps(member_keys(db, member_key))
    db.executemany(
        f"UPDATE memberships SET role = ?1 WHERE role = '{_LEFT}'"
        " AND group_id = (SELECT id FROM groups WHERE key = ?2) AND member_id IN"
        " (SELECT id FROM members WHERE key IN (SELECT value FROM json_each(?3)))",
        [(role, key, keys) for key, role in roles.items()],
    )


def seen_in(db: sqlite3.Connection, keys: list[str], session: Session, now: int) -> dict[str, str]:
    """Return the groups a person was seen in lately, by what was said there, or by asking for the
    link there."""
    since = now - SEEN_FOR
    rows = db.execute(f"SELECT g.key{_MINE} AND s.named_at > {since}", (json.dumps(keys),))
    found = {key: "member" for (key,) in rows}
    if session.at > since:
        found |= {key: HERE for key, role in session.groups.items() if role == HERE}
    return found


def _still_in(
    db: sqlite3.Connection, keys: list[str], roles: Mapping[str, str], now: int
) -> dict[str, str]:
    """Return the groups among these that were not left and have not ended on the roster, and those
    in which the roster makes the person a guest."""
    listed = json.dumps(keys)
    told = dict.fromkeys(guest_in(db, keys), "guest") | dict(roles)
    rows = db.execute(
        f"SELECT g.id, g.key, g.time_zone, j.value FROM json_each(?1) j JOIN groups g ON"
        f" g.id = {_GROUP} WHERE NOT EXISTS (SELECT 1 FROM memberships s JOIN members p"
        f" ON p.id = s.member_id WHERE s.group_id = g.id AND s.role = '{_LEFT}'"
        " AND p.key IN (SELECT value FROM json_each(?2)))",
        (json.dumps(told), listed),
    ).fetchall()
    days = {row_id: _day(now, zone) for row_id, _, zone, _ in rows}
    over = ended_in(db, keys, days)
    return {key: role for row_id, key, _, role in rows if row_id not in over}


def _wants_nothing(db: sqlite3.Connection, keys: list[str]) -> bool:
    row = db.execute(
        "SELECT 1 FROM opt_outs WHERE member_key IN (SELECT value FROM json_each(?))",
        (json.dumps(keys),),
    ).fetchone()
    return row is not None


def _day(now: int, zone: str) -> date:
    return datetime.fromtimestamp(now, ZoneInfo(zone)).date()
