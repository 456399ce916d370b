"""Replays the erasure ledger on an archive from before: what was forgotten since is so again."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing

import msgspec

from archive.database import Archive, transaction
from archive.erasure import Erasure
from archive.erasure_ledger import Line, lines_of, unsealed
from archive.forget import forget_member, settle
from archive.inbox import Inbox
from archive.inbox.connection import FILE as INBOX
from archive.logins import end_everything
from archive.orphans import drop_orphans
from archive.people import Directory
from archive.records import Group
from archive.reindex import reindex
from archive.text import VERSION
from archive.tombstones import forgotten, mark_of, own, person_mark, secret_of
from archive.unite import as_prepared
from archive.wishes import BY, Wishes

_ALL_DAYS = 36_500


class Replayed(msgspec.Struct):
    """What a replay erased."""

    messages: int = 0
    people: int = 0
    events: int = 0
    unknown: int = 0
    """Lines of another archive."""


def replay(archive: Archive, lines: Iterable[Line], begun: int) -> Replayed:
    """Forget and refuse again what an archive does not know yet, in rows, raw events, files and
    logs; `begun` is when the backup was begun, whose own lines from before are done already.

    Nobody else may use the archive meanwhile.
    """
    with closing(archive.connect_for_writing()) as db:
        if not _index_is_whole(db):
            reindex(db)
        with transaction(db):
            work = _Replay(db, lines, begun)
            work.run()
    done = work.done
    if (archive.folder / INBOX).exists():
        done.events = _clean_inbox(archive, work.people)
    settle(archive)
    return done


def _index_is_whole(db: sqlite3.Connection) -> bool:
    rows = dict(db.execute("SELECT name, value FROM meta WHERE name IN ('tokens', 'reindex')"))
    return rows == {"tokens": str(VERSION)}


class _Replay:
    """One replay, within one transaction."""

    def __init__(self, db: sqlite3.Connection, lines: Iterable[Line], begun: int) -> None:
        self._db = db
        self._secret = secret_of(db)
        self._directory = Directory(db)
        known = dict.fromkeys(line for line in lines_of(db) if line.at < begun)
        self._new = [line for line in lines if line not in known]
        self._wishes = Wishes(db, known, self._new, begun)
        done_at = {line.match: line.at for line in known if line.kind == "person"}
        self._people_at = {
            line.match: line.at
            for line in sorted(self._new, key=lambda line: line.at)
            # one that was erased again since is known by the last time only
            if line.kind == "person" and done_at.get(line.match, -1) < line.at
        }
        self.people = set(self._people_at)
        self.done = Replayed()

    def run(self) -> None:
        """Do it all."""
        erasure = Erasure(self._db)
        for group_id, marks in self._bury().items():
            self._erase(erasure, group_id, marks)
        erasure.finish()
        self.people |= self._wishes.fulfil(self.people, self._groups)
        for key in self._known_people():
            forget_member(self._db, key, BY)
            self.done.people += 1
        self._db.executemany(
            "INSERT INTO erased_people(mark, at) VALUES(?, ?)"
            " ON CONFLICT DO UPDATE SET at = max(at, excluded.at)",
            self._people_at.items(),
        )
        # what waited then was said long ago, or is no answer any more
        self._db.execute(
            "UPDATE outbox SET state = 'unsure', text = '', ended_at = made_at,"
            " why = 'restored from a backup' WHERE state IN ('waiting', 'sending')"
        )
        end_everything(self._db)

    def _bury(self) -> dict[int, set[str]]:
        """Write the tombstones; return them by group."""
        found: dict[int, set[str]] = defaultdict(set)
        for line in self._new:
            keys = unsealed(self._secret, line) if line.sealed else []
            self.done.unknown += keys is None
            if line.kind != "message" or not keys:
                continue
            for group_id in self._groups(keys):
                found[group_id].add(line.match)
                self._db.execute(
                    "INSERT OR IGNORE INTO tombstones(group_id, match, forgotten_at)"
                    " VALUES(?, ?, ?)",
                    (group_id, line.match, line.at),
                )
        return found

    def _groups(self, keys: list[object]) -> list[int]:
        """Return the groups with these keys; one that is not here is made, to remember for it."""
        rows = self._db.execute(
            "SELECT id FROM groups WHERE key IN (SELECT value FROM json_each(?1)) UNION"
            " SELECT target FROM aliases WHERE kind = 'group' AND group_id = 0"
            " AND other IN (SELECT value FROM json_each(?1))",
            (json.dumps(keys),),
        ).fetchall()
        if not rows:
            key = str(keys[0])
            by_title = key.partition(":")[2].startswith("~")
            self._directory.take_group(Group(key, title_only=by_title))
            return [self._directory.group(key).id]
        return [i for (i,) in rows]

    def _erase(self, erasure: Erasure, group_id: int, marks: set[str]) -> None:
        """Erase a group's messages with these marks, and what is said of them elsewhere."""
        rows = self._db.execute(
            "SELECT id, platform_id FROM messages WHERE group_id = ?1 UNION ALL SELECT target,"
            " other FROM aliases WHERE kind = 'message' AND group_id = ?1",
            (group_id,),
        ).fetchall()
        gone = {
            row_id
            for row_id, name in rows
            if {mark_of(self._secret, name), mark_of(self._secret, own(name))} & marks
        }
        (key,) = self._db.execute("SELECT key FROM groups WHERE id = ?", (group_id,)).fetchone()
        # those without an id are known by what they say as well
        unnamed = {name: row_id for row_id, name in rows if name.startswith("~")}
        told = ((name, as_prepared(self._db, row_id)) for name, row_id in unnamed.items())
        group = self._directory.group(key)
        gone |= {unnamed[name] for name in forgotten(self._db, group, told)}
        for row_id in sorted(gone):
            erasure.erase(row_id)
        self.done.messages += len(gone)
        for sql, clean in (
            ("SELECT DISTINCT reply_to FROM messages WHERE group_id = ?", erasure.clean_answers),
            ("SELECT DISTINCT platform_id FROM orphans WHERE group_id = ?", self._drop_orphans),
        ):
            named = [name for (name,) in self._db.execute(sql, (group_id,)) if name]
            clean(group_id, [n for n in named if mark_of(self._secret, n) in marks])

    def _drop_orphans(self, group_id: int, names: list[str]) -> None:
        drop_orphans(self._db, group_id, names)

    def _known_people(self) -> list[str]:
        """Return the keys here of those who were erased."""
        rows = self._db.execute(
            "SELECT key, key FROM members UNION ALL SELECT p.key, a.other FROM aliases a"
            " JOIN members p ON p.id = a.target WHERE a.kind = 'member'"
            " UNION ALL SELECT member_key, member_key FROM opt_outs"
        ).fetchall()
        marked = [key for key, other in rows if person_mark(self._secret, other) in self.people]
        return list(dict.fromkeys(marked))


def _clean_inbox(archive: Archive, people: set[str]) -> int:
    """Erase the raw events of everything that is forgotten; return how many."""
    with closing(archive.connect_for_writing()) as db, closing(Inbox(archive.folder)) as inbox:
        secret = secret_of(db)
        named, persons = inbox.named()
        gone = 0
        for group_key, ids in named.items():
            rows = db.execute(
                "SELECT match FROM tombstones WHERE group_id IN (SELECT id FROM groups WHERE"
                " key = ?1 UNION SELECT target FROM aliases WHERE kind = 'group' AND other = ?1)",
                (group_key,),
            )
            marks = {match for (match,) in rows}
            mine = {i: who for i, who in ids.items() if mark_of(secret, i) in marks}
            if mine:
                gone += inbox.erase(group_key, mine, set(filter(None, mine.values())))
        for key in persons:
            if person_mark(secret, key) in people:
                gone += inbox.erase_member(key)
        # what could not be read may hold anything
        inbox.expire(int(time.time()), _ALL_DAYS)
        return gone
