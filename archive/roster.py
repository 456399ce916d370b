"""The roster 名册: who belongs to a group, as what, and until when."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from archive.access import Reader, operator
from archive.audit import note
from archive.consent import group_keys, member_keys, standing
from archive.errors import ArchiveError, NotFound
from archive.groups import group_id
from archive.roster_csv import Entry
from archive.scrub import Shunned
from archive.text import normalise
from archive.views import View

NEW_FOR = 14
"""Days for which who was greeted counts as a newcomer."""
_HELD = ("owner", "admin")
"""Roles the platform decides."""


class RosterLine(View, frozen=True):
    """A line of a roster."""

    member_key: str | None
    """None: known by name only."""
    name: str
    role: str
    """`owner`, `admin`, `guest`, `member` or `newcomer`."""
    expires_on: str | None
    """The last day (`YYYY-MM-DD`); None: without end."""
    note: str

    def expired(self, today: date) -> bool:
        """Tell whether the last day is over."""
        return self.expires_on is not None and self.expires_on < today.isoformat()


class RoleView(View, frozen=True):
    """What a person is in a group, as the platform and the roster say."""

    role: str | None
    """None: left, or never seen."""
    expired: bool
    expires_on: str | None


class Taken(View, frozen=True):
    """What became of a roster's lines."""

    added: int
    changed: int
    same: int
    left_out: tuple[int, ...]
    """Lines of people who want nothing kept."""


def take(db: sqlite3.Connection, group_key: str, entries: Iterable[Entry], by: str) -> Taken:
    """Put lines on a group's roster; who is on it already gets what is said anew, an empty field
    leaves what was there."""
    row_id = group_id(db, operator(), group_key)
    shunned = Shunned(db)
    added = changed = same = 0
    left_out: list[int] = []
    for entry in entries:
        key = entry.member_key or _one_called(db, row_id, entry.name)
        gone = key in shunned.keys if key else shunned.is_called(row_id, entry.name)
        if gone:
            left_out.append(entry.line)
            continue
        there = _there(db, row_id, key, entry.name)
        new = _merged(there, key, entry)
        if there == new:
            same += 1
            continue
        if there is not None:
            db.execute("DELETE FROM roster WHERE group_id = ? AND who = ?", (row_id, _who(there)))
        db.execute(
            "INSERT INTO roster(group_id, who, member_key, name, role, expires_on, note)"
            " VALUES(?, ?, ?, ?, ?, ?, ?)",
            (row_id, _who(new), new.member_key, new.name, new.role, new.expires_on, new.note),
        )
        added, changed = added + (there is None), changed + (there is not None)
    note(db, by, "roster", group_key, f"{added} added, {changed} changed")
    return Taken(added, changed, same, tuple(left_out))


def remove(db: sqlite3.Connection, group_key: str, name_or_key: str, by: str) -> RosterLine:
    """Take a line off a roster; what the person said stays. Raises NotFound, and ArchiveError
    where a name is several."""
    row_id = group_id(db, operator(), group_key)
    found = [
        line
        for line in roster(db, operator(), group_key)
        if line.member_key == name_or_key or normalise(line.name) == normalise(name_or_key)
    ]
    if not found:
        raise NotFound("nobody is called so on the roster.", "see: chendian roster list")
    if len(found) > 1:
        raise ArchiveError(f"{len(found)} are called so on the roster.", "name the member's key")
    db.execute("DELETE FROM roster WHERE group_id = ? AND who = ?", (row_id, _who(found[0])))
    note(db, by, "roster left", group_key)
    return found[0]


def replace(db: sqlite3.Connection, group_key: str, lines: Iterable[RosterLine], by: str) -> None:
    """Let a group's roster be these lines and no others; of who opted out none is taken."""
    row_id = group_id(db, operator(), group_key)
    gone = standing(db).opted_out
    db.execute("DELETE FROM roster WHERE group_id = ?", (row_id,))
    kept = [line for line in lines if line.member_key not in gone]
    db.executemany(
        "INSERT OR IGNORE INTO roster(group_id, who, member_key, name, role, expires_on, note)"
        " VALUES(?, ?, ?, ?, ?, ?, ?)",
        [
            (row_id, _who(one), one.member_key, one.name, one.role, one.expires_on, one.note)
            for one in kept
        ],
    )
    note(db, by, "roster", group_key, f"{len(kept)} put back")


def roster(db: sqlite3.Connection, reader: Reader, group_key: str) -> list[RosterLine]:
    """Return a group's roster, who expires first before the others; only for those inside.

    It is for the group's admins: the caller has asked for the role.
    """
    row_id = group_id(db, reader, group_key)
    if not _inside(db, reader, group_key):
        return []
    rows = db.execute(
        "SELECT member_key, name, role, expires_on, note FROM roster WHERE group_id = ?"
        " ORDER BY expires_on IS NULL, expires_on, name, who",
        (row_id,),
    )
    gone = standing(db).opted_out
    return [RosterLine(*row) for row in rows if row[0] not in gone]


def expiring(
    db: sqlite3.Connection, reader: Reader, group_key: str, today: date, days: int
) -> list[RosterLine]:
    """Return whose last day is today or one of the next `days`, the nearest first."""
    last = (today + timedelta(days=days)).isoformat()
    return [
        line
        for line in roster(db, reader, group_key)
        if line.expires_on is not None and today.isoformat() <= line.expires_on <= last
    ]


