"""Reads what was said in a span: a few statements for any number of messages."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable

import msgspec

from archive.access import Reader, member
from archive.consent import standing
from archive.groups import group_id
from archive.levels import withheld_among
from archive.loading import ANONYMOUS
from archive.prepare import RECALLED, TIME_GUESSED
from archive.records import KINDS
from archive.scrub import forwarded_from
from archive.text import normalise

LONGEST = 2_000
"""Characters read of a message."""
COMPARED = 400
"""Characters in which messages are compared."""

FILE, STICKER, RED_PACKET, FORWARD = (
    KINDS.index(name) for name in ("file", "sticker", "red_packet", "forward")
)

_NOT_KEPT = re.compile(r"\s*[\[【〔［]\s*不存\s*[\]】〕］]")
_OPENING = frozenset(("", " ", "\t", "\n", "\u3000", *"[【〔［"))
_COLUMNS = (
    "SELECT m.id, m.group_id, m.platform_id, m.sender_id, m.sent_at, m.kind,"
    f" substr(CASE WHEN m.text = '' THEN coalesce(m.more, '') ELSE m.text END, 1, {LONGEST}),"
    " m.text = '', m.reply_to, m.topic,"
    " CASE WHEN instr(m.detail, '\"forward\"') THEN m.detail END FROM"
)
_MAY = (
    # of a guessed time nobody knows whether it lies in the span
    f"m.flags & {RECALLED | TIME_GUESSED} = 0 AND m.service IS NULL"
)


class Said(msgspec.Struct, frozen=True, gc=False):
    """A message as far as it is needed to tell what was said."""

    id: int
    group: int
    platform_id: str
    sender: int | None
    at: int
    kind: int
    text: str
    plain: str
    """The beginning of the text in the form in which it is compared."""
    reply_to: str | None
    topic: str | None


class Place(msgspec.Struct, frozen=True):
    """A group, and whether the reader belongs to it."""

    key: str
    inside: bool


class Heard(msgspec.Struct):
    """What was said, oldest first, and what hangs on it."""

    places: dict[int, Place]
    said: list[Said]
    by_id: dict[int, Said]
    names: dict[tuple[int, int], str]
    """By group and sender."""
    member_keys: dict[int, str]
    reactions: dict[int, int]
    answers: dict[int, int]
    """Id of a message to that of the one it answers, where both are here."""
    files: dict[int, str]
    """Names of files by message."""

    def key(self, one: Said) -> str:
        """Return a message's key."""
        return f"{self.places[one.group].key}:{one.platform_id}"

    def name(self, one: Said) -> str:
        """Return how the sender is called before this reader."""
        if one.sender is None:
            return ""
        if not self.places[one.group].inside:
            return ANONYMOUS
        return self.names.get((one.group, one.sender)) or ANONYMOUS


def places_of(db: sqlite3.Connection, reader: Reader, keys: Iterable[str]) -> dict[int, Place]:
    """Find groups by their keys or former ones; NotFound also where one is hidden."""
    found: dict[int, Place] = {}
    for key in keys:
        row_id = group_id(db, reader, key)
        (own,) = db.execute("SELECT key FROM groups WHERE id = ?", (row_id,)).fetchone()
        found[row_id] = Place(own, reader.inside(own))
    return found


def hear(
    db: sqlite3.Connection,
    places: dict[int, Place],
    first: dict[int, int],
    before: int,
    newest: int | None = None,
) -> Heard:
    """Read the messages of these groups with ids from the group's `first` on and below `before`;
    the `newest` so many where that is given."""
    rows = db.execute(
        f"{_COLUMNS} json_each(?) p CROSS JOIN messages m ON m.group_id = CAST(p.key AS INTEGER)"
        f" AND m.id >= p.value AND m.id < ? WHERE {_MAY} ORDER BY m.id DESC LIMIT ?",
        (json.dumps(first), before, -1 if newest is None else newest),
    ).fetchall()
    return _heard(db, places, rows[::-1])


def hear_these(db: sqlite3.Connection, places: dict[int, Place], ids: Iterable[int]) -> Heard:
    """Read these messages, as far as they are in these groups."""
    rows = db.execute(
        f"{_COLUMNS} messages m WHERE {_MAY} AND m.id IN (SELECT value FROM json_each(?))"
        " AND m.group_id IN (SELECT value FROM json_each(?)) ORDER BY m.id",
        (json.dumps(list(ids)), json.dumps(list(places))),
    ).fetchall()
    return _heard(db, places, rows)


