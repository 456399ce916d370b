"""Signed ingest: what bridges push is checked, written and answered, one push after another."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import chain, islice
from threading import Event

import msgspec
from starlette.routing import Route

from adapters.ingest import Answer, Endpoint, Push, Report
from archive.consent import standing
from archive.database import Archive
from archive.errors import ArchiveError
from archive.inbox import Inbox
from bot.config import Config, IngestConfig
from bot.live.admitting import Admission, Dropped
from bot.live.landing import Landing, fault
from bot.live.logs import said
from bot.live.metrics import Metrics
from bot.live.pushed import Read, is_chatlab, pieces, read_chatlab, read_lines

log = logging.getLogger(__name__)

KEPT_DAYS = 7
"""For which an answer is kept under its `Idempotency-Key`."""
_SIGNED = 660
"""Seconds for which one is kept under its signature, which holds no longer."""
_PIECE = 1 << 18
_AT_ONCE = 2_000
"""Records in memory beside the body."""


class Ingesting:
    """The routes of every `[ingest.NAME]`, and the thread that writes what comes by them."""

    def __init__(self, archive: Archive, inbox: Inbox, config: Config, metrics: Metrics) -> None:
        self._archive = archive
        self._inbox = inbox
        self._config = config
        self._metrics = metrics
        self._stop = Event()
        self._landing: Landing | None = None
        self._thread = ThreadPoolExecutor(1, "ingest")

    def routes(self) -> list[Route]:
        """Return what is to be mounted on the site; nothing for one without a good secret."""
        return [
            self._endpoint(name, one).route()
            for name, one in self._config.ingest.items()
            if one.is_usable
        ]

    def _endpoint(self, name: str, config: IngestConfig) -> Endpoint:
        async def take(push: Push) -> Answer:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, self._answer, name, config, push)

        def note(status: int) -> None:
            self._metrics.pushes.labels(name, str(status)).inc()

        return Endpoint(
            name, config.secret, largest=config.largest_mb * 1_000_000,
            per_minute=config.per_minute, take=take, note=note,
        )  # fmt: skip

    async def close(self) -> None:
        """End the turn that is under way; what was not answered is sent again."""
        self._stop.set()
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)
        if self._landing is not None:
            self._landing.close()

    def _answer(self, name: str, config: IngestConfig, push: Push) -> Answer:
        try:
            return self._once(name, config, push)
        except (ArchiveError, sqlite3.Error, OSError) as error:
            why = error.what if isinstance(error, ArchiveError) else type(error).__name__
            log.error("push not kept %s", said(ingest=name, why=why))
            return _error(503, "it cannot be kept now; send it again")

    def _once(self, name: str, config: IngestConfig, push: Push) -> Answer:
        """Answer a push, as before where it is not the first of its key or signature."""
        digest = sha256(push.body).digest()
        signed = f"signature {push.signature}"
        keys = {signed: _SIGNED}
        if push.key is not None:
            keys = {f"key {push.key}": KEPT_DAYS * 86_400, **keys}
        for key in () if push.dry_run else keys:
            known = self._inbox.receipt(name, key)
            if known is not None and known[0] != digest:
                return _error(409, "another body was sent with this Idempotency-Key")
            if known is not None:
                return Answer(200, known[1])
        report = self._take(config, push)
        answer = Answer(_status(report), msgspec.json.encode(report))
        self._count(name, report)
        # of what was refused nothing was done: it may be sent again when it can be taken
        if answer.status == 200 and not push.dry_run:
            self._inbox.keep_receipts(name, keys, digest, answer.body)
        return answer

    def _take(self, config: IngestConfig, push: Push) -> Report:
        landing = self._landing = self._landing or Landing(
            self._archive, self._config.timezone, self._stop
        )
        with self._archive.reading() as db:
            admission = Admission(landing.db, config, standing(db))
        report = Report(dry_run=push.dry_run)
        landing.begin()
        reads = _reads(config, push)
        while batch := list(islice(reads, _AT_ONCE)):
            admitted = _admitted(batch, admission, report)
            if push.dry_run:
                report.accepted += len(admitted)
                report.cut += [fault(r, "the text would be cut off") for r in admitted if r.cut]
            else:
                landing.write(admitted, report)
        if not push.dry_run:
            landing.end(report)
        return report

    def _count(self, name: str, report: Report) -> None:
        outcomes = {
            "accepted": report.accepted, "rejected": report.refused,
            "dropped": sum(report.dropped.values()), "new": report.new,
        }  # fmt: skip
        if not report.dry_run:
            for outcome, number in outcomes.items():
                self._metrics.pushed.labels(name, outcome).inc(number)
            log.info("push %s", said(ingest=name, read=report.read, **outcomes))


def _reads(config: IngestConfig, push: Push) -> Iterator[Read]:
    if is_chatlab(push.body, push.content_type):
        only = config.groups[0] if len(config.groups) == 1 else ""
        return read_chatlab(push.body, only if only and not only.endswith("*") else None)
    return chain.from_iterable(read_lines(*piece) for piece in pieces(push.body, _PIECE))


def _admitted(batch: list[Read], admission: Admission, report: Report) -> list[Read]:
    admitted = []
    for read in batch:
        report.read += 1
        why = read.why if read.ready is None else admission.refusal(read.ready)
        if why is None:
            admitted.append(read)
        elif isinstance(why, Dropped):
            report.drop(why)
        else:
            report.reject(fault(read, why))
    return admitted


def _status(report: Report) -> int:
    """Return 422 where something was sent and none of it could be taken."""
    return 422 if report.refused and not (report.accepted or report.dropped) else 200


def _error(status: int, what: str) -> Answer:
    return Answer(status, msgspec.json.encode({"error": what}))
