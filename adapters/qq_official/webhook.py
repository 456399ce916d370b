"""Events that QQ posts to the site: signed, fresh, and durable before they are answered.

https://bot.q.qq.com/wiki/develop/api-v2/dev-prepare/interface-framework/event-emit.html
"""

from __future__ import annotations

import asyncio
import hmac

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.contract import AdapterError, Door
from adapters.posted import body_of, later
from adapters.qq_official.api import Api, NotFromHere
from adapters.qq_official.event import dictionary, read, words
from adapters.qq_official.groups import Groups
from adapters.qq_official.link import Link
from adapters.qq_official.notes import note
from adapters.qq_official.options import Options
from adapters.qq_official.signature import Signer
from adapters.qq_official.trimming import trimmed
from archive.errors import ArchiveError

LARGEST = 1 << 20
"""Bytes of the largest event; real ones have some thousand."""
_LOOK = 60.0
"""Seconds between two looks whether QQ still accepts the bot."""
_EVENT, _ACKNOWLEDGED, _CHALLENGE = 0, 12, 13


class Webhook:
    """The receiving end of one bot."""

    def __init__(self, api: Api, options: Options, name: str) -> None:
        self.names: tuple[str, ...] = ()
        self._api = api
        self._options = options
        self._name = name
        self._signer = Signer(options.secret)
        self._door: Door | None = None

    def route(self) -> Route:
        """Return the route QQ posts to."""
        path = self._options.webhook_path
        return Route(path, self._receive, methods=["POST"], name=f"qq-official-{self._name}")

    async def listen(self, door: Door) -> None:
        """Take in what comes until cancelled, and keep an eye on the bot meanwhile."""
        link = Link(door, self._name)
        self._door = door
        groups = asyncio.create_task(Groups(self._api, door).run())
        try:
            while True:
                try:
                    me = dictionary(await self._api.ask("GET", "/users/@me"))
                except NotFromHere as error:
                    link.works()
                    door.alarm(error.what, error.hint)
                    await asyncio.sleep(_LOOK)
                    continue
                except AdapterError as error:
                    await asyncio.sleep(link.failed(error))
                    continue
                self.names = tuple(name for name in [words(me.get("username"))] if name)
                link.works()
                await asyncio.sleep(_LOOK)
        finally:
            self._door = None
            groups.cancel()
            await asyncio.gather(groups, return_exceptions=True)

    async def _receive(self, request: Request) -> Response:
        """Answer a request; 401 for what is not QQ's, 413 for what is too large to be."""
        moment = request.headers.get("x-signature-timestamp", "")
        signature = request.headers.get("x-signature-ed25519", "")
        signed = bool(moment or signature)
        if (signed and not self._signer.is_fresh(moment)) or not self._is_ours(request):
            return Response(status_code=401)
        raw = await body_of(request, LARGEST)
        if isinstance(raw, Response):
            return raw
        if signed and not self._signer.signed(moment, raw, signature):
            return Response(status_code=401)
        try:
            event = read(raw)
        except AdapterError:
            # what QQ signed is kept, whatever it is
            return await self._take(raw) if signed else Response(status_code=401)
        if event.op == _CHALLENGE:
            return self._challenged(event.body.get("event_ts"), event.body.get("plain_token"))
        if not signed:
            return Response(status_code=401)
        if event.op != _EVENT:
            return _acknowledged()
        if self._door is not None:
            note(event, self._door)
        return await self._take(trimmed(raw, event))

    def _is_ours(self, request: Request) -> bool:
        """Tell whether a request names this bot, or none."""
        named = request.headers.get("x-bot-appid", self._options.app_id)
        given = named.encode("utf-8", "surrogateescape")
        return hmac.compare_digest(given, self._options.app_id.encode())

    def _challenged(self, moment: object, token: object) -> Response:
        signature = self._signer.answer(moment, token)
        if signature is None:
            return Response(status_code=400)
        return JSONResponse({"plain_token": token, "signature": signature})

    async def _take(self, raw: bytes) -> Response:
        if self._door is None:
            return later()
        try:
            await self._door.take([raw])
        except ArchiveError:
            return later()
        return _acknowledged()


def _acknowledged() -> Response:
    return JSONResponse({"op": _ACKNOWLEDGED, "d": 0})
