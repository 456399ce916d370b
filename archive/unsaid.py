"""Drafts that wait in the outbox and carry what was erased: they are not said any more."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterable

from archive.matching import comparable

_PIECE = 12
"""Characters in a row, without blanks, that are taken for a quotation of a longer message."""
_SHORTEST = 6
"""Shorter messages are known by their codes alone, which every answer shows beside them."""
_CODE = re.compile(r"[0-9A-Z]{6}")


class Unsaid:
    """Gathers, within one transaction, by what drafts show the messages erased."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        (self._any,) = db.execute(
            "SELECT EXISTS(SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending'))"
        ).fetchone()
        self._codes: set[str] = set()
        self._short: set[str] = set()
        self._pieces: set[str] = set()

    def note(self, row_id: int, *texts: str | None) -> None:
        """Note a message that is about to be erased, with its texts."""
        if not self._any:
            return
        rows = self._db.execute("SELECT code FROM codes WHERE message_id = ?", (row_id,))
        self._codes.update(code for (code,) in rows)
        for text in filter(None, texts):
            said = comparable(text)
            if _SHORTEST <= len(said) < _PIECE:
                self._short.add(said)
            self._pieces.update(_pieces(said))

    def withdraw(self) -> None:
        """Give up the drafts that show any of it; what is being sent is not sent again."""
        if not (self._codes or self._short or self._pieces):
            return
        _give_up(self._db, (id for id, text in _drafts(self._db) if self._shown_in(text)))

    def _shown_in(self, text: str) -> bool:
        if not self._codes.isdisjoint(_CODE.findall(text)):
            return True
        said = comparable(text)
        return not self._pieces.isdisjoint(_pieces(said)) or any(s in said for s in self._short)


def withdraw_of(db: sqlite3.Connection, member_keys: Iterable[str]) -> None:
    """Give up at once the drafts that show a person's messages, known by their codes."""
    drafts = [(id, set(_CODE.findall(text))) for id, text in _drafts(db)]
    theirs = {
        code
        for (code,) in db.execute(
            "SELECT c.code FROM json_each(?) JOIN codes c ON c.code = value"
            " JOIN messages m ON m.id = c.message_id JOIN members p ON p.id = m.sender_id"
            " WHERE p.key IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(set().union(*(codes for _, codes in drafts)))),
             json.dumps(list(member_keys))),
        )
    }  # fmt: skip
    _give_up(db, (id for id, codes in drafts if codes & theirs))


def _drafts(db: sqlite3.Connection) -> list[tuple[int, str]]:
    return db.execute(
        "SELECT id, text FROM outbox WHERE state IN ('waiting', 'sending') AND text != ''"
    ).fetchall()


def _give_up(db: sqlite3.Connection, ids: Iterable[int]) -> None:
    db.executemany(
        "UPDATE outbox SET state = 'failed', text = '', ended_at = ?,"
        " why = 'what it showed was forgotten' WHERE id = ?",
        [(int(time.time()), id) for id in ids],
    )


def _pieces(said: str) -> set[str]:
    return {said[at : at + _PIECE] for at in range(len(said) - _PIECE + 1)}
