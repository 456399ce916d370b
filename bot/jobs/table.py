"""Every job there is; a new one is one module and one name here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec

from archive.access import operator
from archive.consent import standing
from archive.group_settings import decided
from archive.groups import list_groups
from archive.job_runs import RunView, last_runs, switched_on
from archive.views import GroupView, View
from bot.config import Config, GroupConfig
from bot.jobs.asking import listing, reminding
from bot.jobs.digests import daily, weekly
from bot.jobs.job import Job
from bot.jobs.suggesting import suggesting

_ALL = (weekly, daily, suggesting, reminding, listing)


class Line(View, frozen=True):
    """A job of a group as `chendian jobs` shows it."""

    job: str
    group: str
    """The group's key."""
    title: str
    time_zone: str
    next: int
    run: RunView | None
    """What became of its last work; None where there was none yet."""


def make_jobs(config: Config) -> list[Job]:
    """Make the jobs as the configuration wants them."""
    return [make(config) for make in _ALL]


def wanted(
    db: sqlite3.Connection, config: Config, jobs: list[Job]
) -> Iterator[tuple[Job, GroupView]]:
    """Yield every job with each archived group, or several together, it is turned on for."""
    now, config = standing(db), as_decided(db, config)
    for group in list_groups(db, operator()):
        if now.keeps(group.key):
            for job in jobs:
                if job.wanted(config, group.key):
                    yield job, group
    for job in jobs:
        for place in job.together(db, config):
            yield job, place


def as_decided(db: sqlite3.Connection, config: Config) -> Config:
    """Return the configuration with what was decided at the desk, which wins."""
    groups = dict(config.groups)
    for key, value in decided(db, "digest").items():
        former = groups.get(key, GroupConfig())
        groups[key] = msgspec.structs.replace(former, digest=value == "on")
    return msgspec.structs.replace(config, groups=groups)


def lines(db: sqlite3.Connection, config: Config, now: float) -> list[Line]:
    """Return what `chendian jobs` shows, sorted by what comes next."""
    runs, switches, found = last_runs(db), switched_on(db), list[Line]()
    for job, group in wanted(db, config, make_jobs(config)):
        run = runs.get((job.name, group.key)) if (job.name, group.key) in switches else None
        found.append(
            Line(
                job.name, group.key, group.title, group.time_zone,
                job.table.next(group.time_zone, now).at, run,
            )
        )  # fmt: skip
    return sorted(found, key=lambda line: (line.next, line.job, line.group))
