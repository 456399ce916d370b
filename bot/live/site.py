"""The site as a part of `chendian run`, with what platforms call and what monitors read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from adapters.contract import Adapter, AdapterError, LoginExpired, NotReachable, TooFast
from archive.database import Archive
from archive.errors import ArchiveError
from archive.keys import platform_of
from bot.accounts import longest_texts
from bot.config import Config, GroupConfig
from bot.live.logs import said
from bot.live.metrics import Metrics
from bot.live.signing_in import ways_of
from bot.serving import is_loopback, listen
from web.access import reader_of
from web.app import create_app
from web.forgetting import Forgetting
from web.membership import CONFIGURED, NEVER_TELLS, Silent
from web.page import ConsentChanged, Write

log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: `chendian run` ends everything in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Roles:
    """Asks the accounts that run here who is in which group."""

    def __init__(self, adapters: Mapping[str, Adapter], groups: Mapping[str, GroupConfig]) -> None:
        self._adapters = adapters
        self._groups = groups

    async def __call__(self, account: str, group_key: str, member_key: str, /) -> str | None:
        """Return a role as `web.membership.Roles` says. Raises Silent.

        A group the platform shows nothing of to this account has nobody in it.
        """
        adapter = self._adapters.get(account) or self._another(member_key)
        if adapter is None:
            raise Silent
        if "roles" not in adapter.abilities:
            group = self._groups.get(group_key)
            listed = group is not None and member_key in group.admins
            return CONFIGURED if listed else NEVER_TELLS
        try:
            return await adapter.role_of(group_key, member_key)
        except (NotReachable, TooFast, LoginExpired):
            raise Silent from None
        except AdapterError:
            return None

    def _another(self, member_key: str) -> Adapter | None:
        """Return an account on the person's platform, where the one they asked is gone."""
        platform = platform_of(member_key)
        return next((a for a in self._adapters.values() if a.platform == platform), None)


class Site:
    """The site of one archive."""

    def __init__(
        self,
        archive: Archive,
        config: Config,
        metrics: Metrics,
        routes: Sequence[BaseRoute],
        write: Write,
        adapters: Mapping[str, Adapter] = {},
        consent_changed: ConsentChanged | None = None,
    ) -> None:
        self._config = config
        self._loopback = is_loopback(config.web.host)
        self._metrics = metrics
        self._alone = Forgetting(archive) if consent_changed is None else None
        self._app = create_app(
            archive, base_url=config.web.base_url, loopback=self._loopback, title=config.title,
            time_zone=config.timezone, routes=[*routes, Route("/metrics", self._show_metrics)],
            write=write, consent_changed=consent_changed, proxies=config.web.proxies,
            roles=Roles(adapters, config.groups) if adapters else None,
            operator=config.capture.operator, welcome=config.welcome,
            ways=ways_of(adapters, config.web.base_url), longest=longest_texts(),
        )  # fmt: skip

    async def run(self) -> None:
        """Serve until cancelled. Raises ArchiveError where the address cannot be had."""
        web = self._config.web
        try:
            listener = listen(web.host, web.port)
        except ArchiveError as error:
            raise ArchiveError(error.what, "choose others: host, port in [web]") from None
        if self._alone is not None:
            asyncio.get_running_loop().run_in_executor(None, self._alone.finish)
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
