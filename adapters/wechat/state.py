"""What is known of an account at this moment, for all parts of its adapter."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

_MOST_NAMES = 1000
_MOST_SENT = 500


class State:
    """One account: who it is, whether it is logged in, whether we listen."""

    def __init__(self) -> None:
        self.self_id: str | None = None
        self.logged_in: bool | None = None
        """None: the gateway has not said."""
        self.names: set[str] = set()
        """What the account is called, by itself and in its groups."""
        self.sent: deque[str] = deque(maxlen=_MOST_SENT)
        """Ids of what was sent last: the gateway tells of it as of all else."""
        self.listening = asyncio.Event()
        """Set while the event stream is open."""

    def called(self, told: dict[str, Any]) -> None:
        """Remember what somebody calls the account."""
        if len(self.names) < _MOST_NAMES:
            self.names |= {told.get("name", ""), told.get("alias", "")} - {""}
