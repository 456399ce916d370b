"""What each account said lately: most echoes are of that, and cost no look into the archive."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from adapters.contract import AdapterError
from archive.echoes import ECHOES, holds, plain

_REMEMBERED = 64
"""Messages of an account; an older one is looked up."""


class Lately:
    """Filled before something is sent, for its echo may come before the answer."""

    def __init__(self) -> None:
        self._said: dict[str, deque[tuple[str, float]]] = defaultdict(
            lambda: deque(maxlen=_REMEMBERED)
        )

    @contextmanager
    def saying(self, account: str, text: str) -> Iterator[None]:
        """Remember what is said in the block, unless that fails: a person who then says it by hand
        on the same account is heard."""
        one = plain(text), time.time()
        if one[0]:
            self._said[account].append(one)
        try:
            yield
        except AdapterError:
            with suppress(ValueError):
                self._said[account].remove(one)
            raise

    def was_said(self, account: str, text: str, at: float) -> bool:
        """Tell whether what an account is told to have said at a Unix time is one of these; False:
        the archive may know."""
        heard = plain(text)
        return any(
            holds(heard, said) and abs(at - when) <= ECHOES
            for said, when in reversed(self._said[account])
        )
