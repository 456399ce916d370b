"""The golden week's transcripts, spread over three groups and moved to the days before now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from transcripts import MONDAY, Line, lines

from archive.digest import week
from archive.records import Message, Reaction
from bot.jobs.periods import WEEKDAYS, Timetable

ZONE = "Asia/Shanghai"
DAY = 86_400
PARTS = {
    "telegram": ("developers", 0, 7),
    "qq": ("hikers", 0, 4),
    "wechat": ("hikers", 4, 7),
}
"""Which days of which transcript a platform's group says: from the first until before the last."""


class Turn(msgspec.Struct, frozen=True):
    """The weekly digest that is due in this minute, and what is over of its week."""

    day: str
    time: str
    period: str
    since: int
    until: int

    @property
    def config(self) -> str:
        """Return the lines of [digest] by which it is due."""
        return f'[digest]\nenabled = true\nday = "{self.day}"\ntime = "{self.time}"\n'


def turn(now: float) -> Turn:
    """Return what is due at a Unix time; its week began three days and a half ago at the latest."""
    local = datetime.fromtimestamp(now, ZoneInfo(ZONE))
    table = Timetable(local.strftime("%H:%M"), WEEKDAYS[local.weekday()])
    (due,) = table.due(ZONE, now, 1)
    span = week(due.period, ZONE)
    since, until = max(span.since, int(now) - 7 * DAY), min(span.until, int(now))
    assert table.day is not None
    return Turn(table.day, table.time, due.period, since + 600, until - 600)


def said_in(platform: str, due: Turn) -> Iterator[tuple[Line, int]]:
    """Yield what is said in a group with its Unix time, evenly over what is over of the week."""
    group, first, last = PARTS[platform]
    for line in lines(group):
        passed = line.message.sent_at - int(MONDAY.timestamp()) - first * DAY
        if 0 <= passed < (last - first) * DAY:
            share = passed / ((last - first) * DAY)
            yield line, due.since + int(share * (due.until - due.since))


def people(platform: str) -> list[str]:
    """Return the names of who speaks in the transcript of a group."""
    return list(dict.fromkeys(one.message.sender_name for one in lines(PARTS[platform][0])))


def more(id: str, who: str, text: str, hearts: int = 0, reply_to: str | None = None) -> Line:
    """Make a line that stands in no transcript."""
    reactions = (Reaction("👍", hearts),) if hearts else ()
    message = Message(
        "", id, None, None, who, text=text, quality=3, reactions=reactions, reply_to=reply_to
    )
    return Line(message, None, False)


def prized(id: str, who: str, text: str, others: list[str]) -> list[Line]:
    """Make a text that every digest would tell, with what three others answer."""
    thanks = (
        "太有用了，这个一定要记下来",
        "照着做了一遍，真的可以，谢谢分享",
        "这条应该进精华，给新人看",
    )
    answers = [
        more(f"{id}-{number}", other, said, 2, id)
        for number, (other, said) in enumerate(zip(others, thanks, strict=False))
    ]
    return [more(id, who, text, 12), *answers]
