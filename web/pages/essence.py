"""Essence: the feed of what was kept, and one post."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from archive import calendar, columns, essence, groups, messages, tags
from archive.essence_once import feed_once
from archive.essence_texts import edited_text
from archive.gathered import columns_of
from archive.views import EssenceView, GroupView, MessageView
from web import strata
from web.dates import local
from web.described import Described, of_essence
from web.page import Number, Place, Visit
from web.portions import portion
from web.routes import Routes

routes = Routes()

_PAGE = 20
_COLUMNS = 6
_TAGS = 8
_PART = 200
"""Messages of one essence on a page."""
_REPLIES = 12
_AROUND = 4
"""Messages before and after an essence that can be opened with it."""


@routes.page("/essence")
def feed(
    request: Request, group: str | None = None, tag: str | None = None, before: Place = None
) -> Response:
    """Show what was kept, the newest first; `group` and `tag` narrow it."""
    return _feed(Visit(request), group, tag, before)


@routes.page("/g/{key:path}/essence")
def of_group(request: Request, key: str, tag: str | None = None, before: Place = None) -> Response:
    """Show what a group kept."""
    return _feed(Visit(request), key, tag, before)


def _feed(visit: Visit, group: str | None, tag: str | None, before: int | None) -> Response:
    with visit.archive.reading() as db:
        within = groups.get_group(db, visit.reader, group) if group else None
        key = within.key if within else None
        posts = (
            essence.feed(db, visit.reader, key, tag, before, limit=_PAGE + 1)
            if key
            else feed_once(db, visit.reader, tag, before, limit=_PAGE + 1)
        )
        layers = calendar.months(db, visit.reader, key)
        series = columns.list_columns(db, visit.reader, key)[:_COLUMNS]
        titles = {one.key: one.title for one in groups.list_groups(db, visit.reader)}
        named = sorted(tags.list_tags(db, visit.reader, key), key=lambda one: -one.essence)
    more = posts[_PAGE - 1].id if len(posts) > _PAGE else None
    asked = f"{visit.within(key, titles)} is:essence" if key else "is:essence"
    return visit.page(
        "essence.html",
        listing=_described(visit, within, tag, posts),
        group=within,
        tag=tag,
        posts=posts[:_PAGE],
        tags=[one for one in named[:_TAGS] if one.essence],
        columns=series,
        more=more,
        narrowed=lambda **asked: (
            visit.to.part_of_group(key, "essence", **asked)
            if key
            else visit.to("/essence", **asked)
        ),
        strata=strata.months(
            layers, visit.words, lambda month: visit.to.search(f"{asked} on:{month}")
        ),
    )


def _described(
    visit: Visit, within: GroupView | None, tag: str | None, posts: list[EssenceView]
) -> Described | None:
    if tag or not posts:
        return None
    to, name = visit.to.plain, visit.words("essence.title")
    path = to.part_of_group(within.key, "essence") if within else to("/essence")
    return Described(path, name, " · ".join(post.title for post in posts[:5]))


@routes.page("/essence/{number}")
def post(request: Request, number: Number, after: Place = None) -> Response:
    """Show one essence: the original words, who kept them and why, and what was said around."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = essence.post(db, visit.reader, number)
        written = edited_text(db, visit.reader, found)
        series = columns_of(db, visit.reader, found)
        before, later, replies = _around(db, visit, found)
    first = found.messages[0] if found.messages else None
    shown, rest = portion(found.messages, after, _PART, whole=True)
    return visit.page(
        "post.html",
        listing=of_essence(found, visit.to.plain.post(number)),
        post=found,
        first=first,
        moment=local(first.sent_at, first.time_zone) if first else None,
        lines=visit.talk.words_of(shown),
        after=after,
        rest=rest,
        written=written,
        written_text=visit.talk.paint(written.text) if written else None,
        columns=series,
        before=visit.talk.lines(before),
        later=visit.talk.lines(later),
        replies=[visit.talk.line(reply, whole=False) for reply in replies],
    )


def _around(
    db: sqlite3.Connection, visit: Visit, found: EssenceView
) -> tuple[Sequence[MessageView], Sequence[MessageView], Sequence[MessageView]]:
    """Return what was said just before and after an essence, and the replies further on."""
    if not found.messages:
        return (), (), ()
    first, last = found.messages[0], found.messages[-1]
    before = messages.around(db, visit.reader, first.key, before=_AROUND, after=0)
    later = messages.around(db, visit.reader, last.key, before=0, after=_AROUND)
    near = {m.id for m in (*found.messages, *later.after)}
    told = (*before.replies, *(later.replies if last is not first else ()))
    replies = {m.id: m for m in told if m.id not in near and not m.recalled}
    return before.before, later.after, list(replies.values())[:_REPLIES]
