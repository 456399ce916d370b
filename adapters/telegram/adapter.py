"""Telegram through a bot, as an adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from starlette.routing import BaseRoute

from adapters.contract import (
    Ability,
    Door,
    Envelope,
    Finding,
    MenuLine,
    Outgoing,
    Sent,
    SignIn,
)
from adapters.telegram import CARRIES, PACE
from adapters.telegram.api import BotApi
from adapters.telegram.checks import findings
from adapters.telegram.envelope import read_envelope
from adapters.telegram.message import Account
from adapters.telegram.options import Options
from adapters.telegram.polling import poll
from adapters.telegram.projection import read_records
from adapters.telegram.sign_in import sign_in_of
from adapters.telegram.speaking import Speaking
from adapters.telegram.webhook import Webhook
from archive.records import AnyRecord

_ALWAYS: frozenset[Ability] = frozenset(
    ("held", "media", "files", "roles", "menu", "essence", "direct")
)
_SIGN_IN: frozenset[Ability] = frozenset(("sign_in",))


class TelegramAdapter:
    """One bot; see `adapters.contract.Adapter`."""

    platform = "telegram"
    pace = PACE
    carries = CARRIES

    def __init__(self, options: Options, name: str) -> None:
        self._options = options
        self._name = name
        self._account = Account(options.bot, options.largest_file)
        self._api = BotApi(options.token, options.api_url)
        self._speaking = Speaking(self._api, options)
        webhook = options.mode == "webhook"
        self._webhook = Webhook(self._api, options, name) if webhook else None
        self._sign_in = sign_in_of(options)
        self.abilities = _ALWAYS if self._sign_in is None else _ALWAYS | _SIGN_IN

    @property
    def names(self) -> tuple[str, ...]:
        """The bot's user name, once Telegram has said it."""
        return (self._api.username,) if self._api.username else ()

    @property
    def sign_in(self) -> SignIn | None:
        """How people log in to the site with this bot."""
        return self._sign_in

    def envelope(self, raw: bytes) -> Envelope:
        """Read the envelope of a raw update. Raises AdapterError."""
        return read_envelope(raw, self._options.bot, self._options.largest_file)

    def records(self, raw: bytes) -> list[AnyRecord]:
        """Project a raw update. Raises AdapterError."""
        return read_records(raw, self._account)

    async def listen(self, door: Door) -> None:
        """Hand over updates until cancelled."""
        if self._webhook is not None:
            await self._webhook.listen(door)
        else:
            await poll(self._api, door, self._name, self._options.poll_seconds)

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
        """Stream a file by its file_id. Raises AdapterError."""
        return self._speaking.fetch(source)

    async def role_of(self, group_key: str, member_key: str) -> str | None:
        """Ask Telegram for someone's role at this moment."""
        return await self._speaking.role_of(group_key, member_key)

    async def mark_essence(self, group_key: str, message_id: str, marked: bool) -> None:
        """Pin or unpin a message."""
        await self._speaking.mark(group_key, message_id, marked)

    async def offer_menu(self, lines: Sequence[MenuLine]) -> None:
        """Register the commands with Telegram."""
        await self._speaking.offer_menu(lines)
