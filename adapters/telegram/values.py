"""The JSON of the Bot API: decoding it, and taking from it only what is of the right kind."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any

import msgspec

from adapters.contract import AdapterError

_LIMIT = 1 << 63
_DEEPEST = 40

_decode = msgspec.json.Decoder().decode


def decode(raw: bytes) -> dict[str, Any]:
    """Return a JSON object. Raises AdapterError for what is none."""
    try:
        value = _decode(raw)
    except RecursionError:
        raise AdapterError("the event is nested too deep.") from None
    except ValueError:
        value = _decode_leniently(raw)
    if type(value) is not dict:
        raise AdapterError("the event is no JSON object.")
    return value


def _decode_leniently(raw: bytes) -> Any:
    """Decode what a strict decoder refuses: lone surrogates, NaN, bytes that are not UTF-8."""
    try:
        return json.loads(raw.decode("utf-8", "replace"), parse_constant=lambda _: None)
    except RecursionError:
        raise AdapterError("the event is nested too deep.") from None
    except ValueError:
        raise AdapterError("the event is not valid JSON.") from None


def string(value: Any) -> str | None:
    """Return a string that is not empty, else None."""
    return value if type(value) is str and value else None


def integer(value: Any) -> int | None:
    """Return a whole number of at most 63 bits, else None."""
    return value if type(value) is int and -_LIMIT < value < _LIMIT else None


def count(value: Any) -> int | None:
    """Return a whole number from 0 on, else None."""
    number = integer(value)
    return number if number is not None and number >= 0 else None


def dictionary(value: Any) -> dict[str, Any]:
    """Return an object, an empty one for what is none."""
    return value if type(value) is dict else {}


def dictionaries(value: Any) -> list[dict[str, Any]]:
    """Return the objects of an array; what else is in it says nothing."""
    return [item for item in value if type(item) is dict] if type(value) is list else []


def storable(value: Any, depth: int = 0) -> Any:
    """Return a copy that any JSON writer takes: not too deep, no number over 63 bits."""
    if depth > _DEEPEST:
        return "…"
    if type(value) is dict:
        return {key: storable(item, depth + 1) for key, item in value.items()}
    if type(value) is list:
        return [storable(item, depth + 1) for item in value]
    if type(value) is int and not -_LIMIT < value < _LIMIT:
        return str(value) if abs(value) < 1 << 256 else "…"
    return value


def digest(value: Any) -> str:
    """Return twelve hexadecimal digits that are the same for the same JSON value."""
    said = json.dumps(storable(value), sort_keys=True).encode()
    return blake2b(said, digest_size=6).hexdigest()
