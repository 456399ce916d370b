"""Asks a site: without a network, or served to a real browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
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
