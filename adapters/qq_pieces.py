"""A QQ message piece by piece, as both OneBot's events and exports of NTQQ give it."""

from __future__ import annotations

from typing import Any

import msgspec

from archive.records import Attachment, Message, Quote, Span

_WEIGHT = (
    "service", "forward", "red_packet", "transfer", "call", "location", "contact", "link", "card",
    "poke", "game", "video", "voice", "file", "photo", "sticker", "unknown",
)  # fmt: skip
"""Of several things in one message the first of these is its kind."""


class Pieces(msgspec.Struct):
    """What a message holds, whoever sent it."""

    kinds: list[str] = []
    pieces: list[str] = []
    length: int = 0
    """Code points of the pieces so far."""
    is_spoken: bool = False
    """Whether somebody wrote words, or there are only names of things."""
    spans: list[Span] = []
    attachments: list[Attachment] = []
    reply_to: str | None = None
    quote: Quote | None = None
    nested: list[Message] = []
    detail: dict[str, Any] = {}
    not_understood: list[Any] = []
    """Pieces as they came."""

    @property
    def text(self) -> str:
        """The words, as a reader sees them."""
        return "".join(self.pieces)

    @property
    def kind(self) -> str:
        """The message's kind, as in `archive.records.KINDS`."""
        kind = min(self.kinds, key=_WEIGHT.index, default="text")
        return "text" if kind in ("sticker", "unknown") and self.is_spoken else kind

    def say(self, piece: str) -> None:
        """Add words."""
        self.pieces.append(piece)
        self.length += len(piece)

    def mark(self, kind: str, piece: str, value: str | None) -> None:
        """Add words with a formatting."""
        if piece:
            self.spans.append(Span(kind, self.length, len(piece), value))
        self.say(piece)
