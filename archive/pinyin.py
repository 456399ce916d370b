"""Names by what is typed of them: their own characters, pinyin, or the initials of it.

Every reading of a character counts, for whoever types 重 does not say which one the name has.
"""

from __future__ import annotations

import os
import re
from collections.abc import Hashable, Iterable, Iterator
from functools import cache, lru_cache
from typing import Generic, NamedTuple, TypeVar

from archive.text import normalise

LONGEST = 24
"""Characters typed that are looked at."""
_UNITS = 80
"""Characters of a name that are looked at."""
_BLANKS = re.compile(r"[\s'’]+")
_PLAIN = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")

T = TypeVar("T", bound=Hashable)

Unit = tuple[str, ...]
"""What may be typed for one character of a name: itself, its readings; () where words part."""


class Match(NamedTuple, Generic[T]):
    """A name that fits; the smaller, the better."""

    rare: int
    """Characters that are typed by another than their first reading."""
    later: bool
    """Not from the name's first character on."""
    length: int
    name: str
    value: T


class Names(Generic[T]):
    """Names with what each stands for, ready to be typed; never changed once made."""

    def __init__(self, names: Iterable[tuple[str, T]]) -> None:
        self._names: list[tuple[str, T, tuple[Unit, ...]]] = []
        self._starts: dict[str, list[int]] = {}
        """Name and place in one number, by the first two characters that may be typed."""
        for name, value in names:
            units = _units(name)
            number = len(self._names) * _UNITS
            self._names.append((name, value, units))
            for at in _beginnings(units):
                for first in _first_typed(units, at):
                    self._starts.setdefault(first, []).append(number + at)

    def __len__(self) -> int:
        return len(self._names)

    def matching(self, typed: str) -> list[Match[T]]:
        """Return every name that fits what is typed (as `typeable` gives it), the best first."""
        found: dict[int, Match[T]] = {}
        for start in self._starts.get(typed[:2], ()):
            number, at = divmod(start, _UNITS)
            name, value, units = self._names[number]
            rare = _fits(units, at, typed)
            if rare is not None and (number not in found or rare < found[number].rare):
                found[number] = Match(rare, at > 0, len(units), name, value)
        return sorted(found.values(), key=lambda match: match[:4])


def typeable(query: str) -> str | None:
    """Return what is typed as names are compared with it; None where it can be no name.

    Two letters, or one Han character; blanks between syllables (`bei fen`, `xi'an`) do not count.
    """
    typed = _BLANKS.sub("", normalise(query))
    if not _PLAIN.fullmatch(typed) or len(typed) > LONGEST:
        return None
    return typed if len(typed) > 1 or _HAN.match(typed) else None


def _fits(units: tuple[Unit, ...], at: int, typed: str) -> int | None:
    """Return by how many rare readings what is typed is read off a name from one of its characters
    on; None where it is not.

    A Han character is typed as itself, as a whole reading or its initial; the last one may be
    unfinished.
    """
    places = {0: 0}
    for unit in units[at:]:
        if not unit:
            continue
        reached: dict[int, int] = {}
        for place, rare in places.items():
            for end, rarer in _steps(unit, typed, place):
                reached[end] = min(reached.get(end, rare + rarer), rare + rarer)
        if len(typed) in reached:
            return reached[len(typed)]
        if not reached:
            return None
        places = reached
    return None


def _steps(unit: Unit, typed: str, place: int) -> Iterator[tuple[int, int]]:
    """Yield how far one character may have been typed from a place on, and 1 for rare readings."""
    for number, way in enumerate(unit):
        if typed[place] != way[0]:
            continue
        rare = int(number > 1)
        if typed.startswith(way, place):
            yield place + len(way), rare
        elif way.startswith(typed[place:]):
            yield len(typed), rare
        if len(way) > 1:
            yield place + 1, rare
            if way[1] == "h" and typed.startswith("h", place + 1):
                yield place + 2, rare


def _first_typed(units: tuple[Unit, ...], at: int) -> set[str]:
    """Return the first two characters of whatever may be typed from here on, and a lone Han."""
    following = next((unit for unit in units[at + 1 :] if unit), ())
    seconds = {way[0] for way in following}
    found = {way[:2] for way in units[at] if len(way) > 1}
    found.update(way[0] + second for way in units[at] for second in seconds)
    return found | {units[at][0]} if len(units[at]) > 1 else found


def _beginnings(units: tuple[Unit, ...]) -> list[int]:
    """Return where reading may begin: at any Han character, and where a word begins."""
    return [
        at
        for at, unit in enumerate(units)
        if unit and (len(unit) > 1 or at == 0 or not units[at - 1] or len(units[at - 1]) > 1)
    ]


def _units(name: str) -> tuple[Unit, ...]:
    return tuple(_unit(char) for char in normalise(name)[:_UNITS])


@lru_cache(20_000)
def _unit(char: str) -> Unit:
    if not _PLAIN.fullmatch(char):
        return ()
    return (char, *_readings(char)) if _HAN.match(char) else (char,)


def _readings(char: str) -> Iterable[str]:
    """Return a Han character's readings without tones; ü is typed as v or u."""
    found = _dictionary().get(ord(char), "")
    plain = [_toneless(reading) for reading in found.split(",") if reading]
    return dict.fromkeys(way for reading in plain for way in (reading, reading.replace("v", "u")))


@cache
def _dictionary() -> dict[int, str]:
    # readings of whole words are not needed, and take 80 ms and much memory to load
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin.constants import PINYIN_DICT

    return PINYIN_DICT


def _toneless(reading: str) -> str:
    from pypinyin.constants import Style
    from pypinyin.style import convert

    return str(convert(reading, Style.NORMAL, strict=False))
