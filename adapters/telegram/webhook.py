"""Updates that Telegram brings itself: durable before they are answered with 200."""

from __future__ import annotations

import asyncio
import hmac
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.contract import AdapterError, Door
from adapters.posted import body_of, later
from adapters.telegram.api import BotApi
from adapters.telegram.link import Link
from adapters.telegram.options import Options
from adapters.telegram.updates import ALL
from adapters.telegram.values import dictionary, integer
from archive.errors import ArchiveError

LARGEST = 2 << 20
"""Bytes of the largest update; real ones have some thousand."""
_LOOK = 60.0
"""Seconds between two looks at what Telegram says of the webhook."""
_HEADER = "x-telegram-bot-api-secret-token"


class Webhook:
    """The receiving end of one account."""

    def __init__(self, api: BotApi, options: Options, name: str) -> None:
        self._api = api
        self._options = options
        self._name = name
        self._door: Door | None = None
        self._failed_at = 0
        self._complaining = False

    def route(self) -> Route:
        """Return the route Telegram posts to."""
        return Route(self._options.webhook_path, self._receive, methods=["POST"])

    async def listen(self, door: Door) -> None:
        """Set the webhook and keep an eye on it until cancelled; it stays set afterwards."""
        link = Link(door, self._name)
        self._door = door
        try:
            while True:
                try:
                    await self._look(link)
                except AdapterError as error:
                    await asyncio.sleep(link.failed(error))
                    continue
                link.works()
                await self._api.introduce()
                await asyncio.sleep(_LOOK)
        finally:
            self._door = None

    async def _look(self, link: Link) -> None:
        told = dictionary(await self._api.ask("getWebhookInfo"))
        if not link.up or told.get("url") != self._options.webhook_url:
            await self._api.ask(
                "setWebhook",
                url=self._options.webhook_url,
                secret_token=self._options.webhook_secret,
                allowed_updates=ALL,
                # one at a time, so that they come in order
                max_connections=1,
            )
        self._complain(link, told)

    def _complain(self, link: Link, told: dict[str, Any]) -> None:
        """Tell the operator that Telegram could not deliver since the last look."""
        at = integer(told.get("last_error_date")) or 0
        again, self._complaining = self._complaining, link.up and at > self._failed_at
        self._failed_at = max(at, self._failed_at)
        if self._complaining and not again:
            link.alarm(
                AdapterError(
                    "Telegram could not deliver to webhook_url.",
                    "check that it leads to this program, by HTTPS and with a valid certificate",
                )
            )

    async def _receive(self, request: Request) -> Response:
        given = request.headers.get(_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._options.webhook_secret.encode()):
            return Response(status_code=401)
        raw = await body_of(request, LARGEST)
        if isinstance(raw, Response):
            return raw
        if not raw.strip():
            return Response(status_code=400)
        if self._door is None:
            return later()
        try:
            await self._door.take([raw])
        except ArchiveError:
            return later()
        return Response(status_code=200)
