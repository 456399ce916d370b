"""Digests at the desk: what is drafted, approved and sent, and one to edit beside its forms."""

from __future__ import annotations

import sqlite3
from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive import editions
from archive.edition_editing import edition_items, list_editions
from archive.editions import EditionView, get_edition
from archive.errors import NotFound
from archive.groups import get_group
from web.desk.digest_preview import preview
from web.desk.pages import desk_page, ruled_groups
from web.page import Number, Place, Visit
from web.routes import Routes

routes = Routes()

_PAGE = 30
_SANDBOX = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none';"
    " base-uri 'none'; sandbox"
)
"""Of the article alone: its styles are in it, and nothing else is loaded or run."""


@routes.page("/desk/digests")
def all_digests(request: Request, group: str | None = None, before: Place = None) -> Response:
    """Show the digests of the groups the visitor rules, the newest first."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        groups = ruled_groups(db, visit)
        found = list_editions(
            db, visit.reader, None if group is None else [group], before, _PAGE + 1
        )  # fmt: skip
        titles = {one.place: _title(db, visit, one.place) for one in found}
    more = found[_PAGE - 1].id if len(found) > _PAGE else None
    return desk_page(
        visit, "desk/digests.html", place="digests", groups=groups, group=group,
        lines=found[:_PAGE], titles=titles, more=more,
    )  # fmt: skip


@routes.page("/desk/digests/{number}")
def one_digest(request: Request, number: Number) -> Response:
    """Show a digest with all its items, and as each platform shows it."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        view = _ruled(db, visit, number)
        items = edition_items(db, visit.reader, number)
        shown = preview(db, visit, view)
        title = _title(db, visit, view.place)
    return desk_page(
        visit, "desk/digest.html", place="digests", view=view, items=items, shown=shown,
        title=title, longest_title=editions.LONGEST_TITLE,
    )  # fmt: skip


@routes.page("/desk/digests/{number}/article")
def article(request: Request, number: Number) -> Response:
    """Show a digest as it looks in an editor it is pasted into; nothing on that page can run."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        shown = preview(db, visit, _ruled(db, visit, number))
    answer = visit.page("desk/digest_article.html", subject=shown.subject, piece=shown.html)
    answer.headers["Content-Security-Policy"] = _SANDBOX
    return answer


def _ruled(db: sqlite3.Connection, visit: Visit, number: int) -> EditionView:
    if not visit.reader.rules(editions.place_of(db, number)):
        raise HTTPException(404)
    return get_edition(db, visit.reader, number)


def _title(db: sqlite3.Connection, visit: Visit, place: str) -> str:
    """Return what a place is called: a group, or several under a name."""
    with suppress(NotFound):
        return get_group(db, visit.reader, place).title
    return place.removeprefix("together:")
