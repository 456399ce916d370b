"""Times of an export: Unix seconds where it has them, else local times in the exporter's zone."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

EARLIEST = int(datetime(2010, 1, 1, tzinfo=UTC).timestamp())
_DAY = 86400
_EPOCH = datetime(1970, 1, 1)

_epoch_edit = re.compile(rb'"edited"\s*:\s*"(19(?:69-12-31|70-01-01)T[0-9:]{8})"').search


class Clock:
    """Turns what rows say of time into Unix seconds; None for what cannot be a message's time."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self.latest = int(time.time()) + _DAY

    def learn(self, start: bytes) -> None:
        """Take the zone from the first messages, if they reveal it.

        Old exports date the edit of a message never edited to the epoch, in local time."""
        found = _epoch_edit(start)
        if found is None:
            return
        try:
            offset = datetime.fromisoformat(found.group(1).decode()) - _EPOCH
        except ValueError:
            return
        # The zone expected knows summer time; the offset alone is a second best.
        if abs(offset) <= timedelta(hours=14) and _offset_at_epoch(self.zone) != offset:
            self.zone = timezone(offset)

    def seconds(self, unixtime: Any, local: Any) -> int | None:
        """Return the time two fields of a row give, the Unix time being the one to trust."""
        try:
            moment = int(unixtime)
        except (ValueError, TypeError, OverflowError):
            return self._local(local)
        return moment if EARLIEST <= moment < self.latest else self._local(local)

    def _local(self, text: Any) -> int | None:
        if type(text) is not str:
            return None
        try:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=self.zone)
            seconds = int(moment.timestamp())
        except (ValueError, OverflowError):
            return None
        return seconds if EARLIEST <= seconds < self.latest else None


def _offset_at_epoch(zone: tzinfo) -> timedelta | None:
    return _EPOCH.replace(tzinfo=zone).utcoffset()
