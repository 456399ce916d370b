"""The names of people, groups, tags and essence in an archive, kept ready to be typed.

Nothing here asks who reads: what a name leads to is looked up for the reader each time.
"""

from __future__ import annotations

import sqlite3
import time
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from archive.database import Archive
from archive.pinyin import Names

KEPT = 600
"""Seconds after which names are read again, whatever seems to have changed."""
_SHARE = 50
"""Names are not read again before so many times the time it took has passed."""
_TITLE = 60
"""Characters of a text that stands for the title of an essence without one."""

_MARKS = {
    "person": "SELECT (SELECT max(rowid) FROM member_names), (SELECT max(at) FROM shown_names)",
    "group": "SELECT json_group_array(title) FROM groups",
    "tag": "SELECT max(id) FROM tags",
    "essence": "SELECT max(id), max(marked_at) FROM essence",
}
"""What changes, at the price of a look, when there are names of a kind that were not there."""
_NAMES = {
    "person": (
        "SELECT DISTINCT coalesce(s.name, nullif(p.name, '')), 0 FROM memberships s"
        " JOIN members p ON p.id = s.member_id UNION SELECT name, 0 FROM shown_names"
    ),
    "group": "SELECT title, id FROM groups",
    "tag": "SELECT name, id FROM tags",
    "essence": (
        "SELECT coalesce(nullif(e.title, ''), (SELECT substr(coalesce(nullif(m.text, ''), m.more),"
        f" 1, {_TITLE}) FROM essence_messages s JOIN messages m ON m.id = s.message_id"
        " WHERE s.essence_id = e.id ORDER BY m.id LIMIT 1)), e.id FROM essence e"
    ),
}
KINDS = tuple(_NAMES)


class _Known(NamedTuple):
    mark: tuple[object, ...]
    read_at: float
    took: float
    names: Names[int]


class _Kept:
    def __init__(self) -> None:
        self.lock = Lock()
        self.kinds: dict[str, _Known] = {}


_KEPT: WeakKeyDictionary[Archive, _Kept] = WeakKeyDictionary()


def known_names(archive: Archive, db: sqlite3.Connection, kind: str) -> Names[int]:
    """Return the names of a kind, with row ids (0 for people); read anew after new ones came.

    Names that are not borne any more may still be among them: whoever uses one looks it up.
    """
    kept = _KEPT.setdefault(archive, _Kept())
    mark = db.execute(_MARKS[kind]).fetchone()
    known = kept.kinds.get(kind)
    if known is not None and _holds(known, mark):
        return known.names
    # while one thread reads names anew, the others use what was read before
    if not kept.lock.acquire(blocking=known is None):
        assert known is not None
        return known.names
    try:
        began = time.monotonic()
        names = Names((name, row_id) for name, row_id in db.execute(_NAMES[kind]) if name)
        now = time.monotonic()
        kept.kinds[kind] = _Known(mark, now, now - began, names)
        return names
    finally:
        kept.lock.release()


def _holds(known: _Known, mark: tuple[object, ...]) -> bool:
    age = time.monotonic() - known.read_at
    return age < KEPT if known.mark == mark else age < known.took * _SHARE
