"""Compiles a query for FTS5: what to match, and between which ids; the reader is part of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Set
from typing import NamedTuple

from archive import text
from archive.access import Reader
from archive.called import people_called
from archive.errors import BadQuery
from archive.groups import allowed_ids, inside_ids
from archive.ids import HIGHEST, LOWEST, first_id
from archive.levels import withheld
from archive.query import (
    And,
    Everything,
    From,
    Has,
    In,
    Is,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Since,
    Tag,
    Term,
    Until,
)
from archive.query.nodes import asks_for_recalled, dated, needs_words
from archive.records import KINDS
from archive.tags import find_tag, tag_ids
from archive.text import normalise

NOTHING = 'facet : "none"'
"""Matches no message: no facet is called so."""

_ALL = "facet : (" + " OR ".join(f"k{n}" for n in range(len(KINDS))) + ")"
_MAX_PEOPLE = 200
_MAX_BRANCHES = 24


class Branch(NamedTuple):
    """An FTS5 expression and the ids among which it is looked for."""

    match: str
    lowest: int = LOWEST
    highest: int = HIGHEST


class Compiled(NamedTuple):
    """A query ready to run: the union of its branches."""

    branches: tuple[Branch, ...]
    notes: tuple[str, ...]
    withheld: str = "[]"
    """JSON: ids that are no hits, for this reader must not know of them."""


def compile_query(db: sqlite3.Connection, query: Query, reader: Reader) -> Compiled:
    """Compile a query for what this reader may see at this moment."""
    compiler = _Compiler(db, reader)
    allowed = compiler.allowed
    if allowed is not None and not allowed:
        return Compiled((), query.notes)
    branches = compiler.branches(query.node)
    if not (needs_words(query.node) or asks_for_recalled(query.node)):
        # filters alone would list what was taken back
        branches = [b._replace(match=f'({b.match}) NOT facet : "xrecalled"') for b in branches]
    if not needs_words(query.node):
        # and what the bridge said again; copies have no words of their own
        branches = [b._replace(match=f'({b.match}) NOT facet : "xbridged"') for b in branches]
    fence = compiler.fence()
    return Compiled(
        tuple(b._replace(match=fence.format(b.match)) for b in branches),
        (*query.notes, *compiler.notes),
        compiler.withheld,
    )


def both_of(one: Compiled, other: Compiled) -> Compiled:
    """Return what two queries of the same reader both find."""
    branches = [
        Branch(
            f"({mine.match}) AND ({its.match})",
            max(mine.lowest, its.lowest),
            min(mine.highest, its.highest),
        )
        for mine in one.branches
        for its in other.branches
    ]
    return Compiled(tuple(branches), one.notes)


def facet_of(node: Is | Has) -> str:
    """Return the token that the facet of every message with this property holds."""
    if isinstance(node, Has):
        return f"h{node.what}"
    return "e1" if node.what == "essence" else f"x{node.what}"


class _Compiler:
    def __init__(self, db: sqlite3.Connection, reader: Reader) -> None:
        self._db = db
        self.allowed = allowed_ids(db, reader)
        self.inside = inside_ids(db, reader)
        self.withheld = json.dumps(sorted(withheld(db, reader)))
        self.notes: list[str] = []

    def fence(self) -> str:
        """Return the permission as a pattern: the shorter of the groups allowed and the others.

        Of groups the reader is not in, service rows stay out too: their text names people.
        """
        if self.allowed is None or self.inside is None:
            return "{}"
        others = {i for (i,) in self._db.execute("SELECT id FROM groups")} - self.allowed
        fence = "{}"
        if others and len(self.allowed) <= len(others):
            fence = f"({{}}) AND {_any_group(self.allowed)}"
        elif others:
            fence = f"({{}}) NOT {_any_group(others)}"
        outside = self.allowed - self.inside
        if outside:
            fence = f'({fence}) NOT (facet : "xservice" AND {_any_group(outside)})'
        return fence

    def branches(self, node: Node) -> list[Branch]:
        """Return the branches whose union the node is; dates make ranges, the rest matches."""
        match node:
            case Since(at=at):
                return [Branch(_ALL, lowest=first_id(at))]
            case Until(at=at):
                return [Branch(_ALL, highest=first_id(at) - 1)]
            case Not(node=inner):
                return (
                    self._branches_of_and((Everything(), node))
                    if dated(inner)
                    else [Branch(f"({_ALL}) NOT ({self.match(inner)})")]
                )
            case And(nodes=nodes) if dated(node):
                return self._branches_of_and(nodes)
            case Or(nodes=nodes) if dated(node):
                found = [branch for part in nodes for branch in self.branches(part)]
                return _few(found)
        return [Branch(self.match(node))]

    def _branches_of_and(self, nodes: tuple[Node, ...]) -> list[Branch]:
        plain = tuple(n for n in nodes if not dated(n))
        found = [Branch(self.match(And(plain)) if plain else _ALL)]
        for part in (n for n in nodes if dated(n)):
            if isinstance(part, Not):
                raise BadQuery(
                    "日期不能这样排除（a date cannot be excluded like this）。",
                    "用 before: 和 after: 表示时间段（use before: and after:）",
                )
            found = _few(
                [
                    Branch(
                        mine.match if its.match == _ALL
                        else its.match if mine.match == _ALL
                        else f"({mine.match}) AND ({its.match})",
                        max(mine.lowest, its.lowest),
                        min(mine.highest, its.highest),
                    )
                    for mine in found
                    for its in self.branches(part)
                ]
            )  # fmt: skip
        return found

    def match(self, node: Node) -> str:
        """Return the FTS5 expression of a node without dates."""
        match node:
            case Everything():
                return _ALL
            case Term(text=said) | Phrase(text=said):
                return _phrase(text.phrase(said))
            case Prefix(text=said):
                return _phrase(text.prefix(said))
            case And(nodes=nodes):
                return self._and(nodes)
            case Or(nodes=nodes):
                return " OR ".join(f"({self.match(part)})" for part in nodes)
            case Not(node=inner):
                return f"({_ALL}) NOT ({self.match(inner)})"
            case Is() | Has():
                return f'facet : "{facet_of(node)}"'
            case Tag(name=name):
                return self._tag(name)
            case From(name=name):
                return self._people(name)
            case In(group=name):
                return self._groups(name)
        raise BadQuery("查询无法理解（the query cannot be understood）。", "")

    def _and(self, nodes: tuple[Node, ...]) -> str:
        wanted = [self.match(n) for n in nodes if not isinstance(n, Not)]
        if len(wanted) > 1 and _ALL in wanted:
            wanted.remove(_ALL)
        expression = " AND ".join(f"({part})" for part in wanted) or _ALL
        for node in nodes:
            if isinstance(node, Not):
                expression = f"({expression}) NOT ({self.match(node.node)})"
        return expression

    def _tag(self, name: str) -> str:
        fence, values = _within("group_id", self.allowed)
        used = self._db.execute(
            "SELECT 1 FROM message_tags WHERE tag_id IN (SELECT value FROM json_each(?))"
            f" AND {fence} AND message_id NOT IN (SELECT value FROM json_each(?)) LIMIT 1",
            (json.dumps(tag_ids(self._db, name)), *values, self.withheld),
        ).fetchone()
        if used is None:
            self.notes.append(f"没有标签「{name}」（no such tag）")
            return NOTHING
        return f'facet : "t{find_tag(self._db, name)}"'

    def _people(self, name: str) -> str:
        """Match everybody called exactly so; if nobody is, everybody whose name contains it.

        Only in groups the reader is in: elsewhere people are anonymous.
        """
        found = people_called(self._db, name, self.inside, _MAX_PEOPLE)
        if not found:
            self.notes.append(f"没有叫「{name}」的人（nobody is called so）")
            return NOTHING
        if len(found) > _MAX_PEOPLE:
            raise BadQuery(
                f"叫「{name}」的人太多（more than {_MAX_PEOPLE} people match）。",
                "写全名（write the full name）",
            )
        people = "facet : (" + " OR ".join(found) + ")"
        return people if self.inside is None else f"({people}) AND {_any_group(self.inside)}"

    def _groups(self, name: str) -> str:
        folded = normalise(name).strip()
        fence, values = _within("id", self.allowed)
        rows = self._db.execute(f"SELECT id, key, title FROM groups WHERE {fence}", values)
        titles = [(i, key, normalise(title).strip()) for i, key, title in rows]
        found = [i for i, key, title in titles if title == folded or key == name]
        found = found or [i for i, _, title in titles if folded and folded in title]
        if not found:
            self.notes.append(f"没有叫「{name}」的群（no such group）")
            return NOTHING
        return _any_group(set(found))


def _within(column: str, ids: frozenset[int] | None) -> tuple[str, tuple[str, ...]]:
    if ids is None:
        return "1", ()
    return f"{column} IN (SELECT value FROM json_each(?))", (json.dumps(sorted(ids)),)


def _any_group(ids: Set[int]) -> str:
    return "facet : (" + " OR ".join(f"g{i}" for i in sorted(ids)) + ")" if ids else NOTHING


def _few(branches: list[Branch]) -> list[Branch]:
    if len(branches) > _MAX_BRANCHES:
        raise BadQuery(
            "查询里的日期组合太多（too many combinations of dates）。",
            "分几次查（search in several steps）",
        )
    return branches


def _phrase(phrase: text.Phrase | None) -> str:
    if phrase is None:
        return NOTHING
    # tokens are letters, digits, + and #: nothing in them can end the quotation
    star = " *" if phrase.prefix else ""
    return f'{phrase.column} : "{" ".join(phrase.tokens)}"{star}'
