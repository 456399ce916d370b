"""Turns messages and members into records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.exports.format import ExportFile, Options
from adapters.exports.unknown import Unknown
from adapters.exports.wechat_chat import MYSELF, Conversation
from adapters.exports.weflow.content import message_of
from adapters.wechat_xml.content import Place
from archive.records import AnyRecord, Message, Rejected

_KNOWN = (
    "localId", "createTime", "formattedTime", "type", "localType", "content", "isSend",
    "senderUsername", "senderDisplayName", "source", "senderAvatarKey", "senderAvatar", "emojiMd5",
    "emojiCdnUrl", "mediaPath", "platformMessageId", "serverId", "replyToMessageId",
    "groupNickname", "chatLabType", "rawContent", "chatRecords", "quotedContent", "quotedSender",
)  # fmt: skip


class Rows:
    """Makes records of the parts of one conversation."""

    def __init__(self, session: dict[str, Any], file: ExportFile, options: Options) -> None:
        room = _words(session.get("wxid"))
        # what only the exporting person calls it comes last
        title = next(filter(None, map(_words, map(session.get, _TITLES))), None)
        self._room, self._file = room, file
        self._conversation = Conversation(file, options, title)
        self._private = session.get("type") == "私聊"
        self._unknown = Unknown(_KNOWN)

    def begin(self) -> Iterator[AnyRecord]:
        """Give the group."""
        yield from self._conversation.open(self._room, private=self._private, sure=True)

    def message(self, row: Any, where: str) -> Iterator[AnyRecord]:
        """Make what a message says, before it its sender if anything about them is new."""
        if not isinstance(row, dict):
            yield Rejected(where, "not an object")
            return
        sent_at, precision = self._conversation.seconds(_digits(row.get("createTime")))
        if sent_at is None:
            sent_at, precision = self._conversation.seconds(_words(row.get("formattedTime")))
        local_id = _digits(row.get("platformMessageId")) or _digits(row.get("serverId"))
        local_id = (local_id.strip("0") and local_id) or _digits(row.get("localId"))
        if sent_at is None and not local_id:
            yield Rejected(where, "neither a time nor an id")
            return
        group = self._conversation.group
        assert group is not None
        found = message_of(row, Place(group.key, self._conversation.zone), self._file)
        detail = dict(found.detail)
        if more := self._unknown.fields(row):
            detail["fields"] = more
        if found.kind == "unknown":
            self._unknown.met(f"type {_words(row.get('type')) or row.get('localType')}")
        key, shown = None, None
        if found.kind != "service":
            key, shown, name, card = self._sender(row)
            if key:
                yield from self._conversation.member(key, name, card)
        answered = _digits(row.get("replyToMessageId")) or found.answers
        yield Message(
            group.key,
            sent_at=sent_at,
            sender_key=key,
            sender_name=shown,
            kind=found.kind,
            text=found.text,
            local_id=local_id or None,
            local_reply_to=answered or None,
            quote=found.quote,
            service=found.service,
            attachments=found.attachments,
            spans=found.spans,
            nested=found.nested,
            detail=detail,
            precision=precision,
        )

    def member(self, row: Any) -> Iterator[AnyRecord]:
        """Make what a row of `groupMembers` says."""
        told: dict[str, Any] = row if isinstance(row, dict) else {}
        wxid = next(filter(None, map(_words, map(told.get, ("wxid", "username", "userName")))), "")
        name = _words(told.get("nickname")) or _words(told.get("displayName"))
        key = self._conversation.identified(wxid) if wxid else None
        if key:
            card = _words(told.get("groupNickname")) or None
            yield from self._conversation.member(key, name or None, card)

    def end(self) -> Iterator[AnyRecord]:
        """Say what was not understood."""
        yield from self._unknown.notes()

    def _sender(self, row: dict[str, Any]) -> tuple[str | None, str | None, str | None, str | None]:
        name, card = _words(row.get("senderDisplayName")), _words(row.get("groupNickname"))
        wxid = _words(row.get("senderUsername"))
        if not wxid and row.get("isSend") == 1:
            wxid = MYSELF if not name else ""
        elif not wxid and not name and self._private:
            wxid = self._room
        key = self._conversation.identified(wxid) if wxid else self._conversation.named(name)
        return key, card or name or wxid or None, name or None, card or None


_TITLES = ("nickname", "displayName", "remark")


def _words(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _digits(value: Any) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _words(value)
