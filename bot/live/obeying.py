"""Commands as they come in: obeyed by the router, and what must follow is done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import msgspec

from adapters.contract import Adapter, AdapterError
from bot.commands.command import Answer, Asked, Setting
from bot.commands.registry import find, menu
from bot.commands.router import Router
from bot.live.capture import Capture
from bot.live.forgetting import Forgetting
from bot.live.intakes import Intakes
from bot.live.logs import said
from bot.live.sending import Sending

log = logging.getLogger(__name__)


class Obeying:
    """Gives commands to the router, and its answers to the outbox."""

    def __init__(self, capture: Capture, sending: Sending, forgetting: Forgetting) -> None:
        self._capture = capture
        self._sending = sending
        self._forgetting = forgetting
        self._intakes = Intakes(capture, sending.wake)
        self._router = Router(capture.archive, write=capture.writer.run, erase=self._erase)
        config = capture.config
        self._setting = Setting(
            base_url=config.web.base_url.rstrip("/"),
            title=config.title,
            operator=config.capture.operator,
            keep_raw_days=config.capture.keep_raw_days,
            time_zone=config.timezone,
            admins={key: frozenset(group.admins) for key, group in config.groups.items()},
            digest=config.digest,
            bridges=config.bridge,
            welcome={key: group.welcome for key, group in config.groups.items() if group.welcome},
        )

    async def obey(self, asked: Asked) -> None:
        """Obey one command. Raises ArchiveError where nothing was kept."""
        adapter = self._capture.adapters.get(asked.account)
        if adapter is None:
            return
        role_of = adapter.role_of if "roles" in adapter.abilities else None
        setting = msgspec.structs.replace(self._setting, own_names=tuple(adapter.names))
        answer = await self._router.handle(asked, setting, role_of)
        command = find(asked.name)
        if command is not None:
            self._capture.metrics.commands.labels(command.names[0]).inc()
        if answer is not None:
            await self._follow(answer)
            self._sending.wake(asked.account)

    async def _follow(self, answer: Answer) -> None:
        if answer.consent_changed:
            await self.consent_changed(answer.leaving)
        await self._forgetting.after(answer.forgotten, None)
        if answer.intake is not None:
            self._intakes.begin(answer.intake)

    async def consent_changed(self, leaving: str | None) -> None:
        """See to what follows once consent changed, wherever it was said; `leaving`: who opted
        out."""
        await self._capture.look()
        await self._forgetting.after(None, leaving)

    async def _erase(self, group_key: str, ids: Sequence[str]) -> None:
        await asyncio.to_thread(self._capture.inbox.erase, group_key, ids)

    async def resume_imports(self) -> None:
        """Go on with what was to be imported when a former process ended."""
        await self._intakes.resume()

    async def offer_menu(self, account: str, adapter: Adapter) -> None:
        """Register the commands with a platform that shows them."""
        if "menu" not in adapter.abilities:
            return
        pause = 5.0
        while True:
            try:
                await adapter.offer_menu(menu())
                return
            except AdapterError as error:
                log.warning("menu not offered %s", said(account=account, why=error.what))
                await asyncio.sleep(pause)
                pause = min(pause * 2, 600)
