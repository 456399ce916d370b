"""Asks a site: without a network, or served to a real browser."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from lxml import html

Fill = Callable[..., None]


class Asker:
    """Asks the site as a browser on this machine would, unless told otherwise."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def get(
        self,
        path: str,
        *,
        host: str = "127.0.0.1:8765",
        client: str = "127.0.0.1",
        method: str = "GET",
        **headers: str,
    ) -> httpx.Response:
        sent = {"host": host} | {k.replace("_", "-"): v for k, v in headers.items()}

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, client=(client, 50000))
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as asked:
                return await asked.request(method, path, headers=sent)

        return asyncio.run(ask())

    def post(
        self,
        path: str,
        fields: dict[str, str],
        *,
        host: str = "127.0.0.1:8765",
        client: str = "127.0.0.1",
        **headers: str,
    ) -> httpx.Response:
        sent = {"host": host} | {k.replace("_", "-"): v for k, v in headers.items()}

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, client=(client, 50000))
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as asked:
                return await asked.post(path, data=fields, headers=sent)

        return asyncio.run(ask())

    def page(self, path: str, status: int = 200, **headers: str) -> html.HtmlElement:
        answer = self.get(path, **headers)
        assert answer.status_code == status, answer.text[:400]
        # the parser would stop at a NUL where a browser goes on
        return html.document_fromstring(answer.text.replace("\0", "\ufffd"))


class Served(uvicorn.Server):
    """The site on a free port, in a thread of its own."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
        self._thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        until = time.monotonic() + 20
        while not self.started and time.monotonic() < until:
            time.sleep(0.02)
        port = self.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def __exit__(self, *_: object) -> None:
        self.should_exit = True
        self._thread.join(10)


def missing_tool(reason: str) -> None:
    """Skip where a tool is missing; under CI a missing tool is a failure."""
    if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        pytest.fail(f"{reason} (CI is set, so it must be there)")
    pytest.skip(reason)
