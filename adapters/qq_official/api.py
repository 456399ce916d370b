"""Asks QQ's API, with an access token that is renewed in time; never says what it is.

https://bot.q.qq.com/wiki/develop/api-v2/dev-prepare/access-token.html and, of the errors,
https://bot.q.qq.com/wiki/develop/api-v2/dev-prepare/api-call-guide.html
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import httpx
import msgspec

from adapters.contract import AdapterError, LoginExpired, NotReachable, TooFast
from adapters.frames import decode
from adapters.qq_official.event import dictionary, words
from adapters.qq_official.options import Options

_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)
_OLD_LEFT = 50.0
"""Seconds before its end at which a token is renewed: QQ gives a new one in the last 60."""
_WRONG_APP = (100007, 100016, 10004, 11251, 11261, 11275)
_WRONG_TOKEN = (11241, 11243, 11244)
_BANNED = (11254, 11265)
_NOT_FROM_HERE = (11298, 40023002)
_TOO_MANY = 100001
_PAUSE = 60.0
_ASYNC = (201, 202)


class NoAnswer(NotReachable):
    """The connection ended before an answer; what was to be sent may have been."""


class Refused(AdapterError):
    """QQ refuses a request; `code` is its own number of the reason."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(f"QQ refuses it: {code} {said[:120]}".rstrip())
        self.code = code


class NotFromHere(LoginExpired):
    """QQ takes no calls from this machine's address; what it tells comes all the same."""


class Api:
    """One bot's way to QQ."""

    def __init__(self, options: Options) -> None:
        # these write addresses, and openids with them
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._options = options
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(10.0, connect=5.0), trust_env=False, follow_redirects=False
        )
        self._token = ""
        self._renew_at = 0.0
        self._renewing = asyncio.Lock()

    async def token(self) -> str:
        """Return a token that QQ accepts. Raises AdapterError."""
        async with self._renewing:
            if not self._token or time.monotonic() >= self._renew_at:
                try:
                    await self._renew()
                except NoAnswer as error:
                    # what the token is for was certainly not sent
                    raise NotReachable(error.what, error.hint) from None
            return self._token

    def forget_token(self) -> None:
        """Have the token renewed before it is used again."""
        self._token = ""

    async def _renew(self) -> None:
        options = self._options
        asked = {"appId": options.app_id, "clientSecret": options.secret}
        answer = await self._request("POST", "/app/getAppAccessToken", asked, {})
        told = _read(answer)
        token = words(told.get("access_token"))
        if not token:
            raise _translated(answer.status_code, told, "a token") or _not_the_api()
        try:
            seconds = float(told.get("expires_in") or 0)
        except (TypeError, ValueError):
            seconds = 0.0
        self._token = token
        self._renew_at = time.monotonic() + max(1.0, seconds - _OLD_LEFT, seconds / 2)

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call the API; return what it answers. Raises AdapterError, Refused for most reasons."""
        for last in (False, True):
            headers = {"Authorization": f"QQBot {await self.token()}"}
            answer = await self._request(method, path, body, headers)
            told = _read(answer) if answer.content else {}
            if _is_stale(answer.status_code, told) and not last:
                self.forget_token()
                continue
            wrong = _translated(answer.status_code, told, path)
            if wrong is not None:
                raise wrong
            return told
        raise _not_the_api()  # never reached

    async def _request(
        self, method: str, path: str, body: Any, headers: dict[str, str]
    ) -> httpx.Response:
        url = f"{self._options.api_url}{path}"
        content = None if body is None else msgspec.json.encode(body)
        headers = {"Content-Type": "application/json; charset=utf-8", **headers}
        try:
            return await self._client.request(method, url, content=content, headers=headers)
        except _NEVER_SENT:
            raise NotReachable("no connection to QQ.", "check the network") from None
        except (httpx.HTTPError, ValueError):
            raise NoAnswer("QQ does not answer.", "check the network") from None

    async def put(self, url: str, data: bytes) -> None:
        """Store a part of a file where QQ said. Raises AdapterError."""
        official = self._options.api_url.startswith("https://")
        if not url.startswith("https://") and (official or not url.startswith("http://")):
            raise AdapterError("QQ names no place for the file.")
        try:
            answer = await self._client.put(url, content=data, timeout=60.0)
        except (httpx.HTTPError, ValueError):
            raise NotReachable("the file did not arrive at QQ.") from None
        if not answer.is_success:
            raise NotReachable(f"QQ's store answers {answer.status_code}.")

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()


def _read(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = decode(answer.content)
    except AdapterError:
        told = None
    if isinstance(told, dict):
        return told
    if answer.status_code >= 500:
        raise NoAnswer("QQ has a fault of its own.", "it is tried again")
    raise _not_the_api()


def code_of(told: dict[str, Any]) -> int:
    """Return QQ's number of what went wrong, 0 where nothing did."""
    for name in ("err_code", "code"):
        value = told.get(name)
        if type(value) is int and value:
            return value
    return 0


def _is_stale(status: int, told: dict[str, Any]) -> bool:
    return status == 401 or code_of(told) in _WRONG_TOKEN


def _translated(status: int, told: dict[str, Any], asked: str) -> AdapterError | None:
    """Return our name for what QQ says is wrong; None where nothing is."""
    code = code_of(told)
    if status in _ASYNC or (status < 300 and code == 0):
        return None  # 201 and 202: taken, and looked at by a person first
    if code in _NOT_FROM_HERE:
        return NotFromHere(
            "QQ does not let this machine's address speak for the bot.",
            "put its public IP address on the list on q.qq.com, under development settings",
        )
    if code in _BANNED:
        return LoginExpired("QQ has banned the bot.", "look at its page on q.qq.com")
    if code in _WRONG_APP or _is_stale(status, told):
        return LoginExpired(
            "QQ does not accept app_id and secret.",
            "copy both anew from the bot's page on q.qq.com",
        )
    if status == 429 or code == _TOO_MANY:
        return TooFast(f"QQ asks for a pause before {asked.split('/')[-1]}.", _PAUSE)
    if status >= 500 and not code:
        return NoAnswer("QQ has a fault of its own.", "it is tried again")
    return Refused(code, words(dictionary(told).get("message")))


def _not_the_api() -> NotReachable:
    return NotReachable("what answers is not QQ's API.", "check api_url")
