"""Brings updates to a webhook, one after the other, until each was answered with 2xx."""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
from bot_api_parameters import bad_request
from bot_api_queue import Queue

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}").fullmatch
_PAUSE = 0.2
"""Seconds before an update is brought again; the real one waits longer."""


class Courier:
    """The webhook of a bot; inactive while `url` is empty."""

    def __init__(self, queue: Queue, lock: threading.RLock) -> None:
        self.url = ""
        self._queue = queue
        self._lock = lock
        self._secret = ""
        self._connections = 40
        self._error: dict[str, Any] = {}
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look into the queue; call in the server's loop."""
        self._woken.set()

    def call(self, method: str, given: dict[str, Any]) -> Any:
        """Answer setWebhook, deleteWebhook or getWebhookInfo. Raises Refusal."""
        if method == "getWebhookInfo":
            return self._info()
        if given.get("drop_pending_updates"):
            self._queue.waiting.clear()
        self._queue.allow(given.get("allowed_updates"))
        url = given.get("url", "")
        if url:
            self._check(url, given.get("secret_token", ""))
        self.url, self._secret = url, given.get("secret_token", "")
        self._connections = given.get("max_connections", 40)
        self._error = {}
        self._woken.set()
        return True

    def _check(self, url: str, secret: str) -> None:
        parts = urlsplit(url)
        # a server run with --local takes http, too
        if parts.scheme != "https" and parts.hostname != "127.0.0.1":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if secret and not _SECRET(secret):
            raise bad_request("secret token contains unallowed characters")

    def _info(self) -> dict[str, Any]:
        told = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._queue.waiting),
        }
        if not self.url:
            return told
        return told | self._error | {"max_connections": self._connections}

    async def deliver(self) -> None:
        """Bring what waits, for ever."""
        self._woken = asyncio.Event()
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            while True:
                with self._lock:
                    first = self._queue.waiting[0] if self.url and self._queue.waiting else None
                if first is None:
                    self._woken.clear()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._woken.wait(), 0.05)
                    continue
                await self._bring(client, *first)

    async def _bring(self, client: httpx.AsyncClient, number: int, raw: bytes) -> None:
        headers = {"content-type": "application/json"}
        if self._secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self._secret
        try:
            answer = await client.post(self.url, content=raw, headers=headers)
            fault = None if answer.is_success else f"status {answer.status_code}"
        except httpx.HTTPError:
            fault = "Connection refused"
        if fault is None:
            with self._lock:
                self._queue.get(number + 1, 0)
            return
        self._error = {"last_error_date": int(time.time()), "last_error_message": fault}
        await asyncio.sleep(_PAUSE)
