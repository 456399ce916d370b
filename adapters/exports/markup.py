"""Builds a text and the spans of its formatting piece by piece."""

from __future__ import annotations

from archive.records import Span


class Marked:
    """A text that grows; `text` and `spans` are what a message gets."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._spans: list[Span] = []
        self.length = 0

    def add(self, text: str, kind: str | None = None, value: str | None = None) -> None:
        """Append a piece, formatted as a whole or not at all."""
        if kind and text:
            self._spans.append(Span(kind, self.length, len(text), value))
        self._parts.append(text)
        self.length += len(text)

    def mark(self, kind: str, start: int, value: str | None = None) -> None:
        """Format all that was added since a place."""
        if self.length > start:
            self._spans.append(Span(kind, start, self.length - start, value))

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._parts)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The formatting so far, by place."""
        return tuple(sorted(self._spans, key=lambda span: (span.start, -span.length)))
