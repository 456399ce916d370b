"""Suggests messages of the day as essence to a group's admins; nothing is kept by itself."""

from __future__ import annotations

import sqlite3

import msgspec

from archive import outbox
from archive.access import member
from archive.candidates import Candidate, suggest
from archive.codes import code_of
from archive.masks import mask
from archive.messages import get_message
from archive.outbox import Draft
from bot.commands.lines import NAME, one_line
from bot.config import Config
from bot.jobs.job import Assignment, Effect, Job, Place
from bot.jobs.periods import Timetable

MOST = 5
"""Suggestions of one day."""
_PIECE = 40


def suggesting(config: Config) -> Job:
    """Make the job that suggests essence."""
    return Job(
        name="suggested essence",
        table=Timetable(config.reminders.candidates_time),
        wanted=lambda config, _: config.reminders.candidates,
        work=_suggest,
    )


async def _suggest(place: Place, assignment: Assignment) -> Effect:
    key = assignment.group.key
    until = assignment.now
    made = await place.compute(
        ("candidates", str(place.archive.folder), key, str(until - 86_400), str(until), str(MOST))
    )
    found = msgspec.json.decode(made, type=list[Candidate])
    admins = await place.admins(key) if found else []

    def effect(db: sqlite3.Connection) -> None:
        new = suggest(db, found, assignment.now)
        account = place.account_for(db, key)
        if not new or account is None or not admins:
            return
        text = _written(db, assignment, new)
        for admin in admins:
            unique = f"candidates:{key}:{assignment.period}:{admin}"
            outbox.put(
                db, Draft(account, text, member_key=admin, purpose="notice", unique=unique)
            )  # fmt: skip

    return effect


def _written(db: sqlite3.Connection, assignment: Assignment, new: list[Candidate]) -> str:
    reader = member(frozenset((assignment.group.key,)))
    title = one_line(assignment.group.title, NAME)
    lines = [f"“{title}”里可能值得收进精华的 / Perhaps worth keeping as essence:"]
    for one in new:
        view = get_message(db, reader, one.key)
        if view.recalled:
            continue
        said = one_line(mask(view.text or view.more), _PIECE) or "［图片或文件］"
        name = one_line(view.sender, NAME)
        lines.append(f"{name}：{said}（{one.why}）· {code_of(db, one.key)}")
    lines.append("收下就发 /精华 加短码；不发就什么都不变。/ To keep one: /essence and its code.")
    return "\n".join(lines)
