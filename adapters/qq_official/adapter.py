"""One official QQ bot, as an adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from starlette.routing import BaseRoute

from adapters.contract import (
    Ability,
    Door,
    Envelope,
    Finding,
    Forbidden,
    MenuLine,
    Outgoing,
    Pace,
    Sent,
)
from adapters.download import download
from adapters.qq_official import CARRIES, PACE, keys
from adapters.qq_official.api import Api
from adapters.qq_official.checks import findings
from adapters.qq_official.envelope import envelope_of
from adapters.qq_official.event import read
from adapters.qq_official.gateway import Gateway
from adapters.qq_official.options import Options
from adapters.qq_official.records import records_of
from adapters.qq_official.speaking import Speaking
from adapters.qq_official.webhook import Webhook
from archive.records import AnyRecord


class OfficialBot:
    """An Adapter (adapters/contract.py) for one bot."""

    platform = keys.PLATFORM
    # roles come with what people say; the API that tells them is not open to every bot
    abilities: frozenset[Ability] = frozenset(("media", "files", "direct"))
    sign_in = None
    pace = PACE
    carries = CARRIES

    def __init__(self, options: Options, name: str, pace: Pace) -> None:
        self.pace = pace
        self._options = options
        self._api = Api(options)
        self._speaking = Speaking(self._api)
        self._gateway = Gateway(self._api, name)
        webhook = options.mode == "webhook"
        self._webhook = Webhook(self._api, options, name) if webhook else None

    @property
    def names(self) -> tuple[str, ...]:
        """What the bot is called, once QQ has said it."""
        return (self._webhook or self._gateway).names

    def envelope(self, raw: bytes) -> Envelope:
        """Read the envelope of a raw event. Raises AdapterError for what is no event at all."""
        return envelope_of(read(raw))

    def records(self, raw: bytes) -> list[AnyRecord]:
        """Project a raw event; nothing for what happened in no group."""
        return records_of(read(raw))

    async def listen(self, door: Door) -> None:
        """Hand over events until cancelled."""
        await (self._webhook or self._gateway).listen(door)

    async def send(self, message: Outgoing) -> Sent:
        """Send one message. Raises AdapterError."""
        return await self._speaking.send(message)

    async def check(self) -> list[Finding]:
        """Look whether the bot can do its work."""
        return await findings(self._api, self._options)

    async def close(self) -> None:
        """Close all connections."""
        await self._api.close()

    def routes(self) -> list[BaseRoute]:
        """Return the webhook's route, if there is one."""
        return [self._webhook.route()] if self._webhook is not None else []

    def fetch(self, source: str) -> AsyncIterator[bytes]:
        """Stream a file by its address. Raises AdapterError."""
        return download(source, any_type=True, allow_private=self._options.allow_private)

    async def role_of(self, group_key: str, member_key: str) -> str | None:
        """Ask QQ what somebody is in a group now. Raises AdapterError."""
        return await self._speaking.role_of(group_key, member_key)

    async def mark_essence(self, group_key: str, message_id: str, marked: bool) -> None:
        """Raise Forbidden: QQ lets no bot mark 群精华."""
        raise Forbidden("QQ lets no bot mark essence.")

    async def offer_menu(self, lines: Sequence[MenuLine]) -> None:
        """Raise Forbidden: the menu is made on q.qq.com."""
        raise Forbidden("the menu of a QQ bot is made on q.qq.com.")
