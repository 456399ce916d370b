"""The alarm clock: APScheduler, which rings when something is due. What is due, and what was done,
the archive says; a ring that is lost or comes twice changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import Any

from bot.jobs.periods import Timetable
from bot.live.logs import said

FILE = "jobs.db"
"""The scheduler's own store in the archive's folder; without it, it is made anew."""

log = logging.getLogger(__name__)

_BELLS: dict[str, Callable[[], None]] = {}
"""Whom to wake, by the store's path: what is stored can only name a function."""


def ring(path: str) -> None:
    """Wake the process that holds the store."""
    bell = _BELLS.get(path)
    if bell is not None:
        bell()


class AlarmClock:
    """Rings a bell, from a thread of its own, at every moment of some timetables."""

    def __init__(self, folder: Path, bell: Callable[[], None]) -> None:
        self._path = folder / FILE
        self._scheduler: Any = None
        # who closes it may do so while another thread is still setting it
        self._lock = Lock()
        self._closed = False
        _BELLS[str(self._path)] = bell

    def set(self, wanted: Iterable[tuple[str, Timetable, str]]) -> None:
        """Ring for these (job, timetable, time zone) from now on, and for no others; once closed,
        for none."""
        named = {f"{job} {zone}": (table, zone) for job, table, zone in wanted}
        with self._lock:
            if not self._closed and (self._scheduler is not None or named):
                self._set_anyhow(named)

    def _set_anyhow(self, named: dict[str, tuple[Timetable, str]]) -> None:
        try:
            self._set(named)
        except Exception as error:  # whatever the store has become, nothing in it is needed
            log.warning("alarms made anew %s", said(why=type(error).__name__))
            self._stop()
            for path in self._path.parent.glob(f"{FILE}*"):
                path.unlink(missing_ok=True)
            self._set(named)

    def _set(self, named: dict[str, tuple[Timetable, str]]) -> None:
        if self._scheduler is None:
            self._scheduler = _made(self._path)
            self._scheduler.start()
        for alarm in self._scheduler.get_jobs():
            if alarm.id not in named:
                alarm.remove()
        for name, (table, zone) in named.items():
            self._scheduler.add_job(
                ring, _trigger(table, zone), id=name, name=name, args=[str(self._path)],
                replace_existing=True, misfire_grace_time=None, coalesce=True, max_instances=1,
            )  # fmt: skip

    def close(self) -> None:
        """Ring no more."""
        _BELLS.pop(str(self._path), None)
        with self._lock:
            self._closed = True
            self._stop()

    def _stop(self) -> None:
        if self._scheduler is not None and self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        self._scheduler = None


def _made(path: Path) -> Any:
    # a second of imports, and only for who has jobs
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler

    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    path.touch(mode=0o600)
    return BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(url=f"sqlite:///{path}")},
        executors={"default": ThreadPoolExecutor(1)},
        timezone="UTC",
    )


def _trigger(table: Timetable, zone: str) -> Any:
    from apscheduler.triggers.cron import CronTrigger

    hour, minute = table.time.split(":")
    day = table.day[:3] if table.day else None
    return CronTrigger(day_of_week=day, hour=hour, minute=minute, timezone=zone)
