"""What a member changes of what holds for them, by the functions that obey them in a chat."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from archive.consent import standing
from archive.errors import ArchiveError, NotFound
from archive.handing import in_pieces, note_handed
from archive.mine import mine, own_group
from archive.profiles import MAX_TEXT, introduce, withdraw
from archive.rights import LONGEST_ALIAS, publish, remove_alias, set_alias
from archive.sessions import end_own_session
from web.cookies import let_out
from web.forms import Form
from web.own import key_of, limits_of, own_form, own_visit
from web.page import Visit
from web.routes import Routes

routes = Routes()

FILE = "mydata.zip"


class _Wrong(Exception):
    """What was typed cannot be that."""


@routes.page("/me")
def show(request: Request, did: str = "", group: str = "") -> Response:
    """Show what holds for the reader, with the forms to change it, and what they did just now."""
    return _page(own_visit(request), did=did, at=group)


@routes.act("/me")
async def change(request: Request) -> Response:
    """Do one thing, and lead back to where it is said and can be taken back."""
    visit, form = await own_form(request)
    name, at = form.get("do"), form.get("group")
    if name not in ACTS:
        raise HTTPException(404)
    if not limits_of(visit).may_change(key_of(visit)):
        raise HTTPException(429)

    def does(db: sqlite3.Connection) -> None:
        # the other window may have said it a moment ago
        if key_of(visit) in standing(db).opted_out:
            raise NotFound("there is no such page.")
        try:
            ACTS[name](db, visit, form)
        except NotFound:
            raise
        except ArchiveError as error:
            raise _Wrong from error

    try:
        await visit.site.write(does)
    except _Wrong:
        return await asyncio.to_thread(_page, visit, 400, at=at, wrong=name, typed=form.get("text"))
    if name == "end" and form.number("number") == visit.visitor.session_id:
        response = RedirectResponse(visit.to("/login"), 303)
        let_out(response, visit.site)
        return response
    return RedirectResponse(visit.to("/me", did=name, group=at), 303)


@routes.act("/me/data")
async def data(request: Request) -> Response:
    """Hand the member all that is kept of them, as a ZIP that is written down nowhere."""
    visit, _ = await own_form(request)
    key = key_of(visit)
    if not limits_of(visit).may_take(key):
        raise HTTPException(429)
    pieces = in_pieces(visit.archive, key)
    first = await asyncio.to_thread(next, pieces)
    await visit.site.write(lambda db: note_handed(db, key, visit.visitor.by))
    return StreamingResponse(
        _after(first, pieces),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{FILE}"'},
    )


def _after(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces


def _page(
    visit: Visit, status: int = 200, *, did: str = "", at: str = "", wrong: str = "",
    typed: str = "",
) -> Response:  # fmt: skip
    with visit.archive.reading() as db:
        found = mine(db, visit.reader)
    place = next((group for group in found.groups if group.key == at), None)
    return visit.page(
        "me.html",
        status,
        mine=found,
        did=did if did in ACTS else "",
        at=place,
        wrong=wrong,
        typed=typed,
        longest_alias=LONGEST_ALIAS,
        longest_text=MAX_TEXT,
    )


def _agree(db: sqlite3.Connection, visit: Visit, form: Form) -> None:
    """Let one's essence be public under one's name."""
    publish(db, key_of(visit), True, visit.visitor.by)


def _disagree(db: sqlite3.Connection, visit: Visit, form: Form) -> None:
    """Let it be so no more."""
    publish(db, key_of(visit), False, visit.visitor.by)


def _alias(db: sqlite3.Connection, visit: Visit, form: Form) -> None:
    """Be shown as `text` in `group`."""
    place = own_group(db, visit.reader, form.get("group"))
    set_alias(db, place, key_of(visit), form.get("text"), visit.visitor.by)


def _own_name(db: sqlite3.Connection, visit: Visit, form: Form) -> None:
    """Be shown under one's own name in `group` again."""
    place = own_group(db, visit.reader, form.get("group"))
    remove_alias(db, place, key_of(visit), visit.visitor.by)


def _introduce(db: sqlite3.Connection, visit: Visit, form: Form) -> None:
    """Tell `group` of oneself, if it agrees to be archived."""
    place = own_group(db, visit.reader, form.get("group"))
    if not standing(db).keeps(place):
        raise NotFound("there is no such group.")
    introduce(db, place, key_of(visit), form.get("text"))


def _withdraw(db: sqlite3.Connection, visit: Visit, form: Form) -> None:
    """Take back what one told `group`."""
    withdraw(db, own_group(db, visit.reader, form.get("group")), key_of(visit))


def _end(db: sqlite3.Connection, visit: Visit, form: Form) -> None:
    """End the session `number` of one's own."""
    end_own_session(db, key_of(visit), form.number("number"))


ACTS: Mapping[str, Callable[[sqlite3.Connection, Visit, Form], None]] = {
    "agree": _agree,
    "disagree": _disagree,
    "alias": _alias,
    "own_name": _own_name,
    "introduce": _introduce,
    "withdraw": _withdraw,
    "end": _end,
}
"""What the field `do` may say."""
