"""The days of a digest's period in words."""

from __future__ import annotations

from datetime import date, timedelta

from archive.digest.periods import day, week
from archive.errors import NotFound
from web.words import Words

_ANYWHERE = "UTC"


def span_of(period: str, words: Words, today: date) -> str:
    """Return the days of a period, as far as it has some; with the year where it is not that of
    `today`."""
    try:
        if "W" in period:
            week(period, _ANYWHERE)
            return _week(words, date.fromisocalendar(int(period[:4]), int(period[6:]), 1), today)
        day(period, _ANYWHERE)
        return words.day(date.fromisoformat(period), today)
    except (NotFound, ValueError):
        return ""


def _week(words: Words, monday: date, today: date) -> str:
    sunday = monday + timedelta(6)
    if monday.month != sunday.month:
        return f"{words.day(monday, today)} – {words.day(sunday, today)}"
    key = "edition.span" if monday.year == today.year else "edition.span_year"
    name = words.texts["date.months"][monday.month - 1]
    return words(key, year=monday.year, name=name, first=monday.day, last=sunday.day).replace(
        " ", "\u00a0"
    )
