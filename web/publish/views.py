"""Which pages of the site are published, and what shows each of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.responses import Response

from archive.access import Reader
from archive.tags import count_tagged
from web.pages import (
    about,
    calendar,
    columns,
    digests,
    essence,
    files,
    group,
    home,
    people,
    questions,
    start,
    tags,
    threads,
    voices,
)
from web.publish import search_page
from web.publish.state import Asked

_ANY = "*"
ROWS = 100
"""Of a long page of a list."""


class View(msgspec.Struct, frozen=True):
    """What shows a page: a function of the site, and the names of what it takes."""

    show: Callable[..., Response]
    named: tuple[str, ...] = ()
    """What the open parts of its path are called."""
    query: tuple[str, ...] = ()
    goes_on: bool = True
    """A long list has further pages; else what it leads to holds the rest."""
    count: Callable[..., int] | None = None
    """How many rows there are of something, where the pages of its list are long ones."""


VIEWS: dict[tuple[str, ...], View] = {
    (): View(home.home),
    ("essence",): View(essence.feed, (), ("before", "tag")),
    ("essence", _ANY): View(essence.post, ("number",), ("after",)),
    ("tags",): View(tags.all_tags, (), ("after",)),
    ("tag", _ANY): View(tags.tag, ("name",), ("before",), count=count_tagged),
    ("contents",): View(columns.contents, (), ("group",)),
    ("column", _ANY): View(columns.column, ("number",), ("after",)),
    ("threads",): View(threads.all_threads, (), ("before", "group")),
    ("t", _ANY): View(threads.thread, ("number",), ("after",)),
    ("questions",): View(questions.list_page, (), ("beyond", "group", "tab")),
    ("q", _ANY): View(questions.question, ("key",)),
    ("digests",): View(digests.all_digests, (), ("below", "group")),
    ("digest", _ANY): View(digests.digest, ("name",)),
    ("calendar",): View(calendar.whole, (), ("year",)),
    ("files",): View(files.all_files, goes_on=False),
    ("links",): View(files.all_links, goes_on=False),
    ("people",): View(people.people, (), ("group", "until")),
    ("start",): View(start.start),
    ("about",): View(about.about),
    ("search",): View(search_page.show),
    ("g", _ANY): View(group.group, ("key",)),
    ("g", _ANY, "essence"): View(essence.of_group, ("key",), ("before", "tag")),
    ("g", _ANY, "voices"): View(voices.voices, ("key",), goes_on=False),
    ("g", _ANY, "files"): View(files.files_of_group, ("key",), goes_on=False),
    ("g", _ANY, "links"): View(files.links_of_group, ("key",), goes_on=False),
    ("g", _ANY, "calendar"): View(calendar.of_group, ("key",), ("year",)),
    ("g", _ANY, "start"): View(start.start_of_group, ("key",)),
}
_FOR_MEMBERS = frozenset(("people", "digests", "digest", "voices"))
"""Pages that show something to those inside a group only."""
_NUMBERS = frozenset(("number", "before", "after", "below", "beyond", "until"))


def view_of(parts: tuple[str, ...], inside: bool) -> View | None:
    """Return what shows a page; None where it is not published to this reader."""
    if not inside and parts and (parts[0] in _FOR_MEMBERS or parts[-1:] == ("voices",)):
        return None
    if parts in VIEWS:
        return VIEWS[parts]
    return VIEWS.get(tuple(_ANY if at == 1 else part for at, part in enumerate(parts)))


def rows_of(view: View, asked: Asked, db: sqlite3.Connection, reader: Reader) -> int | None:
    """Return how many rows a page of a list has, where they are more than on the site. The first
    has what goes beyond a multiple of the others', so that those stay as they are for ever."""
    if view.count is None:
        return None
    parts, query = asked
    return ROWS if query else ROWS + view.count(db, reader, parts[1]) % ROWS


def arguments(view: View, asked: Asked) -> dict[str, Any]:
    """Return what its function is called with."""
    parts, query = asked
    told = [*zip(view.named, parts[1:2], strict=False), *query]
    listed = view.show is tags.all_tags
    return {name: int(value) if name in _NUMBERS and not listed else value for name, value in told}
