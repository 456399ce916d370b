"""What a job is: when it is due, for which groups, and what it does for a period."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec

from adapters.contract import Adapter, AdapterError
from archive.database import Archive
from archive.speakers import known_admins, speaker
from archive.views import GroupView
from bot.commands.command import ADMINS
from bot.config import Config
from bot.jobs.periods import Timetable

Compute = Callable[[Sequence[str]], Awaitable[bytes]]
"""Computes in a child process: words of its command line → JSON."""
Effect = Callable[[sqlite3.Connection], None]
"""What a piece of work changes, in the transaction that notes it as done."""


class Assignment(msgspec.Struct, frozen=True):
    """One piece of work."""

    job: Job
    group: GroupView
    period: str
    now: int
    """Unix seconds."""

    @property
    def task(self) -> tuple[str, str, str]:
        """Return how the archive names it."""
        return self.job.name, self.group.key, self.period


class Place(msgspec.Struct, frozen=True):
    """What jobs work with."""

    archive: Archive
    config: Config
    adapters: Mapping[str, Adapter]
    compute: Compute

    def account_for(self, db: sqlite3.Connection, group_key: str) -> str | None:
        """Return the account that speaks in a group; None where there is none."""
        platform = group_key.partition(":")[0]
        fitting = [name for name, one in self.adapters.items() if one.platform == platform]
        return speaker(db, group_key, fitting)

    def speaking_in(self, group_key: str) -> str | None:
        """Return what `account_for` does, with a connection of its own."""
        with self.archive.reading() as db:
            return self.account_for(db, group_key)

    async def admins(self, group_key: str) -> list[str]:
        """Return the keys of a group's admins who are so at this moment."""
        account, known = await asyncio.to_thread(self._known, group_key)
        if account is None:
            return []
        adapter = self.adapters[account]
        group = self.config.groups.get(group_key)
        named = dict.fromkeys((*(group.admins if group else ()), *known))
        if "roles" not in adapter.abilities:
            return list(group.admins) if group else []
        return [key for key in named if await _is_admin(adapter, group_key, key)]

    def _known(self, group_key: str) -> tuple[str | None, list[str]]:
        with self.archive.reading() as db:
            account = self.account_for(db, group_key)
            own = self.adapters[account].names if account is not None else ()
            return account, known_admins(db, group_key, own)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One job of the table."""

    name: str
    table: Timetable
    wanted: Callable[[Config, str], bool]
    """Whether the configuration wants it for a group (key)."""
    work: Callable[[Place, Assignment], Awaitable[Effect]]
    together: Callable[[sqlite3.Connection, Config], Sequence[GroupView]] = lambda db, config: ()
    """Places that are several groups, for which it is wanted too."""
    looks_back: int = 1
    """Periods that are made up for after a stop; nobody is reminded twice of the same."""


async def _is_admin(adapter: Adapter, group_key: str, member_key: str) -> bool:
    try:
        return await adapter.role_of(group_key, member_key) in ADMINS
    except AdapterError:
        return False  # who cannot be asked about is told nothing
