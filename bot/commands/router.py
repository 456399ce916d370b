"""The one way of a command: is it admitted, is it new, then obeyed and answered once."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar
from weakref import WeakValueDictionary

import msgspec

from adapters.contract import AdapterError
from archive import outbox
from archive.audit import note
from archive.codes import code_of
from archive.database import Archive
from archive.errors import ArchiveError, NotFound
from archive.handled import first_time
from archive.intakes import note_intake
from archive.spares import put_spare
from bot.commands import refusals
from bot.commands.admission import Admission
from bot.commands.command import CODE, Answer, Asked, Command, Setting
from bot.commands.heard import asked_of
from bot.commands.limits import Limits, Verdict
from bot.commands.parsing import is_not_kept, names_command, parse
from bot.commands.registry import find, menu
from bot.commands.roles import RoleOf, Roles

__all__ = (
    "RoleOf",
    "Router",
    "Setting",
    "asked_of",
    "is_not_kept",
    "menu",
    "names_command",
    "parse",
)  # fmt: skip

T = TypeVar("T")
Erase = Callable[[str, Sequence[str]], Awaitable[object]]
"""Erases the raw events of a group's messages: (group key, platform ids)."""

_log = logging.getLogger(__name__)


class Write(Protocol):
    """Runs a piece of work in a write transaction of the archive, and returns once it is kept."""

    def __call__(self, does: Callable[[sqlite3.Connection], T]) -> Awaitable[T]: ...


