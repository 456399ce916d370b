"""Asks the Bot API through python-telegram-bot, and names what went wrong; never the token."""

from __future__ import annotations

import logging
import warnings
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.error import Forbidden as TelegramForbidden
from telegram.request import HTTPXRequest
from telegram.warnings import PTBDeprecationWarning, PTBUserWarning

from adapters.contract import (
    AdapterError,
    Forbidden,
    LoginExpired,
    NotReachable,
    TooFast,
    Unavailable,
)
from adapters.telegram.answers import NotJson, RawUpdate, read_answer, read_updates
from adapters.telegram.updates import ALL
from adapters.telegram.values import dictionary, string

_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)
_BATCH = 100
_SLACK = 10
"""Seconds an answer may take longer than a long poll."""
_PATIENCE = 3
"""Seconds to wait for what nothing depends on, for updates wait behind it."""
_NOT_ALLOWED = (
    "not enough rights", "have no rights", "need administrator rights", "chat not found",
    "chat_write_forbidden", "can't initiate", "is inaccessible", "chat_admin_required",
    "user is deactivated", "peer_id_invalid",
)  # fmt: skip

# do_api_request advises methods that parse what they get; raw answers are the point here.
warnings.filterwarnings("ignore", "Please use 'Bot", PTBUserWarning)
warnings.filterwarnings("ignore", ".*retry_after", PTBDeprecationWarning)


class Moved(AdapterError):
    """The group has become the supergroup `chat`."""

    def __init__(self, chat: int) -> None:
        super().__init__("the group has become a supergroup.")
        self.chat = chat


class Occupied(AdapterError):
    """Somebody else takes the updates of this bot."""


class NoConnection(NotReachable):
    """Nothing answered at all; what was to be sent was not sent."""


class NoAnswer(NotReachable):
    """The connection ended before an answer; what was to be sent may have been."""


class Refused(AdapterError):
    """The Bot API refuses the request; `reason` is its own description."""

    def __init__(self, method: str, reason: str) -> None:
        super().__init__(f"Telegram refuses {method}: {reason}")
        self.reason = reason


class _Connection(HTTPXRequest):
    """HTTP whose answers may be anything; they are never logged."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        return read_answer(payload)

    async def stream(self, url: str) -> AsyncIterator[bytes]:
        """Stream a file. Raises Unavailable if it is not there, NotReachable."""
        try:
            async with self._client.stream("GET", url) as answer:
                if answer.status_code in (400, 403, 404, 410):
                    raise Unavailable("not found")
                if answer.status_code != 200:
                    raise NotReachable(f"Telegram's files answer {answer.status_code}.")
                async for piece in answer.aiter_bytes(1 << 16):
                    yield piece
        except httpx.HTTPError:
            raise NotReachable("the connection to Telegram's files broke.") from None


class _Updates(_Connection):
    """The same for getUpdates."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        return read_updates(payload)


class BotApi:
    """One bot's way to its server."""

    def __init__(self, token: str, url: str) -> None:
        # these write the address, and with it the token
        for name in ("httpx", "httpcore", "telegram"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self.username: str | None = None
        """Without the @; None until it is known."""
        self._connection = _Connection(16, read_timeout=20, connect_timeout=5, pool_timeout=20)
        self._updates = _Updates(2, connect_timeout=5, pool_timeout=5)
        self._bot = Bot(
            token,
            base_url=f"{url}/bot",
            base_file_url=f"{url}/file/bot",
            request=self._connection,
            get_updates_request=self._updates,
        )

    async def introduce(self) -> None:
        """Learn what the bot is called, if that is not known; nothing depends on it."""
        if self.username is None:
            with suppress(AdapterError):
                told = await self._ask("getMe", {}, _PATIENCE)
                self.username = string(dictionary(told).get("username")) or ""

    async def ask(self, method: str, **parameters: Any) -> Any:
        """Call a method; return its result as it is. Raises AdapterError."""
        return await self._ask(method, parameters, None)

    async def updates(self, offset: int | None, wait: int) -> list[RawUpdate]:
        """Return what happened from `offset` on, waiting up to `wait` seconds for it."""
        parameters: dict[str, Any] = {"timeout": wait, "limit": _BATCH, "allowed_updates": ALL}
        if offset is not None:
            parameters["offset"] = offset
        found = await self._ask("getUpdates", parameters, wait + _SLACK)
        if type(found) is not list or not all(type(update) is RawUpdate for update in found):
            raise _not_the_api()
        return found

    async def _ask(self, method: str, parameters: dict[str, Any], wait: float | None) -> Any:
        timeout = _Connection.DEFAULT_NONE if wait is None else wait
        try:
            return await self._bot.do_api_request(
                method, api_kwargs=parameters, read_timeout=timeout
            )
        except TelegramError as error:
            raise _translated(error, method) from None
        except (AttributeError, KeyError, TypeError, ValueError):
            # valid JSON, but not of the form the Bot API answers in
            raise _not_the_api() from None

    def download(self, path: str) -> AsyncIterator[bytes]:
        """Stream the file that getFile named."""
        return self._connection.stream(f"{self._bot.base_file_url}/{quote(path)}")

    async def close(self) -> None:
        """Close all connections."""
        await self._updates.shutdown()
        await self._connection.shutdown()


def _translated(error: TelegramError, method: str) -> AdapterError:
    """Return our name for an error; no text of python-telegram-bot's is passed on unread."""
    if isinstance(error, ChatMigrated):
        return Moved(error.new_chat_id)
    if isinstance(error, RetryAfter):
        pause = error.retry_after
        seconds = pause.total_seconds() if isinstance(pause, timedelta) else float(pause)
        return TooFast(f"Telegram asks for a pause before {method}.", seconds)
    if _is_not_json(error):
        return _not_the_api()
    if isinstance(error, InvalidToken):
        if "method not found" in str(error.__cause__):
            return Refused(method, "method not found")
        return LoginExpired(
            "Telegram does not accept the bot's token.",
            "ask @BotFather for the token (/mybots, API Token) and put it into the configuration",
        )
    if isinstance(error, TelegramForbidden):
        return Forbidden(f"Telegram forbids {method}: {_reason(error)}")
    if isinstance(error, Conflict):
        return _occupied(error)
    if isinstance(error, BadRequest):
        reason = _reason(error)
        if any(words in reason.lower() for words in _NOT_ALLOWED):
            return Forbidden(f"Telegram forbids {method}: {reason}")
        return Refused(method, reason)
    return _unreachable(error)


def _not_the_api() -> NotReachable:
    return NotReachable(
        "what answers is not the Bot API.", "check api_url, and the proxy if there is one"
    )


def _unreachable(error: TelegramError) -> NotReachable:
    cause = error.__cause__
    if isinstance(cause, _NEVER_SENT):
        return NoConnection(
            "no connection to Telegram.",
            "check the network; where Telegram is blocked, set HTTPS_PROXY",
        )
    if isinstance(cause, httpx.HTTPError):
        return NoAnswer("Telegram does not answer.", "check the network")
    return NotReachable("Telegram has a fault of its own.", "it is tried again")


def _occupied(error: Conflict) -> Occupied:
    if "webhook" in error.message.lower():
        return Occupied(
            "a webhook is set for this bot, so it cannot be polled.",
            'remove it (method deleteWebhook), or set mode = "webhook"',
        )
    return Occupied(
        "another program takes the updates of this bot.",
        "stop it, or give it a bot of its own: one token, one program",
    )


def _is_not_json(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, NotJson):
            return True
        error = error.__cause__
    return False


def _reason(error: TelegramError) -> str:
    return error.message.removeprefix("Forbidden: ")[:200]
