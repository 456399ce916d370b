"""People 找人: what they say of themselves, and what they are thanked for."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter

from archive.access import Reader, operator
from archive.audit import note
from archive.consent import member_keys, standing
from archive.errors import ArchiveError
from archive.groups import group_id, inside_ids
from archive.loading import HIDDEN, load_views
from archive.people import Directory
from archive.query.chips import filter_text, with_filter
from archive.records import Member
from archive.search import search
from archive.text import normalise
from archive.thanks import Thanked, authors
from archive.views import View

MAX_TEXT = 300
"""Characters of an introduction."""
_LOOKED_AT = 100
"""Essence messages looked at for a topic."""
_ALL = 100_000
"""Introductions looked at for a page."""


class Profile(View, frozen=True):
    """What a person says of themselves to a group."""

    group_key: str
    name: str
    text: str
    at: int


class Known(View, frozen=True):
    """A person and what they are known for in a group."""

    person: Thanked
    topics: tuple[str, ...]
    """The tags their kept words have most often."""


def introduce(
    db: sqlite3.Connection,
    group_key: str,
    member_key: str,
    text: str,
    at: int | None = None,
    name: str | None = None,
) -> None:
    """Let a person, called so where they have said nothing yet, tell a group of themselves; the
    last text holds.

    Raises ArchiveError for nothing, too much, or a person who wants nothing kept.
    """
    text = " ".join(text.split())
    if not text or len(text) > MAX_TEXT:
        raise ArchiveError(f"an introduction has 1 to {MAX_TEXT} characters.", "shorten it")
    if member_key in standing(db).opted_out:
        raise ArchiveError("you asked that nothing of you be kept.", "send /optin first")
    place = group_id(db, operator(), group_key)
    _withdraw(db, place, member_key)
    # a name that is known stays
    Directory(db).take_member(Member(member_key, name, group_key=group_key, at=0))
    db.execute(
        "INSERT INTO introductions(group_id, member_key, text, at) VALUES(?, ?, ?, ?)",
        (place, member_key, text, int(time.time()) if at is None else at),
    )
    note(db, member_key, "introduce", group_key)


def withdraw(db: sqlite3.Connection, group_key: str, member_key: str) -> bool:
    """Take a person's introduction away; False where there was none."""
    there = _withdraw(db, group_id(db, operator(), group_key), member_key)
    if there:
        note(db, member_key, "introduction withdrawn", group_key)
    return there


def _withdraw(db: sqlite3.Connection, place: int, member_key: str) -> bool:
    done = db.execute(
        "DELETE FROM introductions WHERE group_id = ?"
        " AND member_key IN (SELECT value FROM json_each(?))",
        (place, json.dumps(member_keys(db, member_key))),
    )
    return bool(done.rowcount)


def introductions_of(db: sqlite3.Connection, member_key: str) -> dict[str, str]:
    """Return what a person has told of themselves, by group key."""
    rows = db.execute(
        "SELECT g.key, i.text FROM introductions i JOIN groups g ON g.id = i.group_id"
        " WHERE i.member_key IN (SELECT value FROM json_each(?))",
        (json.dumps(member_keys(db, member_key)),),
    )
    return dict(rows.fetchall())


