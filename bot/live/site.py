"""The site as a part of `chendian run`, with what platforms call and what monitors read."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from archive.database import Archive
from archive.errors import ArchiveError
from bot.config import Config
from bot.live.logs import said
from bot.live.metrics import Metrics
from bot.serving import is_loopback, listen
from web.access import reader_of
from web.app import create_app
from web.page import Write

log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: `chendian run` ends everything in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Site:
    """The site of one archive."""

    def __init__(
        self,
        archive: Archive,
        config: Config,
        metrics: Metrics,
        routes: Sequence[BaseRoute],
        write: Write,
    ) -> None:
        self._config = config
        self._loopback = is_loopback(config.web.host)
        self._metrics = metrics
        self._app = create_app(
            archive, base_url=config.web.base_url, loopback=self._loopback, title=config.title,
            time_zone=config.timezone, routes=[*routes, Route("/metrics", self._show_metrics)],
            write=write, operator=config.capture.operator, welcome=config.welcome,
        )  # fmt: skip

    async def run(self) -> None:
        """Serve until cancelled. Raises ArchiveError where the address cannot be had."""
        web = self._config.web
        try:
            listener = listen(web.host, web.port)
        except ArchiveError as error:
            raise ArchiveError(error.what, "choose others: host, port in [web]") from None
        log.info("site %s", said(host=web.host, port=listener.getsockname()[1]))
        options = uvicorn.Config(
            self._app, log_config=None, access_log=False, server_header=False, lifespan="off",
            proxy_headers=False, timeout_graceful_shutdown=3,
        )  # fmt: skip
        await _Server(options).serve(sockets=[listener])

    async def _show_metrics(self, request: Request) -> Response:
        if not reader_of(request, self._loopback).everything:
            return Response("not found", 404)
        return Response(self._metrics.text(), media_type="text/plain; version=0.0.4")
