"""What of the messages just kept crosses to other groups: noted in the same transaction."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence

from adapters.contract import Adapter, AdapterError, Envelope
from archive import bridged, outbox
from archive.access import operator
from archive.bridge_told import drop_late
from archive.bridged import PURPOSE
from archive.errors import NotFound
from archive.messages import message_id
from archive.outbox import Draft
from archive.records import Message, Recall
from bot.bridge.composing import OLDEST
from bot.bridge.links import Link, Links
from bot.bridge.marks import Recent, is_marked
from bot.bridge.planning import parts_of
from bot.commands.parsing import names_command
from bot.live.projecting import Projected

_NOT_SAID = frozenset(("service", "unknown", "call", "poke", "red_packet", "transfer"))
"""Kinds that mean nothing elsewhere."""
_AHEAD = 60
"""Seconds by which a platform's clock may be ahead."""


class Crossing:
    """Notes in the outbox what crosses; called by the one thread that keeps what was heard."""

    def __init__(self, adapters: Mapping[str, Adapter]) -> None:
        self._adapters = adapters
        self.links = Links()
        self.recent = Recent()
        self.waiting: set[str] = set()
        """Accounts that have more to say since somebody looked."""
        self.changed = False
        """Something was changed or taken back that may have crossed."""

    def cross(self, db: sqlite3.Connection, parts: Sequence[Projected]) -> None:
        """Note what of these crosses; what was noted before is not noted again."""
        if not self.links:
            return
        now = time.time()
        for part in parts:
            for record in part.records:
                if isinstance(record, Recall):
                    self.changed = True
                    # who deleted a copy in its group wants no more of it there
                    bridged.deleted(db, record.group_key, record.id)
                elif isinstance(record, Message):
                    self._take(db, part, record, now)

    def _take(self, db: sqlite3.Connection, part: Projected, record: Message, now: float) -> None:
        if record.edited_at is not None or record.recalled:
            self.changed = True
        links = self.links.leaving(record.group_key, "all")
        if not links or record.id is None or record.recalled or not _is_said(record):
            return
        envelope = self._envelope(part)
        if envelope is None or envelope.kind != "message" or not self._is_own_word(envelope):
            return
        others = [link.target for link in links]
        if is_marked(record.text) or self.recent.was_brought(record.text, others):
            return
        self.recent.note(record.group_key, record.text)
        held = [link for link in links if _is_held(record, link, now)]
        if not held:
            return
        try:
            row_id = message_id(db, operator(), f"{record.group_key}:{record.id}")
        except NotFound:
            return  # it is one that is not kept
        name = f"{record.group_key}:{record.id}"
        for link in held:
            if _is_late(record, now):
                self._note_late(db, row_id, name, link, now)
            elif not self.recent.circles(link.target, record.text):
                self._note(db, row_id, name, record.text, len(record.attachments), link, now)

    def _note(
        self, db: sqlite3.Connection, row_id: int, name: str, text: str, files: int, link: Link,
        now: float,
    ) -> None:  # fmt: skip
        if put(db, self._adapters[link.account], link, row_id, name, text, files, int(now)):
            self.waiting.add(link.account)

    def _note_late(
        self, db: sqlite3.Connection, row_id: int, name: str, link: Link, now: float
    ) -> None:
        """Note that something was heard too late to cross, so that people are told."""
        unique = f"{PURPOSE}:{name}>{link.target}#0"
        if outbox.is_noted(db, unique):
            return
        parcel = outbox.put(
            db, Draft(link.account, "", link.target, purpose=PURPOSE, unique=unique)
        )
        bridged.note(db, row_id, link.target, 0, link.mode, parcel, int(now))
        drop_late(db, parcel, link.account, link.source, link.target, link.mode)
        self.waiting.add(link.account)

    def _envelope(self, part: Projected) -> Envelope | None:
        adapter = self._adapters.get(part.event.account)
        try:
            return adapter.envelope(part.event.body) if adapter is not None else None
        except AdapterError:
            return None

    def _is_own_word(self, envelope: Envelope) -> bool:
        """Tell whether a person said it, and not to the bot."""
        return not (envelope.own or envelope.sender_is_bot or names_command(envelope.text))


def put(
    db: sqlite3.Connection, adapter: Adapter, link: Link, row_id: int, name: str, text: str,
    files: int, now: int, turn: int = 0,
) -> bool:  # fmt: skip
    """Note a message to be said in another group, part by part; False where it was noted before.

    `turn` tells apart the times at which the same message crosses again.
    """
    unique = f"{PURPOSE}:{name}>{link.target}" + (f"@{turn}" if turn else "")
    for part in parts_of(text, files, adapter.pace, adapter.carries):
        draft = Draft(
            link.account, "", group_key=link.target, purpose=PURPOSE, unique=f"{unique}#{part}"
        )
        parcel = outbox.put_new(db, draft)
        if parcel is None:
            return False
        bridged.note(db, row_id, link.target, part, link.mode, parcel, now)
    return True


def _is_said(record: Message) -> bool:
    return record.service is None and record.kind not in _NOT_SAID


def _is_held(record: Message, link: Link, now: float) -> bool:
    """Tell whether it was said while the way was open; of an edit, lately."""
    at = record.sent_at
    if at is None or not link.open_from <= at <= now + _AHEAD:
        return False
    return record.edited_at is None or not _is_late(record, now)


def _is_late(record: Message, now: float) -> bool:
    return record.sent_at is not None and record.sent_at < now - OLDEST