def introductions(
    db: sqlite3.Connection,
    reader: Reader,
    group_key: str | None = None,
    word: str = "",
    limit: int = 20,
    until: int | None = None,
) -> list[Profile]:
    """Return introductions that have a word, newest first; for those inside the group only, and
    not of those who left it. `until`: only those of before or at this Unix time."""
    inside = inside_ids(db, reader)
    place = None if group_key is None else group_id(db, reader, group_key)
    rows = db.execute(
        "SELECT g.key, coalesce(a.name, s.name, nullif(p.name, ''), p.username, ''), i.text, i.at"
        " FROM introductions i JOIN groups g ON g.id = i.group_id"
        " LEFT JOIN members p ON p.key = i.member_key"
        " LEFT JOIN memberships s ON s.group_id = i.group_id AND s.member_id = p.id"
        " LEFT JOIN shown_names a ON a.group_id = i.group_id AND a.member_key = i.member_key"
        f" WHERE NOT {HIDDEN} AND coalesce(s.role, '') != 'left'"
        " AND (?1 IS NULL OR i.group_id = ?1)"
        " AND (?2 IS NULL OR i.group_id IN (SELECT value FROM json_each(?2)))"
        " AND (?3 IS NULL OR i.at <= ?3) ORDER BY i.at DESC, i.member_key",
        (place, None if inside is None else json.dumps(sorted(inside)), until),
    )
    wanted = normalise(word).strip()
    return [Profile(*row) for row in rows if row[1] and wanted in normalise(row[2])][:limit]


def introductions_page(
    db: sqlite3.Connection,
    reader: Reader,
    group_key: str | None = None,
    word: str = "",
    until: int | None = None,
    limit: int = 30,
) -> tuple[list[Profile], int | None]:
    """Return a part of the introductions, and the `until` of the following one; None: that was all.

    Those of one second stay together.
    """
    found = introductions(db, reader, group_key, word, _ALL, until)
    end = limit
    while 0 < end < len(found) and found[end].at == found[end - 1].at:
        end += 1
    return found[:end], found[end].at if end < len(found) else None


def experts(
    db: sqlite3.Connection,
    reader: Reader,
    topic: str,
    group_key: str | None = None,
    *,
    limit: int = 3,
    now: int | None = None,
    time_zone: str = "Asia/Shanghai",
) -> list[Thanked]:
    """Return whose words on a topic were kept as essence or accepted as an answer, most first, with
    those messages.

    Raises BadQuery as `search` does.
    """

    def ids(words: str) -> list[int]:
        query = with_filter(words, filter_text("in", group_key)) if group_key else words
        results = search(
            db, query, reader, limit=_LOOKED_AT, order="relevance", now=now, time_zone=time_zone
        )
        return [hit.message.id for hit in results.hits]

    found = ids(with_filter(topic, "is:精华"))
    if len(topic.split()) == 1:
        found += ids(with_filter(filter_text("tag", topic.strip("#＃")), "is:精华"))
    found += _accepted(db, ids(topic))
    return authors(load_views(db, reader, dict.fromkeys(found)))[:limit]


def _accepted(db: sqlite3.Connection, ids: list[int]) -> list[int]:
    """Return the accepted answers among messages, and those to questions among them."""
    rows = db.execute(
        "SELECT a.message_id FROM answers a JOIN questions q ON q.id = a.question_id"
        " JOIN messages asking ON asking.id = q.message_id"
        " JOIN messages told ON told.id = a.message_id AND told.group_id = asking.group_id"
        " WHERE a.accepted AND (a.message_id IN (SELECT value FROM json_each(?1))"
        " OR q.message_id IN (SELECT value FROM json_each(?1)))",
        (json.dumps(ids),),
    )
    return [i for (i,) in rows.fetchall()]


def who_knows(
    db: sqlite3.Connection, reader: Reader, group_key: str, limit: int = 5
) -> list[Known]:
    """Return whose words a group kept most often, and on what; for those inside only."""
    rows = db.execute(
        "SELECT min(message_id) FROM essence JOIN essence_messages ON essence_id = essence.id"
        " WHERE group_id = ? GROUP BY essence.id ORDER BY marked_at DESC LIMIT ?",
        (group_id(db, reader, group_key), 10 * _LOOKED_AT),
    ).fetchall()
    views = load_views(db, reader, [i for (i,) in rows])
    tags: dict[str, Counter[str]] = {}
    for view in views:
        tags.setdefault(view.sender_key or "", Counter()).update(view.tags)
    return [
        Known(one, tuple(name for name, _ in tags[one.member_key].most_common(2)))
        for one in authors(views)[:limit]
    ]
