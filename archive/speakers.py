"""Who speaks in a group, and whom to ask about it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from archive.access import operator
from archive.compile import compile_query
from archive.consent import group_keys, member_keys
from archive.index import check_readable
from archive.query import filter_text, parse
from archive.search import COUNTED, newest_ids


def speaker(db: sqlite3.Connection, group_key: str, accounts: Sequence[str]) -> str | None:
    """Return the account among these that last spoke in a group, else the first of them."""
    row = db.execute(
        "SELECT account FROM outbox WHERE state = 'sent'"
        " AND group_key IN (SELECT value FROM json_each(?))"
        " AND account IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT 1",
        (json.dumps(group_keys(db, group_key)), json.dumps(list(accounts))),
    ).fetchone()
    if row is not None:
        return str(row[0])
    return accounts[0] if accounts else None


def known_places(db: sqlite3.Connection, member_key: str) -> list[str]:
    """Return the keys of the groups whose owner or admin somebody is, as far as sources told."""
    rows = db.execute(
        "SELECT g.key FROM memberships s JOIN members p ON p.id = s.member_id"
        " JOIN groups g ON g.id = s.group_id WHERE s.role IN ('owner', 'admin')"
        " AND p.key IN (SELECT value FROM json_each(?)) ORDER BY g.id",
        (json.dumps(member_keys(db, member_key)),),
    )
    return [key for (key,) in rows]


def spoken_in(db: sqlite3.Connection, member_key: str) -> list[str]:
    """Return the keys of the groups somebody said something in, most of their newest 10,000
    messages first. Raises NeedsReindex where there is no usable index."""
    check_readable(db)
    said = parse(filter_text("from", member_key), now=0)
    ids = newest_ids(db, compile_query(db, said, operator()), COUNTED)
    rows = db.execute(
        "SELECT g.key FROM json_each(?) JOIN messages m ON m.id = value"
        " JOIN groups g ON g.id = m.group_id GROUP BY g.id ORDER BY count(*) DESC, g.id",
        (str(ids),),
    )
    return [key for (key,) in rows]


def known_admins(
    db: sqlite3.Connection, group_key: str, own_names: Iterable[str] = ()
) -> list[str]:
    """Return the keys of a group's owner and admins as far as sources told, and of who decided for
    the group as one: agreed to its archiving, marked essence. They may have been others since.

    Left out are who left or opted out, and the account itself, by the names it answers to: it is
    an admin where it may mark or pin.
    """
    own = {name.lstrip("@").casefold() for name in own_names}
    found = db.execute(_ADMINS, (json.dumps(group_keys(db, group_key)),))
    return [
        key
        for key, username in found
        if own.isdisjoint((username.lstrip("@").casefold(), key.partition(":")[2]))
    ]


# platforms tell of those who become admins, not of those who were when the bot came
_ADMINS = (
    "WITH here AS (SELECT value AS key FROM json_each(?)),"
    " decided AS (SELECT started_by AS key FROM consents WHERE group_key IN here"
    "  UNION SELECT e.marked_by FROM essence e JOIN groups g ON g.id = e.group_id"
    "  WHERE g.key IN here),"
    " told AS (SELECT p.key AS key FROM memberships s"
    "  JOIN members p ON p.id = s.member_id JOIN groups g ON g.id = s.group_id"
    "  WHERE s.role IN ('owner', 'admin') AND NOT p.name_only AND g.key IN here)"
    " SELECT d.key, coalesce(p.username, '')"
    " FROM (SELECT key FROM told UNION SELECT key FROM decided) d"
    " LEFT JOIN members p ON p.key = d.key"
    " WHERE instr(d.key, ':') AND d.key NOT IN here"
    " AND NOT EXISTS (SELECT 1 FROM memberships s JOIN groups g ON g.id = s.group_id"
    "  WHERE s.member_id = p.id AND s.role = 'left' AND g.key IN here)"
    " AND d.key NOT IN (SELECT member_key FROM opt_outs) ORDER BY p.id, d.key"
)
