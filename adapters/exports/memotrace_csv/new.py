"""Rows of the new columns: 消息ID, 类型, 发送人, 时间, 内容 … with the content in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.exports.memotrace_words import content_of
from adapters.exports.wechat_chat import Conversation
from archive.records import AnyRecord, Message, Rejected

_NEEDED = {"消息ID", "类型", "发送人", "时间", "内容"}
_WHOLE_ID = re.compile(r"[0-9]{5,20}")


class NewRows:
    """Makes records of rows."""

    def __init__(self, columns: list[str], conversation: Conversation) -> None:
        self._columns = columns
        self._conversation = conversation

    def records(self, row: list[str], where: str) -> Iterator[AnyRecord]:
        """Make what a row says."""
        told = dict(zip(self._columns, row, strict=False))
        if not told.keys() >= _NEEDED:
            yield Rejected(where, f"{len(row)} cells instead of {len(self._columns)}")
            return
        written_id = told["消息ID"].strip()
        sent_at, precision = self._conversation.seconds(told["时间"])
        if sent_at is None and not written_id:
            yield Rejected(where, "neither 消息ID nor 时间")
            return
        yield from self._conversation.open()
        group = self._conversation.group
        assert group is not None
        found = content_of(told["类型"].strip(), told["内容"], self._conversation)
        shown, nickname = told["发送人"].strip(), told.get("昵称", "").strip()
        sender = None if found.kind == "service" else self._conversation.named(shown)
        if sender:
            card = shown if nickname and nickname != shown else None
            yield from self._conversation.member(sender, nickname or shown, card)
        yield Message(
            group.key,
            sent_at=sent_at,
            sender_key=sender,
            sender_name=shown if sender else None,
            kind=found.kind,
            text=found.text,
            # Excel rounds long numbers
            local_id=written_id if _WHOLE_ID.fullmatch(written_id) else None,
            quote=found.quote,
            service=found.service,
            attachments=found.attachments,
            spans=found.spans,
            nested=found.nested,
            detail=found.detail,
            precision=precision,
        )
