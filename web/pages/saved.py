"""What a member saved."""

from __future__ import annotations

import sqlite3

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive.saved import save, saved_page, unsave
from web.own import own_form, own_visit
from web.page import Place
from web.routes import Routes

routes = Routes()

_PAGE = 30


@routes.page("/saved")
def show_saved(
    request: Request, until: Place = None, beyond: Place = None, did: str = "", key: str = ""
) -> Response:
    """Show what the reader saved, the last saved first."""
    visit = own_visit(request)
    place = (until, beyond) if until is not None and beyond is not None else None
    with visit.archive.reading() as db:
        found = saved_page(db, visit.reader, place, _PAGE + 1)
    more = found[_PAGE - 1] if len(found) > _PAGE else None
    return visit.page(
        "saved.html",
        rows=[(visit.talk.line(one.message, whole=False), one) for one in found[:_PAGE]],
        more=(more.at, more.message.id) if more else None,
        later=place is not None,
        undo=key if did == "unsave" else "",
    )


@routes.act("/saved")
async def change_saved(request: Request) -> Response:
    """Keep a message for the reader, or keep it no more."""
    visit, form = await own_form(request)
    key, does_save = form.get("key"), form.get("do") == "save"

    def does(db: sqlite3.Connection) -> None:
        (save if does_save else unsave)(db, visit.reader, key)

    await visit.site.write(does)
    told = {} if does_save else {"did": "unsave", "key": key}
    return RedirectResponse(visit.to("/saved", **told), 303)
