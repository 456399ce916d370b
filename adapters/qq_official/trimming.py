"""Takes other people's words that need not be kept out of an event, before it is handed over."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from adapters.contract import AdapterError
from adapters.qq_official.content import QUOTED, content_of
from adapters.qq_official.event import Event, decode, dictionaries, dictionary

_KEPT = ("msg_idx", "message_type", "author", "content")


def trimmed(raw: bytes, event: Event) -> bytes:
    """Return an event that quotes no more than the words of one message.

    Where QQ does not say whose they are, they might be of somebody who wants nothing kept: they go
    unless only they can tell what a command is about.
    """
    if event.body.get("message_type") != QUOTED:
        return raw
    found = content_of(event)
    needed = found.quoted_key is not None or (found.reply_to is None and found.text[:1] in "/／")
    names = _KEPT if needed else _KEPT[:-1]
    quoted = dictionaries(event.body.get("msg_elements"))[:1]
    kept = [{name: one[name] for name in names if name in one} for one in quoted]
    try:
        whole = dictionary(decode(raw))
    except AdapterError:
        return raw
    return _written(whole | {"d": event.body | {"msg_elements": kept}})


def _written(value: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (UnicodeEncodeError, OverflowError):
        return json.dumps(value).encode()
