"""Consent: which groups may be archived, which are paused, and who wants none of it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable

import msgspec

from archive.audit import note
from archive.logins import drop_logins
from archive.scrub import remember_names
from archive.unsaid import withdraw_of

NOTICE = 1
"""The version of the notice that people agree to; grows with its meaning."""


class Standing(msgspec.Struct, frozen=True):
    """What the door must know, as of one moment; every key a group or member has had is in it."""

    archiving: frozenset[str] = frozenset()
    """Keys of the groups that may be archived."""
    paused: dict[str, int] = {}
    """Group key → when its last pause ends (Unix seconds), or ended."""
    opted_out: frozenset[str] = frozenset()
    """Keys of the members of whom nothing may be stored."""
    paused_since: dict[str, int] = {}

    def keeps(self, group_key: str) -> bool:
        """Tell whether a group has agreed to be archived."""
        return group_key in self.archiving

    def paused_at(self, group_key: str, at: float) -> bool:
        """Tell whether what was said at this Unix time was said during the group's last pause."""
        until = self.paused.get(group_key)
        return until is not None and self.paused_since.get(group_key, 0) <= at < until


def standing(db: sqlite3.Connection) -> Standing:
    """Read who has agreed, paused and opted out."""
    agreed = [key for (key,) in db.execute("SELECT group_key FROM consents WHERE until IS NULL")]
    archiving = {other for key in agreed for other in group_keys(db, key)}
    paused: dict[str, int] = {}
    since: dict[str, int] = {}
    for key, begins, ends in db.execute(
        "SELECT group_key, since, until FROM pauses ORDER BY until"
    ):
        for other in group_keys(db, key):
            paused[other], since[other] = ends, begins
    left = [key for (key,) in db.execute("SELECT member_key FROM opt_outs")]
    return Standing(
        archiving=frozenset(archiving),
        paused=paused,
        opted_out=frozenset(other for key in left for other in member_keys(db, key)),
        paused_since=since,
    )


def start(db: sqlite3.Connection, group_key: str, *, by: str, notice: int = NOTICE) -> bool:
    """Note that a group agrees to be archived from now on; False where it does already.

    An agreement to an older notice ends, and one to this notice begins at the same moment.
    """
    row = _open(db, group_key)
    if row is not None and row[1] >= notice:
        return False
    if row is not None:
        _end(db, row[0], by)
    db.execute(
        "INSERT INTO consents(group_key, since, notice, started_by) VALUES(?, ?, ?, ?)",
        (group_key, int(time.time()), notice, by),
    )
    note(db, by, "consent", group_key, f"notice {notice}")
    return True


def stop(db: sqlite3.Connection, group_key: str, *, by: str) -> bool:
    """Note that a group is not archived any more; False where it was not."""
    row, stopped = _open(db, group_key), False
    # a group that moved may have agreed under either key
    while row is not None:
        _end(db, row[0], by)
        row, stopped = _open(db, group_key), True
    if stopped:
        note(db, by, "consent withdrawn", group_key)
    return stopped


def approve(db: sqlite3.Connection, keys: Iterable[str], by: str = "configuration") -> list[str]:
    """Start the groups of the configuration that nobody has decided on; return their keys.

    A group whose people have withdrawn stays withdrawn, whatever the configuration says.
    """
    started = []
    for key in keys:
        names = group_keys(db, key)
        marks = ", ".join("?" * len(names))
        decided = db.execute(
            f"SELECT 1 FROM consents WHERE group_key IN ({marks}) LIMIT 1", names
        ).fetchone()
        if decided is None and start(db, key, by=by):
            started.append(key)
    return started


def move(db: sqlite3.Connection, former: str, group_key: str) -> bool:
    """Let a group that got a new key keep its consent and pause, before its first message came."""
    row = _open(db, former)
    if row is None or _open(db, group_key) is not None:
        return False
    db.execute(
        "INSERT INTO consents(group_key, since, notice, started_by)"
        " SELECT ?, ?, notice, started_by FROM consents WHERE id = ?",
        (group_key, int(time.time()), row[0]),
    )
    db.execute(
        "INSERT INTO pauses(group_key, since, until, who)"
        " SELECT ?, since, until, who FROM pauses WHERE group_key = ? AND until > ?",
        (group_key, former, int(time.time())),
    )
    note(db, "platform", "group moved", group_key, former)
    return True


