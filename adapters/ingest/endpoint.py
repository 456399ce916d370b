"""The route of one ingest: nothing is looked at before it is certain who sent it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.ingest.signing import HEADER, KEY, TIMESTAMP, Signing, given_in, is_current

_SECONDS = 60
"""For a body to come in whole."""
_HELD = 4
"""Times the largest body that all requests may hold together."""
_KEY = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)


class Push(msgspec.Struct, frozen=True):
    """What somebody with the secret sent."""

    body: bytes
    content_type: str
    signature: str
    """64 hexadecimal digits: the same for the same request sent again as it was."""
    key: str | None = None
    """`Idempotency-Key`."""
    dry_run: bool = False


class Answer(msgspec.Struct, frozen=True):
    """What is answered; `body` is JSON."""

    status: int
    body: bytes


class _Refused(Exception):
    def __init__(self, status: int, what: str, later: int = 0) -> None:
        super().__init__(what)
        self.status, self.what, self.later = status, what, later


class Endpoint:
    """`POST /api/ingest/<name>`."""

    def __init__(
        self,
        name: str,
        secret: str,
        *,
        largest: int,
        per_minute: int,
        take: Callable[[Push], Awaitable[Answer]],
        note: Callable[[int], None],
    ) -> None:
        """`largest` is in bytes; `note` is told the status of every answer."""
        self._path = f"/api/ingest/{name}"
        self._secret = secret
        self._largest = largest
        self._rate = _Rate(per_minute)
        self._take = take
        self._note = note
        self._held = 0

    def route(self) -> Route:
        """Return the route that bridges post to."""
        return Route(self._path, self._receive, methods=["POST"])

    async def _receive(self, request: Request) -> Response:
        try:
            answer = await self._answer(request)
        except _Refused as refused:
            body = msgspec.json.encode({"error": refused.what})
            answer = Answer(refused.status, body)
            later = {"Retry-After": str(refused.later)} if refused.later else {}
        else:
            later = {"Retry-After": "5"} if answer.status == 503 else {}
        self._note(answer.status)
        return Response(answer.body, answer.status, later, "application/json")

    async def _answer(self, request: Request) -> Answer:
        """Answer a request. Raises _Refused."""
        headers = request.headers
        timestamp, given = headers.get(TIMESTAMP, ""), given_in(headers.get(HEADER, ""))
        if not given or not is_current(timestamp, time.time()):
            raise _Refused(401, "no signature, or one that is too old")
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > self._largest:
            raise _Refused(413, f"the body is larger than {self._largest} bytes")
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise _Refused(415, "the body must not be compressed")
        key = headers.get(KEY)
        if key is not None and not _KEY.fullmatch(key):
            raise _Refused(400, f"{KEY} must be 1 to 200 printable ASCII characters")
        held: list[int] = []
        try:
            signing = Signing(self._secret, timestamp)
            body = await self._body(request, signing, held)
            if not signing.is_among(given):
                raise _Refused(401, "the signature is not right")
            if wait := self._rate.wait():
                raise _Refused(429, "too many requests", wait)
            dry = request.query_params.get("dry_run", "") not in ("", "0")
            kind = headers.get("content-type", "").lower()
            return await self._take(Push(body, kind, signing.hexdigest(), key, dry))
        finally:
            self._held -= sum(held)

    async def _body(self, request: Request, signing: Signing, held: list[int]) -> bytes:
        """Read the body up to its cap. Raises _Refused."""
        body = bytearray()
        try:
            async with asyncio.timeout(_SECONDS):
                async for piece in request.stream():
                    if len(body) + len(piece) > self._largest:
                        raise _Refused(413, f"the body is larger than {self._largest} bytes")
                    if self._held + len(piece) > self._largest * _HELD:
                        raise _Refused(429, "too many requests at once", 1)
                    held.append(len(piece))
                    self._held += len(piece)
                    body += piece
                    signing.add(piece)
        except TimeoutError:
            raise _Refused(408, f"the body did not come within {_SECONDS} s") from None
        return bytes(body)


class _Rate:
    """So many requests a minute, as many at once."""

    def __init__(self, per_minute: int) -> None:
        self._most = per_minute
        self._left = float(per_minute)
        self._at = time.monotonic()

    def wait(self) -> int:
        """Take one; return 0, or the seconds after which there is one again."""
        now = time.monotonic()
        self._left = min(self._most, self._left + (now - self._at) * self._most / 60)
        self._at = now
        if self._left < 1:
            return max(1, round((1 - self._left) * 60 / self._most))
        self._left -= 1
        return 0
