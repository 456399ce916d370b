"""What the outbox asks of whoever writes the bridge's copies."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from adapters.contract import Adapter, AdapterError, Outgoing, Sent
from archive.outbox import BROUGHT, Parcel


class Begun(NamedTuple):
    """Copies that are being sent from now on."""

    parcels: list[tuple[Parcel, Outgoing]]
    looked_at: int
    """How many of those asked for are begun, or not to be said any more."""
    held_up: bool = False
    """The next one has to wait, and what follows it with it."""


class Batch:
    """Copies begun together, and how far it is with them."""

    def __init__(self) -> None:
        self.begun = Begun([], 0)
        self.left: list[tuple[Parcel, Outgoing]] = []
        self.said: list[tuple[Parcel, Sent]] = []


def said_in(batches: Iterable[Batch]) -> list[int]:
    """Return the ids of the parcels that were said."""
    return [parcel.id for batch in batches for parcel, _ in batch.said]


class Copies(Protocol):
    """Says the bridge's copies (`bot.bridge.speaking`); each in a write transaction."""

    def begin(self, db: sqlite3.Connection, parcels: Sequence[Parcel], adapter: Adapter) -> Begun:
        """Begin as many as may be begun together."""

    def said(self, db: sqlite3.Connection, parcel: Parcel, sent: Sent) -> None:
        """Note that the platform took one."""

    def gave_up(self, db: sqlite3.Connection, parcel: Parcel, error: AdapterError) -> None:
        """Note that one is not to be had."""


def is_copy(parcel: Parcel) -> bool:
    """Tell whether it is said for the bridge."""
    return parcel.draft.purpose in BROUGHT
