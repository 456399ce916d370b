"""Finds who was called by name: as the platform marks it, or `@name` in the text."""

from __future__ import annotations

import json
import sqlite3

from archive.digest.said import Place, Said
from archive.text import normalise

_BLANKS = " \u2005\u2009\u00a0\u3000"


def mentioning(
    db: sqlite3.Connection,
    said: list[Said],
    places: dict[int, Place],
    mine: frozenset[int | None],
    keys: list[str],
) -> set[int]:
    """Return the ids of the messages that call a person who has these row ids and keys."""
    found = _marked(db, said, keys)
    written = [one for one in said if "@" in one.text or "＠" in one.text]
    if written:
        names = _names(db, places, mine)
        longer = _longer(db, places, names)
        found |= {one.id for one in written if _calls(one.text, names, longer)}
    return found


def _marked(db: sqlite3.Connection, said: list[Said], keys: list[str]) -> set[int]:
    rows = db.execute(
        "SELECT id, detail FROM messages WHERE id IN (SELECT value FROM json_each(?))"
        " AND detail IS NOT NULL AND instr(detail, '\"mention')",
        (json.dumps([one.id for one in said]),),
    )
    return {
        i
        for i, detail in rows
        for kind, _, _, value in json.loads(detail).get("spans", ())
        if kind.startswith("mention") and value in keys
    }


def _names(
    db: sqlite3.Connection, places: dict[int, Place], mine: frozenset[int | None]
) -> set[str]:
    own = json.dumps([i for i in mine if i is not None])
    rows = db.execute(
        "SELECT folded FROM member_names WHERE member_id IN (SELECT value FROM json_each(?1))"
        " AND group_id IN (SELECT value FROM json_each(?2))"
        " UNION SELECT username FROM members WHERE username IS NOT NULL"
        " AND id IN (SELECT value FROM json_each(?1))",
        (own, json.dumps(list(places))),
    )
    return {normalise(name).strip() for (name,) in rows} - {""}


def _longer(db: sqlite3.Connection, places: dict[int, Place], names: set[str]) -> set[str]:
    """Return names of others that begin with one of these: 张三丰 is not 张三."""
    groups = json.dumps(list(places))
    return {
        folded
        for name in names
        for (folded,) in db.execute(
            "SELECT DISTINCT folded FROM member_names WHERE folded > ? AND folded < ?"
            " AND group_id IN (SELECT value FROM json_each(?))",
            (name, f"{name}\U0010ffff", groups),
        )
    } - names


def _calls(text: str, names: set[str], longer: set[str]) -> bool:
    pieces = normalise(text).split("@")[1:]
    return any(_is(piece.lstrip(_BLANKS), names, longer) for piece in pieces)


def _is(piece: str, names: set[str], longer: set[str]) -> bool:
    if any(piece.startswith(name) for name in longer):
        return False
    return any(
        piece.startswith(name)
        # `@anna` is not `@ann`; between Han nothing need stand
        and not (name[-1].isascii() and piece[len(name) : len(name) + 1].isascii()
                 and (piece[len(name) : len(name) + 1].isalnum()
                      or piece[len(name) : len(name) + 1] == "_"))
        for name in names
    )  # fmt: skip
