"""The state of the way to QQ: what the door is told, and how long to wait after a fault."""

from __future__ import annotations

import logging

from adapters.contract import AdapterError, Door, LoginExpired, TooFast

_FIRST, _LONGEST = 0.5, 30.0
_WITHOUT_LOGIN = 60.0

log = logging.getLogger("chendian.qq_official")


class Link:
    """Tells the door of each change once."""

    def __init__(self, door: Door, name: str) -> None:
        self.up = False
        self._door = door
        self._name = name
        self._failures = 0
        self._alarms: set[str] = set()

    def works(self) -> None:
        """Note that events flow, or that QQ is there."""
        self._failures = 0
        self._alarms.clear()
        if self.up:
            self._door.heard()
            return
        self.up = True
        self._door.connected()

    def heard(self) -> None:
        """Note that QQ is there."""
        if self.up:
            self._door.heard()

    def failed(self, error: AdapterError) -> float:
        """Note a fault; return the seconds to wait before the next attempt."""
        if self.up or self._failures == 0:
            self._door.lost(error.what)
            log.warning("failed account=%s what=%r", self._name, error.what)
        self.up = False
        self._failures += 1
        if isinstance(error, LoginExpired):
            self.alarm(error.what, error.hint)
        if isinstance(error, TooFast):
            return max(1.0, error.seconds)
        longest = _WITHOUT_LOGIN if isinstance(error, LoginExpired) else _LONGEST
        return float(min(_FIRST * 2.0 ** min(self._failures - 1, 10), longest))

    def alarm(self, what: str, hint: str) -> None:
        """Tell the operator, once until it works again."""
        if what not in self._alarms:
            self._alarms.add(what)
            self._door.alarm(what, hint)
