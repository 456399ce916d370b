"""What is known of a group around the time at which something may have been said there."""

from __future__ import annotations

import asyncio
import sqlite3

from adapters.contract import Doubt
from archive.bridge_reading import heard_ids, sent_ids
from archive.database import Archive
from archive.outbox import Draft, Parcel

_LATER = 500
"""Messages told to the platform's adapter at most, of each kind."""


async def doubt_of(archive: Archive, parcel: Parcel) -> Doubt | None:
    """Return what a parcel's adapter has to know to look for it; None: it was not said before."""
    since = parcel.doubt
    if since is None:
        return None

    def look() -> Doubt:
        with archive.reading() as db:
            return doubt_since(db, parcel.draft, since)

    return await asyncio.to_thread(look)


def doubt_since(db: sqlite3.Connection, draft: Draft, since: int) -> Doubt:
    """Return the same for what may have been said from a Unix time on, in a group."""
    assert draft.group_key is not None
    said = sent_ids(db, draft.group_key, draft.account, _LATER)
    heard = heard_ids(db, draft.group_key, _LATER)
    before = [name for name, at in heard if at < since]
    oldest = heard[-1][0] if heard else None
    older = before[0] if before else oldest
    others = (*said, *(name for name, _ in heard))
    return Doubt(since, older, tuple(dict.fromkeys(others)))
