"""Health: what each group's record lacks, files that are missing, jobs, events nobody can read."""

from __future__ import annotations

from contextlib import closing

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from archive import coverage, job_runs
from archive.consent import standing
from archive.inbox import Inbox
from archive.inbox.connection import FILE
from archive.inbox.events import FailedEvent
from archive.job_runs import RunView
from archive.missing import missing_by_group
from archive.views import GapView, GroupView
from web.desk.acting import Does, Doing, Done
from web.desk.pages import desk_page, ruled_groups
from web.page import Visit
from web.routes import Routes

routes = Routes()

_GAPS = 5
_EVENTS = 50


class GroupHealth(msgspec.Struct, frozen=True):
    """What is known of one group."""

    group: GroupView
    archived: bool
    """It has agreed, and is not paused now."""
    gaps: list[GapView]
    """The newest ones."""
    number: int
    """Of all gaps."""
    missing: list[tuple[str, int]]


@routes.page("/desk/health")
def health(request: Request) -> Response:
    """Show what is missing, group by group, and what became of the jobs."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        groups, now = ruled_groups(db, visit), standing(db)
        lost = missing_by_group(db, visit.reader)
        found = []
        for group in groups:
            gaps = coverage.gaps(db, visit.reader, group.key)[::-1]
            missing = list(lost.get(group.key, {}).items())
            archived = now.keeps(group.key)
            found.append(GroupHealth(group, archived, gaps[:_GAPS], len(gaps), missing))
        titles = {group.key: group.title for group in groups}
        runs = [run for run in job_runs.last_runs(db).values() if _is_shown(visit, run, titles)]
    runs.sort(key=lambda run: -run.started_at)
    return desk_page(
        visit, "desk/health.html", place="health", groups=found, runs=runs, titles=titles,
        events=_failed(visit),
    )  # fmt: skip


def _is_shown(visit: Visit, run: RunView, titles: dict[str, str]) -> bool:
    return run.place in titles or visit.reader.everything


def _failed(visit: Visit) -> list[FailedEvent]:
    """Return the events that could not be read, for the operator; their bodies are not shown."""
    if not visit.reader.everything or not (visit.archive.folder / FILE).exists():
        return []
    with closing(Inbox(visit.archive.folder)) as inbox:
        return inbox.failed_events(_EVENTS)


def retry_events(doing: Doing) -> Done:
    """Try every event that could not be read once more: for the operator. Nothing undoes that."""
    doing.rules_all()
    number = 0
    if (doing.visit.archive.folder / FILE).exists():
        with closing(Inbox(doing.visit.archive.folder)) as inbox:
            number = inbox.retry()
    return Done("desk.retried", str(number))


ACTS: dict[str, Does] = {"retry_events": retry_events}
