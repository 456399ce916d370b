"""What may be searched without a server: every message as a reader sees it, in order of time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from archive.access import Reader
from archive.copied import SERVICE, unseen
from archive.groups import allowed_ids, inside_ids
from archive.ids import LOWEST
from archive.levels import withheld
from archive.loading import ANONYMOUS, HIDDEN
from archive.masks import find_personal, masked, maybe_personal
from archive.prepare import RECALLED

_ROWS = (
    "SELECT id, group_id, platform_id, sender_id, sender_name, sent_at, text, more,"
    " service, flags, CASE WHEN more IS NOT NULL THEN detail END FROM messages"
    " WHERE id > ?1 AND (?2 IS NULL OR +group_id IN (SELECT value FROM json_each(?2))) ORDER BY id"
)
_NAMES = (
    "SELECT a.name, coalesce(s.name, nullif(p.name, ''))"
    " FROM members p LEFT JOIN memberships s ON s.member_id = p.id AND s.group_id = ?1"
    " LEFT JOIN shown_names a ON a.group_id = ?1 AND a.member_key = p.key WHERE p.id = ?2"
)
_AGREED = (
    "SELECT e.message_id, EXISTS (SELECT 1 FROM publish_consents c JOIN members p"
    " ON p.key = c.member_key WHERE p.id = m.sender_id)"
    " FROM essence_messages e JOIN messages m ON m.id = e.message_id"
)
_PEOPLE = 60_000
"""Names remembered at a time."""


class Text(NamedTuple):
    """A message's words as they are shown, with those that are not to be found."""

    words: str
    """The text, then on lines of its own what is searchable beside it."""
    personal: tuple[tuple[int, int], ...] = ()
    """(start, end) of personal numbers or of their masks, in code points: never indexed."""


class Said(NamedTuple):
    """A message that a reader may see."""

    id: int
    group: int
    platform_id: str
    sent_at: int
    sender: str
    text: Text | None
    """None of a recalled message, which is shown as such and found by nothing."""
    essence: bool


def said(db: sqlite3.Connection, reader: Reader, after: int = LOWEST) -> Iterator[Said]:
    """Yield what this reader may see, oldest first, from behind a message on; a few statements for
    any number of messages, and no more memory."""
    allowed, inside = allowed_ids(db, reader), inside_ids(db, reader)
    fence = None if allowed is None else json.dumps(sorted(allowed))
    gone, essence = withheld(db, reader) | unseen(db, reader), dict(db.execute(_AGREED))
    hidden = {i for (i,) in db.execute(f"SELECT p.id FROM members p WHERE {HIDDEN}")}

    senders = _Senders(db, reader)

    for (row_id, group, platform_id, member, written, sent_at, text, more, service, flags,
         detail) in db.execute(_ROWS, (after, fence)):  # fmt: skip
        if row_id in gone:
            continue
        outside = inside is not None and group not in inside
        sender = ""
        if member in hidden:
            flags |= RECALLED
        elif member is None:
            sender = written or ""
        else:
            sender = senders.get((group, member)) or senders.name(group, member) or written or ""
        if outside and sender and not essence.get(row_id):
            sender = ANONYMOUS
        shown = None
        if flags & RECALLED or service == SERVICE:
            pass  # what a bridge brought is found where it was said
        elif not (more or maybe_personal(text)):
            # as most are
            shown = Text("" if outside and service is not None else text)
        else:
            shown = (
                _shown(text, more, detail, service is not None) if outside else _whole(text, more)
            )
        yield Said(row_id, group, platform_id, sent_at, sender, shown, row_id in essence)


class _Senders(dict[tuple[int, int], str]):
    """How this reader is shown people, by group and member; some of them remembered."""

    def __init__(self, db: sqlite3.Connection, reader: Reader) -> None:
        self._db, self._reader = db, reader

    def name(self, group: int, member: int) -> str:
        """Look a name up; empty where only the message tells one."""
        alias, name = self._db.execute(_NAMES, (group, member)).fetchone()
        if len(self) > _PEOPLE:
            self.clear()
        self[group, member] = found = self._reader.calls(alias, name or "")
        return found


def _whole(text: str, more: str | None) -> Text:
    words = f"{text}\n{more}" if more else text
    return Text(words, tuple(find_personal(words)))


def _shown(text: str, more: str | None, detail: str | None, service: bool) -> Text:
    """Return what those outside a group see: nobody named, personal numbers masked."""
    text = "" if service else text  # it names people
    if more and detail and (nested := json.loads(detail).get("nested")):
        more = "\n".join(_texts(nested))
    words, personal = _whole(text, more)
    parts, places, at, length = [], [], 0, 0
    for start, end in personal:
        mask = masked(words[start:end])
        length += start - at
        parts += [words[at:start], mask]
        places.append((length, length + len(mask)))
        length, at = length + len(mask), end
    return Text("".join([*parts, words[at:]]), tuple(places)) if personal else Text(words)


def _texts(nested: list[dict[str, Any]]) -> Iterator[str]:
    for message in nested:
        yield str(message.get("text", ""))
        yield from _texts(message.get("nested", []))


def groups_of(db: sqlite3.Connection, reader: Reader) -> dict[int, tuple[str, str, str]]:
    """Return the groups a reader may see as (key, title, time zone), by row id."""
    allowed = allowed_ids(db, reader)
    rows = db.execute("SELECT id, key, title, time_zone FROM groups ORDER BY messages DESC, id")
    return {i: (k, t, z) for i, k, t, z in rows if allowed is None or i in allowed}
