"""Stands before every page: finds who asks, has the platform asked again where it is time, and
holds back who asks too often."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakValueDictionary

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.errors import ArchiveError
from archive.sessions import FEED, SLIDE, Session, move_end, note_groups
from archive.standings import TOLD_FOR
from web import bearer
from web.access import COOKIE, as_public, look, visitor_of
from web.cookies import let_in
from web.limits import Limits, address_of
from web.membership import Silent, ask, is_due
from web.page import Site

log = logging.getLogger(__name__)

Refuse = Callable[[Request, int], Response]

_SILENT_FOR = 15.0
"""Seconds for which a platform that did not answer is not asked again about the same person."""
_REMEMBERED = 10_000
_HEADERS = {401: ("WWW-Authenticate", "Bearer"), 429: ("Retry-After", "5")}
"""What a refusal says beside its words."""


class Entrance:
    """Middleware around the pages; the error page stands outside of it."""

    def __init__(self, app: ASGIApp, refuse: Refuse) -> None:
        self._app = app
        self._refuse = refuse
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._silent: dict[int, float] = {}
        self._asking: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        site: Site = scope["app"].state.site
        refused, moved = 0, False
        try:
            if bearer.is_shown(request):
                refused = await self._show(request, site)
            else:
                moved = await self._enter(request, site)
        except (ArchiveError, sqlite3.Error):
            # the page says itself that the archive cannot be opened
            as_public(request)
        if refused or not self._may(request, site):
            await self._refused(request, refused or 429)(scope, receive, send)
            return

        async def with_cookie(message: Message) -> None:
            if moved and message["type"] == "http.response.start":
                _send_again(MutableHeaders(scope=message), request, site)
            await send(message)

        await self._app(scope, receive, with_cookie)

    def _refused(self, request: Request, status: int) -> Response:
        response = self._refuse(request, status)
        name, value = _HEADERS[status]
        response.headers[name] = value
        return response

    async def _show(self, request: Request, site: Site) -> int:
        """Find out what the token of a request may read; return the status of a refusal, else 0."""
        as_public(request)
        token = bearer.take(request, site)
        if token is not None:
            await bearer.note_use(site, token)
            return 0
        limits: Limits = request.app.state.limits
        return 401 if limits.may_show(address_of(request, site.proxies)) else 429

    def _may(self, request: Request, site: Site) -> bool:
        visitor = visitor_of(request, site)
        limits: Limits = request.app.state.limits
        asker = visitor.session or address_of(request, site.proxies)
        return visitor.is_local or limits.may_read(request.url.path, asker)

    async def _enter(self, request: Request, site: Site) -> bool:
        """Find out who asks; return whether the end of their session was moved."""
        session = look(request, site)
        if session is None:
            return False
        if is_due(session, site.roles, request.method not in ("GET", "HEAD")):
            asking = asyncio.create_task(self._ask(session, site))
            self._asking.add(asking)
            asking.add_done_callback(self._asking.discard)
            changes = request.method not in ("GET", "HEAD")
            if changes or session.checked_at <= time.time() - TOLD_FOR:
                await asyncio.shield(asking)
                session = look(request, site)
        if session is None or session.seen_at > time.time() - SLIDE:
            return False
        moving = session

        def move(db: sqlite3.Connection) -> None:
            move_end(db, moving)

        # where the disk refuses, the session ends when it would have
        with suppress(ArchiveError):
            await site.write(move)
            return session.kind != FEED
        return False

    async def _ask(self, session: Session, site: Site) -> None:
        """Ask the platform about one session, once at a time."""
        async with self._locks.setdefault(session.id, asyncio.Lock()):
            now = time.monotonic()
            if self._silent.get(session.id, now - _SILENT_FOR) > now - _SILENT_FOR:
                return
            try:
                told = await ask(site.archive, site.roles, session)

                def note(db: sqlite3.Connection) -> None:
                    note_groups(db, session, told.groups)
                    told.settle(db, session.member_key)

                await site.write(note)
            except (Silent, ArchiveError) as error:
                log.warning("membership not known why=%s", type(error).__name__)
            # whether it answered or not: the others who waited here need not ask again
            if len(self._silent) > _REMEMBERED:
                self._silent.clear()
            self._silent[session.id] = now


def _send_again(headers: MutableHeaders, request: Request, site: Site) -> None:
    """Give the cookie once more, for as long as the session lasts now."""
    named = [value for value in headers.getlist("set-cookie") if value.startswith(f"{COOKIE}=")]
    if not named:
        response = Response()
        let_in(response, site, request.cookies[COOKIE])
        headers.append("set-cookie", response.headers["set-cookie"])
