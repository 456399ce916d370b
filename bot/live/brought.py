"""What people sent to the bot alone, remembered for half an hour and never stored."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from adapters.contract import Brought, Envelope

KEPT = 1_800.0
"""Seconds."""
_PEOPLE, _EACH = 200, 5


class _Sent(NamedTuple):
    message_id: str | None
    at: float
    brought: Brought


class Remembered:
    """The last files and merged records of each person, for a command that follows."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sent: OrderedDict[str, list[_Sent]] = OrderedDict()

    def note(self, envelope: Envelope) -> None:
        """Remember what a private message brings."""
        person, brought = envelope.sender_key, envelope.brought
        if not envelope.private or envelope.own or person is None or brought is None:
            return
        sent = [*self._fresh(person), _Sent(envelope.message_id, self._clock(), brought)]
        self._sent[person] = sent[-_EACH:]
        self._sent.move_to_end(person)
        if len(self._sent) > _PEOPLE:
            self._sent.popitem(last=False)

    def meant(self, envelope: Envelope) -> Brought | None:
        """Return what a command is about: what it brings, what it answers, or the last thing."""
        if envelope.brought is not None or not envelope.private or envelope.sender_key is None:
            return envelope.brought
        sent = self._fresh(envelope.sender_key)
        if envelope.reply_to is not None:
            sent = [one for one in sent if one.message_id == envelope.reply_to]
        return sent[-1].brought if sent else None

    def _fresh(self, person: str) -> list[_Sent]:
        since = self._clock() - KEPT
        return [one for one in self._sent.get(person, ()) if one.at > since]
