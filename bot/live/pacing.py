"""Keeps to a platform's pace: counts what is said, and what is no answer besides."""

from __future__ import annotations

import sqlite3
import time

import msgspec

from adapters.contract import Adapter, Answers, Pace
from archive.answering import answered
from archive.outbox import Parcel
from bot.live.copies import is_copy

_COPIES_AT_ONCE = 8
"""Noted in one transaction."""
_EARLY = 15
"""Seconds before its end at which the time for an answer is taken to be over."""


class Pacing:
    """Counts what was said, so that a platform need not refuse."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._all = _Bucket(pace.each_second, max(1.0, pace.each_second))
        self._unasked = _bucket(pace.unasked_each_minute or None, 60)
        self._places: dict[str | None, _Bucket] = {}
        self._unasked_places: dict[str | None, _Bucket | None] = {}

    def may(self, place: str | None, *, unasked: bool = False) -> bool:
        """Tell whether one more may be said there now, and count it."""
        pace = self._pace
        if place not in self._places:
            self._places[place] = _Bucket(pace.each_minute / 60, pace.each_minute)
            self._unasked_places[place] = _bucket(pace.unasked_each_day, 86_400)
        buckets = [self._all, self._places[place]]
        if unasked:
            also = (self._unasked, self._unasked_places[place])
            buckets += [bucket for bucket in also if bucket is not None]
        now = time.monotonic()
        if any(bucket.level(now) < 1 for bucket in buckets):
            return False
        for bucket in buckets:
            bucket.take()
        return True


class _Bucket:
    """So many at once, and so many a second from then on."""

    def __init__(self, each_second: float, most: float) -> None:
        self._each_second = each_second
        self._most = most
        self._level = float(most)
        self._at = time.monotonic()

    def level(self, now: float) -> float:
        """Fill it up to now; return how many it holds."""
        self._level = min(self._most, self._level + (now - self._at) * self._each_second)
        self._at = now
        return self._level

    def take(self) -> None:
        """Take one out."""
        self._level -= 1


def _bucket(many: float | None, seconds: int) -> _Bucket | None:
    return None if many is None else _Bucket(many / seconds, many)


def is_unasked(parcel: Parcel, pace: Pace) -> bool:
    """Tell whether the platform counts it as said unasked."""
    draft = parcel.draft
    return pace.answers is not None and draft.essence is None and draft.reply_to is None


def together(parcels: list[Parcel], adapter: Adapter, pacing: Pacing) -> list[Parcel]:
    """Return what may be said next: one, or several copies."""
    some: list[Parcel] = []
    for parcel in parcels:
        if some and not (is_copy(parcel) and is_copy(some[0])):
            break
        place = parcel.draft.group_key or parcel.draft.member_key
        if not pacing.may(place, unasked=is_unasked(parcel, adapter.pace)):
            break
        some.append(parcel)
        if len(some) >= _COPIES_AT_ONCE:
            break
    return some


def answering(db: sqlite3.Connection, account: str, parcel: Parcel, pace: Pace, now: int) -> Parcel:
    """Return a parcel as it can be said: what comes too late for an answer is none."""
    draft = parcel.draft
    if pace.answers is None or draft.reply_to is None:
        return parcel
    seconds, most = _limits(pace.answers, alone=draft.group_key is None)
    before = answered(db, account, draft.reply_to, parcel.id)
    if before.times < most and now - before.since < seconds - _EARLY:
        return parcel
    return parcel._replace(draft=msgspec.structs.replace(draft, reply_to=None))


def _limits(answers: Answers, *, alone: bool) -> tuple[int, int]:
    if alone:
        return answers.seconds_alone, answers.most_alone
    return answers.seconds, answers.most
