"""The JSON of raw events, also such as a strict reader refuses."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from adapters.contract import AdapterError

_decode = msgspec.json.Decoder().decode


def decode(raw: bytes) -> Any:
    """Decode JSON, also such as a strict reader refuses. Raises AdapterError."""
    try:
        return _decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        pass
    try:
        # lone surrogates and numbers beyond a double are what people's texts and bugs make of JSON
        return json.loads(raw)
    except RecursionError:
        raise AdapterError("a frame is nested too deeply.") from None
    except ValueError:
        raise AdapterError("a frame is not JSON.") from None


def encode(value: Any) -> bytes:
    """Encode a value as JSON; lone surrogates are written as escapes."""
    try:
        return msgspec.json.encode(value)
    except (UnicodeEncodeError, OverflowError):
        return json.dumps(value).encode()
