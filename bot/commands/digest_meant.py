"""Which digest a command means: of the group, of several groups by the name they have together."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from archive.access import Reader, member
from archive.editions import TOGETHER, EditionView, find_edition
from archive.text import normalise
from bot.commands.command import Asked, Setting
from bot.config import TogetherConfig
from bot.together import decides, groups_sent_to, groups_told, place_of

_BACK = {"本周": 0, "这周": 0, "this": 0, "thisweek": 0, "上周": 7, "last": 7, "lastweek": 7,
         "今天": 0, "today": 0, "昨天": 1, "yesterday": 1}  # fmt: skip
_DAYS = ("今天", "today", "昨天", "yesterday")


def meant(asked: Asked, setting: Setting) -> tuple[Asked, TogetherConfig | None]:
    """Part the name of several groups from the words, where they begin with one."""
    words = asked.words.strip()
    for one in setting.digest.together:
        name, rest = words[: len(one.name)], words[len(one.name) :]
        if normalise(name) == normalise(one.name) and (not rest or rest[0].isspace()):
            return msgspec.structs.replace(asked, words=rest.strip()), one
    return asked, None


def way(asked: Asked, place: str) -> str:
    """Return how a command about a place begins: `/周报`, `/周报 合刊`."""
    name = place.removeprefix(TOGETHER) if place.startswith(TOGETHER) else ""
    return f"/{asked.name} {name}".rstrip()


def period_meant(words: str, asked: Asked, zone: str) -> tuple[str, str] | None:
    """Return (kind, name) of the day or week that words mean; None for none."""
    words = "".join(words.split())
    week = re.fullmatch(r"(\d{4})-?w(\d{1,2})", words)
    if week is not None:
        return "week", f"{week[1]}-W{int(week[2]):02}"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", words):
        return "day", words
    if words not in _BACK:
        return None
    today = datetime.fromtimestamp(asked.at, UTC).astimezone(ZoneInfo(zone)).date()
    then = today - timedelta(days=_BACK[words])
    if words in _DAYS or asked.name == "日报":
        return "day", then.isoformat()
    year, number, _ = then.isocalendar()
    return "week", f"{year}-W{number:02}"


def may_decide(db: sqlite3.Connection, asked: Asked, setting: Setting) -> bool:
    """Tell whether this person decides on any digest here."""
    return bool(_administered(asked, setting)) or any(
        decides(db, one, asked.sender_key, ()) for one in setting.digest.together
    )


def ready(
    db: sqlite3.Connection,
    asked: Asked,
    setting: Setting,
    kind: str,
    state: str,
    one: TogetherConfig | None = None,
) -> list[EditionView]:
    """Return the newest editions in a state that this person decides on, one a place; those of
    several groups where they are named, and in private."""
    places = list[str]() if one else sorted(_administered(asked, setting))
    for other in (one,) if one else setting.digest.together:
        if (one or asked.private) and decides(db, other, asked.sender_key, setting.admin_of):
            places.append(place_of(other))
    found = (
        find_edition(db, _reader(db, setting, place), place, kind, states=(state,))
        for place in places
    )
    return [view for view in found if view is not None]


def sent_to_them(
    db: sqlite3.Connection,
    asked: Asked,
    setting: Setting,
    kind: str,
    period: str | None,
    one: TogetherConfig | None = None,
) -> Iterator[EditionView]:
    """Yield what was sent to the group, or in private to the person's groups."""
    here = [asked.place] if asked.place else sorted(setting.reader.group_keys)
    if one is None:
        for place in here:
            view = find_edition(db, setting.reader, place, kind, period)
            if view is not None:
                yield view
        return
    place = place_of(one)
    if set(here) & set(groups_sent_to(db, setting.digest, place)):
        view = find_edition(db, _reader(db, setting, place), place, kind, period)
        if view is not None:
            yield view


def _administered(asked: Asked, setting: Setting) -> frozenset[str]:
    if asked.place:
        return frozenset((asked.place,) if asked.is_admin else ())
    return setting.admin_of


def _reader(db: sqlite3.Connection, setting: Setting, place: str) -> Reader:
    return member(frozenset(groups_told(db, setting.digest, place)))
