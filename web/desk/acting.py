"""The one way anything changes at the desk: an act by name, its audit line and its undo."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive.acts import Undo, note_act, take_back
from archive.errors import ArchiveError, NotFound
from archive.groups import get_group
from web.forms import Form, posted
from web.page import Visit
from web.routes import Routes

UNDO = "undo"


class Done(msgspec.Struct, frozen=True):
    """What an act did."""

    said: str
    """Key of the words that say so: `desk.marked`."""
    target: str
    """A key or id, for the list of acts."""
    undo: Undo | None = None
    """What takes it back; None where nothing does, and then `said` says so."""


class Doing(msgspec.Struct, frozen=True):
    """What an act has at hand, within the write transaction."""

    db: sqlite3.Connection
    visit: Visit
    form: Form

    @property
    def by(self) -> str:
        """Return who acts, for the audit."""
        return self.visit.visitor.by

    def rules(self, group_key: str) -> str:
        """Return the group's key if the visitor may decide for it. Raises NotFound: what is hidden
        and what does not exist are answered alike."""
        group = get_group(self.db, self.visit.reader, group_key)
        if not self.visit.reader.rules(group.key):
            raise NotFound("there is no such group.")
        return group.key

    def rules_all(self) -> None:
        """Raise NotFound unless this is the operator."""
        if not self.visit.reader.everything:
            raise NotFound("there is no such page.")


Does = Callable[[Doing], Done]


def router(acts: Mapping[str, Does]) -> Routes:
    """Make `POST /desk/act/{name}` for these acts, and `undo`."""
    routes = Routes()

    @routes.act("/desk/act/{name}")
    async def act(request: Request, name: str) -> Response:
        """Do one thing, note it, and lead back to where it was asked for."""
        visit = Visit(request)
        if not visit.visitor.has_desk:
            raise HTTPException(404)
        form = await posted(request, visit.site.secret, visit.visitor.session)
        if name != UNDO and name not in acts:
            raise HTTPException(404)

        def does(db: sqlite3.Connection) -> tuple[str, int]:
            if name == UNDO:
                return _undone(acts, Doing(db, visit, form))
            done = acts[name](Doing(db, visit, form))
            return done.said, note_act(db, visit.visitor.by, name, done.target, done.undo)

        try:
            said, number = await visit.site.write(does)
        except NotFound:
            raise
        except ArchiveError as error:
            return _answer(visit, form, {"error": error.what, "hint": error.hint}, 409)
        return _answer(visit, form, {"said": visit.words(said), "did": number})

    return routes


def _undone(acts: Mapping[str, Does], doing: Doing) -> tuple[str, int]:
    """Do the contrary of an act, in the same transaction as the note that it was undone."""
    name, fields = take_back(doing.db, doing.by, doing.form.number("did"))
    form = Form(tuple(fields.items()))
    done = acts[name](msgspec.structs.replace(doing, form=form))
    return "desk.undone", note_act(doing.db, doing.by, name, done.target, done.undo)


def _answer(visit: Visit, form: Form, told: dict[str, object], status: int = 200) -> Response:
    """Answer a script with JSON, and a form with the page it came from."""
    if visit.request.headers.get("accept", "").startswith("application/json"):
        return Response(msgspec.json.encode(told), status, media_type="application/json")
    if status != 200:
        return visit.page(
            "error.html", status, code=400, what=str(told["error"]), hint=str(told["hint"])
        )
    return RedirectResponse(_with_did(form.get("back"), told["did"]), 303)


def _with_did(back: str, did: object) -> str:
    """Return a path of this site with the act's number, for its notice; never another site's."""
    parts = urlsplit(back)
    inside = back.startswith("/") and not back.startswith(("//", "/\\")) and not parts.netloc
    path, query = (parts.path, parts.query) if inside else ("/desk", "")
    kept = "&".join(part for part in query.split("&") if part and not part.startswith("did="))
    return f"{path}?{kept}{'&' if kept else ''}did={did}"
