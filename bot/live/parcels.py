"""What is done with one parcel of the outbox, whoever sends it."""

from __future__ import annotations

import sqlite3

import msgspec

from adapters.contract import Adapter, Outgoing, Pace, Sent
from archive import outbox
from archive.outbox import Parcel


def begin(db: sqlite3.Connection, parcel: Parcel, more: list[str], pace: Pace) -> bool:
    """Begin to send, having noted what does not fit as messages of their own."""
    if not outbox.begin(db, parcel.id):
        return False  # what it shows was forgotten meanwhile, perhaps
    # where answers are counted, every part of one is one
    reply_to = parcel.draft.reply_to if pace.answers is not None else None
    for number, text in enumerate(more, 2):
        part = msgspec.structs.replace(
            parcel.draft, text=text, reply_to=reply_to, unique=f"{parcel.id}#part{number}"
        )
        outbox.put(db, part)
    return True


async def say(adapter: Adapter, parcel: Parcel, outgoing: Outgoing) -> Sent:
    """Send it, or set its native mark. Raises AdapterError."""
    draft = parcel.draft
    if draft.essence is not None and draft.group_key is not None:
        if "essence" in adapter.abilities:
            await adapter.mark_essence(draft.group_key, *draft.essence)
        return Sent()
    return await adapter.send(outgoing)
