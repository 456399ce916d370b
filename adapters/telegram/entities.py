"""Formatting of a text: the Bot API counts in UTF-16 units, a record in code points."""

from __future__ import annotations

from typing import Any

from adapters.telegram.people import key_of
from adapters.telegram.values import dictionaries, integer, string
from archive.records import Span

_KINDS = {
    "url": "link",
    "text_link": "link",
    "text_mention": "mention",
    "phone_number": "phone",
    "expandable_blockquote": "blockquote",
}


def spans(text: str, entities: Any) -> tuple[Span, ...]:
    """Return what `entities` say of a text; what lies outside of it is left out."""
    found = []
    places = _Places(text)
    for entity in dictionaries(entities):
        kind = string(entity.get("type"))
        offset, units = integer(entity.get("offset")), integer(entity.get("length"))
        if kind is None or offset is None or units is None or offset < 0 or units <= 0:
            continue
        start, end = places.of(offset), places.of(offset + units)
        if start < end:
            value = _value(kind, entity, text[start:end])
            found.append(Span(_KINDS.get(kind, kind), start, end - start, value))
    return tuple(found)


def _value(kind: str, entity: dict[str, Any], words: str) -> str | None:
    if kind == "url":
        return words
    if kind == "text_mention":
        return key_of(entity.get("user"))
    if kind == "expandable_blockquote":
        return "collapsed"
    field = {"text_link": "url", "pre": "language", "custom_emoji": "custom_emoji_id"}.get(kind)
    return string(entity.get(field)) if field else None


class _Places:
    """Code points by UTF-16 units of one text."""

    def __init__(self, text: str) -> None:
        self._length = len(text)
        self._units: list[int] | None = None
        """The code point at each unit; None where both counts are the same."""
        if text and max(text) > "\uffff":
            self._units = []
            for place, character in enumerate(text):
                self._units += [place] * (2 if character > "\uffff" else 1)

    def of(self, unit: int) -> int:
        if self._units is None:
            return min(unit, self._length)
        return self._units[unit] if unit < len(self._units) else self._length


def units(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)
