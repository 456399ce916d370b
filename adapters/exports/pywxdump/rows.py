"""Turns rows into messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from adapters.exports.format import ExportFile, Options
from adapters.exports.pywxdump.content import Reading
from adapters.exports.pywxdump.users import name_of
from adapters.exports.unknown import Unknown
from adapters.exports.wechat_chat import Conversation
from adapters.wechat_xml.content import Place
from archive.records import AnyRecord, Message, Rejected

_KNOWN = (
    "id", "MsgSvrID", "type_name", "is_sender", "talker", "room_name", "msg", "src", "CreateTime",
    "extra", "content", "localId",
)  # fmt: skip
_NOBODY = ("", "未知", "系统", "None")
_server_id = re.compile(r"\d{15,20}", re.ASCII)


class Rows:
    """Makes records of rows; remembers who has been named."""

    def __init__(
        self, file: ExportFile, options: Options, users: dict[str, Any], chat: str | None
    ) -> None:
        self._users = users
        self._chat = chat
        self._conversation = Conversation(file, options, chat)
        self._unknown = Unknown(_KNOWN)
        self._named: set[str] = set()

    def records(self, row: Any, where: str) -> Iterator[AnyRecord]:
        """Make what a row says."""
        if not isinstance(row, dict):
            yield Rejected(where, "not an object")
            return
        sent_at, precision = self._conversation.seconds(words(row.get("CreateTime")))
        server_id = words(row.get("MsgSvrID")).strip()
        if sent_at is None and not server_id:
            yield Rejected(where, "neither MsgSvrID nor a CreateTime that is a time")
            return
        room = words(row.get("room_name")).strip() or self._chat or ""
        title = name_of(self._users.get(room, {})) or ""
        yield from self._conversation.open(room, title, sure=True)
        group = self._conversation.group
        assert group is not None
        place = Place(group.key, self._conversation.zone)
        found = Reading(self._conversation.file, place).content(row)
        sender, shown = None, None
        if found.kind != "service":
            sender, shown = self._sender(words(row.get("talker")).strip())
            yield from self._members(sender, shown)
        detail = dict(found.detail)
        if more := self._unknown.fields(row):
            detail["fields"] = more
        if found.kind == "unknown":
            self._unknown.met(f"type {words(row.get('type_name'))}")
        yield Message(
            group.key,
            sent_at=sent_at,
            sender_key=sender,
            sender_name=shown,
            kind=found.kind,
            text=found.text,
            # Excel rounds long numbers
            local_id=server_id if _server_id.fullmatch(server_id) else None,
            quote=found.quote,
            service=found.service,
            attachments=found.attachments,
            spans=found.spans,
            nested=found.nested,
            detail=detail,
            precision=precision,
        )

    def end(self) -> Iterator[AnyRecord]:
        """Give the group of a file without messages, and say what was not understood."""
        if self._conversation.group is None:
            yield from self._conversation.open(self._chat or "", sure=True)
        yield from self._unknown.notes()

    def _sender(self, talker: str) -> tuple[str | None, str | None]:
        if talker in _NOBODY:
            return None, None
        shown = name_of(self._users.get(talker, {})) or talker
        return self._conversation.identified(talker), shown

    def _members(self, key: str | None, shown: str | None) -> Iterator[AnyRecord]:
        if key is None:
            return
        # an id is not a name
        name = shown if shown != key.partition(":")[2] else None
        yield from self._conversation.member(key, name, None)


def words(value: Any) -> str:
    """Return a text as it is, a number in digits, and nothing for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
