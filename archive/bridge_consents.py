"""Who agreed to the bridge: each group for itself, about each other one; and where it is paused."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable

import msgspec

from archive.audit import note
from archive.consent import group_keys

ALL_OF = "bridge:"
"""What begins the name under which a whole bridge is paused."""
_ENDED = "ended:"
"""What begins the name under which it is kept since when a pause is over."""


class Agreed(msgspec.Struct, frozen=True):
    """What holds between groups, as of one moment."""

    since: dict[tuple[str, str, str], int] = {}
    """(group, other, mode), by every key both have had → since when (Unix seconds) it agrees."""
    paused: frozenset[str] = frozenset()
    """Keys of groups, and `bridge:NAME`."""
    resumed: dict[str, int] = {}
    """Of those whose pause is over: since when (Unix seconds)."""

    def crossing(self, source: str, target: str, mode: str) -> int | None:
        """Return since when something may cross from one group to the other; None: it may not."""
        one = self.since.get((source, target, mode))
        other = self.since.get((target, source, mode))
        if one is None or other is None or not self.paused.isdisjoint((source, target)):
            return None
        return max(one, other)

    def open_from(self, *whats: str) -> int:
        """Return from when on (Unix seconds) no pause of these keys holds what is said."""
        return max((self.resumed.get(what, 0) for what in whats), default=0)

    def agrees(self, group_key: str, other_key: str, mode: str) -> bool:
        """Tell whether a group agrees to share with another one."""
        return (group_key, other_key, mode) in self.since


def agreed(db: sqlite3.Connection) -> Agreed:
    """Read who agreed to what."""
    names: dict[str, list[str]] = {}

    def keys(key: str) -> list[str]:
        if key not in names:
            names[key] = group_keys(db, key)
        return names[key]

    since: dict[tuple[str, str, str], int] = {}
    for group, other, mode, at in db.execute(
        "SELECT group_key, other_key, mode, since FROM bridge_consents WHERE until IS NULL"
    ).fetchall():
        for one in keys(group):
            since |= {(one, another, mode): at for another in keys(other)}
    paused: set[str] = set()
    resumed: dict[str, int] = {}
    for what, at in db.execute("SELECT what, since FROM bridge_pauses").fetchall():
        ended = what.startswith(_ENDED)
        bare = what.removeprefix(_ENDED)
        names_of = keys(bare) if _is_group(bare) else [bare]
        if ended:
            resumed |= {name: max(at, resumed.get(name, 0)) for name in names_of}
        else:
            paused |= set(names_of)
    return Agreed(since, frozenset(paused), resumed)


def agree(
    db: sqlite3.Connection, group_key: str, others: Iterable[str], mode: str, by: str
) -> list[str]:
    """Note that a group agrees to share with others; return those it did not share with before."""
    now, held, new = int(time.time()), agreed(db), []
    for other in others:
        if held.agrees(group_key, other, mode):
            continue
        db.execute(
            "INSERT INTO bridge_consents(group_key, other_key, mode, since, by)"
            " VALUES(?, ?, ?, ?, ?)",
            (group_key, other, mode, now, by),
        )
        note(db, by, "bridge agreed", group_key, f"{mode} {other}")
        new.append(other)
    return new


def withdraw(db: sqlite3.Connection, group_key: str, by: str) -> int:
    """Note that a group shares with nobody any more; return how many agreements ended."""
    done = db.execute(
        "UPDATE bridge_consents SET until = ?, ended_by = ? WHERE until IS NULL AND group_key IN"
        " (SELECT value FROM json_each(?))",
        (int(time.time()), by, json.dumps(group_keys(db, group_key))),
    )
    if done.rowcount:
        note(db, by, "bridge withdrawn", group_key)
    return done.rowcount


def pause(db: sqlite3.Connection, what: str, by: str) -> bool:
    """Let nothing cross for a group or a bridge (`bridge:NAME`); False where that is so already."""
    done = db.execute(
        "INSERT OR IGNORE INTO bridge_pauses(what, since, by) VALUES(?, ?, ?)",
        (what, int(time.time()), by),
    )
    if done.rowcount:
        note(db, by, "bridge paused", what)
    return bool(done.rowcount)


def resume(db: sqlite3.Connection, what: str, by: str) -> bool:
    """Let what is said from now on cross again; False where it does."""
    names = group_keys(db, what) if _is_group(what) else [what]
    done = db.execute(
        "DELETE FROM bridge_pauses WHERE what IN (SELECT value FROM json_each(?))",
        (json.dumps(names),),
    )
    if done.rowcount:
        db.execute(
            "INSERT OR REPLACE INTO bridge_pauses(what, since, by) VALUES(?, ?, ?)",
            (f"{_ENDED}{what}", int(time.time()), by),
        )
        note(db, by, "bridge resumed", what)
    return bool(done.rowcount)


def _is_group(what: str) -> bool:
    return not what.startswith(ALL_OF)
