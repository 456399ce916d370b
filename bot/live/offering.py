"""Offers what was answered before to who asks it again, where a group wants that."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress

from adapters.contract import AdapterError
from archive import outbox
from archive.access import member
from archive.codes import code_of
from archive.consent import group_keys
from archive.errors import ArchiveError, NotFound
from archive.outbox import Draft
from archive.questions import Similar, begin_offer, detect, offering_groups, to_offer
from archive.records import Message
from bot.commands.command import CODE, Asked
from bot.commands.questions import alike_line
from bot.live.capture import Capture
from bot.live.logs import said
from bot.live.projecting import Projected
from bot.live.sending import Sending

log = logging.getLogger(__name__)

PURPOSE = "offer"
OLDEST = 120
"""Seconds after which nobody waits for it any more: what was missed, or is from before a start."""
BEHIND = 3.0
"""Seconds between an event's coming and its being kept above which there is more to do."""

_MOST = 50
"""Messages that wait to be looked at; of more, the newest."""
_LOOK = 5.0
"""Seconds between two looks which groups want it."""
_AHEAD = 60
"""Seconds by which a platform's clock may be ahead."""
_HAN = ("\u4e00", "\u9fff")


class Offering:
    """Looks at what was kept, after it was kept, and never holds that up."""

    def __init__(self, capture: Capture, sending: Sending) -> None:
        self._capture = capture
        self._sending = sending
        self.groups: frozenset[str] = frozenset()
        """Keys of the groups that want it, as of some seconds ago."""
        self._waiting: deque[tuple[Projected, Message]] = deque(maxlen=_MOST)
        self._some = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def hear(self, parts: Sequence[Projected]) -> None:
        """Take what was kept just now; of that only what may be a question asked this minute."""
        if not self.groups:
            return
        now = time.time()
        found = [
            (part, record)
            for part in parts
            if now - part.event.received_at < BEHIND
            for record in part.records
            if isinstance(record, Message) and self._is_fresh(record, now)
        ]
        if found:
            self._waiting.extend(found)
            with suppress(RuntimeError):  # the loop may be gone when a process is told to stop
                self._loop.call_soon_threadsafe(self._some.set)

    def _is_fresh(self, record: Message, now: float) -> bool:
        return (
            record.group_key in self.groups
            and record.id is not None
            and record.service is None
            and record.sender_key is not None
            and record.sent_at is not None
            and now - OLDEST < record.sent_at < now + _AHEAD
        )

    async def run(self) -> None:
        """Look and offer until cancelled."""
        self._capture.overhear = self.hear
        while True:
            self.groups = await asyncio.to_thread(self._wanting)
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK):
                    await self._some.wait()
            self._some.clear()
            while self._waiting:
                part, record = self._waiting.popleft()
                try:
                    await self._look_at(part, record)
                except ArchiveError as error:
                    log.warning("nothing offered %s", said(why=error.what))

    def _wanting(self) -> frozenset[str]:
        with self._capture.archive.reading() as db:
            return offering_groups(db)

    async def _look_at(self, part: Projected, record: Message) -> None:
        asked = _as_asked(part, record)
        found = await asyncio.to_thread(self._find, part, record)
        if not found:
            return
        if await self._capture.writer.run(lambda db: offer(db, asked, found)):
            self._sending.wake(asked.account)

    def _find(self, part: Projected, record: Message) -> list[Similar]:
        if not detect(record.text) or not self._is_from_a_person(part):
            return []
        with self._capture.archive.reading() as db, suppress(NotFound):
            return to_offer(db, f"{record.group_key}:{record.id}", int(time.time()))
        return []

    def _is_from_a_person(self, part: Projected) -> bool:
        """Tell whether an event is a message, said for the first time and by no bot."""
        adapter = self._capture.adapters.get(part.event.account)
        try:
            envelope = adapter.envelope(part.event.body) if adapter is not None else None
        except AdapterError:
            return False
        return (
            envelope is not None
            and envelope.kind == "message"
            and not envelope.own
            and not envelope.sender_is_bot
        )


def _as_asked(part: Projected, record: Message) -> Asked:
    """Return what would have asked for the same by command, in the language of the message."""
    chinese = any(_HAN[0] <= sign <= _HAN[1] for sign in record.text)
    return Asked(
        account=part.event.account,
        platform=record.group_key.partition(":")[0],
        key=f"{PURPOSE} {record.group_key}:{record.id}",
        name="问" if chinese else "ask",
        at=record.sent_at or 0,
        group_key=record.group_key,
        sender_key=record.sender_key,
        message_key=f"{record.group_key}:{record.id}",
        message_id=record.id,
    )


def offer(db: sqlite3.Connection, asked: Asked, found: list[Similar]) -> bool:
    """Put what was answered before into the outbox, once for a message; False where it may not be
    said, or was."""
    assert asked.message_key is not None and asked.group_key is not None
    if outbox.is_noted(db, asked.key):
        return False
    try:
        found = begin_offer(db, asked.message_key, found, asked.account, int(time.time()))
    except NotFound:
        return False
    if not found:
        return False
    outbox.put(
        db,
        Draft(
            asked.account, text_of(db, asked, found), asked.group_key, asked.sender_key,
            asked.message_id, PURPOSE, asked.key,
        ),
    )  # fmt: skip
    return True


def text_of(db: sqlite3.Connection, asked: Asked, found: list[Similar]) -> str:
    """Write an offer of at most five lines, with the short codes of the answers."""
    reader = member(frozenset(group_keys(db, asked.group_key or "")))
    lines = [asked.say("以前问过差不多的：", "Something like this was asked before:")]
    for one in found:
        line = alike_line(db, asked, reader, one)
        lines.append(line.replace(CODE, code_of(db, one.answer_key or "")))
    lines.append(
        asked.say(
            "自动找的，不对就不用管；看全文：/出处 加短码。",
            "Found automatically; never mind if it does not fit. All of one: /link and its code.",
        )
    )
    return "\n".join(lines)
