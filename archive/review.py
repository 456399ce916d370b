"""The review queue: what is public and may name or number a person, until somebody has looked.

What is recognised as a personal number is masked for the public anyway; the queue is for what is
doubtful beside it.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time

from archive.access import Reader
from archive.audit import note
from archive.groups import ruled_ids
from archive.ids import HIGHEST
from archive.levels import level_of, set_level
from archive.loading import load_views
from archive.masks import find_personal, mask
from archive.views import MessageView, View

LOOKED_AT = 3_000
"""Messages looked at for one page of the queue."""

_DOUBTS = {
    "number": re.compile(r"(?<![\d.,:/-])\d{7,}(?![\d.,:/-])"),
    "landline": re.compile(r"(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)"),
    "address": re.compile(
        r"[\u4e00-\u9fff]{1,6}(?:路|街|巷|弄|小区|花园|大厦)[^，。]{0,10}?\d+\s?(?:号|栋|幢|室)"
    ),
    "account": re.compile(
        r"(?:QQ|扣扣|企鹅|支付宝|账号|卡号|密码|身份证|护照)\s*(?:号|是|为)?\s*[:：]?\s*[\w*]{5,}",
        re.I | re.A,
    ),
}  # fmt: skip
"""What may be personal without being provably so, by what it is called."""


class Doubtful(View, frozen=True):
    """A public message somebody should look at."""

    message: MessageView
    """As its own group sees it."""
    shown: str
    """Its text as the public sees it."""
    why: tuple[str, ...]
    """`masked`, and names of `_DOUBTS`."""


class Queue(View, frozen=True):
    """A page of the queue; `older` is where the next one begins, None at the end."""

    found: tuple[Doubtful, ...]
    looked_at: int
    older: int | None


def waiting(
    db: sqlite3.Connection,
    reader: Reader,
    group_key: str | None = None,
    before: int | None = None,
    limit: int = 20,
) -> Queue:
    """Return the newest messages of public groups this reader rules that hold something personal or
    doubtful, may be read by everybody, and were not looked at."""
    ids = ruled_ids(db, reader, group_key)
    rows = db.execute(
        "SELECT m.id, m.text FROM messages m WHERE m.group_id IN (SELECT id FROM groups WHERE"
        " visibility = 'public' AND id IN (SELECT value FROM json_each(?))) AND m.id < ?"
        " AND m.flags & 2 = 0 AND m.service IS NULL ORDER BY m.id DESC LIMIT ?",
        (json.dumps(ids), before or HIGHEST, LOOKED_AT),
    ).fetchall()
    done = _decided(db, [row_id for row_id, _ in rows])
    found: dict[int, tuple[str, ...]] = {}
    last, looked_at = None, 0
    for row_id, text in rows:
        last, looked_at = row_id, looked_at + 1
        if row_id not in done and (why := doubts(text)):
            found[row_id] = why
            if len(found) == limit:
                break
    views = load_views(db, reader, found)
    more = looked_at == LOOKED_AT or (len(found) == limit and looked_at < len(rows))
    return Queue(
        tuple(Doubtful(view, mask(view.text), found[view.id]) for view in views),
        looked_at,
        last if more else None,
    )


def doubts(text: str) -> tuple[str, ...]:
    """Return what in a text is personal or may be so; empty: nothing."""
    found = ["masked"] if find_personal(text) else []
    shown = mask(text)
    return (*found, *(name for name, pattern in _DOUBTS.items() if pattern.search(shown)))


def decide(db: sqlite3.Connection, row_id: int, shown: bool | None, by: str) -> bool | None:
    """Note that somebody has looked at a message: it may be public as it is masked, or is for
    members only; None: nobody has. Return what held before."""
    row = db.execute("SELECT shown FROM reviewed WHERE message_id = ?", (row_id,)).fetchone()
    former = None if row is None else bool(row[0])
    db.execute("DELETE FROM reviewed WHERE message_id = ?", (row_id,))
    if shown is not None:
        db.execute(
            "INSERT INTO reviewed(message_id, shown, by, at) VALUES(?, ?, ?, ?)",
            (row_id, shown, by, int(time.time())),
        )
    if level_of(db, row_id) != "admins":
        set_level(db, row_id, "members" if shown is False else None, by)
    note(db, by, "reviewed", str(row_id), {None: "undone", True: "shown", False: "left out"}[shown])
    return former


def _decided(db: sqlite3.Connection, ids: list[int]) -> set[int]:
    """Return those that were looked at, or that the public does not see."""
    listed = json.dumps(ids)
    rows = db.execute(
        "SELECT message_id FROM reviewed WHERE message_id IN (SELECT value FROM json_each(?1))"
        " UNION SELECT message_id FROM item_levels"
        " WHERE message_id IN (SELECT value FROM json_each(?1))",
        (listed,),
    )
    return {i for (i,) in rows}
