"""Reads the golden week: transcripts of seven days in two groups, and what is worth telling.

A line is a message, `0914 小林: 求助…… | id=locked re=other +9 essence`: time, sender, text, and
behind the bar its name, the name of what it answers, reactions, kind, whether it is essence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from archive.consent import opt_out
from archive.database import Archive
from archive.essence import mark
from archive.keep import keep
from archive.records import Attachment, Group, Message, Reaction

FOLDER = Path(__file__).parent / "golden"
KEYS = {"developers": "telegram:-1002026", "hikers": "qq:77001122"}
TITLES = {"developers": "独立开发者夜谈", "hikers": "城南徒步群"}
OPTED_OUT = "赵六"
MONDAY = datetime(2026, 10, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
KINDS = ("sticker", "red_packet", "photo")

_LINE = re.compile(r"(\d\d)(\d\d) ([^:]+): (.*?)(?: \| (.*))?")


class Line(msgspec.Struct, frozen=True):
    """A message as a transcript has it."""

    message: Message
    name: str | None
    """What the marks call it."""
    essence: bool


def lines(group: str) -> Iterator[Line]:
    """Read a group's week."""
    names: dict[str, str] = {}
    number = 0
    for day in range(7):
        for row in (FOLDER / group / f"{day + 1}.txt").read_text("utf-8").splitlines():
            number += 1
            found = _LINE.fullmatch(row)
            assert found is not None, row
            hour, minute, who, text, marked = found.groups()
            marks = (marked or "").split()
            at = MONDAY + timedelta(
                days=day, hours=int(hour), minutes=int(minute), seconds=number % 60
            )
            line = _line(group, str(number), int(at.timestamp()), who, text, marks, names)
            if line.name:
                names[line.name] = str(number)
            yield line


def _line(
    group: str, id: str, at: int, who: str, text: str, marks: list[str], names: dict[str, str]
) -> Line:
    more: dict[str, Any] = {}
    name, essence = None, False
    for part in marks:
        what, _, value = part.partition("=")
        if what == "id":
            name = value
        elif what == "re":
            more["reply_to"] = names[value]
        elif what == "file":
            more |= {"kind": "file", "attachments": (Attachment("file", value),)}
        elif what.startswith("+"):
            more["reactions"] = (Reaction("👍", int(what)),)
        elif what == "recalled":
            more["recalled"] = True
        elif what == "essence":
            essence = True
        else:
            assert what in KINDS, part
            more["kind"] = what
    platform = KEYS[group].partition(":")[0]
    key = f"{platform}:{sum(map(ord, who))}"
    return Line(Message(KEYS[group], id, at, key, who, text=text, quality=3, **more), name, essence)


def tell_week(archive: Archive) -> dict[str, str]:
    """Keep both groups' week with its essence and opt-out; return the messages' names by key."""
    names: dict[str, str] = {}
    for group, key in KEYS.items():
        week = list(lines(group))
        with archive.writing() as db:
            keep(db, [Group(key, TITLES[group]), *(line.message for line in week)])
            for line in week:
                said = f"{key}:{line.message.id}"
                if line.name:
                    names[said] = f"{group}/{line.name}"
                if line.essence:
                    mark(db, [said], by=line.message.sender_key or "", at=line.message.sent_at)
                if line.message.sender_name == OPTED_OUT:
                    opt_out(db, line.message.sender_key or "", OPTED_OUT)
    return names


def marks() -> dict[str, Any]:
    """Return what is worth telling, by group and for both."""
    return tomllib.loads((FOLDER / "marks.toml").read_text("utf-8"))