_Row = tuple[
    int, int, str, int | None, int, int, str, bool, str | None, str | None, str | None
]  # fmt: skip


def _heard(db: sqlite3.Connection, places: dict[int, Place], rows: list[_Row]) -> Heard:
    keys = standing(db).opted_out
    gone = _members(db, keys)
    # what is for admins only is told to nobody: a digest is passed on
    inside = member(frozenset(place.key for place in places.values() if place.inside))
    kept_back = withheld_among(db, inside, [row[0] for row in rows])
    said = []
    for i, group, name, who, at, kind, text, beside, reply_to, topic, passed_on in rows:
        if beside and (kind == FORWARD or not places[group].inside):
            text = ""  # what is beside the text names people, or is said by others
        if who in gone or i in kept_back or (keys and forwarded_from(passed_on) in keys):
            continue
        if not (text[:1] in _OPENING and _NOT_KEPT.match(text)):
            plain = normalise(text[:COMPARED])
            said.append(Said(i, group, name, who, at, kind, text, plain, reply_to, topic))
    by_id = {one.id: one for one in said}
    names, member_keys = _people(db, places, {one.sender for one in said})
    return Heard(
        places, said, by_id, names, member_keys, _reactions(db, said, by_id), _answers(db, said),
        _files(db, said),
    )  # fmt: skip


def _members(db: sqlite3.Connection, keys: Iterable[str]) -> frozenset[int | None]:
    rows = db.execute(
        "SELECT id FROM members WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(keys)),),
    )
    return frozenset(i for (i,) in rows)


def _people(
    db: sqlite3.Connection, places: dict[int, Place], senders: set[int | None]
) -> tuple[dict[tuple[int, int], str], dict[int, str]]:
    rows = db.execute(
        "SELECT s.group_id, p.id, coalesce(a.name, s.name, nullif(p.name, ''), ''), p.key"
        " FROM members p JOIN memberships s ON s.member_id = p.id"
        " LEFT JOIN shown_names a ON a.group_id = s.group_id AND a.member_key = p.key"
        " WHERE p.id IN (SELECT value FROM json_each(?))"
        " AND s.group_id IN (SELECT value FROM json_each(?))",
        (json.dumps([i for i in senders if i is not None]), json.dumps(list(places))),
    ).fetchall()
    return {(group, who): name for group, who, name, _ in rows}, {r[1]: r[3] for r in rows}


def _reactions(db: sqlite3.Connection, said: list[Said], by_id: dict[int, Said]) -> dict[int, int]:
    if not said:
        return {}
    rows = db.execute(
        "SELECT message_id, sum(count) FROM reactions WHERE message_id BETWEEN ? AND ?"
        " GROUP BY message_id",
        (said[0].id, said[-1].id),
    )
    return {i: number for i, number in rows if i in by_id}


def _answers(db: sqlite3.Connection, said: list[Said]) -> dict[int, int]:
    asked = [one for one in said if one.reply_to is not None]
    wanted = {(one.group, one.reply_to) for one in asked}
    if not wanted:
        return {}
    named = {place: one.id for one in said if (place := (one.group, one.platform_id)) in wanted}
    other = sorted({name for _, name in wanted - named.keys() if name})
    if other:
        here = {one.id for one in said}
        rows = db.execute(
            "SELECT group_id, other, target FROM aliases WHERE kind = 'message'"
            " AND group_id IN (SELECT value FROM json_each(?))"
            " AND other IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted({one.group for one in asked})), json.dumps(other)),
        )
        named.update({(group, name): target for group, name, target in rows if target in here})
    found = {one.id: named.get((one.group, one.reply_to or "")) for one in asked}
    return {i: target for i, target in found.items() if target is not None and target != i}


def _files(db: sqlite3.Connection, said: list[Said]) -> dict[int, str]:
    ids = [one.id for one in said if one.kind == FILE]
    rows = db.execute(
        "SELECT message_id, coalesce(name, '') FROM attachments"
        " WHERE message_id IN (SELECT value FROM json_each(?)) ORDER BY message_id, position DESC",
        (json.dumps(ids),),
    )
    return dict(rows.fetchall())