def agreed_since(db: sqlite3.Connection, group_key: str) -> int | None:
    """Return since when (Unix seconds) a group has agreed without a break; None: it does not."""
    keys = group_keys(db, group_key)
    marks = ", ".join("?" * len(keys))
    rows = db.execute(
        f"SELECT since, until FROM consents WHERE group_key IN ({marks})"
        " ORDER BY until IS NOT NULL, since DESC",
        keys,
    ).fetchall()
    began: int | None = None
    for since, until in rows:
        if until is None:
            began = since if began is None else min(began, since)
        elif began is not None and since < began <= until:
            # it agreed to an older notice before
            began = since
    return began


def pause(
    db: sqlite3.Connection, group_key: str, until: int, by: str, since: int | None = None
) -> None:
    """Archive nothing of a group between two Unix times; one that is past ends a pause.

    It begins now, or when it was asked for: what was said since may still be on its way.
    """
    now = int(time.time())
    now = now if since is None else min(since, now)
    keys = group_keys(db, group_key)
    marks = ", ".join("?" * len(keys))
    going_on = db.execute(
        f"SELECT id FROM pauses WHERE until > ? AND group_key IN ({marks})", (now, *keys)
    ).fetchall()
    if going_on:
        db.executemany(
            "UPDATE pauses SET until = ? WHERE id = ?", [(max(until, now), i) for (i,) in going_on]
        )
    elif until > now:
        db.execute(
            "INSERT INTO pauses(group_key, since, until, who) VALUES(?, ?, ?, ?)",
            (group_key, now, until, by),
        )
    note(db, by, "pause", group_key, str(until))


def opt_out(db: sqlite3.Connection, member_key: str, by: str) -> bool:
    """Store nothing of a person from now on, nor quotes of them; False where that is so already.

    What is there already is erased by `forget.forget_member`.
    """
    if any(_opted_out(db, key) for key in member_keys(db, member_key)):
        return False
    db.execute(
        "INSERT INTO opt_outs(member_key, at, who) VALUES(?, ?, ?)",
        (member_key, int(time.time()), by),
    )
    remember_names(db, member_key)
    withdraw_of(db, member_keys(db, member_key))
    drop_logins(db, member_keys(db, member_key))
    note(db, by, "opt out", member_key)
    return True


def opt_in(db: sqlite3.Connection, member_key: str, by: str) -> bool:
    """Store a person's messages again from now on; what was forgotten stays so."""
    keys = member_keys(db, member_key)
    gone = [key for key in keys if _opted_out(db, key)]
    for key in keys:
        db.execute("DELETE FROM opt_outs WHERE member_key = ?", (key,))
        db.execute("DELETE FROM forgotten_names WHERE member_key = ?", (key,))
    if gone:
        note(db, by, "opt in", member_key)
    return bool(gone)


def group_keys(db: sqlite3.Connection, key: str) -> list[str]:
    """Return every key a group has or has had, the one asked for first."""
    return _all_keys(db, "groups", "group", key)


def member_keys(db: sqlite3.Connection, key: str) -> list[str]:
    """Return every key a member has or has had, the one asked for first."""
    return _all_keys(db, "members", "member", key)


def _all_keys(db: sqlite3.Connection, table: str, kind: str, key: str) -> list[str]:
    rows = db.execute(
        f"WITH place(id) AS (SELECT id FROM {table} WHERE key = ?1 UNION"
        " SELECT target FROM aliases WHERE kind = ?2 AND group_id = 0 AND other = ?1)"
        f" SELECT key FROM {table} WHERE id IN (SELECT id FROM place) UNION"
        " SELECT other FROM aliases WHERE kind = ?2 AND target IN (SELECT id FROM place)",
        (key, kind),
    )
    return list(dict.fromkeys((key, *(other for (other,) in rows))))


def _open(db: sqlite3.Connection, group_key: str) -> tuple[int, int] | None:
    """Return (id, notice) of a group's open agreement."""
    keys = group_keys(db, group_key)
    marks = ", ".join("?" * len(keys))
    row: tuple[int, int] | None = db.execute(
        f"SELECT id, notice FROM consents WHERE until IS NULL AND group_key IN ({marks})"
        " ORDER BY notice DESC LIMIT 1",
        keys,
    ).fetchone()
    return row


def _end(db: sqlite3.Connection, row_id: int, by: str) -> None:
    db.execute(
        "UPDATE consents SET until = ?, stopped_by = ? WHERE id = ?", (int(time.time()), by, row_id)
    )


def _opted_out(db: sqlite3.Connection, key: str) -> bool:
    return bool(db.execute("SELECT 1 FROM opt_outs WHERE member_key = ?", (key,)).fetchone())
