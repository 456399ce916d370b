"""The rows of an archive that are carried, with keys instead of row ids."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import msgspec

from archive.carry.tables import TABLES, Column, Table
from archive.ids import HIGHEST, LOWEST
from archive.records import Carried
from archive.senders import HIDDEN

_AMONG = "IN (SELECT value FROM json_each(:groups))"
_EXPRESSIONS = {
    "group": f"(SELECT key FROM groups WHERE id = t.{{0}} AND id {_AMONG})",
    "member": "(SELECT key FROM members p WHERE id = t.{0} AND (:whole OR EXISTS (SELECT 1"
    f" FROM memberships s WHERE s.member_id = p.id AND s.group_id {_AMONG})))",
    "message": "(SELECT json_array(g.key, m.platform_id) FROM messages m JOIN groups g"
    f" ON g.id = m.group_id WHERE m.id = t.{{0}} AND m.group_id {_AMONG} AND m.id >= :first"
    " AND m.id < :end AND ifnull(m.sender_id, 0) NOT IN (SELECT value FROM json_each(:hidden)))",
}


class Chosen(msgspec.Struct, frozen=True):
    """What of an archive is carried."""

    groups: tuple[int, ...]
    first: int = LOWEST
    """Ids of messages, from this one on …"""
    end: int = HIGHEST
    """… to before this one."""
    all_groups: bool = True

    @property
    def all_time(self) -> bool:
        """Whether it is from the beginning to now."""
        return self.first == LOWEST and self.end == HIGHEST

    @property
    def whole(self) -> bool:
        """Whether it is everything."""
        return self.all_groups and self.all_time


class Hidden(msgspec.Struct, frozen=True):
    """People who opted out and are not erased yet: nothing of them leaves."""

    ids: frozenset[int]
    keys: frozenset[str]


def hidden_people(db: sqlite3.Connection) -> Hidden:
    """Return who has opted out."""
    ids = [i for (i,) in db.execute(f"SELECT p.id FROM members p WHERE {HIDDEN}")]
    keys = db.execute(
        "SELECT member_key FROM opt_outs UNION SELECT key FROM members"
        " WHERE id IN (SELECT value FROM json_each(?1)) UNION SELECT other FROM aliases"
        " WHERE kind = 'member' AND target IN (SELECT value FROM json_each(?1))",
        (json.dumps(ids),),
    )
    return Hidden(frozenset(ids), frozenset(key for (key,) in keys))


def rows(db: sqlite3.Connection, chosen: Chosen, hidden: Hidden) -> Iterator[Carried]:
    """Return the rows that go with the messages chosen, tables in the order of `TABLES`."""
    kept: dict[str, set[int]] = {}
    for table in TABLES:
        if table.settles and not chosen.whole:
            continue
        for row in _selected(db, table, chosen, hidden):
            if _goes(table, row, hidden, kept):
                if "id" in row:
                    kept.setdefault(table.name, set()).add(row["id"])
                yield Carried(table.name, {name: v for name, v in row.items() if v is not None})


def _selected(
    db: sqlite3.Connection, table: Table, chosen: Chosen, hidden: Hidden
) -> Iterator[dict[str, Any]]:
    named = [column.name for column in table.columns]
    # a row that names what is not carried is not carried either
    needed = [column for column in table.columns if column.kind in _EXPRESSIONS]
    given = ", ".join(
        [_expression(column) for column in table.columns] + [f"t.{c.name} IS NULL" for c in needed]
    )
    places = [named.index(column.name) for column in needed]
    messages = [place for place in places if table.columns[place].kind == "message"]
    bound = {
        "groups": json.dumps(chosen.groups), "hidden": json.dumps(list(hidden.ids)),
        "first": chosen.first, "end": chosen.end, "whole": chosen.whole,
        "all_time": chosen.all_time,
    }  # fmt: skip
    sql = f"SELECT {given} FROM {table.sql} t WHERE {table.only} ORDER BY {table.order}"
    for row in db.execute(sql, bound):
        empty = row[len(named) :]
        if any(row[place] is None and not none for place, none in zip(places, empty, strict=True)):
            continue
        values = dict(zip(named, row, strict=False))
        for place in messages:
            values[named[place]] = json.loads(row[place])
        yield values


def _expression(column: Column) -> str:
    return _EXPRESSIONS.get(column.kind, "t.{0}").format(column.name)


def _goes(table: Table, row: dict[str, Any], hidden: Hidden, kept: dict[str, set[int]]) -> bool:
    """Tell whether nobody who is hidden stands in a row, and what it belongs to is carried."""
    for column in table.columns:
        value = row[column.name]
        if value is None or column.kind == "plain":
            continue
        if column.kind in ("person", "member") and value in hidden.keys:
            return False
        if column.kind in _OWNERS and value not in kept.get(column.kind, ()):
            return False
    return True


_OWNERS = ("essence", "columns", "threads", "questions", "editions")
"""Tables whose rows others belong to."""
