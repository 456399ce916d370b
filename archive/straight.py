"""Where a typed name leads straight to: people, groups, tags and essence, by name or by pinyin."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from archive.access import Reader
from archive.compile import compile_query
from archive.database import Archive
from archive.errors import BadQuery, NotFound
from archive.essence import post
from archive.groups import allowed_ids, inside_ids
from archive.known_names import known_names
from archive.loading import HIDDEN
from archive.pinyin import Match, Names, typeable
from archive.query import filter_text, parse
from archive.search import count_hits
from archive.text import normalise
from archive.views import View

MOST_COUNTED = 999
_SHOWN = 3
"""Names shown of each kind."""
_LOOKED_AT = 500
"""Names that fit looked up in the archive, the best first."""
_AT_ONCE = 50
_SHOWN_AS = "coalesce(a.name, s.name, nullif(p.name, ''))"
_AS_MEMBER = (
    " JOIN members p ON p.id = s.member_id LEFT JOIN shown_names a"
    " ON a.group_id = s.group_id AND a.member_key = p.key"
    f" WHERE {_SHOWN_AS} = value ->> 0 AND NOT {HIDDEN}"
    " AND (?2 IS NULL OR s.group_id IN (SELECT value FROM json_each(?2)))"
)
_BORNE = (
    "SELECT value ->> 0 FROM json_each(?1) WHERE EXISTS (SELECT 1 FROM member_names n"
    " JOIN memberships s ON s.group_id = n.group_id AND s.member_id = n.member_id"
    f"{_AS_MEMBER} AND n.folded = value ->> 1)"
    " OR EXISTS (SELECT 1 FROM shown_names v JOIN members q ON q.key = v.member_key"
    " JOIN memberships s ON s.group_id = v.group_id AND s.member_id = q.id"
    f"{_AS_MEMBER} AND v.name = value ->> 0) ORDER BY key"
)
"""Which of these names somebody bears at this moment, in groups where the reader knows people."""


class Straight(View, frozen=True):
    """One thing called as typed, that this reader may see."""

    kind: str
    """`person`, `group`, `tag` or `essence`."""
    name: str
    target: str
    """A person's filter, a group's key, a tag's name, an essence's id."""
    messages: int = 0
    """Of a person or tag, `MOST_COUNTED` + 1 where there are more."""


Found = Sequence[Match[int]]


def straight_to(
    archive: Archive, db: sqlite3.Connection, query: str, reader: Reader
) -> list[Straight]:
    """Return what this reader may see that is called as typed, a few of each kind; nothing for
    what can be no name."""
    typed = typeable(query)
    if typed is None:
        return []
    found: list[Straight] = []
    looks: dict[str, Callable[..., Iterator[Straight]]] = {
        "person": _people, "group": _groups, "tag": _tags, "essence": _essence,
    }  # fmt: skip
    for kind, look in looks.items():
        if kind == "person" and inside_ids(db, reader) == frozenset():
            continue
        matches = known_names(archive, db, kind).matching(typed)[:_LOOKED_AT]
        if matches:
            # a name may have changed since it was read
            seen = (
                one for one in look(db, reader, matches) if Names([(one.name, 0)]).matching(typed)
            )
            found += islice(seen, _SHOWN)
    return found


def _people(db: sqlite3.Connection, reader: Reader, found: Found) -> Iterator[Straight]:
    inside = inside_ids(db, reader)
    names = [(match.name, normalise(match.name).strip()) for match in found]
    fence = None if inside is None else json.dumps(sorted(inside))
    borne = (
        name
        for at in range(0, len(names), _AT_ONCE)
        for (name,) in db.execute(_BORNE, (json.dumps(names[at : at + _AT_ONCE]), fence)).fetchall()
    )
    for name in borne:
        wanted = filter_text("from", name)
        try:
            compiled = compile_query(db, parse(wanted, now=0), reader)
        except BadQuery:
            continue
        if said := count_hits(db, compiled, MOST_COUNTED):
            yield Straight("person", name, wanted, said)


def _groups(db: sqlite3.Connection, reader: Reader, found: Found) -> Iterator[Straight]:
    allowed = allowed_ids(db, reader)
    for match in found:
        if allowed is None or match.value in allowed:
            row = db.execute(
                "SELECT title, key FROM groups WHERE id = ?", (match.value,)
            ).fetchone()
            if row is not None:
                yield Straight("group", *row)


def _tags(db: sqlite3.Connection, reader: Reader, found: Found) -> Iterator[Straight]:
    allowed = allowed_ids(db, reader)
    fence = None if allowed is None else json.dumps(sorted(allowed))
    seen = set()
    for match in found:
        row = db.execute(
            "SELECT coalesce(s.id, t.id), coalesce(s.name, t.name), t.name FROM tags t"
            " LEFT JOIN tags s ON s.id = t.synonym_of WHERE t.id = ?",
            (match.value,),
        ).fetchone()
        if row is None or row[0] in seen:
            continue
        seen.add(row[0])
        (used,) = db.execute(
            "SELECT count(*) FROM (SELECT 1 FROM message_tags WHERE tag_id = ?1 AND (?2 IS NULL"
            " OR group_id IN (SELECT value FROM json_each(?2))) LIMIT ?3)",
            (row[0], fence, MOST_COUNTED + 1),
        ).fetchone()
        if used:
            yield Straight("tag", row[2], row[1], used)


def _essence(db: sqlite3.Connection, reader: Reader, found: Found) -> Iterator[Straight]:
    allowed = allowed_ids(db, reader)
    ids = json.dumps([match.value for match in found])
    fence = None if allowed is None else json.dumps(sorted(allowed))
    rows = db.execute(
        "SELECT e.id FROM json_each(?1) JOIN essence e ON e.id = value WHERE ?2 IS NULL"
        " OR e.group_id IN (SELECT value FROM json_each(?2)) ORDER BY key LIMIT 20",
        (ids, fence),
    ).fetchall()
    for (row_id,) in rows:
        try:
            view = post(db, reader, row_id)
        except NotFound:
            continue
        yield Straight("essence", view.title, str(view.id))
