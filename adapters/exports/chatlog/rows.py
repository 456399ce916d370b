"""Turns JSON messages and rows of the CSV into records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.exports.chatlog.content import content_of, seconds, words
from adapters.exports.format import ExportFile, Options
from adapters.exports.unknown import Unknown
from adapters.exports.wechat_chat import MYSELF, Conversation
from adapters.exports.wechat_words import worded
from adapters.notices import action_of
from adapters.wechat_xml.content import Content, Place
from archive.records import AnyRecord, Message, Rejected

SYSTEM = "系统消息"
_KNOWN = (
    "seq", "time", "talker", "talkerName", "isChatRoom", "sender", "senderName", "isSelf", "type",
    "subType", "content", "contents", "mediaMsg", "sysMsg", "version",
)  # fmt: skip


class Rows:
    """Makes records of rows; remembers groups and who has been named."""

    def __init__(self, file: ExportFile, options: Options) -> None:
        self._conversation = Conversation(file, options)
        self._unknown = Unknown(_KNOWN)

    def told(self, row: Any, where: str) -> Iterator[AnyRecord]:
        """Make what a JSON message says."""
        if not isinstance(row, dict):
            yield Rejected(where, "not an object")
            return
        seq = row.get("seq")
        sent_at = seconds(row.get("time"))
        if sent_at is None and isinstance(seq, int) and 10**11 < seq < 1 << 53:
            sent_at = seq // 1000
        if sent_at is None and not words(row.get("talker")):
            yield Rejected(where, "neither a time nor a talker")
            return
        yield from self.opened(words(row.get("talker")), words(row.get("talkerName")))
        found = content_of(row, self.place)
        if more := self._unknown.fields(row):
            found.detail = {**found.detail, "fields": more}
        if found.kind == "unknown":
            self._unknown.met(f"type {row.get('type')}/{row.get('subType')}")
        sender, name = words(row.get("sender")).strip(), words(row.get("senderName")).strip()
        if not sender and row.get("isSelf") is True:
            sender = MYSELF
        yield from self.message(found, sent_at, 1, sender, name)

    def listed(self, row: dict[str, str], where: str) -> Iterator[AnyRecord]:
        """Make what a row of the CSV says."""
        sent_at, precision = seconds(row["Time"]), 1
        if sent_at is None:
            sent_at, precision = self._conversation.seconds(row["Time"])
        if sent_at is None:
            yield Rejected(where, "its Time is no time")
            return
        yield from self.opened(row["Talker"].strip(), row["TalkerName"].strip())
        sender = row["Sender"].strip()
        yield from self.said(row["Content"], sent_at, precision, sender, row["SenderName"].strip())

    def opened(self, talker: str, title: str) -> Iterator[AnyRecord]:
        """Go to a conversation."""
        yield from self._conversation.open(talker, title, sure=True)

    def said(
        self, body: str, sent_at: int | None, precision: int, sender: str, name: str
    ) -> Iterator[AnyRecord]:
        """Make a message of words."""
        if sender == SYSTEM:
            found = Content("service", body, service=action_of(body))
        else:
            found = worded(body)
        yield from self.message(found, sent_at, precision, sender, name)

    def message(
        self, found: Content, sent_at: int | None, precision: int, sender: str, name: str
    ) -> Iterator[AnyRecord]:
        """Make a message, before it its sender if they are new."""
        conversation = self._conversation
        key, shown = None, None
        if sender and found.kind != "service":
            key, shown = conversation.identified(sender), name or sender
            if key:
                yield from conversation.member(key, name or None, None)
        yield Message(
            self.place.group_key,
            sent_at=sent_at,
            sender_key=key,
            sender_name=shown,
            kind=found.kind,
            text=found.text,
            quote=found.quote,
            service=found.service,
            attachments=found.attachments,
            spans=found.spans,
            nested=found.nested,
            detail=found.detail,
            precision=precision,
        )

    @property
    def place(self) -> Place:
        """Where messages stand now."""
        group = self._conversation.group
        assert group is not None
        return Place(group.key, self._conversation.zone)

    def end(self) -> Iterator[AnyRecord]:
        """Give the group of a file without messages, and say what was not understood."""
        yield from self._conversation.end()
        yield from self._unknown.notes()
