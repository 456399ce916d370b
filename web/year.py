"""A year as a calendar: a bar in each day as wide as much was said, a tick where essence lies."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Callable, Sequence
from datetime import date

import msgspec

from archive.views import LayerView
from web.words import Words

_WEEKS = Calendar(firstweekday=0)


class Cell(msgspec.Struct, frozen=True):
    """A day; one without messages has no link."""

    number: int
    said: str
    """The whole in words, for those who do not see the drawing."""
    width: float
    """Of its bar, in a box of 100 × 6."""
    tone: int
    essence: int
    href: str | None
    today: bool


class Sheet(msgspec.Struct, frozen=True):
    """A month: weeks from Monday, None where a day is another month's."""

    key: str
    """`2026-11`."""
    name: str
    total: int
    weeks: list[list[Cell | None]]


def sheets(
    days: Sequence[LayerView],
    year: int,
    words: Words,
    href: Callable[[str], str],
    today: str,
) -> list[Sheet]:
    """Draw the months of a year in which something was said, the newest first."""
    layers = {layer.name: layer for layer in days}
    most = max((layer.messages for layer in days), default=1)
    found = []
    for month in range(12, 0, -1):
        name = f"{year:04}-{month:02}"
        total = sum(layer.messages for layer in days if layer.name.startswith(name))
        if not total:
            continue
        weeks = [
            [
                _cell(layers.get(f"{name}-{day:02}"), name, day, most, words, href, today)
                if day
                else None
                for day in week
            ]
            for week in _WEEKS.monthdayscalendar(year, month)
        ]
        found.append(Sheet(name, words.month(name, year=False), total, weeks))
    return found


def _cell(
    layer: LayerView | None,
    month: str,
    day: int,
    most: int,
    words: Words,
    href: Callable[[str], str],
    today: str,
) -> Cell:
    name = f"{month}-{day:02}"
    if layer is None:
        return Cell(day, "", 0, 0, 0, None, name == today)
    # the root lets a quiet day beside a loud one be seen
    share = (layer.messages / most) ** 0.5
    moment = date.fromisoformat(name)
    key = "strata.band_essence" if layer.essence else "strata.band"
    said = words(key, name=words.day(moment, moment), n=layer.messages, essence=layer.essence)
    return Cell(
        day, said, max(round(100 * share, 1), 8.0), min(int(share * 8), 7), layer.essence,
        href(name), name == today,
    )  # fmt: skip
