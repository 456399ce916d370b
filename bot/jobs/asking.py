"""Questions without an answer: reminds who was asked, and lists the open ones in the group."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import defaultdict

from adapters.contract import AdapterError
from archive import outbox
from archive.access import Reader, member
from archive.codes import code_of
from archive.consent import standing
from archive.masks import mask
from archive.messages import get_message
from archive.outbox import Draft
from archive.questions import QuestionView, open_questions
from bot.commands.lines import NAME, one_line
from bot.config import Config
from bot.jobs.job import Assignment, Effect, Job, Place
from bot.jobs.periods import Timetable

SHOWN = 4
"""Questions in one message."""

_DAY = 86_400


def reminding(config: Config) -> Job:
    """Make the job that reminds people of what was put to them."""
    return Job(
        name="assigned questions",
        table=Timetable(config.reminders.assigned_time),
        wanted=lambda config, _: config.reminders.assigned,
        work=_remind,
    )


def listing(config: Config) -> Job:
    """Make the job that lists open questions in their group."""
    wanted = config.reminders
    return Job(
        name="open questions",
        table=Timetable(wanted.open_questions_time, wanted.open_questions_day),
        wanted=lambda config, _: config.reminders.open_questions,
        work=_list,
    )


async def _remind(place: Place, assignment: Assignment) -> Effect:
    key = assignment.group.key
    questions = await asyncio.to_thread(_open, place, key)
    here = {q.assigned_to for q in questions if q.assigned_to}
    here = {person for person in here if await _is_there(place, key, person)}

    def effect(db: sqlite3.Connection) -> None:
        account, theirs = place.account_for(db, key), defaultdict[str, list[QuestionView]](list)
        left = standing(db).opted_out
        for question in open_questions(db, _reader(key), [key]):
            if question.assigned_to in here and question.assigned_to not in left:
                theirs[question.assigned_to].append(question)
        for person, asked in theirs.items() if account else ():
            assert account is not None
            text = _written(
                db,
                assignment,
                asked,
                "等你回答 / Waiting for your answer",
                "回复原消息，或 /答 加短码。/ Reply to it, or: /answer and its code.",
            )
            unique = f"assigned:{key}:{assignment.period}:{person}"
            outbox.put(db, Draft(account, text, member_key=person, purpose="notice", unique=unique))

    return effect


async def _list(place: Place, assignment: Assignment) -> Effect:
    key = assignment.group.key

    def effect(db: sqlite3.Connection) -> None:
        account, asked = place.account_for(db, key), open_questions(db, _reader(key), [key])
        if account is None or not asked:
            return
        text = _written(
            db,
            assignment,
            asked,
            "还没有人回答 / Still open",
            "知道的请回复那条消息。全部：/待回答 / Reply to one if you know. All: /open",
        )
        unique = f"open-questions:{key}:{assignment.period}"
        outbox.put(db, Draft(account, text, group_key=key, purpose="notice", unique=unique))

    return effect


def _written(
    db: sqlite3.Connection, assignment: Assignment, asked: list[QuestionView], head: str, tail: str
) -> str:
    title = one_line(assignment.group.title, NAME)
    lines = [f"“{title}”{head} ({len(asked)}):"]
    for question in asked[:SHOWN]:
        if get_message(db, _reader(assignment.group.key), question.key).recalled:
            continue
        days = max(0, assignment.now - question.asked_at) // _DAY
        said = one_line(mask(question.text))
        lines.append(f"{said}（{days} 天）· {code_of(db, question.key)}")
    return "\n".join([*lines, tail])


def _open(place: Place, group_key: str) -> list[QuestionView]:
    with place.archive.reading() as db:
        return open_questions(db, _reader(group_key), [group_key])


def _reader(group_key: str) -> Reader:
    return member(frozenset((group_key,)))


async def _is_there(place: Place, group_key: str, person: str) -> bool:
    """Tell whether a person is in the group now, as far as the platform says."""
    account = await asyncio.to_thread(place.speaking_in, group_key)
    adapter = place.adapters.get(account or "")
    if adapter is None or "roles" not in adapter.abilities:
        return adapter is not None
    try:
        return await adapter.role_of(group_key, person) is not None
    except AdapterError:
        return False
