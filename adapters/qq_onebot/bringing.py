"""What goes beyond words: files in a message, taking one back, looking whether one was said."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from typing import Any

from adapters.contract import AdapterError, Doubt, Enclosed, Forbidden, Outgoing, Sent
from adapters.frames import decode
from adapters.qq_onebot import keys
from adapters.qq_onebot.content import segments_of
from adapters.qq_onebot.history import Look
from adapters.qq_onebot.link import Link, Refused, meant
from adapters.qq_onebot.memory import Memory

_SEGMENTS = {"photo": "image", "sticker": "image", "animation": "image", "video": "video",
             "voice": "record"}  # fmt: skip
_LEARNT_WITHIN = 0.2
"""Seconds for which a gateway's own report of what was said is waited for: it has the true id."""
_MOST = 20_000
"""Messages of history looked through."""
_EARLY = 5
"""Seconds by which QQ's clock may be behind."""


async def segment_of(enclosed: Enclosed) -> dict[str, Any]:
    """Return the segment that carries a file. Raises AdapterError."""
    try:
        data = await asyncio.to_thread(enclosed.path.read_bytes)
    except OSError:
        raise AdapterError("the file to send cannot be read.") from None
    told = {"file": "base64://" + b64encode(data).decode(), "name": enclosed.name}
    return {"type": _SEGMENTS.get(enclosed.kind, "file"), "data": told}


async def take_back(link: Link, message: Outgoing) -> Sent:
    """Take back what the account said. Raises AdapterError."""
    short = keys.short_id(message.takes_back or "")
    if short is None:
        raise Forbidden("the gateway does not know that message.")
    try:
        await link.call("delete_msg", message_id=short)
    except Refused as refused:
        understood = meant(refused)
        if isinstance(understood, Forbidden):
            raise understood from None
        # too late, or gone already: it stays so
        raise Forbidden("QQ does not take that back any more.") from None
    return Sent()


async def ids_of(memory: Memory, group_key: str, short: Any) -> Sent:
    """Return the ids of what was just said: its short one, and its own once it is reported."""
    named = keys.short_name(short)
    group = keys.platform_id(group_key)
    until = asyncio.get_running_loop().time() + _LEARNT_WITHIN
    known = memory.message(group, short)
    while known is None and memory.reports_own and asyncio.get_running_loop().time() < until:
        await asyncio.sleep(0.01)
        known = memory.message(group, short)
    if known is None or known.own_id == named:
        return Sent(named)
    return Sent(named, (known.own_id,))


async def found(link: Link, message: Outgoing, doubt: Doubt) -> Sent | None:
    """Look in the group's history for what may have been said. Raises AdapterError."""
    assert message.group_key is not None
    there = await Look(link, message.group_key, back_to=doubt.since - _EARLY, most=_MOST).back()
    for one in there.messages:
        event = decode(one.raw)
        names = {one.own_id, keys.short_name(one.short)}
        if not names.isdisjoint(doubt.others) or one.sent_at < doubt.since - _EARLY:
            continue
        if keys.word(event.get("user_id")) == link.self_id and _says(event, message):
            short = keys.short_name(one.short)
            return Sent(short, (one.own_id,) if one.own_id != short else ())
    if there.failed or not there.reached:
        raise AdapterError("the gateway does not show what was said.", "look into the group")
    return None


def _says(event: dict[str, Any], message: Outgoing) -> bool:
    parts = [part for part in segments_of(event) if isinstance(part, dict)]
    texts = (part["data"].get("text", "") for part in parts if part.get("type") == "text")
    files = any(part.get("type") in (*_SEGMENTS.values(), "file") for part in parts)
    words = "".join("".join(texts).split())
    return words == "".join(message.text.split()) and files is (message.enclosed is not None)
