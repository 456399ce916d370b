"""The weekly and the daily digest: computed beside the process, kept as a draft."""

from __future__ import annotations

import asyncio
import sqlite3

import msgspec

from archive import editions, outbox
from archive.access import operator
from archive.digest import CHINESE, Language, Period
from archive.editions import TOGETHER
from archive.messages import newest_ids
from archive.outbox import Draft
from archive.views import GroupView
from bot.config import Config
from bot.jobs.compute import digest_words
from bot.jobs.job import Assignment, Effect, Job, Place
from bot.jobs.periods import Timetable
from bot.together import as_group, find_together, groups_sent_to, groups_told

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
        together=_together,
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


def _together(db: sqlite3.Connection, config: Config) -> list[GroupView]:
    return [as_group(one, config) for one in config.digest.together]


def _daily(config: Config, group_key: str) -> bool:
    group = config.groups.get(group_key)
    if group is not None and group.digest is False:
        return False
    return config.digest.daily and _named(config, group_key)


def _named(config: Config, group_key: str) -> bool:
    return not config.digest.groups or group_key in config.digest.groups


async def _draft(place: Place, assignment: Assignment) -> Effect:
    where, kind = assignment.group.key, assignment.job.table.kind
    groups, period, heard = await asyncio.to_thread(_looked_up, place, assignment)
    if not groups:
        return lambda db: None
    language = _language(place.config, where)
    words = digest_words(
        place.archive.folder, groups, period, language, not where.startswith(TOGETHER)
    )
    digest = {**msgspec.json.decode(await place.compute(words)), "heard": heard}
    approved = place.config.digest.send == "unapproved"
    admins = [] if approved or not digest["items"] else await _admins(place, where)

    def effect(db: sqlite3.Connection) -> None:
        if not digest["items"]:  # a quiet week; nobody is bothered
            editions.keep_quiet(db, digest, where, kind, assignment.period, assignment.now)
            return
        edition = editions.draft(db, digest, where, kind, assignment.period, assignment.now)
        if approved:
            editions.approve(db, edition, BY, assignment.now)
        for admin in admins:
            account = _account(db, place, groups, admin)
            if account is not None:
                outbox.put(db, _notice(account, admin, assignment, edition, language))

    return effect


def _looked_up(place: Place, assignment: Assignment) -> tuple[list[str], Period, int]:
    """Return the groups that are told, from when to when, and until when anything was said there.

    From where the period before ended to the hour of this one: nothing is left out or told twice.
    """
    where, table, zone = assignment.group.key, assignment.job.table, assignment.group.time_zone
    before = table.before(zone, assignment.period)
    with place.archive.reading() as db:
        groups = groups_told(db, place.config.digest, where)
        told = editions.told_until(db, where, table.kind, before)
        newest = [at for key in groups for _, at in newest_ids(db, operator(), key, 1)]
    until = table.cut(zone, assignment.period)
    since = table.cut(zone, before) if told is None else min(told, until)
    return groups, Period(assignment.period, since, until), max(newest, default=since) + 1


def _language(config: Config, where: str) -> Language:
    """Return the language a digest is written in."""
    one, group = find_together(config.digest, where), config.groups.get(where)
    own = one.language if one is not None else group.digest_language if group else None
    return own or config.digest.language


async def _admins(place: Place, where: str) -> list[str]:
    """Return who is told of a draft: the group's admins of this moment; of several groups who is
    named, else who is admin of all."""
    one = find_together(place.config.digest, where)
    if one is None:
        return await place.admins(where)
    if one.admins or one.groups == "all":
        return list(one.admins)
    theirs = [await place.admins(key) for key in await asyncio.to_thread(_concerned, place, where)]
    return [key for key in theirs[0] if all(key in some for some in theirs)]


def _concerned(place: Place, where: str) -> list[str]:
    """Return the groups that are told or told to."""
    digest = place.config.digest
    with place.archive.reading() as db:
        both = (*groups_told(db, digest, where), *groups_sent_to(db, digest, where))
    return list(dict.fromkeys(both))


def _account(db: sqlite3.Connection, place: Place, groups: list[str], admin: str) -> str | None:
    """Return the account that can tell an admin: on their platform, and in these groups if any."""
    platform = admin.partition(":")[0]
    near = (place.account_for(db, key) for key in groups if key.startswith(f"{platform}:"))
    others = (name for name, one in place.adapters.items() if one.platform == platform)
    return next(filter(None, (*near, *others)), None)


def _notice(
    account: str, admin: str, assignment: Assignment, edition: int, language: Language
) -> Draft:
    week = assignment.job.table.kind == "week"
    together = assignment.group.key.startswith(TOGETHER)
    of = f" {assignment.group.title}" if together else ""
    name = "周报" if week else "日报"
    chinese = (
        f"{name}草稿好了（{assignment.period}），还没有发。\n"
        f"看和改：/{name}{of} 草稿　发到群里：/{name}{of} 通过"
    )
    english = (
        f"The {'weekly' if week else 'daily'} digest of {assignment.period} is drafted and not"
        f" sent.\nTo see it: /digest{of} draft · to send it: /digest{of} approve"
    )
    both = (chinese, english) if language == CHINESE else (english, chinese)
    unique = f"digest-draft:{edition}:{admin}"
    return Draft(account, "\n".join(both), member_key=admin, purpose="notice", unique=unique)
