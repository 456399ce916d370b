"""Search: what was found, the filters that hold, and where, when and by whom the rest was said."""

from __future__ import annotations

import asyncio
import sqlite3
from threading import Lock
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from archive.errors import ArchiveError, BadQuery
from archive.misses import Countable, count_miss, countable
from archive.search import search as find
from archive.straight import straight_to
from archive.views import AlsoIn, Results
from web.body import highlighted
from web.forms import posted
from web.page import Visit
from web.routes import Routes
from web.search_help import as_text, nothing_found
from web.search_sides import Narrowing, Sides

routes = Routes()

_PAGE = 20
_SHOWN = 500
"""Characters of a query that stand in the box again."""
_counting = Lock()

Order = Literal["newest", "relevance"]
Part = Literal["", "results", "sides"]
"""What a script asks for while somebody types: the same HTML that the whole page has there."""


@routes.page("/search")
def search(
    request: Request,
    q: str = "",
    order: Order = "newest",
    cursor: str | None = None,
    part: Part = "",
) -> Response:
    """Show what was found, or how to search where nothing was asked or it was not understood."""
    visit = Visit(request)
    shown: dict[str, Any] = {"results": None, "bad": None, "sides": Sides()}
    if q.strip():
        try:
            with visit.archive.reading() as db:
                shown |= _found(visit, db, q, order, cursor, part)
        except BadQuery as error:
            shown |= {"bad": error, "as_text": as_text(visit, q)}
    template = f"parts/search_{part}.html" if part else "search.html"
    return visit.page(template, query=q[:_SHOWN], q=q, order=order, cursor=cursor, **shown)


@routes.act("/search/missed")
async def missed(request: Request) -> Response:
    """Count a search that found nothing, told by the script of the page that showed it.

    At most one is counted at a time; where that takes long, the others are not counted.
    """
    visit = Visit(request)
    form = await posted(request, visit.site.secret, visit.visitor.session)
    q = form.get("q")
    miss = await asyncio.to_thread(_missed, visit, q)
    if miss is not None and _counting.acquire(blocking=False):
        try:
            await visit.site.write(lambda db: count_miss(db, miss, time_zone=visit.zone))
        except ArchiveError:
            # it is a tally; whoever searches must not hear of a full disk here
            pass
        finally:
            _counting.release()
    return Response(status_code=204)


def _missed(visit: Visit, q: str) -> Countable | None:
    """Return what is to be counted of a query that finds nothing for this reader."""
    try:
        with visit.archive.reading() as db:
            hits = find(db, q, visit.reader, limit=1, time_zone=visit.zone).count
            return None if hits else countable(db, q)
    except BadQuery:
        return None


def _found(
    visit: Visit, db: sqlite3.Connection, q: str, order: Order, cursor: str | None, part: Part
) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    narrowing = Narrowing(visit, db, q, order)
    if part != "sides":
        results = find(
            db, q, visit.reader, limit=_PAGE, order=order, cursor=cursor, time_zone=visit.zone,
            count=narrowing.counts.count, once=True,
        )  # fmt: skip
        shown = {
            "results": results,
            "hits": _hits(visit, results),
            "straight": straight_to(visit.archive, db, q, visit.reader) if not cursor else [],
            "nothing": None if results.hits else nothing_found(db, visit, q),
            "chips": narrowing.chips(results.count > 0),
        }
    if part != "results":
        shown["sides"] = narrowing.sides()
    return shown


def _hits(visit: Visit, results: Results) -> list[tuple[Any, Any, tuple[AlsoIn, ...]]]:
    return [
        (
            visit.talk.line(hit.message, whole=False),
            highlighted(hit.excerpt, hit.marks),
            hit.also_in,
        )
        for hit in results.hits
    ]
