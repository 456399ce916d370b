"""Raw events: the bytes of a frame, or those bytes with what had to be looked up beside them.

`{"event": <the frame as it came>, "with": {...}}`, so that reading them stays pure. `with` holds
`names` (QQ number → shown name), `reply` ({"id", "user_id"}: what is answered, and whose it is),
`forwards` (id of a merged record → its messages), `likes` (all reactions of the message),
`message` (own id of the message a file notice belongs to) and `upload` (id of the notice that told
of this file before).
"""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.contract import AdapterError
from adapters.frames import decode, encode

OURS = "chendian"
"""`post_type` of events made by this adapter out of an API's answer, never by a gateway."""


class Read(msgspec.Struct, frozen=True):
    """An event and what was looked up for it."""

    event: dict[str, Any]
    known: dict[str, Any] = {}

    def part(self, name: str) -> dict[str, Any]:
        """Return one object of what was looked up; empty if there is none."""
        value = self.known.get(name)
        return value if isinstance(value, dict) else {}


def read(raw: bytes) -> Read:
    """Decode a raw event. Raises AdapterError for what is no JSON object."""
    value = decode(raw)
    if not isinstance(value, dict):
        raise AdapterError("a frame is no JSON object.")
    inner = value.get("event")
    if isinstance(inner, dict) and "post_type" not in value:
        known = value.get("with")
        return Read(inner, known if isinstance(known, dict) else {})
    return Read(value)


def with_known(raw: bytes, known: dict[str, Any]) -> bytes:
    """Put what was looked up beside the bytes of an event."""
    return b'{"event":' + raw + b',"with":' + encode(known) + b"}" if known else raw
