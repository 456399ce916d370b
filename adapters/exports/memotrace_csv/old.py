"""Rows of the old columns: localId, TalkerId, Type, SubType … with StrContent in WeChat's XML."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from adapters.exports.wechat_chat import MYSELF, Conversation
from adapters.wechat_xml.content import Place
from adapters.wechat_xml.message import content_of
from archive.records import AnyRecord, Message, Rejected

_WRITTEN = 9
"""Columns before the names; the export of all chats puts MsgSvrID between them."""


class _Names(NamedTuple):
    server_id: str | None
    title: str
    """The chat's name; only the export of all chats has it in its rows."""
    nickname: str
    sender: str
    private: bool


class OldRows:
    """Makes records of rows."""

    def __init__(self, columns: list[str], conversation: Conversation) -> None:
        self._columns = columns
        self._conversation = conversation

    def records(self, row: list[str], where: str) -> Iterator[AnyRecord]:
        """Make what a row says."""
        if len(row) < _WRITTEN:
            yield Rejected(where, f"{len(row)} cells instead of {len(self._columns)}")
            return
        told = dict(zip(self._columns, row, strict=False))
        local_type, sub_type = _whole(told.get("Type")), _whole(told.get("SubType"))
        sent_at, precision = self._time(told)
        if local_type is None or (sent_at is None and not told.get("localId", "").strip()):
            yield Rejected(where, "no time, or a Type that is not a number")
            return
        names = self._names(row, told)
        room = next((v for v in (told.get("StrTalker"), told.get("TalkerId")) if v), "")
        yield from self._conversation.open(room, names.title, names.private)
        group = self._conversation.group
        assert group is not None
        place = Place(group.key, self._conversation.zone)
        found = content_of(local_type, sub_type or 0, told.get("StrContent", ""), place)
        sender = None
        if local_type not in (10000, 10002) and not names.sender.endswith("@chatroom"):
            by = self._conversation.named if names.title else self._conversation.identified
            sender = by(names.sender)
        name = (names.nickname or names.sender) if sender else None
        if sender:
            yield from self._conversation.member(sender, name, None)
        yield Message(
            group.key,
            sent_at=sent_at,
            sender_key=sender,
            sender_name=name,
            kind=found.kind,
            text=found.text,
            local_id=names.server_id,
            local_reply_to=found.answers if names.server_id else None,
            quote=found.quote,
            service=found.service,
            attachments=found.attachments,
            spans=found.spans,
            nested=found.nested,
            detail=found.detail,
            precision=precision,
        )

    def _time(self, told: dict[str, str]) -> tuple[int | None, int]:
        sent_at, precision = self._conversation.seconds(told.get("CreateTime", ""))
        if sent_at is None or precision == 60:
            other, unit = self._conversation.seconds(told.get("StrTime", ""))
            if other is not None and (sent_at is None or unit < precision):
                return other, unit
        return sent_at, precision

    def _names(self, row: list[str], told: dict[str, str]) -> _Names:
        mine = told.get("IsSender", "").strip() == "1"
        written = told.get("MsgSvrID", "").strip()
        named = row[_WRITTEN:]
        if "MsgSvrID" not in self._columns and named and _is_server_id(named[0]):
            written, named = named[0].strip(), named[1:]
            remark, nickname, *rest = [*named, "", ""][: max(len(named), 2)]
            title = remark or nickname
            sender = rest[0] if rest else MYSELF if mine else title
            return _Names(written, title, "", sender, not rest)
        nickname = told.get("NickName", "").strip() or told.get("Remark", "").strip()
        sender = told.get("Sender", "").strip() or (MYSELF if mine else nickname)
        return _Names(written if _is_server_id(written) else None, "", nickname, sender, False)


def _is_server_id(cell: str) -> bool:
    cell = cell.strip()
    return cell.isascii() and cell.isdecimal() and 15 <= len(cell) <= 20


def _whole(cell: str | None) -> int | None:
    try:
        return int(float((cell or "").strip() or "0"))
    except (ValueError, OverflowError):
        return None
