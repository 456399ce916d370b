"""getUpdates, for ever: what came is durable before the offset moves past it."""

from __future__ import annotations

import asyncio

from adapters.contract import AdapterError, Door, NotReachable
from adapters.telegram.answers import RawUpdate
from adapters.telegram.api import BotApi
from adapters.telegram.link import Link, log
from archive.errors import ArchiveError

_LONGEST_REFUSAL = 10.0
_SAME_AGAIN = 1.0


async def poll(api: BotApi, door: Door, name: str, wait: int) -> None:
    """Hand over updates until cancelled; `wait` is how many seconds one poll may last."""
    link = Link(door, name)
    offset = await _kept_offset(door, link)
    while True:
        try:
            # a short first poll tells at once whether there is a connection
            updates = await api.updates(offset, wait if link.up else 0)
            following = next_offset(updates, offset)
        except AdapterError as error:
            await asyncio.sleep(link.failed(error))
            continue
        link.works()
        await api.introduce()
        if not updates:
            continue
        await _hand_over(door, link, [update.raw for update in updates], str(following))
        if following == offset:
            # a server that forgets the offset must not be asked without end
            await asyncio.sleep(_SAME_AGAIN)
        offset = following


def next_offset(updates: list[RawUpdate], offset: int | None) -> int | None:
    """Return the offset behind the last update, also where the numbers begin anew lower down.

    An update whose number cannot be read has the one that follows. Raises NotReachable where none
    can be read at all."""
    before = None if offset is None else offset - 1
    for update in updates:
        if update.id is not None:
            before = update.id
        elif before is not None:
            before += 1
    if updates and before is None:
        raise NotReachable("the updates have no numbers.", "check api_url")
    return offset if before is None else before + 1


async def _kept_offset(door: Door, link: Link) -> int | None:
    pause = 1.0
    while True:
        try:
            kept = await door.offset()
            return int(kept) if kept else None
        except ValueError:
            # what another mode or version noted; Telegram gives again what is not confirmed
            return None
        except ArchiveError as error:
            pause = await _refused(link, error, pause)


async def _hand_over(door: Door, link: Link, raws: list[bytes], offset: str) -> None:
    """Offer the same batch until it is durable; Telegram keeps it meanwhile."""
    pause = 1.0
    while True:
        try:
            await door.take(raws, offset=offset)
            return
        except ArchiveError as error:
            pause = await _refused(link, error, pause)


async def _refused(link: Link, error: ArchiveError, pause: float) -> float:
    log.error("refused what=%r wait=%gs", error.what, pause)
    link.alarm(AdapterError(error.what, error.hint))
    await asyncio.sleep(pause)
    return min(pause * 2, _LONGEST_REFUSAL)
