"""A page of hits, the newest first, on which and on all others each article stands once."""

from __future__ import annotations

from collections.abc import Callable

from archive.copies import Copies

_ROUNDS = 6
"""Looks for more where copies were left out; each asks for four times as many."""
_LARGEST = 1_000
_CHECKED = 100
"""Copies on newer pages that are looked at for one page."""

Newest = Callable[[int, int | None], list[int]]
"""The newest hits, at most so many, below an id."""


def page_of(
    newest: Newest, is_hit: Callable[[int], bool], copies: Copies, limit: int, below: int | None
) -> tuple[list[int], int | None]:
    """Return the hits of a page, and the id to go on below; None at the end.

    A hit is left out where a newer copy of it in another group is a hit, too.
    """
    page = _Page(is_hit, copies, below)
    shown: list[int] = []
    asked, place = limit + 1, below
    for _ in range(_ROUNDS):
        ids = newest(asked, place)
        shown += page.first_ones(ids)
        if len(shown) > limit:
            return shown[:limit], shown[limit - 1]
        if len(ids) < asked:
            return shown, None
        place, asked = ids[-1], min(4 * asked, _LARGEST)
    return shown, place


class _Page:
    """What is known of the hits above those that are looked at."""

    def __init__(self, is_hit: Callable[[int], bool], copies: Copies, top: int | None) -> None:
        self._is_hit = is_hit
        self._copies = copies
        self._top = top
        self._here: set[int] = set()
        self._above: dict[int, bool] = {}
        """Whether a copy on a newer page is a hit."""

    def first_ones(self, ids: list[int]) -> list[int]:
        """Return those of the following hits that are no copies of newer ones."""
        self._copies.learn(ids)
        self._here.update(ids)
        return [i for i in ids if not any(map(self._shown, self._newer(i)))]

    def _newer(self, row_id: int) -> list[int]:
        return [copy.id for copy in self._copies.elsewhere(row_id) if copy.id > row_id]

    def _shown(self, row_id: int) -> bool:
        if row_id in self._here:
            return True
        if self._top is None or row_id < self._top:
            return False
        if row_id not in self._above and len(self._above) < _CHECKED:
            self._above[row_id] = self._is_hit(row_id)
        return self._above.get(row_id, False)
