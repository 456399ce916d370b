"""The state of the way to Telegram: what the door is told, and how long to wait after a fault."""

from __future__ import annotations

import logging
import time

from adapters.contract import AdapterError, Door, LoginExpired, TooFast
from adapters.telegram.api import NoAnswer, NoConnection, Occupied

KEPT = 24 * 3600
"""Seconds for which Telegram keeps what the bot has not fetched."""
_LONGEST = 30.0
_LONGEST_UNREACHABLE = 3.0
"""So that events flow again within five seconds of the network's return."""
_LONGEST_WITHOUT_LOGIN = 60.0

log = logging.getLogger("chendian.telegram")


class Link:
    """Tells the door of each change once."""

    def __init__(self, door: Door, name: str) -> None:
        self.up = False
        self._door = door
        self._name = name
        self._failures = 0
        self._said = ""
        """What was logged last; the same again is not."""
        self._heard_at = time.time()
        self._told_of_gap = False
        self._alarms: set[str] = set()

    def works(self) -> None:
        """Note an answer."""
        self._heard_at = time.time()
        self._failures = 0
        self._said = ""
        self._alarms.clear()
        if self.up:
            self._door.heard()
            return
        self.up = True
        self._told_of_gap = False
        self._door.connected()

    def failed(self, error: AdapterError) -> float:
        """Note a fault; return the seconds to wait before the next attempt."""
        self._failures += 1
        level = logging.DEBUG if error.what == self._said else logging.WARNING
        self._said = error.what
        # another program's poll takes updates away for good
        held = not isinstance(error, Occupied)
        overdue = time.time() - self._heard_at > KEPT
        if self.up or self._failures == 1 or (overdue and not self._told_of_gap):
            self._told_of_gap = overdue
            self._door.lost(error.what, held=held and not overdue)
        self.up = False
        if isinstance(error, LoginExpired | Occupied):
            self.alarm(error)
        pause = self._pause(error)
        log.log(level, "failed account=%s what=%r wait=%gs", self._name, error.what, pause)
        return pause

    def alarm(self, error: AdapterError) -> None:
        """Tell the operator, once until it works again."""
        if error.what not in self._alarms:
            self._alarms.add(error.what)
            self._door.alarm(error.what, error.hint)

    def _pause(self, error: AdapterError) -> float:
        if isinstance(error, TooFast):
            return max(1.0, error.seconds)
        grown = 2.0 ** min(self._failures - 1, 10)
        if isinstance(error, LoginExpired):
            return min(5 * grown, _LONGEST_WITHOUT_LOGIN)
        if isinstance(error, Occupied):
            return min(5 * grown, _LONGEST)
        unreachable = isinstance(error, NoConnection | NoAnswer)
        return min(grown, _LONGEST_UNREACHABLE if unreachable else _LONGEST)
