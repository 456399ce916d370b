"""Single JSON values: decoding them, and taking from them only what is of the right kind."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import msgspec

_LIMIT = 1 << 63
_DEEPEST = 40

# Telegram Desktop writes control characters as \x1F, which JSON does not know.
_escape = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|.)", re.DOTALL)
_decoder = msgspec.json.Decoder()


class Undecodable(Exception):
    """A value that no decoder accepts; `why` is for people."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def decode(raw: bytes) -> tuple[Any, bool]:
    """Return a JSON value and whether bytes of it had to be replaced. Raises Undecodable."""
    try:
        return _decoder.decode(raw), False
    except RecursionError:
        raise Undecodable("it is nested too deep") from None
    except ValueError:
        return _decode_leniently(raw)


def decode_rows(raw: bytes) -> list[Any] | None:
    """Return the elements of an array at once, or None if one of them needs a closer look."""
    try:
        rows = _decoder.decode(raw)
    except (ValueError, RecursionError):
        return None
    return rows if type(rows) is list else None


def _decode_leniently(raw: bytes) -> tuple[Any, bool]:
    replaced = False
    try:
        # Lone surrogates are kept; the archive knows what to do with them.
        text = raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
        replaced = True
    if "\\x" in text:
        text = _escape.sub(lambda m: rf"\u00{m[1]}" if m[1] else m[0], text)
    try:
        return _lenient.decode(text), replaced
    except RecursionError:
        raise Undecodable("it is nested too deep") from None
    except ValueError:
        raise Undecodable("it is not valid JSON") from None


def _long_integer(digits: str) -> int | str:
    return int(digits) if len(digits) < 40 else digits


def _finite(digits: str) -> float | None:
    value = float(digits)
    return value if math.isfinite(value) else None


_lenient = json.JSONDecoder(
    strict=False,
    parse_int=_long_integer,
    parse_float=_finite,
    parse_constant=lambda _: None,
)


def string(value: Any) -> str | None:
    """Return a string that is not empty, else None."""
    return value if type(value) is str and value else None


def integer(value: Any) -> int | None:
    """Return a whole number, also if written as a string or with a point; None if it is none."""
    if type(value) is str and len(value) < 20:
        try:
            value = int(value)
        except ValueError:
            return None
    elif type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and -_LIMIT < value < _LIMIT else None


def count(value: Any) -> int | None:
    """Return a whole number from 0 on, else None."""
    number = integer(value)
    return number if number is not None and number >= 0 else None


def dictionaries(value: Any) -> list[dict[str, Any]]:
    """Return the objects of an array; what else is in it says nothing."""
    return [item for item in value if type(item) is dict] if type(value) is list else []


def storable(value: Any, depth: int = 0) -> Any:
    """Return a copy that any JSON writer takes: finite, not too deep, no number over 63 bits."""
    if depth > _DEEPEST:
        return "…"
    if type(value) is dict:
        return {key: storable(item, depth + 1) for key, item in value.items()}
    if type(value) is list:
        return [storable(item, depth + 1) for item in value]
    if type(value) is int and not -_LIMIT < value < _LIMIT:
        return str(value) if abs(value) < 1 << 256 else "…"
    return value
