"""What a WeChat message holds, before it is known who sent it and when."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from archive.records import Attachment, Message, Quote, Span

DEEPEST = 10
"""Merged records within merged records that are unfolded."""
NOT_EXPORTED = "not exported"


class Content(msgspec.Struct):
    """What a message holds, whoever sent it."""

    kind: str = "text"
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    spans: tuple[Span, ...] = ()
    quote: Quote | None = None
    nested: tuple[Message, ...] = ()
    service: str | None = None
    recalled: bool = False
    answers: str | None = None
    """The server id of the message that is answered."""
    detail: dict[str, Any] = {}


class Place(msgspec.Struct, frozen=True):
    """Where a message stands: what its nested messages need."""

    group_key: str
    time_zone: ZoneInfo
    depth: int = 0

    def below(self) -> Place:
        """Return the place of a record within this one."""
        return Place(self.group_key, self.time_zone, self.depth + 1)
