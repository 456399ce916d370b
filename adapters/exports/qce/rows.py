"""Turns the rows of an export into messages, V4 and V5 alike."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from adapters.exports.qce.chat import Chat, number, words
from adapters.exports.qce.content import Content, long_name
from adapters.exports.qce.files import resources_of
from adapters.exports.unknown import Unknown
from adapters.notices import action_of
from archive.records import AnyRecord, Message, Rejected

DEEPEST = 10
"""Records within records that are unfolded."""
MOST = 10_000
"""Messages of one record."""
_REMEMBERED = 4096
_KNOWN = (
    "id", "messageId", "seq", "messageSeq", "msgSeq", "timestamp", "time", "messageTime",
    "sender", "receiver", "type", "messageType", "content", "recalled", "isRecalled", "system",
    "isSystemMessage", "isTempMessage", "rawMessage", "stats", "clientSeq", "msgRandom",
)  # fmt: skip
_LISTS = ("messages", "records", "forwardMessages", "forwardedMessages", "msgList", "nodes", "list")


class Rows:
    """Makes records of rows; remembers which places in the group are taken."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self._unknown = Unknown(_KNOWN)
        self._places: OrderedDict[str, str] = OrderedDict()

    def records(self, row: Any, where: str) -> Iterator[AnyRecord]:
        """Make what a row says: its sender if anything about them is new, and the message."""
        if not isinstance(row, dict):
            yield Rejected(where, "not an object")
            return
        sent_at = self.chat.seconds(row.get("timestamp"), row.get("time"), row.get("messageTime"))
        long_id = words(row.get("id")) or words(row.get("messageId"))
        if sent_at is None and not long_id:
            yield Rejected(where, "a message with neither an id nor a time")
            return
        found = self._content(row.get("content"))
        sender, shown, members = self.chat.sender(row)
        system = bool(row.get("system") or row.get("isSystemMessage")) or found.kind == "service"
        if system:
            sender = shown = None
        else:
            yield from members
        yield self._message(row, found, sent_at, long_id, None if system else (sender, shown))

    def end(self) -> Iterator[AnyRecord]:
        """Say what was not understood."""
        yield from self._unknown.notes()

    def _content(self, written: Any, depth: int = 0) -> Content:
        told: dict[str, Any] = written if isinstance(written, dict) else {"text": words(written)}
        files = resources_of(told, self.chat.file)
        found = Content(chat=self.chat, files=files, unfold=self._unfold, depth=depth)
        elements = told.get("elements")
        if isinstance(elements, list) and elements:
            found.read(elements)
        else:
            found.say(words(told.get("text")))
        reply = told.get("reply")
        if isinstance(reply, dict) and found.reply_to is None:
            found.answer(reply)
        for attachment in found.files.left():
            found.attachments.append(attachment)
            found.kinds.append(attachment.kind)
        for element in found.not_understood:
            self._unknown.met(f"type {words(element.get('type'))}" if isinstance(element, dict)
                              else "element")  # fmt: skip
        if not found.pieces and not (found.attachments or found.nested):
            found.say(words(told.get("text")))
        return found

    def _message(
        self,
        row: dict[str, Any],
        found: Content,
        sent_at: int | None,
        long_id: str,
        sender: tuple[str | None, str | None] | None,
    ) -> Message:
        detail = dict(found.detail)
        if more := self._unknown.fields(row):
            detail["fields"] = more
        title = row["sender"].get("title") if isinstance(row.get("sender"), dict) else None
        if sender and isinstance(title, str) and title:
            detail["badge"] = title
        own = self._own_id(row, long_id, system=sender is None)
        named = (long_name(long_id),) if long_id and own not in (None, long_name(long_id)) else ()
        kind = "service" if sender is None else found.kind
        return Message(
            self.chat.group.key,
            own,
            sent_at,
            sender[0] if sender else None,
            sender[1] if sender else None,
            kind,
            found.text,
            reply_to=found.reply_to if own else None,
            local_id=None if own else long_name(long_id) if long_id else None,
            local_reply_to=None if own else found.reply_to,
            quote=found.quote,
            recalled=bool(row.get("recalled") or row.get("isRecalled")),
            service=action_of(found.text) if kind == "service" else None,
            attachments=tuple(found.attachments),
            spans=tuple(found.spans),
            nested=tuple(found.nested),
            detail=detail,
            quality=2,
            other_ids=named,
        )

    def _own_id(self, row: dict[str, Any], long_id: str, system: bool) -> str | None:
        """Return the place in the group, which live capture and all exports of it agree on."""
        raw = row.get("rawMessage")
        written = (row.get("seq"), row.get("messageSeq"), row.get("msgSeq"))
        place = next((n for value in written if (n := number(value))), None)
        if place is None and isinstance(raw, dict):
            place = number(raw.get("msgSeq"))
        if not place:
            return None
        # notices share the place of the message they are about; in private chats places repeat
        if system or self.chat.private:
            return long_name(long_id) if long_id else None
        own = str(place)
        if self._places.setdefault(own, long_id) != long_id:
            return long_name(long_id) if long_id else None
        if len(self._places) > _REMEMBERED:
            self._places.popitem(last=False)
        return own

    def _unfold(self, data: Any, depth: int) -> tuple[Message, ...]:
        if depth >= DEEPEST or not isinstance(data, dict):
            return ()
        listed: list[Any] = next(
            (data[name] for name in _LISTS if isinstance(data.get(name), list)), []
        )
        nodes = [node for node in listed[:MOST] if isinstance(node, dict)]
        return tuple(self._nested(node, depth + 1) for node in nodes)

    def _nested(self, node: dict[str, Any], depth: int) -> Message:
        told = node.get("content")
        if not isinstance(told, dict):
            told = {"text": words(told) or words(node.get("text"))}
        if isinstance(node.get("elements"), list):
            told = {**told, "elements": node["elements"]}
        found = self._content(told, depth)
        sender = node.get("sender")
        told = sender if isinstance(sender, dict) else {}
        name = (
            words(told.get("groupCard")) or words(told.get("nickname")) or words(told.get("name"))
        )
        name = name or words(node.get("senderName")) or words(sender)
        uin = told.get("uin") or node.get("senderUin")
        known = self.chat.key_of(uin, told.get("uid") or node.get("senderUid"))
        return Message(
            self.chat.group.key,
            sent_at=self.chat.seconds(node.get("timestamp"), node.get("time")),
            sender_key=known,
            sender_name=name.strip() or None,
            kind=found.kind,
            text=found.text,
            quote=found.quote,
            attachments=tuple(found.attachments),
            spans=tuple(found.spans),
            nested=tuple(found.nested),
            detail=found.detail,
            quality=2,
        )
