"""Charts as plain shapes: columns over time, squares by weekday and hour, bars beside names."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

WIDE, HIGH = 1000, 100
"""The box that columns are drawn in; it is stretched to the page."""
_GAP = 0.25
"""Of a column's place that is left free."""
_CELL = 10


class Column(msgspec.Struct, frozen=True):
    """One column; `label` says what it stands for."""

    label: str
    value: int
    x: float
    y: float
    width: float
    height: float


class Columns(msgspec.Struct, frozen=True):
    """Columns side by side, the oldest first."""

    shown: tuple[Column, ...]
    total: int
    most: Column | None
    """The highest; None where nothing is to be shown."""


class Square(msgspec.Struct, frozen=True):
    """An hour of a weekday: the larger, the more was said."""

    x: float
    y: float
    side: float
    weekday: int
    hour: int
    value: int


class Bar(msgspec.Struct, frozen=True):
    """A bar beside a name, in a box of 100."""

    label: str
    value: int
    width: float
    part: float = 0.0
    """Of the bar, what is full."""


def columns(values: Sequence[tuple[str, int]]) -> Columns:
    """Draw (label, number) as columns in a box of 1000 × 100."""
    highest = max((value for _, value in values), default=0)
    place = WIDE / max(len(values), 1)
    shown = []
    for number, (label, value) in enumerate(values):
        # what is little is still to be seen
        height = max(HIGH * value / highest, 1.5) if value else 0.0
        shown.append(
            Column(
                label, value, round(place * (number + _GAP / 2), 1), round(HIGH - height, 1),
                round(place * (1 - _GAP), 1), round(height, 1),
            )
        )  # fmt: skip
    most = max(shown, key=lambda one: one.value) if highest else None
    return Columns(tuple(shown), sum(value for _, value in values), most)


def squares(counts: Sequence[Sequence[int]]) -> tuple[Square, ...]:
    """Draw seven rows of 24 numbers as squares in a box of 240 × 70, by area."""
    highest = max((value for row in counts for value in row), default=0)
    found = []
    for weekday, row in enumerate(counts):
        for hour, value in enumerate(row):
            if not value:
                continue
            side = max(round((_CELL - 1) * math.sqrt(value / highest), 1), 0.8)
            x, y = (_CELL * at + (_CELL - side) / 2 for at in (hour, weekday))
            found.append(Square(round(x, 2), round(y, 2), side, weekday, hour, value))
    return tuple(found)


def bars(values: Sequence[tuple[str, int, int]]) -> tuple[Bar, ...]:
    """Draw (label, number, how much of it) as bars, the largest as wide as the box."""
    highest = max((value for _, value, _ in values), default=0) or 1
    return tuple(
        Bar(label, value, round(100 * value / highest, 1), round(100 * part / highest, 1))
        for label, value, part in values
    )
