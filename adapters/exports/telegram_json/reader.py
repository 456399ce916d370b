"""Recognising an export by its first bytes, and reading it from beginning to end."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from adapters.exports.format import ExportError, ExportFile, Options
from adapters.exports.telegram_json.chats import Chat, chats
from adapters.exports.telegram_json.clock import Clock
from adapters.exports.telegram_json.conversation import Conversation, group_of
from adapters.exports.telegram_json.keys import CHAT_TYPES, NAMELESS
from adapters.exports.telegram_json.rows import batches
from adapters.exports.telegram_json.source import CHUNK, Damage, Source, encoding_of
from adapters.exports.telegram_json.structure import OPEN, Broken, keys, peek, skip
from archive.records import AnyRecord, Group, Rejected

_EXPORT_KEYS = frozenset((
    "personal_information", "profile_pictures", "stories", "contacts", "frequent_contacts",
    "sessions", "web_sessions", "other_data", "chats", "left_chats",
))  # fmt: skip
_ROW_TYPES = ("message", "service", "unsupported")
_AGAIN = "export the chat from Telegram Desktop again, as JSON"


def recognise(head: bytes) -> bool:
    """Tell whether a file that starts so is an export, however it is encoded."""
    encoding = encoding_of(head)
    try:
        return _starts_full(Source(io.BytesIO(head), encoding)) or _starts_chat(
            Source(io.BytesIO(head), encoding)
        )
    except (Damage, Broken):
        return False


def _starts_full(source: Source) -> bool:
    """Tell a full export by its keys; its chats may begin far behind the contacts."""
    if peek(source) != OPEN:
        return False
    seen = set()
    try:
        for key in keys(source):
            seen.add(key)
            if "about" in seen and not _EXPORT_KEYS.isdisjoint(seen):
                return True
            skip(source)
    except (Damage, Broken):
        pass
    return False


def _starts_chat(source: Source) -> bool:
    for chat in chats(source):
        kind = chat.own.get("type")
        if type(kind) is str and kind in CHAT_TYPES:
            return True
        return any(_is_row(rows[0]) for rows in batches(source))
    return False


def _is_row(row: dict[str, Any]) -> bool:
    return "id" in row and row.get("type") in _ROW_TYPES


def read_export(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Yield the records of all chats, or of the one `options.group` names in a full export."""
    if not (head := file.head()):
        raise ExportError(f"{file.label} is empty", _AGAIN)
    encoding = options.encoding or encoding_of(head)
    with file.open() as stream:
        try:
            source = Source(stream, encoding)
        except LookupError:
            raise ExportError(f"there is no encoding {encoding}", "leave it out") from None
        yield from _Reading(file, options, source, encoding).records()


class _Reading:
    """One pass over a file."""

    def __init__(self, file: ExportFile, options: Options, source: Source, encoding: str) -> None:
        self.file = file
        self.source = source
        self.encoding = encoding
        self.asked = (options.group or "").strip()
        self.clock = Clock(options.time_zone)
        self.groups = 0
        self.passed_over: list[str] = []
        self.last = ""
        self.rejected = ""
        self.known: list[dict[str, Any]] | None = None

    def records(self) -> Iterator[AnyRecord]:
        try:
            for number, chat in enumerate(chats(self.source)):
                self.last = ""
                yield from self._chat(number, chat)
            yield from self._faults("")
        except Damage as damage:
            yield from self._faults("")
            if not (self.groups or self.passed_over):
                raise self._unreadable(damage.why) from None
            where = f"after {self.last}" if self.last else f"byte {self.source.offset}"
            yield Rejected(where, damage.why)
        if not self.groups:
            raise self._nothing()

    def _chat(self, number: int, chat: Chat) -> Iterator[AnyRecord]:
        start = self.source.ahead(CHUNK)
        self.clock.learn(start)
        own = chat.own if _is_whole(chat.own) else self._own(number, chat)
        group = group_of(own, start)
        every = not (chat.listed and self.asked)
        if group is not None and (every or self.asked in (group.key, group.title)):
            conversation = Conversation(group, own, start, self.clock)
            conversation.prefix = f"{group.key}, " if chat.listed else ""
            yield from self._messages(conversation)
            return
        left_out = sum(len(rows) for rows in batches(self.source))
        self.source.faults.clear()
        if group is not None:
            self.passed_over.append(group.title or group.key)
        else:
            why = f"it has neither an id nor a name; {left_out} messages are left out"
            self.rejected = self.rejected or why
            yield Rejected(f"chat {number + 1}", why)

    def _messages(self, conversation: Conversation) -> Iterator[AnyRecord]:
        # A file cut before its first message tells nothing of the chat, so the group waits.
        group: Group | None = conversation.group
        prefix = conversation.prefix
        for rows in batches(self.source):
            if group is not None:
                self.groups += 1
                yield group
                group = None
            yield from self._faults(prefix)
            yield from conversation.records(rows)
            self.last = conversation.last
        if group is not None:
            self.groups += 1
            yield group
        yield from self._faults(prefix)

    def _faults(self, prefix: str) -> Iterator[Rejected]:
        faults, self.source.faults = self.source.faults, []
        for fault in faults:
            self.rejected = self.rejected or fault.why
            yield Rejected(prefix + fault.where, fault.why)

    def _own(self, number: int, chat: Chat) -> dict[str, Any]:
        """Read the file once more for the fields of a chat that follow its messages."""
        if self.known is None:
            self.known = []
            with self.file.open() as stream:
                source = Source(stream, self.encoding)
                try:
                    for found in chats(source):
                        self.known.append(found.own)
                        for _ in batches(source):
                            pass
                except Damage:
                    pass
        return self.known[number] if number < len(self.known) else chat.own

    def _nothing(self) -> ExportError:
        label = self.file.label
        if self.passed_over:
            held = ", ".join(self.passed_over[:20])
            return ExportError(f"{label} holds no chat {self.asked}", f"it holds: {held}")
        if self.rejected:
            return self._unreadable(self.rejected)
        return ExportError(
            f"{label} holds no chats",
            "export again from Telegram Desktop with the chats ticked, as JSON",
        )

    def _unreadable(self, why: str) -> ExportError:
        return ExportError(f"no message can be read from {self.file.label}: {why}", _AGAIN)


def _is_whole(own: dict[str, Any]) -> bool:
    kind = own.get("type")
    named = "name" in own or (type(kind) is str and kind in NAMELESS)
    return named and "id" in own and "type" in own
