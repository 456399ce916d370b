"""The site: pages to read and an API to ask."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from fastapi import FastAPI
from starlette.routing import BaseRoute

from archive.database import Archive
from archive.people import DEFAULT_ZONE
from archive.tombstones import secret_of
from web import api
from web.access import is_published
from web.desk import (
    access,
    acting,
    candidates,
    charts,
    digests,
    essences,
    health,
    history,
    imports,
    missing,
    questions,
    reports,
    review,
    roster,
    settings,
    shelves,
    start,
    tokens,
)
from web.desk.acts import ACTS
from web.entrance import Entrance
from web.forgetting import Forgetting
from web.guard import Guard
from web.limits import Limits
from web.membership import Roles
from web.page import ConsentChanged, Site, Write
from web.pages import (
    about,
    calendar,
    columns,
    coverage,
    day,
    errors,
    essence,
    feed_keys,
    feeds,
    files,
    found,
    group,
    home,
    leaving,
    login,
    media,
    message,
    mine,
    people,
    report,
    saved,
    search,
    sign_in,
    tags,
    threads,
    voices,
)
from web.pages import api as programs
from web.pages import digests as sent_digests
from web.pages import questions as reading_questions
from web.pages import start as newcomers
from web.sign_in import Way
from web.twins import Twins

T = TypeVar("T")

_READERS = 4
"""Reading connections that stay open between requests."""


# the last two answer to any path below a group
_PAGES = (
    home, found, feeds, login, sign_in, search, essence, tags, about, coverage, media, message,
    threads, columns, calendar, voices, reading_questions, people, files, sent_digests, newcomers,
    report, saved, mine, feed_keys, leaving, programs, day, group,
)  # fmt: skip
_DESK = (
    start, candidates, essences, shelves, questions, digests, roster, reports, review, settings,
    access, tokens, charts, health, missing, imports, history,
)  # fmt: skip


def create_app(
    archive: Archive,
    *,
    base_url: str = "",
    loopback: bool,
    title: str = "沉淀",
    time_zone: str = DEFAULT_ZONE,
    routes: Sequence[BaseRoute] = (),
    write: Write | None = None,
    consent_changed: ConsentChanged | None = None,
    roles: Roles | None = None,
    proxies: Iterable[str] = (),
    operator: str = "",
    welcome: Mapping[str, str] | None = None,
    ways: Mapping[str, Way] | None = None,
    longest: Mapping[str, int] | None = None,
) -> FastAPI:
    """Make the site of one archive.

    `loopback` says that it is bound to this machine only: then, with no `base_url` elsewhere, and
    only for requests that certainly come from it, the operator reads; everyone else reads what is
    public, and who logged in what is theirs. `base_url` goes before permalinks in the API, and
    forms may come from there; a search's dates are understood in `time_zone`. `routes` are what
    else answers at its port: what platforms call. `write` lets the desk share a writer with what
    else is written, and `consent_changed` is told who opts out; without it the site erases them.
    `roles` asks the platforms who is in which group; `proxies` are believed whom they ask for.
    `operator` is who runs it, and how to reach them; `welcome` what newcomers are told, by group
    key; `longest` how long a message may be, by platform: a digest is shown as each lets it be.
    `ways` are other sites people may log in by, by account, where `base_url` says where they come
    back to.
    """
    app = FastAPI(
        # web/api/described.py describes it; the pages that FastAPI brings load from elsewhere
        title=title, openapi_url=None, docs_url=None, redoc_url=None,
        redirect_slashes=False,
    )  # fmt: skip
    archive.keep_open(_READERS)
    with archive.reading() as db:
        secret = secret_of(db)
    local = loopback and not is_published(base_url)
    app.state.site = Site(
        archive, title, base_url.rstrip("/"), local, secret, write or _alone(archive),
        consent_changed or Forgetting(archive), time_zone, roles, frozenset(proxies), operator,
        welcome or {}, ways or {}, longest or {},
    )  # fmt: skip
    app.state.limits = Limits()
    app.state.report_limits = report.Limits()
    app.router.routes.extend(routes)
    _open(app)
    return app


def _open(app: FastAPI) -> None:
    """Give it its rooms, and who stands at the door."""
    # as they are: routers that are included are made anew by every app, and asked twice a request
    rooms = app.router.routes
    rooms.extend(api.routes)
    for page in (*_PAGES, *_DESK):
        rooms.extend(page.routes.routes)
    rooms.extend(acting.router(ACTS).routes)
    errors.install(app)
    app.add_middleware(Entrance, refuse=errors.answer)
    app.add_middleware(Twins)
    app.add_middleware(Guard, failed=errors.failed)


def _alone(archive: Archive) -> Write:
    """Write from this process by itself, in a thread."""

    def run(does: Callable[[sqlite3.Connection], T]) -> T:
        with archive.writing() as db:
            return does(db)

    def write(does: Callable[[sqlite3.Connection], T]) -> Awaitable[T]:
        return asyncio.to_thread(run, does)

    return write
