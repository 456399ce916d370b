"""Asks a platform in which groups somebody is, when they come in and from time to time."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from typing import Protocol

import msgspec

from archive import standings
from archive.consent import member_keys
from archive.database import Archive
from archive.sessions import FEED, Session

NEVER_TELLS = ""
"""Stands for a role where the platform tells none; the archive then says where who was seen."""
CONFIGURED = "configured"
"""Stands for an admin by the configuration, where the platform tells none."""
AGAIN = 300
"""Seconds after which the platform is asked again; its word counts for twice as long."""
AGAIN_TO_CHANGE = 30
"""The same before something is changed."""

_AT_ONCE = 8
_PATIENCE = 6.0
"""Seconds that all the questions about one person may take."""


class Silent(Exception):
    """The platform does not answer now."""


class Roles(Protocol):
    """Asks the platform: (account, group key, member key) → `owner`, `admin`, `member`, None for
    who is not in the group, `NEVER_TELLS` or `CONFIGURED`. Raises Silent."""

    async def __call__(self, account: str, group_key: str, member_key: str, /) -> str | None: ...


class Membership(msgspec.Struct, frozen=True):
    """What one person is, where."""

    groups: dict[str, str]
    """Group key → role."""
    back: dict[str, str] = {}
    """Where they are again though they were heard to leave."""

    def settle(self, db: sqlite3.Connection, member_key: str | None) -> None:
        """Write down where somebody came back."""
        if self.back and member_key is not None:
            standings.came_back(db, member_key, self.back)


def is_due(session: Session, roles: Roles | None, changes: bool) -> bool:
    """Tell whether the platform should be asked again before a request is answered."""
    if roles is None or session.kind not in ("member", FEED):
        return False
    return session.checked_at <= time.time() - (AGAIN_TO_CHANGE if changes else AGAIN)


async def ask(
    archive: Archive, roles: Roles | None, session: Session, whole: bool = False
) -> Membership:
    """Ask about one person; `whole`: also about groups they have said nothing in. Raises Silent."""
    assert session.member_key is not None
    # read before the platform is asked: a leave that is heard meanwhile holds
    with archive.reading() as db:
        keys = member_keys(db, session.member_key)
        seen = standings.seen_in(db, keys, session, int(time.time()))
        places = standings.candidates(db, session, whole)
        left = standings.left_in(db, session.member_key)
    if roles is None:
        return Membership(seen)
    told = await _asked(roles, session, places)
    by_platform = {k: r for k, r in told.items() if r and r != CONFIGURED}
    groups = {key: "admin" for key, role in told.items() if role == CONFIGURED}
    groups |= {key: seen[key] for key, role in told.items() if role == NEVER_TELLS and key in seen}
    back = {key: role for key, role in by_platform.items() if key in left}
    return Membership(groups | by_platform, back)


async def _asked(roles: Roles, session: Session, places: list[str]) -> dict[str, str | None]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(key: str) -> str | None:
        async with gate:
            return await roles(session.account or "", key, session.member_key or "")

    try:
        async with asyncio.timeout(_PATIENCE):
            said = await asyncio.gather(*map(one, places))
    except TimeoutError:
        raise Silent from None
    return dict(zip(places, said, strict=True))
