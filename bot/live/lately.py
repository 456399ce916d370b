"""What each account said lately: most echoes are of that, and cost no look into the archive."""

from __future__ import annotations

import time
from collections import defaultdict, deque

from archive.echoes import ECHOES, holds, plain

_REMEMBERED = 64
"""Messages of an account; an older one is looked up."""


class Lately:
    """Filled before something is sent, for its echo may come before the answer."""

    def __init__(self) -> None:
        self._said: dict[str, deque[tuple[str, float]]] = defaultdict(
            lambda: deque(maxlen=_REMEMBERED)
        )

    def saying(self, account: str, text: str) -> None:
        """Remember what is about to be said."""
        if words := plain(text):
            self._said[account].append((words, time.time()))

    def was_said(self, account: str, text: str, at: float) -> bool:
        """Tell whether what an account is told to have said at a Unix time is one of these; False:
        the archive may know."""
        heard = plain(text)
        return any(
            holds(heard, said) and abs(at - when) <= ECHOES
            for said, when in reversed(self._said[account])
        )
