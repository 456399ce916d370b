"""The weekly and the daily digest: computed beside the process, kept as a draft."""

from __future__ import annotations

import sqlite3

import msgspec

from archive import editions, outbox
from archive.outbox import Draft
from bot.config import Config
from bot.jobs.job import Assignment, Effect, Job, Place
from bot.jobs.periods import Timetable

LOOKED_BACK = 2
"""Days or weeks whose digest is made up for after a stop."""
BY = "configuration"
"""Who approves a digest that needs no approval."""


def weekly(config: Config) -> Job:
    """Make the job that drafts the weekly digest."""
    wanted = config.digest
    return Job(
        name="weekly digest",
        table=Timetable(wanted.time, wanted.day),
        wanted=_weekly,
        work=_draft,
        looks_back=LOOKED_BACK,
    )


def daily(config: Config) -> Job:
    """Make the job that drafts the daily digest."""
    return Job(
        name="daily digest",
        table=Timetable(config.digest.daily_time),
        wanted=_daily,
        work=_draft,
        looks_back=LOOKED_BACK,
    )


def _weekly(config: Config, group_key: str) -> bool:
    group = config.groups.get(group_key)
    if group is not None and group.digest is not None:
        return group.digest
    return config.digest.enabled and _named(config, group_key)


def _daily(config: Config, group_key: str) -> bool:
    group = config.groups.get(group_key)
    if group is not None and group.digest is False:
        return False
    return config.digest.daily and _named(config, group_key)


def _named(config: Config, group_key: str) -> bool:
    return not config.digest.groups or group_key in config.digest.groups


async def _draft(place: Place, assignment: Assignment) -> Effect:
    key, kind = assignment.group.key, assignment.job.table.kind
    made = await place.compute(
        ("digest", str(place.archive.folder), key, kind, assignment.period)
    )  # fmt: skip
    digest = msgspec.json.decode(made)
    approved = place.config.digest.send == "unapproved"
    admins = [] if approved else await place.admins(key)

    def effect(db: sqlite3.Connection) -> None:
        if not digest["items"]:
            return  # a quiet week; nobody is bothered
        edition = editions.draft(db, digest, key, kind, assignment.period, assignment.now)
        if approved:
            editions.approve(db, edition, BY, assignment.now)
        account = place.account_for(db, key)
        for admin in admins if account else ():
            assert account is not None
            outbox.put(db, _notice(account, admin, assignment, edition))

    return effect


def _notice(account: str, admin: str, assignment: Assignment, edition: int) -> Draft:
    name = "周报" if assignment.job.table.kind == "week" else "日报"
    text = (
        f"{name}草稿好了（{assignment.period}），还没有发。\n"
        f"看和改：/{name} 草稿　发到群里：/{name} 通过\n"
        f"The {assignment.job.name} is drafted and not sent. To see it: /digest draft"
    )
    unique = f"digest-draft:{edition}:{admin}"
    return Draft(account, text, member_key=admin, purpose="notice", unique=unique)
