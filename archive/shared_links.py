"""Links 链接 a page at a time: each address where it was last shared, and how often it was."""

from __future__ import annotations

import json
import sqlite3

from archive.access import Reader
from archive.finding import links_of, narrowed
from archive.groups import allowed_ids, group_id
from archive.index import TABLE
from archive.levels import withheld
from archive.links import links_in
from archive.loading import HIDDEN
from archive.people import DEFAULT_ZONE
from archive.prepare import RECALLED
from archive.search import search
from archive.text import phrase
from archive.views import MessageView, View

COUNTED = 30
"""How often something was shared is counted up to here."""
_LOOKED_AT = 100
"""Newest messages with the words of an address that are looked at."""
_LONGEST = 400
"""Characters of an address that are looked for."""


class SharedLink(View, frozen=True):
    """An address, the message in which it was shared last, and in how many it was."""

    message: MessageView
    url: str
    """http or https; where it leads is not checked."""
    times: int
    exact: bool
    """False: `times` or more."""


class LinkPage(View, frozen=True):
    """A part of a list of links."""

    links: tuple[SharedLink, ...]
    messages: int
    """Messages that have links, all pages together."""
    exact: bool
    next: str | None
    """Pass as `cursor` for the following part; None at the end."""


def shared_links(
    db: sqlite3.Connection,
    reader: Reader,
    group_key: str | None = None,
    words: str = "",
    *,
    cursor: str | None = None,
    limit: int = 30,
    time_zone: str = DEFAULT_ZONE,
    counted: bool = True,
) -> LinkPage:
    """Return the addresses in the newest messages that a query finds, each once over all pages;
    where they are not `counted`, once in this one.

    Raises BadQuery as `search` does, and NotFound.
    """
    places = allowed_ids(db, reader)
    if group_key is not None:
        places = frozenset((group_id(db, reader, group_key),))
    query = narrowed(words, "has:link", group_key)
    results = search(db, query, reader, limit=limit, cursor=cursor, time_zone=time_zone)
    gone = withheld(db, reader)
    found: dict[str, SharedLink] = {}
    for hit in results.hits:
        for url in links_of(hit.message):
            if url in found:
                continue
            ids, exact = _messages_with(db, places, gone, url) if counted else ([], False)
            # with words, what was shared later need not have them
            if words.strip() or not any(i > hit.message.id for i in ids):
                found[url] = SharedLink(hit.message, url, min(max(len(ids), 1), COUNTED), exact)
    return LinkPage(tuple(found.values()), results.count, results.exact, results.older)


def _messages_with(
    db: sqlite3.Connection, places: frozenset[int] | None, gone: frozenset[int], url: str
) -> tuple[list[int], bool]:
    """Return the newest messages of some groups that have an address, and whether these are all."""
    wanted = phrase(url.partition("://")[2][:_LONGEST])
    if wanted is None:
        return [], True
    words = f'{wanted.column} : "{" ".join(wanted.tokens)}"'
    if places is not None and len(places) == 1:
        words = f'({words}) AND facet : "g{next(iter(places))}"'
    ids = db.execute(
        f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH ? ORDER BY rowid DESC LIMIT ?",
        (words, _LOOKED_AT),
    ).fetchall()
    rows = db.execute(
        "SELECT m.id, m.text, m.detail, m.group_id FROM messages m"
        " LEFT JOIN members p ON p.id = m.sender_id"
        f" WHERE m.id IN (SELECT value FROM json_each(?)) AND m.flags & ? = 0 AND NOT {HIDDEN}",
        (json.dumps([i for (i,) in ids]), RECALLED),
    )
    # a longer address begins with the same words
    found = [
        i
        for i, text, detail, group in rows
        if i not in gone and (places is None or group in places) and _has(url, text, detail or "")
    ]
    return found, len(found) < COUNTED and len(ids) < _LOOKED_AT


def _has(url: str, text: str, detail: str) -> bool:
    if url in text and url in links_in(text):
        return True
    return json.dumps(url, ensure_ascii=False) in detail
