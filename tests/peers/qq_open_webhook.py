"""Posts events as QQ does, signed by a library that ours does not use."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import httpx
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey

_PAUSE = 0.1
"""Seconds before an event is brought again; the real one waits longer."""


def key_of(secret: str) -> SigningKey:
    """Make the key: the secret repeated until it is long enough, 32 bytes of it."""
    seed = secret
    while len(seed) < 32:
        seed += seed
    return SigningKey(seed[:32].encode())


def headers(secret: str, body: bytes, *, app_id: str, at: float | None = None) -> dict[str, str]:
    """Make the headers of a signed request."""
    moment = str(int(time.time() if at is None else at))
    signature = key_of(secret).sign(moment.encode() + body).signature.hex()
    return {
        "User-Agent": "QQBot-Callback",
        "Content-Type": "application/json",
        "X-Bot-Appid": app_id,
        "X-Signature-Method": "Ed25519",
        "X-Signature-Timestamp": moment,
        "X-Signature-Ed25519": signature,
    }


class Courier:
    """Brings events to a webhook one after the other, until each is acknowledged."""

    def __init__(self, app_id: str, secret: str) -> None:
        self.url = ""
        self.refused: list[int] = []
        """The status of every answer that was no acknowledgement."""
        self.delivered = 0
        self._app_id = app_id
        self._secret = secret
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue()

    def put(self, event: dict[str, Any]) -> None:
        """Have an event brought."""
        self._waiting.put_nowait(json.dumps(event, ensure_ascii=False).encode())

    async def run(self) -> None:
        """Bring what waits, for ever."""
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            while True:
                body = await self._waiting.get()
                while not await self._brought(client, body):
                    await asyncio.sleep(_PAUSE)
                self.delivered += 1

    async def _brought(self, client: httpx.AsyncClient, body: bytes) -> bool:
        signed = headers(self._secret, body, app_id=self._app_id)
        try:
            answer = await client.post(self.url, content=body, headers=signed)
        except httpx.HTTPError:
            self.refused.append(0)
            return False
        if answer.is_success:
            return True
        self.refused.append(answer.status_code)
        return False

    async def challenge(self, client: httpx.AsyncClient) -> bool:
        """Ask for a signature as q.qq.com does when the address is entered; tell if it is right."""
        token, moment = "Arq0D5A61EgUu4OxUvOp", str(int(time.time()))
        asked = {"d": {"plain_token": token, "event_ts": moment}, "op": 13}
        named = {"User-Agent": "QQBot-Callback", "X-Bot-Appid": self._app_id}
        told = (await client.post(self.url, json=asked, headers=named)).json()
        try:
            key_of(self._secret).verify_key.verify(
                (moment + token).encode(), bytes.fromhex(told["signature"])
            )
        except BadSignatureError:
            return False
        return bool(told["plain_token"] == token)
