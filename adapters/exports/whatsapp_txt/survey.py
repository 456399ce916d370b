"""What only the whole file tells: in which order its dates are written, and who takes part."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from adapters.exports.whatsapp_txt.header import header_of, said_by, shown
from adapters.exports.whatsapp_txt.words import of_groups

ORDERS = ("dmy", "mdy", "ymd")
_PRIOR = (0.0, 0.001, 0.002)
_IMPOSSIBLE = 100.0
_BACK = 5.0
"""What it costs that a row is older than the one before it: exports are in order of time."""
_CHANGE = 25.0
"""What it costs that the order changes in the middle of a file, as it does between two phones."""
_NEAR = 0.005
_MOST_CHANGES = 100

Change = tuple[int, str]


class Survey(NamedTuple):
    """From which line on (counted from 1) which order holds; and whether it is a group."""

    orders: tuple[Change, ...]
    is_group: bool
    sure: bool = True
    """No other order would do as well; false for a file of few days, all of them below 13."""


class _Path(NamedTuple):
    """One way to read the dates so far: what it costs, the last day, and where it changed."""

    cost: float
    last: int | None
    changes: tuple[Change, ...]


def _cost(path: _Path) -> float:
    return path.cost


class _Dates:
    """Finds the cheapest way to read all dates: one of three orders, and few changes."""

    def __init__(self) -> None:
        self._latest = date.fromtimestamp(time.time() + 2 * 86400).toordinal()
        self._paths = {
            order: _Path(prior, None, ((1, order),))
            for order, prior in zip(ORDERS, _PRIOR, strict=True)
        }
        self._before: tuple[str, str, str] | None = None

    def saw(self, line: int, written: tuple[str, str, str]) -> None:
        """Take the date of a row."""
        if written == self._before:
            return
        self._before = written
        days = {order: day_of(written, order) for order in ORDERS}
        self._paths = {
            order: min(
                (
                    self._step(order, before, line, day)
                    for before in ORDERS
                    if before == order or len(self._paths[before].changes) < _MOST_CHANGES
                ),
                key=_cost,
            )
            for order, day in days.items()
        }

    def _step(self, order: str, before: str, line: int, day: date | None) -> _Path:
        path = self._paths[before]
        cost, last, changes = path
        if order != before:
            cost += _CHANGE
            changes = (*changes, (line, order))
        ordinal = day.toordinal() if day else None
        if ordinal is None or ordinal > self._latest:
            return _Path(cost + _IMPOSSIBLE, last, changes)
        gone = ordinal - last if last is not None else 0
        cost += min(gone, 4000) / 1000 if gone >= 0 else _BACK + min(-gone, 4000) / 1000
        return _Path(cost, ordinal, changes)

    def best(self) -> tuple[tuple[Change, ...], bool]:
        """Return the orders of the way that costs least, and whether no other comes near."""
        best = min(self._paths.values(), key=_cost)
        near = (p for p in self._paths.values() if p.cost - best.cost < _NEAR)
        return best.changes, all(path.last == best.last for path in near)


def survey(lines: Iterable[str], form: str) -> Survey:
    """Go through a text once."""
    dates, people, in_group = _Dates(), set[str](), False
    for number, line in enumerate(lines, 1):
        header = header_of(line, form)
        if header is None:
            continue
        dates.saw(number, header.date)
        if len(people) > 2 or in_group:
            continue
        name, text = said_by(header.rest)
        if name:
            people.add(shown(name))
        in_group = of_groups(text) and (name is None or form == "bracket")
    orders, sure = dates.best()
    return Survey(orders, in_group or len(people) > 2, sure)


def day_of(written: tuple[str, str, str], order: str) -> date | None:
    """Read a date in an order; a year in four digits tells its own place. None: impossible."""
    first, second, third = written
    if len(first) > 2:
        order = "ymd"
    elif len(third) > 2 and order == "ymd":
        return None
    parts = {
        "dmy": (third, second, first),
        "mdy": (third, first, second),
        "ymd": (first, second, third),
    }
    year, month, day = map(int, parts[order])
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None
