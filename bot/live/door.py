"""The door: what of an event may be stored is decided before anything of it is."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from adapters.contract import Adapter, Envelope
from archive import consent
from archive.access import operator
from archive.consent import Standing
from archive.coverage import note_span
from archive.echoes import is_echo
from archive.errors import NotFound
from archive.groups import group_id
from archive.inbox import Arrival, Incoming
from archive.messages import newest_ids
from bot.commands.heard import asked_of
from bot.commands.parsing import is_not_kept, names_command
from bot.commands.registry import find
from bot.live.brought import Remembered
from bot.live.capture import Capture
from bot.live.connections import Connections
from bot.live.logs import said

log = logging.getLogger(__name__)

_WORDS = ("message", "edit")

encode_asked = msgspec.json.Encoder().encode


class Decision(msgspec.Struct, frozen=True):
    """What becomes of an event."""

    keep: bool = False
    quotes: bool = False
    """It holds words of somebody who has opted out: the archive takes them out, and its raw form
    goes as soon as it is projected."""
    command: bool = False
    why: str = "kept"
    """Why it is not kept, for the counters."""
    quarantine: bool = False


class _Looked(NamedTuple):
    """What is stored of an event."""

    stored: list[Incoming]
    decides: str | None = None
    """Key of a command that may change what is stored of what was said after it."""


def decide(envelope: Envelope, standing: Standing, now: float | None = None) -> Decision:
    """Decide what of an event is stored: consent, opting out, pauses, `[不存]`."""
    moment = time.time() if now is None else now
    from_person = not envelope.sender_is_bot and not envelope.own
    command = envelope.kind == "message" and from_person and names_command(envelope.text)
    if envelope.group_key is None:
        if envelope.private:
            return Decision(command=command, why="private")
        return Decision(quarantine=True, why="no group")
    keys = {envelope.group_key, envelope.replaces} - {None}
    if not any(standing.keeps(key) for key in keys if key):
        return Decision(command=command, why="no consent")
    if envelope.sender_key in standing.opted_out:
        return Decision(command=command, why="opted out")
    if envelope.kind in _WORDS and is_not_kept(envelope.text):
        return Decision(why="not to be kept")
    if standing.paused_at(envelope.group_key, envelope.sent_at or moment):
        return Decision(command=command, why="paused")
    quotes = not standing.opted_out.isdisjoint(envelope.quoted)
    return Decision(keep=True, quotes=quotes, command=command)


def _incoming(envelope: Envelope, raw: bytes, fleeting: bool) -> Incoming:
    return Incoming(
        envelope.key, envelope.group_key, envelope.sender_key, envelope.message_id,
        envelope.sent_at, "raw", raw, envelope.reply_to, envelope.quoted, fleeting,
    )  # fmt: skip


class AccountDoor:
    """What one account's adapter is given (`adapters.contract.Door`)."""

    def __init__(
        self, account: str, adapter: Adapter, capture: Capture, connections: Connections
    ) -> None:
        self._account = account
        self._adapter = adapter
        self._capture = capture
        self._connections = connections
        self._alarmed: set[str] = set()
        self._remembered = Remembered()

    async def take(self, events: Sequence[bytes], *, offset: str | None = None) -> None:
        """Store what may be stored, durably; see `adapters.contract.Door`."""
        incoming: list[Incoming] = []
        for raw in events:
            looked = await self._look_at(raw)
            incoming += looked.stored
            if looked.decides is not None:
                await self._store(incoming, None, looked.decides)
                incoming = []
        self._capture.metrics.received.labels(self._account).inc(len(events))
        if incoming or offset is not None:
            await self._store(incoming, offset)
        self.heard()

    async def _store(
        self, incoming: list[Incoming], offset: str | None, decides: str | None = None
    ) -> None:
        await self._capture.store(Arrival(self._account, incoming, offset), decides)
        self._capture.metrics.stored.labels(self._account).inc(len(incoming))

    async def _look_at(self, raw: bytes) -> _Looked:
        """Return what is stored of one event."""
        try:
            envelope = self._adapter.envelope(raw)
        except Exception as error:  # one frame that cannot be read is put aside
            await asyncio.to_thread(self._capture.inbox.quarantine, self._account, raw)
            self._drop("unreadable")
            self.alarm(f"a frame could not be read ({type(error).__name__})", "it is kept a day")
            return _Looked([])
        if envelope.own and envelope.kind in _WORDS and await self._is_echo(envelope):
            self._drop("echo")
            return _Looked([])
        decision = decide(envelope, self._capture.standing)
        if decision.quarantine:
            await asyncio.to_thread(self._capture.inbox.quarantine, self._account, raw)
        if not decision.keep:
            self._drop(decision.why)
        elif envelope.replaces:
            await self._move(envelope.replaces, envelope.group_key or "")
        if envelope.group_key:
            self._connections.in_group(self._account, envelope.group_key)
        stored = [_incoming(envelope, raw, decision.quotes)] if decision.keep else []
        self._remembered.note(envelope)
        if not decision.command:
            return _Looked(stored)
        looked = self._command(envelope, decision.keep)
        return looked._replace(stored=stored + looked.stored)

    def _command(self, envelope: Envelope, kept: bool) -> _Looked:
        asked = asked_of(
            envelope,
            account=self._account,
            platform=self._adapter.platform,
            bot_names=self._adapter.names,
        )
        if asked is None:
            return _Looked([])
        command = find(asked.name)
        if command is not None and command.takes_file:
            brought = self._remembered.meant(envelope)
            asked = msgspec.structs.replace(asked, brought=brought)
        incoming = Incoming(
            f"{envelope.key}#command", envelope.group_key if kept else None,
            envelope.sender_key, envelope.message_id, envelope.sent_at, "command",
            encode_asked(asked), fleeting=True,
        )  # fmt: skip
        return _Looked([incoming], incoming.key if command and command.urgent else None)

    async def _move(self, former: str, key: str) -> None:
        if await self._capture.writer.run(lambda db: consent.move(db, former, key)):
            await self._capture.look()

    async def _is_echo(self, envelope: Envelope) -> bool:
        at = envelope.sent_at or int(time.time())
        if self._capture.lately.was_said(self._account, envelope.text, at):
            return True

        def look() -> bool:
            with self._capture.archive.reading() as db:
                return is_echo(db, self._account, envelope.group_key, envelope.text, at)

        return await asyncio.to_thread(look)

    async def offset(self) -> str | None:
        """Return the last offset kept for this account."""
        return await asyncio.to_thread(self._capture.inbox.offset, self._account)

    async def groups(self) -> list[str]:
        """Return the keys of this platform's groups that are archived now."""
        start = f"{self._adapter.platform}:"
        return sorted(k for k in self._capture.standing.archiving if k.startswith(start))

    async def newest(self, group_key: str) -> list[tuple[str, int]]:
        """Return the newest messages of a group as (platform id, Unix time), newest first."""

        def look() -> list[tuple[str, int]]:
            with self._capture.archive.reading() as db:
                return newest_ids(db, operator(), group_key)

        return await asyncio.to_thread(look)

    async def complete(self, group_key: str, since: int, until: int) -> None:
        """Note that everything said in this span has been handed over."""

        def note(db: sqlite3.Connection) -> None:
            try:
                group = group_id(db, operator(), group_key)
            except NotFound:
                return
            note_span(db, group, since, until, complete=True, source="backfill")

        await self._capture.writer.run(note)

    def connected(self) -> None:
        """Say that events flow from now on."""
        self._connections.connected(self._account, self._adapter.platform)

    def heard(self) -> None:
        """Say that the peer is alive."""
        self._connections.heard(self._account)

    def lost(self, why: str, *, held: bool = False) -> None:
        """Say that the connection is gone."""
        self._connections.lost(self._account, why, held)

    def alarm(self, what: str, hint: str = "") -> None:
        """Tell the operator, once until it is connected anew."""
        if what not in self._alarmed:
            self._alarmed.add(what)
            self._capture.alarm(self._account, what, hint)

    def _drop(self, why: str) -> None:
        self._capture.metrics.dropped.labels(self._account, why).inc()
        log.debug("dropped %s", said(account=self._account, why=why))
