"""Takes other people's words that need not be kept out of an event, before it is handed over."""

from __future__ import annotations

from typing import Any

from adapters.contract import AdapterError
from adapters.frames import decode, encode
from adapters.qq_official.content import QUOTED, author_of, content_of
from adapters.qq_official.event import Event, dictionaries, dictionary

_KEPT = ("msg_idx", "message_type", "author", "content")


def trimmed(raw: bytes, event: Event) -> bytes:
    """Return an event that quotes no more than the words of one message.

    Where QQ does not say whose they are, they might be of somebody who wants nothing kept: they go
    unless only they can tell what a command is about.
    """
    parts = dictionaries(event.body.get("msg_elements"))
    if event.body.get("message_type") == QUOTED:
        kept = _quoted(event, parts[:1])
    elif all(map(author_of, parts)):
        return raw  # of another form; the door looks whose they are
    else:
        kept = [part for part in parts if author_of(part)]
    try:
        whole = dictionary(decode(raw))
    except AdapterError:
        return raw
    return encode(whole | {"d": event.body | {"msg_elements": kept}})


def _quoted(event: Event, parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = content_of(event)
    needed = found.quoted_key is not None or (found.reply_to is None and found.text[:1] in "/／")
    names = _KEPT if needed else _KEPT[:-1]
    return [{name: one[name] for name in names if name in one} for one in parts]
