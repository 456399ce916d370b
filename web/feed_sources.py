"""What goes into which feed, as a reader may see it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from typing import Any

import msgspec

from archive import essence, groups
from archive.access import Reader
from archive.errors import NotFound
from archive.essence_once import feed_once
from archive.messages import get_message
from archive.questions.listing import page_of_questions
from archive.sent_editions import groups_of, quotations, sent_editions
from archive.views import GroupView
from web.addresses import Addresses
from web.feed_entries import Teller
from web.feeds import Entry, Feed, lasting_id, newest
from web.spans import span_of
from web.words import Words

MOST = 40
"""Entries of a feed."""

Finds = Callable[[sqlite3.Connection, Reader, Teller], Iterable[Entry]]


class Source(msgspec.Struct, frozen=True):
    """A feed before it is read: its name for ever, its title, its page, and what is in it."""

    name: str
    title: str
    """Empty for the feed of everything: it is called as the site is."""
    page: str
    finds: Finds


def essence_in(group: str | None = None, tag: str | None = None) -> Finds:
    """Return what reads the newest essence, of one group or with one tag."""

    def finds(db: sqlite3.Connection, reader: Reader, tell: Teller) -> Iterable[Entry]:
        posts = (
            essence.feed(db, reader, group, tag, limit=MOST)
            if group
            # who reads it here has read it when it was kept first
            else feed_once(db, reader, tag, limit=MOST, keeps="first")
        )
        for post in posts:
            if not all(message.recalled for message in post.messages):
                yield tell.essence(post)

    return finds


def solved(db: sqlite3.Connection, reader: Reader, tell: Teller) -> Iterable[Entry]:
    """Yield the newest questions of which an answer was accepted."""
    for one in page_of_questions(db, reader, None, "accepted", limit=MOST).questions:
        with suppress(NotFound):
            answer = get_message(db, reader, one.view.answers[0])
            if not answer.recalled:
                yield tell.question(one.view, answer)


def digests(db: sqlite3.Connection, reader: Reader, tell: Teller) -> Iterable[Entry]:
    """Yield the digests that were sent to groups the reader is inside of."""
    titles = groups.titles(db, reader)
    for edition in sent_editions(db, reader, limit=MOST):
        rows: list[dict[str, Any]] = edition.digest.get("items") or []
        items = [
            (
                str(row.get("title", "")),
                quotations(db, reader, row["keys"], str(row.get("text", ""))),
            )
            for row in rows
        ]
        where = tell.words("comma").join(titles.get(k, k) for k in groups_of(edition, reader))
        span = span_of(edition.period, tell.words, date.min) or edition.period
        yield tell.digest(edition, f"{where} · {span}", items)


def everything(db: sqlite3.Connection, reader: Reader, tell: Teller) -> Iterable[Entry]:
    """Yield the newest of all of it."""
    for finds in (essence_in(), solved, digests):
        yield from finds(db, reader, tell)


def of_all(to: Addresses) -> Source:
    """Return the feed of everything."""
    return Source("all", "", to.home(), everything)


def of_essence(words: Words, to: Addresses) -> Source:
    """Return the feed of all essence."""
    return Source("essence", words("site.essence"), to("/essence"), essence_in())


def of_group(group: GroupView, words: Words, to: Addresses) -> Source:
    """Return the feed of a group's essence."""
    title = f"{words('site.essence')} · {group.title}"
    page = to.part_of_group(group.key, "essence")
    return Source(f"group {group.key}", title, page, essence_in(group.key))


def of_tag(name: str, to: Addresses) -> Source:
    """Return the feed of the essence that bears a tag."""
    return Source(f"tag {name}", f"#{name}", to.tag(name), essence_in(tag=name))


def of_digests(words: Words, to: Addresses) -> Source:
    """Return the feed of the digests that were sent."""
    return Source("digests", words("edition.title"), to("/digests"), digests)


def read_feed(
    db: sqlite3.Connection, reader: Reader, tell: Teller, source: Source, site: str
) -> Feed:
    """Read a feed as a reader may; `site` is what the site is called."""
    return Feed(
        lasting_id(tell.secret, f"feed {source.name}"),
        f"{source.title} · {site}" if source.title else site,
        tell.address(source.page),
        site,
        tell.words.lang,
        newest(source.finds(db, reader, tell), MOST),
    )
