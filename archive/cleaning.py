"""Records as UTF-8 and a database can hold them."""

from __future__ import annotations

import json
from typing import Any, TypeVar, cast

import msgspec

from archive.records import Message, Record

_LARGEST = (1 << 63) - 1

packed = msgspec.msgpack.Encoder().encode
"""Encodes a record. Raises UnicodeEncodeError or OverflowError of one that is not clean."""


def lossless(message: Message) -> Message:
    """Keep lone surrogates readable: replaced in the text, the original as JSON in `detail`."""
    cleaned = clean(message)
    if cleaned.text == message.text:
        return cleaned
    detail = {**cleaned.detail, "original_text": json.dumps(message.text)}
    return msgspec.structs.replace(cleaned, detail=detail)


R = TypeVar("R", bound=Record)


def clean(record: R) -> R:
    """Replace what UTF-8 cannot hold (lone surrogates), and numbers no database can hold."""
    try:
        packed(record)
    except (UnicodeEncodeError, OverflowError):
        return cast(R, _cleaned(record))
    return record


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, int):
        return max(-_LARGEST, min(value, _LARGEST))
    if isinstance(value, msgspec.Struct):
        fields = {name: _cleaned(getattr(value, name)) for name in value.__struct_fields__}
        return type(value)(**fields)
    if isinstance(value, tuple | list):
        return type(value)(_cleaned(part) for part in value)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(part) for key, part in value.items()}
    return value
