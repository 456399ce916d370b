"""Puts carried rows into an archive: an empty one becomes a copy, another keeps its own beside."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from itertools import groupby
from typing import Any

from archive.carry.tables import BY_NAME, Column, Table
from archive.coverage import note_span
from archive.records import Carried, Complete, Origin
from archive.tags import refresh_index

_STATE = "carrying"
"""Name of the fact in `meta`: which archive an empty one is becoming a copy of; with `+` behind it
once rows have come. It outlasts a kill."""
_KNOWN = (
    "(SELECT id FROM {0}s WHERE key = ? UNION ALL SELECT target FROM aliases"
    " WHERE kind = '{0}' AND group_id = 0 AND other = ? LIMIT 1)"
)
_GIVEN: dict[str, str] = {
    "group": _KNOWN.format("group"),
    "member": _KNOWN.format("member"),
    "message": "(SELECT m.id FROM messages m JOIN groups g ON g.id = m.group_id"
    " WHERE g.key = ? AND m.platform_id = ?)",
}
_LARGEST = (1 << 63) - 1
_INDEXED = ("message_tags", "essence_messages")
"""Tables whose rows are in the index entries of their messages."""
_RETOLD = ("DELETE FROM member_names", "DELETE FROM memberships", "DELETE FROM coverage",
           "DELETE FROM aliases WHERE kind = 'title'")  # fmt: skip
"""What messages alone have told by then, and rows tell better."""
_AS_THEY_WERE = {
    "groups": "ON CONFLICT(key) DO UPDATE SET title = excluded.title, kind = excluded.kind,"
    " visibility = excluded.visibility, title_only = excluded.title_only,"
    " with_ids = excluded.with_ids, without_ids = excluded.without_ids",
    "members": "ON CONFLICT(key) DO UPDATE SET name = excluded.name, username = excluded.username",
    "tags": "ON CONFLICT(folded) DO UPDATE SET name = excluded.name,"
    " synonym_of = excluded.synonym_of",
    "meta": "ON CONFLICT(name) DO UPDATE SET value = excluded.value",
}
_BESIDE_OTHERS = {
    "groups": "ON CONFLICT(key) DO UPDATE SET with_ids = max(with_ids, excluded.with_ids),"
    " without_ids = max(without_ids, excluded.without_ids)",
    "members": "ON CONFLICT(key) DO UPDATE SET name = excluded.name WHERE name = ''",
    "memberships": "ON CONFLICT(group_id, member_id) DO UPDATE SET name = excluded.name,"
    " named_at = excluded.named_at, role = coalesce(excluded.role, role)"
    " WHERE excluded.named_at > named_at",
}


class Carrier:
    """Puts in the rows of one file at a time."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.left_out = 0
        """Settings of other archives that were not taken."""
        self.begin_file()

    def begin_file(self) -> None:
        """Start another file: its ids are its own."""
        self._ids: dict[str, dict[int, int]] = defaultdict(dict)
        self.fresh = False
        """Whether this archive becomes a copy."""
        self.knows_names = False
        """Whether rows will tell what everybody is called."""

    def undoing(self) -> Callable[[], None]:
        """Return what puts everything back as it is now."""
        ids = {name: dict(known) for name, known in self._ids.items()}
        fresh, left_out = self.fresh, self.left_out

        def undo() -> None:
            self._ids = defaultdict(dict, ids)
            self.fresh, self.left_out = fresh, left_out

        return undo

    def begin(self, origin: Origin) -> None:
        """Learn where a file comes from; an archive without any group becomes a copy of it."""
        self.knows_names = True
        (empty,) = self._db.execute("SELECT NOT EXISTS(SELECT 1 FROM groups)").fetchone()
        if empty:
            self._note(origin.archive)
        state = self._state()
        self.fresh = state is not None and state.removesuffix("+") == origin.archive

    def notes(self) -> list[str]:
        """Return what should be told of what was left out, once."""
        number, self.left_out = self.left_out, 0
        if not number:
            return []
        return [
            f"{number:,} rows of settings, consents and editions were left out: this archive has"
            " its own; an empty one takes them over"
        ]

    def _state(self) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (_STATE,)).fetchone()
        return str(row[0]) if row else None

    def _note(self, state: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)", (_STATE, state))

    def carry(self, told: Sequence[Carried | Complete], without: Collection[str]) -> None:
        """Put in rows, but nothing of the people whose keys are given."""
        if self.fresh and not (state := self._state() or "").endswith("+"):
            for statement in _RETOLD:
                self._db.execute(statement)
            self._note(f"{state}+")
        rows = [row for row in told if isinstance(row, Carried)]
        for name, found in groupby(rows, key=lambda row: row.table):
            table = BY_NAME.get(name)
            if table is None or (table.settles and not self.fresh):
                self.left_out += sum(1 for _ in found)
                continue
            theirs = [
                row.values
                for row in found
                if _fits(table, row.values) and not _is_of(table, row.values, without)
            ]
            refresh_index(self._db, self._put(table, theirs))
        if self.fresh and len(rows) < len(told):
            # all was read: what comes from now on is added to it
            self.fresh = False
            self._db.execute("DELETE FROM meta WHERE name = ?", (_STATE,))

    def _put(self, table: Table, rows: list[dict[str, Any]]) -> list[int]:
        """Put in rows of one table; return the messages whose index entries that changes."""
        changed: list[int] = []
        for values in rows:
            if any(
                values.get(column.name) is not None
                and values[column.name] not in self._ids[column.kind]
                for column in table.columns
                if column.kind in BY_NAME
            ):
                continue  # what it belongs to is not here
            if table.name == "coverage":
                self._cover(values)
            elif table.itself:
                self._put_itself(table, values)
            else:
                changed += self._insert(table, values)
        return changed if table.name in _INDEXED else []

    def _cover(self, values: dict[str, Any]) -> None:
        (group,) = self._db.execute(
            f"SELECT {_GIVEN['group']}", [values["group_id"]] * 2
        ).fetchone()
        if group is not None:
            said = {name: values[name] for name in ("source", "why")}
            complete = bool(values["complete"])
            note_span(self._db, group, values["since"], values["until"], complete=complete, **said)

    def _put_itself(self, table: Table, values: dict[str, Any]) -> None:
        """Put in a row with an id of its own, unless it is here already."""
        known = [column for column in table.columns if column.name in table.itself]
        given = [self._given(column, values) for column in known]
        same = " AND ".join(f"{c.name} IS {sql}" for c, (sql, _) in zip(known, given, strict=True))
        find = f"SELECT id FROM {table.sql} WHERE {same}"
        bound = [value for _, some in given for value in some]
        found = self._db.execute(find, bound).fetchone()
        if found is None or (self.fresh and table.name in _AS_THEY_WERE):
            self._insert(table, values)
            found = self._db.execute(find, bound).fetchone()
        if found is not None:
            self._ids[table.name][values["id"]] = found[0]

    def _insert(self, table: Table, values: dict[str, Any]) -> list[int]:
        """Put in a row; return the message whose index entry that may change."""
        own = self.fresh and table.name != "tags"
        columns = [column for column in table.columns if column.kind != "own" or own]
        given = [self._given(column, values) for column in columns]
        special = (_AS_THEY_WERE if self.fresh else _BESIDE_OTHERS).get(table.name)
        rows = self._db.execute(
            f"INSERT OR IGNORE INTO {table.sql}"
            f"({', '.join(column.name for column in columns)}{_filled(table)[0]})"
            f" SELECT {', '.join(sql for sql, _ in given)}{_filled(table)[1]} WHERE 1"
            f" {special or ''} {'RETURNING message_id' if table.name in _INDEXED else ''}",
            [value for _, bound in given for value in bound],
        )
        return [i for (i,) in rows.fetchall()] if table.name in _INDEXED else []

    def _given(self, column: Column, values: dict[str, Any]) -> tuple[str, list[Any]]:
        """Return the SQL of a value, and what is bound in it."""
        value = values.get(column.name)
        if value is None:
            return "?", [None]
        if column.kind == "message":
            return _GIVEN["message"], value
        if column.kind in _GIVEN:
            return _GIVEN[column.kind], [value, value]
        if column.kind in BY_NAME:
            return "?", [self._ids[column.kind].get(value)]
        return "?", [value]


def _filled(table: Table) -> tuple[str, str]:
    """Return a column that is needed and made from another one, and its value."""
    if table.name == "members":
        return ", name_only", ", ?1 GLOB '*:~*'"
    return "", ""


def _fits(table: Table, values: dict[str, Any]) -> bool:
    """Tell whether a row, which may come from anywhere, has the shape of the table."""
    for column in table.columns:
        value = values.get(column.name)
        if column.kind == "message":
            if not isinstance(value, tuple | list):
                return False
        elif isinstance(value, tuple | list) or (
            isinstance(value, int) and not -_LARGEST <= value <= _LARGEST
        ):
            return False
        if column.kind == "own" and not isinstance(value, int):
            return False
    return True


def _is_of(table: Table, values: dict[str, Any], keys: Collection[str]) -> bool:
    whose = (column.name for column in table.columns if column.kind in ("person", "member"))
    return bool(keys) and any(values.get(name) in keys for name in whose)