def standing_of(db: sqlite3.Connection, group_key: str, member_key: str, today: date) -> RoleView:
    """Return what a person is in a group on a local day. Owner and admin are the platform's word;
    a line known by name only tells the end, never a role. What an expired member said stays."""
    row_id = group_id(db, operator(), group_key)
    keys = member_keys(db, member_key)
    held = _held(db, row_id, keys)
    line = _listed(db, row_id, keys)
    expired = line is not None and line.expired(today)
    until = line.expires_on if line is not None else None
    if held == "left":
        return RoleView(None, expired, until)
    if held in _HELD:
        return RoleView(held, expired, until)
    if line is not None and line.member_key is not None and line.role not in _HELD:
        return RoleView(line.role, expired, until)
    if held is None and line is None:
        return RoleView(None, False, None)
    role = "newcomer" if _is_new(db, row_id, keys, today) else "member"
    return RoleView(role, expired, until)


def ended_in(db: sqlite3.Connection, keys: list[str], days: Mapping[int, date]) -> set[int]:
    """Return the groups, of these with their local days, in which a person's last day is over;
    by row id."""
    rows = db.execute(
        "SELECT j.value FROM json_each(?) j"
        " WHERE EXISTS (SELECT 1 FROM roster WHERE group_id = j.value)",
        (json.dumps(list(days)),),
    ).fetchall()
    lines = ((group, _listed(db, group, keys)) for (group,) in rows)
    return {group for group, line in lines if line is not None and line.expired(days[group])}


def guest_in(db: sqlite3.Connection, keys: list[str]) -> list[str]:
    """Return the keys of the groups whose roster names a person, by their own key, as a guest."""
    rows = db.execute(
        # a look into each group's roster, and not through all the lines there are
        "SELECT g.key FROM groups g CROSS JOIN roster r ON r.group_id = g.id"
        " AND r.who IN (SELECT value FROM json_each(?)) WHERE r.role = 'guest'",
        (json.dumps(keys),),
    )
    return [key for (key,) in rows]


def _inside(db: sqlite3.Connection, reader: Reader, group_key: str) -> bool:
    return any(reader.inside(key) for key in group_keys(db, group_key))


def _held(db: sqlite3.Connection, group: int, keys: list[str]) -> str | None:
    row = db.execute(
        "SELECT coalesce(s.role, 'member') FROM memberships s JOIN members p ON p.id = s.member_id"
        " WHERE s.group_id = ? AND p.key IN (SELECT value FROM json_each(?))",
        (group, json.dumps(keys)),
    ).fetchone()
    return row[0] if row else None


def _listed(db: sqlite3.Connection, group: int, keys: list[str]) -> RosterLine | None:
    """Find a person's line by key, else by a name that nobody else in the group has."""
    row = db.execute(
        "SELECT member_key, name, role, expires_on, note FROM roster WHERE group_id = ?1"
        " AND who IN (SELECT value FROM json_each(?2) UNION ALL SELECT '~' || n.folded"
        " FROM member_names n JOIN members p ON p.id = n.member_id WHERE n.group_id = ?1"
        " AND p.key IN (SELECT value FROM json_each(?2)) AND NOT EXISTS (SELECT 1"
        " FROM member_names o WHERE o.group_id = ?1 AND o.folded = n.folded"
        " AND o.member_id != n.member_id)) ORDER BY member_key IS NULL LIMIT 1",
        (group, json.dumps(keys)),
    ).fetchone()
    return RosterLine(*row) if row else None


def _is_new(db: sqlite3.Connection, group: int, keys: list[str], today: date) -> bool:
    row = db.execute(
        "SELECT date(max(at), 'unixepoch') FROM greeted WHERE group_id = ?"
        " AND member_key IN (SELECT value FROM json_each(?))",
        (group, json.dumps(keys)),
    ).fetchone()
    return row[0] is not None and row[0] > (today - timedelta(days=NEW_FOR)).isoformat()


def _one_called(db: sqlite3.Connection, group: int, name: str) -> str | None:
    """Return the key of the one person known by a name in a group."""
    rows = db.execute(
        "SELECT DISTINCT p.key FROM member_names n JOIN members p ON p.id = n.member_id"
        " WHERE n.group_id = ? AND n.folded = ? AND NOT p.name_only LIMIT 2",
        (group, normalise(name).strip()),
    ).fetchall()
    return rows[0][0] if len(rows) == 1 else None


def _there(db: sqlite3.Connection, group: int, key: str | None, name: str) -> RosterLine | None:
    folded = f"~{normalise(name).strip()}"
    row = db.execute(
        "SELECT member_key, name, role, expires_on, note FROM roster WHERE group_id = ?"
        " AND (who = ? OR who = ?) ORDER BY who = ? LIMIT 1",
        (group, key, folded, folded),
    ).fetchone()
    return RosterLine(*row) if row else None


def _merged(there: RosterLine | None, key: str | None, entry: Entry) -> RosterLine:
    old = there or RosterLine(None, "", "member", None, "")
    return RosterLine(
        member_key=key or old.member_key,
        name=entry.name or old.name,
        role=entry.role or old.role,
        expires_on=None if entry.without_end else entry.expires_on or old.expires_on,
        note=entry.note or old.note,
    )


def _who(line: RosterLine) -> str:
    return line.member_key or f"~{normalise(line.name).strip()}"
