"""Digests that were sent: the list of them, and one as a page with its quotations linked."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from archive import groups
from archive.editions import EditionView
from archive.errors import NotFound
from archive.messages import get_message
from archive.questions import get_question
from archive.sent_editions import (
    Quotation,
    groups_of,
    quotations,
    sent_edition,
    sent_editions,
)
from archive.views import MessageView
from web.ages import age
from web.page import Place, Visit
from web.routes import Routes
from web.spans import span_of

routes = Routes()

_PAGE = 24
_OPEN, _THANKED = 10, 30


class Heading(msgspec.Struct, frozen=True):
    """What is said above a digest and in the list of them."""

    edition: EditionView
    href: str
    span: str
    """`11 月 9 日 – 15 日`, or one day."""
    groups: list[str]
    """Titles of those the reader is inside of."""
    whole: bool
    """The reader is inside of all of them: then the numbers may be said."""


class AlsoTold(msgspec.Struct, frozen=True):
    """Another group in which the same was said."""

    key: str
    group_title: str


class Told(msgspec.Struct, frozen=True):
    """An item as the page shows it."""

    title: str
    kind: str
    why: str
    key: str
    group: str
    lines: list[Quotation]
    also: list[AlsoTold]


class Waiting(msgspec.Struct, frozen=True):
    """A question that was open when the digest was sent."""

    text: str
    href: str
    asker: str
    age: str
    answered: bool


@routes.page("/digests")
@routes.page("/digest")
def all_digests(request: Request, group: str | None = None, below: Place = None) -> Response:
    """Show the digests that were sent to the reader's groups, the newest first."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        within = groups.get_group(db, visit.reader, group) if group else None
        found = sent_editions(
            db, visit.reader, within.key if within else None, below=below, limit=_PAGE + 1
        )
        titles = {one.key: one.title for one in groups.list_groups(db, visit.reader)}
    inside = [(key, title) for key, title in titles.items() if visit.reader.inside(key)]
    return visit.page(
        "digests.html",
        group=within,
        inside=inside,
        rows=[_heading(visit, one, titles) for one in found[:_PAGE]],
        below=below,
        more=found[_PAGE - 1].id if len(found) > _PAGE else None,
    )


@routes.page("/digest/{name}")
def digest(request: Request, name: str, group: str | None = None) -> Response:
    """Show the digest of a period (`2026-W47`, `2026-11-18`), or the one with this number."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        titles = {one.key: one.title for one in groups.list_groups(db, visit.reader)}
        if name.isascii() and name.isdigit() and len(name) < 16:
            return _show(visit, db, sent_edition(db, visit.reader, int(name)), titles)
        within = groups.get_group(db, visit.reader, group) if group else None
        found = sent_editions(
            db, visit.reader, within.key if within else None, name[:20], limit=_PAGE
        )
        if not found:
            raise NotFound("there is no such digest.")
        if within is not None:
            # its own before one of several groups
            found = [one for one in found if one.place == within.key] or found
        if len(found) == 1 or within is not None:
            return _show(visit, db, found[0], titles)
    rows = [_heading(visit, one, titles) for one in found]
    return visit.page(
        "digests.html", group=None, inside=[], rows=rows, below=None, more=None, period=name
    )


def _heading(visit: Visit, edition: EditionView, titles: dict[str, str]) -> Heading:
    keys = groups_of(edition, visit.reader)
    return Heading(
        edition,
        visit.to.digest(edition.id),
        span_of(edition.period, visit.words, visit.today),
        [titles.get(key, key) for key in keys],
        len(keys) == len(edition.digest.get("groups") or ()),
    )


def _show(
    visit: Visit, db: sqlite3.Connection, edition: EditionView, titles: dict[str, str]
) -> Response:
    told = edition.digest
    heading = _heading(visit, edition, titles)
    items = [_told(visit, db, item, titles, heading) for item in told.get("items") or ()]
    keys = [one["keys"][0] for one in told.get("thanks") or ()][:_THANKED]
    thanked = [m for key in keys if (m := _readable(visit, db, key)) is not None and m.sender]
    return visit.page(
        "digest.html",
        heading=heading,
        digest=told,
        items=items,
        count=visit.words.texts["edition.counts"][len(items)] if len(items) <= 10 else len(items),
        numbers=visit.words.texts["edition.numbers"],
        waiting=[one for key in (told.get("open_questions") or ())[:_OPEN]
                 if (one := _waiting(visit, db, key)) is not None],
        thanked=list({m.sender: m for m in thanked}.values()),
    )  # fmt: skip


def _told(
    visit: Visit,
    db: sqlite3.Connection,
    item: dict[str, Any],
    titles: dict[str, str],
    heading: Heading,
) -> Told:
    several = len(heading.groups) > 1 or not heading.whole
    key = str(item.get("group_key", ""))
    return Told(
        str(item.get("title", "")),
        str(item.get("kind", "")),
        str(item.get("why", "")),
        item["keys"][0],
        titles.get(key, "") if several else "",
        quotations(db, visit.reader, item["keys"], str(item.get("text", ""))),
        [
            AlsoTold(name, title)
            for name in item.get("also_in") or ()
            for group, title in titles.items()
            if name.startswith(f"{group}:")
        ],
    )


def _readable(visit: Visit, db: sqlite3.Connection, key: str) -> MessageView | None:
    try:
        found = get_message(db, visit.reader, key)
    except NotFound:
        return None
    return None if found.recalled else found


def _waiting(visit: Visit, db: sqlite3.Connection, key: str) -> Waiting | None:
    message = _readable(visit, db, key)
    if message is None:
        return None
    try:
        view = get_question(db, visit.reader, key)
    except NotFound:
        # somebody closed it
        return None
    return Waiting(
        view.text,
        visit.to.question(view.key),
        message.sender,
        age(view.asked_at, visit.now, visit.words),
        view.status != "open",
    )
