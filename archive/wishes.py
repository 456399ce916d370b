"""What people and groups said last holds after a restore, too: opt-outs, consent, names."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable

from archive import consent
from archive.access import VISIBILITIES
from archive.consent import group_keys
from archive.erasure_ledger import Line, unsealed
from archive.errors import ArchiveError
from archive.groups import set_visibility
from archive.rights import publish, set_alias
from archive.tombstones import person_mark, secret_of

BY = "restore"
"""Who did it, for the audit."""
GroupsOf = Callable[[list[object]], list[int]]
"""Finds the groups with one of these keys: row ids."""


class Wishes:
    """The wishes of an erasure ledger, within one transaction; `known` are those a backup has."""

    def __init__(
        self, db: sqlite3.Connection, known: Iterable[Line], new: Iterable[Line], begun: int
    ) -> None:
        self._db = db
        self._secret = secret_of(db)
        self._begun = begun
        self._known = self._in_order(known)
        self._new = self._in_order(new)

    def _in_order(self, lines: Iterable[Line]) -> list[tuple[Line, list[object]]]:
        """Return what lines say, the oldest first; of one second, in the order of the ledger."""
        said = []
        for line in sorted(lines, key=lambda line: line.at):
            if line.kind not in ("message", "person"):
                found = unsealed(self._secret, line)
                if found is not None:
                    said.append((line, found))
        return said

    def fulfil(self, erased: set[str], groups_of: GroupsOf) -> set[str]:
        """Do what was said last; nothing is opened that was closed. `erased`: marks of people.

        Return the marks of those who are to be erased because they opted out.
        """
        out = set()
        self._remember_names(erased, groups_of)
        for key, (wish, _) in self._last("opt out", "opt in").items():
            if wish == "opt out":
                consent.opt_out(self._db, key, BY)
                out.add(person_mark(self._secret, key))
            else:
                consent.opt_in(self._db, key, BY)
        for key, (wish, _) in self._last("consent", "consent withdrawn").items():
            if wish == "consent withdrawn":
                consent.stop(self._db, key, by=BY)
        for key, (wish, _) in self._last("publish", "publish withdrawn").items():
            if wish == "publish withdrawn":
                publish(self._db, key, False, BY)
        for key, (_, visibility) in self._last("visibility").items():
            self._hide(key, visibility)
        self._show_aliases(groups_of)
        return out

    def _last(self, *kinds: str) -> dict[str, tuple[str, str]]:
        """Return what each said last: key → (which of these, its detail)."""
        return {
            str(said[0]): (line.kind, str(said[1]))
            for line, said in self._new
            if line.kind in kinds
        }

    def _remember_names(self, erased: set[str], groups_of: GroupsOf) -> None:
        """Write the hashes of forgotten names, but not of who came back since."""
        wishes = {
            said[0]: line.kind
            for line, said in (*self._known, *self._new)
            if line.kind in ("opt out", "opt in")
        }
        for line, said in self._new:
            if line.kind != "name":
                continue
            keys, member = said
            back = wishes.get(member) == "opt in"
            if back and person_mark(self._secret, str(member)) not in erased:
                continue
            assert isinstance(keys, list)
            self._db.executemany(
                "INSERT OR IGNORE INTO forgotten_names(group_id, match, member_key)"
                " VALUES(?, ?, ?)",
                [(group_id, line.match, member) for group_id in groups_of(keys)],
            )

    def _hide(self, key: str, visibility: str) -> None:
        row = self._db.execute(
            "SELECT visibility FROM groups WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(group_keys(self._db, key)),),
        ).fetchone()
        if row is not None and VISIBILITIES.index(visibility) < VISIBILITIES.index(row[0]):
            set_visibility(self._db, key, visibility, BY)

    def _show_aliases(self, groups_of: GroupsOf) -> None:
        """Show people under the aliases they took since, unless they gave them up again."""
        withdrawn = {
            (said[1], said[0]): line.at
            for line, said in self._new
            if line.kind == "alias withdrawn"
        }
        for line, said in self._new:
            # an older one was replaced or given up before the backup was made
            if line.kind != "alias" or line.at < self._begun:
                continue
            keys, member, name = said
            assert isinstance(keys, list)
            if all(withdrawn.get((key, member), -1) <= line.at for key in keys):
                groups_of(keys)
                self._set_alias(str(keys[0]), str(member), str(name))

    def _set_alias(self, group_key: str, member: str, name: str) -> None:
        try:
            set_alias(self._db, group_key, member, name, BY)
        except ArchiveError:
            return  # somebody else was called so when the backup was made
