"""Reactions: what people and the platform say of a message now, beside what sources counted.

`reactions` holds what is shown. Once somebody's reaction came in by itself, `reacted` holds what
each said last, and what the sources of the message counted; the shown is made from it, so that the
order in which it all comes in does not matter.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from archive.fresh import insert_reactions
from archive.ids import is_sane
from archive.records import Reacted, Reaction
from archive.scrub import without_members

COUNTS, TOLD = "=", "+"
"""Who said it, where it was no person: the platform's counts; the sources of the message."""


def react(db: sqlite3.Connection, row_id: int, record: Reacted) -> bool:
    """Let a person's reactions, or the counts, be these; what is older than known is passed by."""
    return put(db, row_id, record.member_key or COUNTS, record.at, record.reactions)


def put(
    db: sqlite3.Connection, row_id: int, who: str, at: int | None, said: Iterable[Reaction]
) -> bool:
    """Take what somebody said at a Unix time; None: now. Return whether anything changed."""
    there = _said(db, row_id)
    last_at, last = there.get(who, (0, None))
    moment = at if at is not None and is_sane(at) else last_at
    if moment < last_at:
        return False
    told = tuple(said)
    if not there:
        _write(db, row_id, TOLD, 0, shown(db, row_id))
    _write(db, row_id, who, moment, told)
    if told != last:
        _recount(db, row_id)
    return told != last


def tell(db: sqlite3.Connection, row_id: int, counted: tuple[Reaction, ...]) -> bool:
    """Take what a source of the message counted; the larger count of each emoji holds."""
    there = _said(db, row_id)
    before = shown(db, row_id)
    base = there[TOLD][1] if TOLD in there else before
    merged = {reaction.emoji: reaction for reaction in base}
    for reaction in counted:
        known = merged.get(reaction.emoji)
        if known is None or reaction.count > known.count:
            merged[reaction.emoji] = reaction
    if tuple(merged.values()) == base:
        return False
    if there:
        _write(db, row_id, TOLD, 0, tuple(merged.values()))
        _recount(db, row_id)
    else:
        insert_reactions(db, [(row_id, r) for r in merged.values() if r not in base])
    return shown(db, row_id) != before


def join(db: sqlite3.Connection, source_id: int, target_id: int) -> None:
    """Let what was said of a message that stands twice count for the one that stays."""
    for who, (at, said) in _said(db, source_id).items():
        if who != TOLD:
            put(db, target_id, who, at or None, said)
    db.execute("DELETE FROM reacted WHERE message_id = ?", (source_id,))


def forget_reactions(db: sqlite3.Connection, keys: Iterable[str], after: int, until: int) -> None:
    """Take some people's reactions from the messages of a range of ids (after, until]."""
    gone = frozenset(keys)
    for row_id in _reacted_to(db, gone, after, until):
        there = _said(db, row_id)
        for who in gone & there.keys():
            db.execute("DELETE FROM reacted WHERE message_id = ? AND who = ?", (row_id, who))
        left = _without(there[TOLD][1] if TOLD in there else shown(db, row_id), gone)
        if there:
            _write(db, row_id, TOLD, 0, left)
            _recount(db, row_id)
        else:
            _show(db, row_id, left)


def shown(db: sqlite3.Connection, row_id: int) -> tuple[Reaction, ...]:
    """Return the reactions to a message with the members that are known."""
    rows = db.execute(
        "SELECT emoji, count, members FROM reactions WHERE message_id = ? ORDER BY emoji", (row_id,)
    )
    return tuple(
        Reaction(emoji, count, tuple(json.loads(members)) if members else ())
        for emoji, count, members in rows
    )


def _reacted_to(db: sqlite3.Connection, keys: frozenset[str], after: int, until: int) -> list[int]:
    rows = db.execute(
        "SELECT message_id FROM reacted WHERE message_id > ?1 AND message_id <= ?2"
        " AND who IN (SELECT value FROM json_each(?3)) UNION SELECT message_id FROM reactions"
        " WHERE message_id > ?1 AND message_id <= ?2 AND members IS NOT NULL AND EXISTS"
        " (SELECT 1 FROM json_each(members) WHERE value IN (SELECT value FROM json_each(?3)))",
        (after, until, json.dumps(list(keys))),
    )
    return [i for (i,) in rows.fetchall()]


def _without(said: tuple[Reaction, ...], gone: frozenset[str]) -> tuple[Reaction, ...]:
    left = (without_members(reaction, gone) for reaction in said)
    return tuple(reaction for reaction in left if reaction.count > 0)


def _said(db: sqlite3.Connection, row_id: int) -> dict[str, tuple[int, tuple[Reaction, ...]]]:
    """Return what was last said of a message: who → (when, what)."""
    rows = db.execute(
        "SELECT who, at, said FROM reacted WHERE message_id = ? ORDER BY at, who", (row_id,)
    )
    return {who: (at, unpacked(said)) for who, at, said in rows}


def packed(said: Iterable[Reaction]) -> str:
    """Write reactions as JSON."""
    return json.dumps([(r.emoji, r.count, r.members) for r in said], ensure_ascii=False)


def unpacked(said: str) -> tuple[Reaction, ...]:
    """Read what `packed` wrote."""
    return tuple(Reaction(emoji, count, tuple(who)) for emoji, count, who in json.loads(said))


def _write(
    db: sqlite3.Connection, row_id: int, who: str, at: int, said: tuple[Reaction, ...]
) -> None:
    db.execute(
        "INSERT OR REPLACE INTO reacted(message_id, who, at, said) VALUES(?, ?, ?, ?)",
        (row_id, who, at, packed(said)),
    )


def _recount(db: sqlite3.Connection, row_id: int) -> None:
    """Make what is shown from all that was said."""
    there = _said(db, row_id)
    told = there.pop(TOLD, (0, ()))
    since, base = there.pop(COUNTS, told)
    counts = {r.emoji: r.count for r in base}
    members = {r.emoji: list(r.members) for r in base}
    for who, (at, said) in there.items():
        if at < since:
            continue  # the platform has counted it
        now = {reaction.emoji for reaction in said}
        for emoji in [emoji for emoji, those in members.items() if who in those]:
            if emoji not in now:
                members[emoji].remove(who)
                counts[emoji] -= 1
        for emoji in now:
            those = members.setdefault(emoji, [])
            if who not in those:
                those.append(who)
            counts[emoji] = max(counts.get(emoji, 0), len(those))
    _show(
        db,
        row_id,
        tuple(Reaction(e, n, tuple(members[e])) for e, n in sorted(counts.items()) if n > 0),
    )


def _show(db: sqlite3.Connection, row_id: int, reactions: tuple[Reaction, ...]) -> None:
    db.execute("DELETE FROM reactions WHERE message_id = ?", (row_id,))
    insert_reactions(db, [(row_id, reaction) for reaction in reactions])
