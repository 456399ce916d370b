"""Answers of the Bot API, whole and broken."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from bot_api_parameters import Refusal
from starlette.responses import Response, StreamingResponse

_JSON = "application/json"


class Fault:
    """What a method answers instead of its result."""

    def __init__(
        self, status: int, description: str, parameters: dict[str, Any], body: bytes | None,
        drop: bool, delay: float,
    ) -> None:  # fmt: skip
        self._status = status
        self._drop = drop
        self._delay = delay
        self._body = refusal_body(status, description, parameters) if body is None else body

    async def answer(self) -> Response:
        """Return the answer, after a while; one that is dropped ends before it is whole."""
        await asyncio.sleep(self._delay)
        if self._drop:
            announced = {"content-length": "1000"}
            return StreamingResponse(_cut(self._body), 200, announced, _JSON)
        kind = _JSON if self._body[:1] in (b"{", b"[") else "text/html"
        return Response(self._body, self._status, media_type=kind)


async def _cut(body: bytes) -> AsyncIterator[bytes]:
    yield body[:20]
    # the server closes a connection whose answer is shorter than announced
    raise ConnectionResetError


def refusal_body(status: int, description: str, parameters: dict[str, Any]) -> bytes:
    told: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        told["parameters"] = parameters
    return json.dumps(told).encode()


def refused(refusal: Refusal) -> Response:
    body = refusal_body(refusal.status, refusal.description, refusal.parameters)
    return Response(body, refusal.status, media_type=_JSON)


def accepted(result: bytes) -> Response:
    return Response(b'{"ok":true,"result":' + result + b"}", media_type=_JSON)
