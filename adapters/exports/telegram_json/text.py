"""The text of a message and its formatting, in both ways Telegram Desktop writes them."""

from __future__ import annotations

from typing import Any

from adapters.exports.telegram_json.keys import peer_key
from adapters.exports.telegram_json.values import dictionaries
from archive.records import Span

_KINDS = {"text_link": "link", "mention_name": "mention"}


def read_text(text: Any, entities: Any = None) -> tuple[str, tuple[Span, ...]]:
    """Return plain text and spans from `text` and, where it says the same, `text_entities`.

    `text` is a string or a list of strings and parts; `text_entities` is a list of parts only."""
    plain = joined(text)
    if type(entities) is list and entities:
        told = joined(entities)
        if told == plain or not plain:
            return told, _spans(entities)
    return plain, _spans(text) if type(text) is list else ()


def joined(text: Any) -> str:
    """Return the words of a text, however it is written."""
    if type(text) is list:
        return "".join(joined(part) for part in text if type(part) is not list)
    if type(text) is dict:
        inner = text.get("text")
        return inner if type(inner) is str else ""
    if type(text) is str:
        return text
    return str(text) if type(text) in (int, float) else ""


def _spans(parts: list[Any]) -> tuple[Span, ...]:
    spans = []
    start = 0
    for part in parts:
        length = len(joined(part)) if type(part) is not list else 0
        if length and type(part) is dict:
            kind = part.get("type")
            if type(kind) is str and kind != "plain":
                spans.append(Span(_KINDS.get(kind, kind), start, length, _value(kind, part)))
        start += length
    return tuple(spans)


def _value(kind: str, part: dict[str, Any]) -> str | None:
    if kind == "mention_name":
        return peer_key(part.get("user_id"))
    if kind == "link":
        return joined(part)
    if kind == "blockquote":
        return "collapsed" if part.get("collapsed") is True else None
    key = {"text_link": "href", "pre": "language", "custom_emoji": "document_id"}.get(kind)
    value = part.get(key) if key else None
    return (value if type(value) is str else str(value)) if value not in (None, "") else None


def has_odd_text(text: Any) -> bool:
    """Tell whether `text` is written in a way no version of Telegram Desktop does."""
    if type(text) is dict:
        return True
    if type(text) is list:
        return any(
            type(part) is not str and not (type(part) is dict and type(part.get("text")) is str)
            for part in text
        )
    return text is not None and type(text) is not str


def words_of(items: Any, key: str) -> list[str]:
    """Return the texts under `key` of an array of objects."""
    return [joined(item.get(key)) for item in dictionaries(items)]
