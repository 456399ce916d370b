"""Runs the jobs of an archive: looks what is due and not done, does it, sends what is approved."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress
from typing import Protocol, TypeVar

import msgspec

from archive import editions, job_runs, mails
from archive.errors import ArchiveError
from bot.jobs.alarm import AlarmClock
from bot.jobs.job import Assignment, Effect, Place
from bot.jobs.mailing import deliver
from bot.jobs.periods import Timetable
from bot.jobs.posting import load_forms, post
from bot.jobs.table import make_jobs, wanted
from bot.live.leases import lease
from bot.live.logs import said

T = TypeVar("T")

log = logging.getLogger(__name__)

_LOOK = 5.0
"""Seconds between two looks: an approval is followed, a clock that was set is noticed."""
_STAND_BY = 10.0
"""Seconds between two tries to become the one that runs the jobs."""
_WRONG = 60
"""Seconds by which work may lie ahead of the clock before it was done by a wrong one."""
_REMEMBERED = 60 * 86_400
"""Seconds for which it is noted what was done; no period that is looked at is older."""


class Write(Protocol):
    """Runs a piece of work in a write transaction of the archive, and returns once it is kept."""

    def __call__(self, does: Callable[[sqlite3.Connection], T]) -> Awaitable[T]: ...


class Plan(msgspec.Struct):
    """What a look at the archive found to be done."""

    tasks: list[Assignment] = []
    new: list[tuple[str, str]] = []
    """Jobs of groups that were not turned on before."""
    gone: list[tuple[str, str]] = []
    ahead: frozenset[job_runs.Task] = frozenset()
    """Work that was done at a time to come, by a wrong clock."""
    alarms: frozenset[tuple[str, Timetable, str]] = frozenset()
    to_send: list[int] = []
    letters: list[mails.Letter] = []


class Jobs:
    """The jobs of one archive; of several processes one runs them, the others stand by."""

    def __init__(
        self,
        place: Place,
        write: Write,
        wake: Callable[[], None],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._place = place
        self._write = write
        self._wake = wake
        self._clock = clock
        self._jobs = make_jobs(place.config)
        self._due = asyncio.Event()
        self._alarms: frozenset[tuple[str, Timetable, str]] = frozenset()
        self._set_back: frozenset[job_runs.Task] = frozenset()

    async def run(self) -> None:
        """Work until cancelled."""
        with ExitStack() as held:
            await self._become_the_one(held)
            loop = asyncio.get_running_loop()

            def bell() -> None:
                with suppress(RuntimeError):  # the loop may be gone when a process is told to stop
                    loop.call_soon_threadsafe(self._due.set)

            clock = AlarmClock(self._place.archive.folder, bell)
            held.callback(clock.close)
            self._alarms = frozenset()
            while True:
                self._due.clear()
                plan = await self.look()
                if plan.alarms != self._alarms:
                    setting = asyncio.to_thread(clock.set, plan.alarms)
                    await self._attempt(setting, job="alarms")
                    self._alarms = plan.alarms
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK):
                        await self._due.wait()

    async def _become_the_one(self, held: ExitStack) -> None:
        waits = False
        while True:
            try:
                held.enter_context(lease(self._place.archive.folder, "jobs"))
                return
            except ArchiveError:
                if not waits:
                    log.info("jobs stand by %s", said(why="another process runs them"))
                waits = True
            await asyncio.sleep(_STAND_BY)

    async def look(self) -> Plan:
        """Do once all that is due now; return what it was."""
        plan = await asyncio.to_thread(self._plan)
        if plan.new or plan.gone or plan.ahead:
            await self._write(lambda db: self._settle(db, plan))
            plan = await asyncio.to_thread(self._plan)
        await self._send(plan)
        for task in plan.tasks:
            await self._do(task)
        if plan.tasks:  # what needs no approval
            await self._send(await asyncio.to_thread(self._plan))
        return plan

    def _plan(self) -> Plan:
        """Look what there is to do."""
        now, plan = int(self._clock()), Plan()
        with self._place.archive.reading() as db:
            switches, set_back = job_runs.switched_on(db), job_runs.is_past(db, now)
            runs = job_runs.runs_since(db, now - _REMEMBERED)
            here = list(wanted(db, self._place.config, self._jobs))
            plan.to_send = [i for i, _ in editions.to_send(db)]
            plan.letters = mails.due(db, now) if self._place.config.mail.host else []
        keys = {(job.name, group.key) for job, group in here}
        # what was turned on later than now was so by a wrong clock: that one, or this one
        plan.new = [key for key in keys if switches.get(key, now + 1) > now and not set_back]
        plan.gone = [key for key in switches if key not in keys]
        plan.ahead = frozenset(
            task
            for task, run in runs.items()
            if run.started_at > now + (job_runs.AHEAD if task in self._set_back else _WRONG)
        )
        plan.alarms = frozenset((job.name, job.table, group.time_zone) for job, group in here)
        for job, group in here:
            since = switches.get((job.name, group.key), now)
            for due in job.table.due(group.time_zone, now, job.looks_back):
                task = Assignment(job, group, due.period, now)
                run = runs.get(task.task)
                if due.at >= since and (run is None or run.may_run(now)):
                    plan.tasks.append(task)
        return plan

    def _settle(self, db: sqlite3.Connection, plan: Plan) -> None:
        """Note which jobs are turned on, and drop what a wrong clock noted."""
        now = int(self._clock())
        for job, place in plan.new:
            job_runs.turn_on(db, job, place, now)
        job_runs.turn_off(db, plan.gone)
        if job_runs.drop_ahead(db, now):
            editions.drop_drafts_ahead(db, now + job_runs.AHEAD)
        if plan.ahead:
            editions.set_back(db, now + _WRONG, now)
            self._set_back |= plan.ahead

    async def _do(self, task: Assignment) -> None:
        if not await self._write(lambda db: job_runs.begin(db, task.task, task.now)):
            return
        why = await self._attempt(self._work(task), job=task.job.name, group=task.group.key)
        if why is not None:
            await self._write(lambda db: job_runs.failed(db, task.task, self._now(), why))

    async def _work(self, task: Assignment) -> None:
        effect = await task.job.work(self._place, task)
        await self._write(lambda db: self._finish(db, task, effect))
        log.info("job done %s", said(job=task.job.name, group=task.group.key, period=task.period))
        self._wake()

    async def _attempt(self, work: Awaitable[None], **about: object) -> str | None:
        """Do one piece of work; return why it failed, if it did."""
        try:
            await work
        except Exception as error:  # one job must not end the others
            why = str(getattr(error, "what", type(error).__name__))
            log.error("job not done %s", said(**about, why=why))
            return why
        return None

    def _finish(self, db: sqlite3.Connection, task: Assignment, effect: Effect) -> None:
        if job_runs.done(db, task.task, self._now()):
            effect(db)
        job_runs.expire(db, self._now() - _REMEMBERED)

    async def _send(self, plan: Plan) -> None:
        for edition in plan.to_send:
            await self._attempt(self._post(edition), edition=edition)
        for letter in plan.letters:
            work = deliver(self._place, self._write, letter, self._now())
            await self._attempt(work, edition=letter.edition_id)

    async def _post(self, edition: int) -> None:
        await asyncio.to_thread(load_forms)
        if await self._write(lambda db: post(db, self._place, edition, self._now())):
            log.info("digest sent %s", said(edition=edition))
            self._wake()

    def _now(self) -> int:
        return int(self._clock())