class Router:
    """Handles the commands of all accounts of an archive; one for a process.

    `write` lets them share a writer with what else is written; `erase` reaches the inbox.
    """

    def __init__(
        self,
        archive: Archive,
        *,
        write: Write | None = None,
        erase: Erase | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._archive = archive
        self._write: Write = write or self._write_alone
        self._erase = erase
        self._limits = Limits(clock)
        self._admission = Admission(archive, Roles(clock))
        self._undone: set[str] = set()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def handle(
        self, asked: Asked, setting: Setting, role_of: RoleOf | None = None
    ) -> Answer | None:
        """Obey a command and note its answer in the outbox, in one transaction.

        Return the answer as it will be said, or None for what is not answered: unknown in a group,
        given before, by a bot, too often. The caller sees to what follows (`Answer.forgotten`,
        `.leaving`, `.consent_changed`). Raises ArchiveError where nothing was kept: hand the same
        over again.
        """
        command = find(asked.name)
        if command is None and asked.private:
            command, asked = find("help"), msgspec.structs.replace(asked, words=asked.name)
        if command is None:
            return None
        verdict: Verdict = "go"
        if asked.key not in self._undone:
            verdict = self._limits.ask(asked.by, asked.group_key, command.urgent)
        if verdict == "silent":
            return None
        try:
            answer = await self._in_order(command, asked, setting, role_of, verdict)
        except ArchiveError:
            # it will be handed over again and again, which is not the person's doing
            self._undone.add(asked.key)
            raise
        self._undone.discard(asked.key)
        return answer

    async def _in_order(
        self,
        command: Command,
        asked: Asked,
        setting: Setting,
        role_of: RoleOf | None,
        verdict: Verdict,
    ) -> Answer | None:
        """Let two changes in a group come about in the order in which they were asked for."""
        if not command.writes:
            return await self._admit(command, asked, setting, role_of, verdict)
        place = asked.group_key or asked.by
        async with self._locks.setdefault(place, asyncio.Lock()):
            return await self._admit(command, asked, setting, role_of, verdict)

    async def _admit(
        self,
        command: Command,
        asked: Asked,
        setting: Setting,
        role_of: RoleOf | None,
        verdict: Verdict,
    ) -> Answer | None:
        scene = await asyncio.to_thread(self._admission.look, command, asked)
        if scene is None:
            return None
        asked = scene.asked
        if asked.is_bot:
            return await self._refuse(command, asked, None)
        if verdict == "slow":
            return await self._say(asked, refusals.slow_down(asked))
        try:
            admitted = await self._admission.admit(command, scene, setting, role_of)
        except AdapterError as error:
            _log.warning("role unknown account=%s why=%s", asked.account, type(error).__name__)
            return await self._say(asked, refusals.cannot_tell(asked))
        if isinstance(admitted, Answer):
            if admitted.refused:
                return await self._refuse(command, asked, admitted)
            return await self._say(asked, admitted)
        try:
            return await self._obey(command, *admitted)
        except (ArchiveError, OSError):
            raise  # the disk: the same may be handed over again
        except Exception:
            # a fault of ours: the log and the inbox tell whoever runs it, this tells who asked
            await self._say(asked, refusals.failed(asked))
            raise

    async def _obey(self, command: Command, asked: Asked, setting: Setting) -> Answer | None:
        if not command.writes:
            answer = await asyncio.to_thread(self._read, command, asked, setting)
            return await self._say(asked, answer) if answer else None
        if command.reads is not None:
            answer = await asyncio.to_thread(self._look_first, command, asked, setting)
            if answer is not None:
                return await self._say(asked, answer)
        if command.erases is not None and self._erase is not None and asked.place:
            found = await asyncio.to_thread(self._find_erased, command, asked, setting)
            if found:
                await self._erase(asked.place, found)

        def does(db: sqlite3.Connection) -> Answer | None:
            if not first_time(db, asked.key):
                return None
            answer = command.run(db, asked, setting)
            return _note(db, asked, answer) if answer else None

        try:
            return await self._write(does)
        except ArchiveError as error:
            # all of it is undone; where the disk itself refuses, this is refused as well
            _log.error("command failed name=%s why=%s", command.names[0], type(error).__name__)
            return await self._say(asked, refusals.failed(asked))

    def _read(self, command: Command, asked: Asked, setting: Setting) -> Answer | None:
        try:
            with self._archive.reading() as db:
                return command.run(db, asked, setting)
        except ArchiveError as error:
            _log.error("command failed name=%s why=%s", command.names[0], type(error).__name__)
            return refusals.failed(asked)

    def _look_first(self, command: Command, asked: Asked, setting: Setting) -> Answer | None:
        assert command.reads is not None
        try:
            return command.reads(self._archive, asked, setting)
        except ArchiveError as error:
            _log.error("command failed name=%s why=%s", command.names[0], type(error).__name__)
            return refusals.failed(asked)

    def _find_erased(self, command: Command, asked: Asked, setting: Setting) -> tuple[str, ...]:
        assert command.erases is not None
        with self._archive.reading() as db:
            return command.erases(db, asked, setting)

    async def _say(self, asked: Asked, answer: Answer) -> Answer | None:
        def does(db: sqlite3.Connection) -> Answer | None:
            return _note(db, asked, answer) if first_time(db, asked.key) else None

        try:
            return await self._write(does)
        except NotFound:
            # a message shown was forgotten since it was read: nothing of it is said
            return await self._say(asked, refusals.failed(asked))

    async def _refuse(self, command: Command, asked: Asked, answer: Answer | None) -> Answer | None:
        """Leave a line of who was refused what; bots get no answer."""

        def does(db: sqlite3.Connection) -> Answer | None:
            if not first_time(db, asked.key):
                return None
            note(db, asked.by, "refused", asked.reply_key or asked.place or "", command.names[0])
            return _note(db, asked, answer) if answer else None

        if answer is None and not command.writes:
            return None
        return await self._write(does)

    async def _write_alone(self, does: Callable[[sqlite3.Connection], T]) -> T:
        def run() -> T:
            with self._archive.writing() as db:
                return does(db)

        return await asyncio.to_thread(run)


def _note(db: sqlite3.Connection, asked: Asked, answer: Answer) -> Answer:
    """Put an answer and the native mark into the outbox; return it as it will be said."""
    text = _with_codes(db, answer)
    answer = msgspec.structs.replace(answer, text=text, direct=answer.direct or answer.long)
    if answer.intake is not None:
        note_intake(db, answer.intake.key, msgspec.json.encode(answer.intake).decode())
    alone = asked.private or answer.direct
    if answer.native is not None:
        outbox.put(
            db,
            outbox.Draft(
                asked.account,
                "",
                group_key=asked.group_key or asked.place,
                purpose="mark",
                unique=f"{asked.key}:mark",
                essence=answer.native,
            ),
        )
    outbox.put(
        db,
        outbox.Draft(
            asked.account,
            text,
            group_key=None if alone else asked.group_key,
            member_key=asked.sender_key,
            reply_to=None if alone and not asked.private else asked.message_id,
            purpose=outbox.SECRET if answer.secret else "answer",
            unique=asked.key,
        ),
    )
    if alone and asked.group_key is not None:
        put_spare(db, _write_first(asked), asked.key)
    return answer


def _write_first(asked: Asked) -> outbox.Draft:
    """Write what the group is told where the person may not be written to; nothing of the answer
    is in it."""
    return outbox.Draft(
        asked.account,
        refusals.write_first(asked),
        group_key=asked.group_key,
        member_key=asked.sender_key,
        reply_to=asked.message_id,
        purpose="write first",
    )


def _with_codes(db: sqlite3.Connection, answer: Answer) -> str:
    parts = answer.text.split(CODE)
    codes = [code_of(db, key) for key in answer.cited]
    return parts[0] + "".join(code + part for code, part in zip(codes, parts[1:], strict=True))
