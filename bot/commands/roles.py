"""What a person is in a group at this moment, as the platform or the configuration says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from adapters.contract import AdapterError
from bot.commands.command import ADMINS, Asked, Setting

RoleOf = Callable[[str, str], Awaitable[str | None]]
"""(group key, member key) → `owner`, `admin`, `member`, or None for who is not in the group; asks
the platform at every call. Raises AdapterError where it does not say."""

KEPT = 30.0
"""Seconds for which a platform's word is taken again, for reading only."""

WITHIN = 3.0
"""Seconds for which it is looked what groups somebody is admin of."""

_REMEMBERED = 10_000


class Roles:
    """Asks for roles, and remembers them for a moment."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, str | None]] = {}

    async def now(
        self, asked: Asked, group_key: str, setting: Setting, role_of: RoleOf | None
    ) -> str | None:
        """Return the role of who asks in a group, asked for afresh. Raises AdapterError.

        `role_of` is None where the platform shows no roles: then the event's word and the
        configured admins count. An anonymous admin speaks as the group itself.
        """
        here = asked.group_key == group_key and not asked.private
        person = asked.sender_key
        if person in (None, group_key):
            return (asked.role or "member") if here else None
        assert person is not None
        if role_of is not None:
            role = await role_of(group_key, person)
            self._remember(group_key, person, role)
            return role or ("member" if here else None)
        if person in setting.admins.get(group_key, ()):
            return "admin"
        return (asked.role or "member") if here else None

    async def recent(
        self, asked: Asked, group_key: str, setting: Setting, role_of: RoleOf | None
    ) -> str | None:
        """Return the role as it was at most half a minute ago; None also where nobody says."""
        known = self._known.get((group_key, asked.sender_key or ""))
        if known is not None and self._clock() - known[0] < KEPT:
            return known[1]
        try:
            return await self.now(asked, group_key, setting, role_of)
        except AdapterError:
            return None

    async def groups(
        self, asked: Asked, candidates: list[str], setting: Setting, role_of: RoleOf | None
    ) -> frozenset[str]:
        """Return those among these groups the person is in now."""
        roles = await asyncio.gather(
            *(self.recent(asked, key, setting, role_of) for key in candidates)
        )
        return frozenset(key for key, role in zip(candidates, roles, strict=True) if role)

    async def administers(
        self, asked: Asked, candidates: Sequence[str], setting: Setting, role_of: RoleOf | None
    ) -> frozenset[str]:
        """Return those among these groups whose admin asks, as far as is known within `WITHIN`
        seconds, and as it was at most half a minute ago."""
        asking = {
            asyncio.ensure_future(self.recent(asked, key, setting, role_of)): key
            for key in candidates
        }
        if not asking:
            return frozenset()
        try:
            done, _ = await asyncio.wait(asking, timeout=WITHIN)
        finally:
            for task in asking:
                task.cancel()
        return frozenset(asking[task] for task in done if is_admin(task.result()))

    async def administered(
        self, asked: Asked, groups: frozenset[str], setting: Setting, role_of: RoleOf | None
    ) -> frozenset[str]:
        """Return those among these groups the person is admin of, asked for afresh; none where the
        platform does not say."""

        async def ask(key: str) -> str | None:
            try:
                return await self.now(asked, key, setting, role_of)
            except AdapterError:
                return None

        keys = sorted(groups)
        roles = await asyncio.gather(*map(ask, keys))
        return frozenset(key for key, role in zip(keys, roles, strict=True) if is_admin(role))

    def _remember(self, group_key: str, person: str, role: str | None) -> None:
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        self._known[group_key, person] = (self._clock(), role)


def is_admin(role: str | None) -> bool:
    """Tell whether a role may decide for a group."""
    return role in ADMINS
