"""A group with jobs, a clock that is set by hand, and an account that could speak."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

import msgspec

from adapters.contract import Ability, Adapter, Pace
from archive import consent, editions, job_runs, outbox
from archive.database import Archive
from archive.digest import Digest, Item
from archive.keep import keep
from archive.outbox import Draft
from archive.records import AnyRecord, Group, Member, Message
from bot.config import Config, DigestConfig
from bot.jobs.job import Place
from bot.jobs.running import Jobs, Plan

T = TypeVar("T")
TG = "telegram:-100123"
SHANGHAI = "Asia/Shanghai"
NAMES = {"1": "张三", "2": "李四", "3": "王五"}
WEEKLY = Config(digest=DigestConfig(enabled=True, send="unapproved"))


def at(*moment: int, zone: str = SHANGHAI) -> int:
    """Return the Unix time of a local moment."""
    return int(datetime(*moment, tzinfo=ZoneInfo(zone)).timestamp())  # type: ignore[misc,arg-type]


SUNDAY = at(2026, 11, 22, 20, 0)
"""When the digest of 2026-W47 is due."""


class Account:
    """An account on a platform that says who is admin."""

    platform = "telegram"
    pace = Pace(longest=4096, each_second=30, each_minute=20)
    names = ("@chendian_bot",)

    def __init__(self, *admins: str, abilities: tuple[Ability, ...] = ("roles", "direct")) -> None:
        self.abilities = frozenset(abilities)
        self.admins = set(admins)

    async def role_of(self, group_key: str, member_key: str) -> str | None:
        return "admin" if member_key in self.admins else "member"


class Scene:
    """One archive and, at every `look`, a process that just began or goes on."""

    def __init__(
        self, archive: Archive, config: Config = WEEKLY, *, zone: str = SHANGHAI, group: str = TG
    ) -> None:
        self.archive = archive
        self.config = config
        self.now = float(at(2026, 11, 20, 12, 0))
        self.computed: list[tuple[str, ...]] = []
        self.fails: Callable[[], None] = lambda: None
        """Called while something is computed."""
        self.account = Account("telegram:1")
        self.jobs = self.process()
        self.keep(Group(group, "技术群", time_zone=zone))
        self.keep(Member("telegram:1", "张三", group_key=group, role="admin"))
        with archive.writing() as db:
            consent.start(db, group, by="telegram:1")

    def keep(self, *records: AnyRecord) -> None:
        with self.archive.writing() as db:
            keep(db, records)

    def said(self, id: str, text: str, who: str = "1", **more: Any) -> None:
        """Let somebody say something now."""
        moment = more.pop("at", int(self.now))
        self.keep(
            Message(TG, id, moment, f"telegram:{who}", NAMES[who], text=text, quality=3, **more)
        )

    def process(self, config: Config | None = None) -> Jobs:
        """Begin a process that knows nothing but the archive."""
        accounts = cast("dict[str, Adapter]", {"main": self.account})
        place = Place(self.archive, config or self.config, accounts, self.compute)
        return Jobs(place, self.write, lambda: None, clock=lambda: self.now)

    async def write(self, does: Callable[[sqlite3.Connection], T]) -> T:
        with self.archive.writing() as db:
            return does(db)

    async def compute(self, words: Sequence[str]) -> bytes:
        """Compute as the child process would, of whatever there is."""
        self.computed.append(tuple(words))
        self.fails()
        with self.archive.reading() as db:
            keys = db.execute(
                "SELECT g.key || ':' || m.platform_id, m.text FROM messages m"
                " JOIN groups g ON g.id = m.group_id ORDER BY m.id"
            ).fetchall()
        if words[0] == "candidates":
            return json.dumps(
                [{"key": key, "score": 3.0, "why": "3 人回复"} for key, _ in keys]
            ).encode()
        items = tuple(
            Item("message", text[:20], f"张三：「{text}」", (key,), "3 人回复", TG, 1)
            for key, text in keys
        )
        groups, since, until = json.loads(words[2]), *map(int, words[5:7])
        made = Digest(words[-1], since, until, tuple(groups), items, (), (), 1, 1)
        return msgspec.json.encode(made)

    def spans(self) -> list[tuple[str, int, int]]:
        """Return (period, since, until) of the digests that were computed, in order."""
        return [(w[-1], int(w[5]), int(w[6])) for w in self.computed if w[0] == "digest"]

    def look(self, moment: float | None = None) -> Plan:
        """Let the process look once, at a Unix time."""
        self.now = self.now if moment is None else moment
        return asyncio.run(self.jobs.look())

    def edition(self, period: str, kind: str = "week") -> str | None:
        """Return the state of an edition."""
        with self.archive.reading() as db:
            row = db.execute(
                "SELECT state FROM editions WHERE kind = ? AND period = ?", (kind, period)
            ).fetchone()
        return row[0] if row else None

    def approve(self, by: str = "telegram:1") -> None:
        with self.archive.writing() as db:
            (found,) = db.execute("SELECT id FROM editions WHERE state = 'draft'").fetchall()
            editions.approve(db, found[0], by, int(self.now))

    def drafts(self, purpose: str = "digest") -> list[Draft]:
        with self.archive.reading() as db:
            found = [p.draft for p in outbox.due(db, "main", 1 << 40, limit=1_000)]
        return [draft for draft in found if draft.purpose == purpose]

    def run_of(self, job: str, period: str) -> job_runs.RunView | None:
        with self.archive.reading() as db:
            return job_runs.get_run(db, (job, TG, period))
