"""Erases messages in depth: what is said of them anywhere in the archive goes with them."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from typing import Any

from archive import places
from archive.acts import drop_words
from archive.bridged import take_back_all
from archive.database import rows_are_gone
from archive.edition_erasing import editions_of, scrub_editions
from archive.either_index import EitherIndex
from archive.fresh import count_days
from archive.hanging import CHILDREN, attachments_of
from archive.ids import DAY, SHIFT
from archive.matching import comparable, match_of
from archive.merge import entry_of, load, refresh_span
from archive.orphans import drop_orphans
from archive.people import Directory
from archive.prepare import Prepared
from archive.scrub import Whose, cleaned, may_quote, searchable
from archive.shelving import drop_edited, let_go
from archive.text import normalise
from archive.tombstones import bury, own
from archive.unite import as_prepared
from archive.unsaid import Unsaid

_QUOTED_WITHIN = 7 * DAY << SHIFT
"""How far behind a message, in ids, quotes of it are looked for that do not name it."""
_NAMES_OF_SENDER = (
    "SELECT DISTINCT name FROM member_names WHERE member_id ="
    " (SELECT sender_id FROM messages WHERE id = ?)"
)
_NAMES = 20
"""Names of a sender under which a source without ids may tell of the message again."""


class Erasure:
    """Erases within one transaction, and gathers what has to follow it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._index = EitherIndex(db)
        self._directory = Directory(db)
        self._days: dict[str, Counter[str]] = {}
        self._tags: set[int] = set()
        self._editions: set[int] = set()
        self._unsaid = Unsaid(db)
        self.index_is_whole = self._index.whole
        self.names: dict[str, list[str]] = {}
        """Group key → ids of the messages erased, other ids too."""
        self._near: dict[int, tuple[list[int], dict[str, set[str]]]] = {}
        """Group → (ids, words → names of who said them)."""
        self.senders: set[str] = set()
        """Keys of who sent them."""

    def erase(self, row_id: int, look_around: bool = True) -> None:
        """Erase a message; `look_around`: quotes of it that name neither it nor its sender too."""
        row = load(self._db, row_id)
        names = self._names_of(row)
        told = as_prepared(self._db, row_id)
        if told.sender_key is not None:
            self.senders.add(told.sender_key)
        bury(
            self._db,
            row["group_id"],
            [own(row["platform_id"]), *names, *self._matches(row, told)],
        )
        drop_orphans(self._db, row["group_id"], names)
        self.clean_answers(row["group_id"], names)
        if look_around:
            self._note_words(row)
        self._unsaid.note(row_id, row["text"], row["more"])
        # it may have answered itself
        self._remove(load(self._db, row_id))
        (key,) = self._db.execute(
            "SELECT key FROM groups WHERE id = ?", (row["group_id"],)
        ).fetchone()
        self.names.setdefault(key, []).extend(names)
        self._days.setdefault(key, Counter())[self._directory.group(key).day(row["sent_at"])] -= 1

    def clean(self, row_id: int, theirs: Whose, quote: bool = False) -> bool:
        """Take people's words out of what a message quotes; return whether there were any."""
        row = load(self._db, row_id)
        if row["detail"] is None:
            return False
        detail = cleaned(row["detail"], theirs, quote)
        if detail == row["detail"]:
            return False
        attachments = attachments_of(self._db, [row_id]).get(row_id, ())
        new = {**row, "detail": detail, "more": searchable(detail, attachments)}
        self._index.replace(row_id, entry_of(row), entry_of(new))
        self._db.execute(
            "UPDATE messages SET detail = ?, more = ? WHERE id = ?", (detail, new["more"], row_id)
        )
        drop_edited(self._db, row_id)
        places.settle(self._db, row_id, new)
        return True

    def finish(self) -> None:
        """Bring counters and tags in line."""
        self._clean_near()
        scrub_editions(self._db, self._editions)
        for key, days in self._days.items():
            group = self._directory.group(key)
            count_days(self._db, group, days)
            self._db.execute(
                "UPDATE groups SET messages = messages + ? WHERE id = ?", (days.total(), group.id)
            )
            refresh_span(self._db, group.id)
        # a tag is a word of the message: if nothing else has it, it goes
        self._db.executemany(
            "DELETE FROM tags WHERE id = ?1 AND synonym_of IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM message_tags WHERE tag_id = ?1)"
            " AND NOT EXISTS (SELECT 1 FROM tags o WHERE o.synonym_of = ?1)",
            [(tag,) for tag in self._tags],
        )
        self._unsaid.withdraw()
        drop_words(self._db)
        # answers the bot gave may cite what is erased; the group has them
        self._db.execute(
            "UPDATE outbox SET text = '' WHERE state IN ('sent', 'failed', 'unsure') AND text != ''"
        )
        if self._tags:
            rows_are_gone(self._db)

    def _names_of(self, row: dict[str, Any]) -> list[str]:
        others = self._db.execute(
            "SELECT other FROM aliases WHERE kind = 'message' AND target = ?", (row["id"],)
        )
        return [row["platform_id"], *(other for (other,) in others)]

    def _matches(self, row: dict[str, Any], told: Prepared) -> set[str]:
        """Return the hashes by which sources without ids, or of another text, would tell of it."""
        texts = [row["text"], *self._column("SELECT text FROM versions WHERE message_id = ?", row)]
        sender = self._column(f"{_NAMES_OF_SENDER} LIMIT {_NAMES}", row)
        people = [(told.sender_key, told.sender_name), *((None, name) for name in sender)]
        found = set()
        for at in (row["sent_at"], row["sent_at"] - row["sent_at"] % 60):
            for told.text in texts:
                for told.sender_key, told.sender_name in people:
                    told.sent_at = at
                    found.add(match_of(told))
        return found

    def clean_answers(self, group_id: int, names: list[str]) -> None:
        """Take out of what answers these messages the words it quotes of them."""
        answers = self._db.execute(
            "SELECT id, detail FROM messages WHERE group_id = ? AND reply_to IN"
            " (SELECT value FROM json_each(?)) AND detail IS NOT NULL",
            (group_id, json.dumps(names)),
        )
        for answer, detail in answers.fetchall():
            if may_quote(detail):
                self.clean(answer, lambda key, name, words: False, quote=True)

    def _note_words(self, row: dict[str, Any]) -> None:
        """Note a message's words, to take them out of what only repeats them."""
        said = comparable(row["text"])
        if said:
            names = [row["sender_name"], *self._column(_NAMES_OF_SENDER, row)]
            people = {normalise(name).strip() for name in names if name}
            near = self._near.setdefault(row["group_id"], ([], {}))
            near[0].append(row["id"])
            near[1].setdefault(said, set()).update(people)

    def _clean_near(self) -> None:
        """Take the messages out of quotes and merged records that name none of them."""
        for group_id, (ids, words) in self._near.items():
            theirs = _repeats(words)
            for row_id in self._quoting(group_id, min(ids), max(ids) + _QUOTED_WITHIN):
                self.clean(row_id, theirs)
        self._near.clear()

    def _quoting(self, group_id: int, after: int, until: int) -> list[int]:
        rows = self._db.execute(
            "SELECT id FROM messages WHERE group_id = ? AND id > ? AND id < ? AND detail IS NOT"
            """ NULL AND (instr(detail, '"quote"') OR instr(detail, '"nested"'))""",
            (group_id, after, until),
        )
        return [i for (i,) in rows.fetchall()]

    def _remove(self, row: dict[str, Any]) -> None:
        row_id = row["id"]
        self._index.replace(row_id, entry_of(row), None)
        self._tags.update(self._column("SELECT tag_id FROM message_tags WHERE message_id = ?", row))
        essence = self._column("SELECT essence_id FROM essence_messages WHERE message_id = ?", row)
        self._editions.update(editions_of(self._db, row_id))
        let_go(self._db, row_id)
        take_back_all(self._db, row_id)
        for table in CHILDREN:
            self._db.execute(f"DELETE FROM {table} WHERE message_id = ?", (row_id,))
        self._db.executemany(
            "DELETE FROM essence WHERE id = ?1"
            " AND NOT EXISTS (SELECT 1 FROM essence_messages WHERE essence_id = ?1)",
            [(i,) for i in essence],
        )
        self._db.execute("DELETE FROM aliases WHERE kind = 'message' AND target = ?", (row_id,))
        self._db.execute("DELETE FROM messages WHERE id = ?", (row_id,))

    def _column(self, sql: str, row: dict[str, Any]) -> list[Any]:
        return [value for (value,) in self._db.execute(sql, (row["id"],))]


def _repeats(words: dict[str, set[str]]) -> Whose:
    def theirs(key: str | None, name: str | None, said: str) -> bool:
        names = words.get(comparable(said))
        return names is not None and (not name or normalise(name).strip() in names)

    return theirs
