"""A bridge that pushes to an archive over HTTP, signed as docs/ingest.md says."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable
from itertools import count
from typing import Any

import httpx
import msgspec
from starlette.applications import Starlette

from adapters.ingest import HEADER, TIMESTAMP, signature
from archive import consent
from archive.database import Archive
from archive.inbox import Inbox
from bot.config import Config, IngestConfig
from bot.live.ingesting import Ingesting
from bot.live.metrics import Metrics

SECRET = "a secret of some length"
GROUP, OTHER, FOREIGN = "qq:88990011", "qq:88990022", "telegram:-100123"
T0 = 1_790_000_000
OPEN = IngestConfig(SECRET, ("qq:*",), history=True, per_minute=100_000)


class Answered(msgspec.Struct):
    """What the site said."""

    status: int
    said: Any

    def __getattr__(self, name: str) -> Any:
        return self.said[name]


class Pushing:
    """The ingest `home` of an archive."""

    def __init__(self, archive: Archive, config: IngestConfig = OPEN) -> None:
        self.archive = archive
        self.metrics = Metrics()
        inbox = Inbox(archive.folder)
        self.ingesting = Ingesting(archive, inbox, Config(ingest={"home": config}), self.metrics)
        self._seconds = count()
        self._app = Starlette(routes=self.ingesting.routes())

    def push(
        self, body: bytes | Iterable[dict[str, Any]], query: str = "", **headers: str
    ) -> Answered:
        """Push a body, or lines; headers are named with `_` for `-`."""
        content = body if isinstance(body, bytes) else lines(*body)
        # no two requests are signed alike
        at = int(time.time()) - 250 + next(self._seconds) % 500
        named = {TIMESTAMP: str(at), HEADER: signature(SECRET, at, content)}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = asyncio.run(self._post(f"http://localhost/api/ingest/home{query}", content, named))
        return Answered(answer.status_code, answer.json())

    async def _post(self, url: str, content: bytes, headers: dict[str, str]) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app)) as client:
            return await client.post(url, content=content, headers=headers)

    def texts(self) -> list[str]:
        """Return what is in the archive, in the order in which it was said."""
        return [text for (text,) in self.rows("SELECT text FROM messages ORDER BY id")]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.archive.reading() as db:
            return db.execute(sql).fetchall()


def agree(archive: Archive, *groups: str) -> None:
    """Let groups be archived."""
    with archive.writing() as db:
        for group in groups:
            consent.start(db, group, by="qq:1")


def lines(*said: dict[str, Any]) -> bytes:
    """Write lines of our own form."""
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in said)


def message(id: str, text: str = "", who: str = "1", **more: Any) -> dict[str, Any]:
    """Make a line of a message."""
    return {
        "type": "message", "group_key": GROUP, "id": id, "sent_at": T0 + len(id),
        "sender_key": f"qq:{who}", "sender_name": f"群友{who}", "text": text or f"第 {id} 句",
        **more,
    }  # fmt: skip
