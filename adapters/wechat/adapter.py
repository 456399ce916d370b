"""The WeChat adapter: one account behind a Wechaty gateway."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from starlette.routing import BaseRoute

from adapters.contract import (
    Ability,
    AdapterError,
    Door,
    Envelope,
    Finding,
    Forbidden,
    LoginExpired,
    MenuLine,
    Outgoing,
    Sent,
    TooFast,
)
from adapters.wechat import CARRIES, PACE
from adapters.wechat.checking import look
from adapters.wechat.envelope import envelope_of
from adapters.wechat.event import PLATFORM, read
from adapters.wechat.gateway import Gateway, Late, Refused
from adapters.wechat.listening import Listener, Patience
from adapters.wechat.media import fetch
from adapters.wechat.names import Names
from adapters.wechat.records import records_of
from adapters.wechat.state import State
from archive.records import AnyRecord

_LOGGED_OUT = ("not logged in", "logout", "log in", "offline", "未登录", "登录")
_TOO_FAST = ("frequen", "too many", "rate limit", "频繁", "过快")
_CLOSED = (
    "not exist", "no such", "not found", "not a member", "not friend", "not a friend",
    "not a contact", "好友", "不存在",
)  # fmt: skip
_SLOW_DOWN = 60.0
"""Seconds to rest after WeChat found us too fast."""


class WeChat:
    """One WeChat account."""

    platform = PLATFORM
    abilities: frozenset[Ability] = frozenset({"media", "files", "direct"})
    sign_in = None
    pace = PACE
    carries = CARRIES

    def __init__(
        self, host: str, port: int, token: str, name: str, patience: Patience | None = None
    ) -> None:
        self.name = name
        self._patience = patience or Patience()
        self._gateway = Gateway(host, port, token)
        self._people = Names(self._gateway)
        self._state = State()

    @property
    def names(self) -> tuple[str, ...]:
        """What the account is called, as far as the gateway has told."""
        return tuple(sorted(self._state.names))

    def envelope(self, raw: bytes) -> Envelope:
        """Read the envelope of a raw event. Raises AdapterError for what is none."""
        return envelope_of(read(raw))

    def records(self, raw: bytes) -> list[AnyRecord]:
        """Project a raw event; nothing for what happened in no group."""
        return records_of(read(raw))

    async def listen(self, door: Door) -> None:
        """Hand over events until cancelled; connects again by itself."""
        await Listener(self._gateway, self._people, self._state, door, self._patience).run()

    async def send(self, message: Outgoing) -> Sent:
        """Send a text to a group, with a mention of whom it is for, or to a person alone."""
        room_id, person_id = _bare(message.group_key), _bare(message.member_key)
        conversation = room_id or person_id
        if conversation is None:
            raise Forbidden("a WeChat message needs a group or a person.")
        if self._state.logged_in is False:
            raise self._expired()
        try:
            return await self._do(message, conversation, room_id, person_id)
        except Refused as error:
            raise self._understood(error) from None
        except Late as error:
            raise AdapterError(error.what, "look in the group whether it was said") from None

    async def _do(
        self, message: Outgoing, conversation: str, room_id: str | None, person_id: str | None
    ) -> Sent:
        if message.takes_back is not None:
            if not await self._gateway.recall(message.takes_back):
                raise Forbidden("WeChat does not take that back any more.")
            return Sent()
        if message.enclosed is not None:
            data = await asyncio.to_thread(_encoded, message.enclosed.path)
            name = message.enclosed.name
            return self._sent(await self._gateway.send_file(conversation, name, data))
        text, mentions = message.text, []
        if room_id and person_id:
            told = await self._people.person(person_id, room_id)
            called = told.get("alias") or told.get("name")
            # the separator by which WeChat knows where a name ends
            text = f"@{called}\u2005{text}" if called else text
            mentions = [person_id] if called else []
        return self._sent(await self._gateway.send_text(conversation, text, mentions))

    def _sent(self, message_id: str | None) -> Sent:
        if message_id:
            self._state.sent.append(message_id)
        return Sent(message_id)

    def fetch(self, source: str) -> AsyncIterator[bytes]:
        """Stream the file of a message."""
        return fetch(self._gateway, source)

    async def check(self) -> list[Finding]:
        """Look whether the gateway answers, who is logged in and how many groups there are."""
        return await look(self._gateway, self._state)

    async def close(self) -> None:
        """Let the connection go."""
        self._gateway.close()

    def routes(self) -> list[BaseRoute]:
        """Return nothing: the gateway is called, it does not call."""
        return []

    async def role_of(self, group_key: str, member_key: str) -> str | None:
        """Raise Forbidden: a gateway that names no admins cannot be told from a group without."""
        raise Forbidden("a WeChat gateway does not tell who is admin.", "name them in admins")

    async def mark_essence(self, group_key: str, message_id: str, marked: bool) -> None:
        """Raise Forbidden: WeChat has no essence of its own."""
        raise Forbidden("WeChat has no essence.")

    async def offer_menu(self, lines: Sequence[MenuLine]) -> None:
        """Raise Forbidden: WeChat has no menu of commands."""
        raise Forbidden("WeChat has no menu.")

    def _expired(self) -> LoginExpired:
        return LoginExpired(
            "the WeChat account is not logged in.",
            f"scan with the phone the QR code that the gateway at {self._gateway.place} shows",
        )

    def _understood(self, error: Refused) -> AdapterError:
        if any(sign in error.why for sign in _LOGGED_OUT):
            return self._expired()
        if any(sign in error.why for sign in _TOO_FAST):
            return TooFast("WeChat finds the account too fast.", _SLOW_DOWN)
        if any(sign in error.why for sign in _CLOSED):
            return Forbidden("WeChat does not let the account write there.")
        return error


def _encoded(path: Path) -> str:
    try:
        return b64encode(path.read_bytes()).decode()
    except OSError:
        raise AdapterError("the file to send cannot be read.") from None


def _bare(key: str | None) -> str | None:
    """Return the WeChat id in a key."""
    return key.removeprefix(f"{PLATFORM}:") if key else None
