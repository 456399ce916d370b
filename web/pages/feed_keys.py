"""A member's own feed address: made, shown once, ended."""

from __future__ import annotations

import asyncio
import sqlite3

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive.feed_keys import end_feed_keys, make_feed_key
from web.own import key_of, limits_of, own_form
from web.routes import Routes

routes = Routes()


@routes.act("/me/feed")
async def change(request: Request) -> Response:
    """Make an address that reads feeds as who is in, or end it."""
    visit, form = await own_form(request)
    if not limits_of(visit).may_change(key_of(visit)):
        raise HTTPException(429)
    does_make, session_id = form.get("do") == "make", visit.visitor.session_id

    def does(db: sqlite3.Connection) -> str | None:
        if does_make and session_id is not None:
            return make_feed_key(db, session_id)
        end_feed_keys(db, key_of(visit))
        return None

    key = await visit.site.write(does)
    if key is None:
        return RedirectResponse(f"{visit.to('/me')}#feeds", 303)
    address = f"{visit.origin}{visit.to.plain.form('/', 'atom')}?key={key}"
    # shown in the answer itself: nothing keeps it
    return await asyncio.to_thread(visit.page, "feed_address.html", address=address)
