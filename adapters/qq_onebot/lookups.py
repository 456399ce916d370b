"""What has to be asked of the gateway before an event is complete; at most a few seconds."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from adapters.contract import AdapterError
from adapters.frames import encode
from adapters.qq_onebot import keys
from adapters.qq_onebot.cards import json_card, xml_card
from adapters.qq_onebot.content import segments_of
from adapters.qq_onebot.link import Link
from adapters.qq_onebot.memory import Memory, answered_by
from adapters.qq_onebot.nested import DEEPEST, nodes_of
from adapters.qq_onebot.raw import Read, with_known

SECONDS = 5.0
_MOST_RECORDS = 20
"""Merged records asked for on behalf of one message."""


def needs_asking(told: Read, live: bool) -> bool:
    """Tell whether something about an event must be asked: a record's content, who is answered.

    `live` events are asked about replies too; in history the answered message is mostly nearby.
    """
    event = told.event
    if event.get("post_type") == "notice":
        liked = event.get("notice_type") in ("group_msg_emoji_like", "reaction")
        return live and liked and "message_id" in event and "likes" not in told.known
    if closed_records(event, told.part("forwards")):
        return True
    return live and "reply" not in told.known and answered_by(event) is not None


async def looked_up(link: Link, memory: Memory, raw: bytes, told: Read) -> bytes:
    """Return the raw event with what the gateway answers; as it is where it does not."""
    known = dict(told.known)
    with suppress(AdapterError, TimeoutError):
        async with asyncio.timeout(SECONDS):
            if told.event.get("post_type") == "notice":
                known |= await _likes(link, told.event)
            else:
                if "reply" not in known and answered_by(told.event) is not None:
                    known |= await _answered(link, memory, told.event)
                forwards = dict(told.part("forwards"))
                await _records(link, told.event, forwards)
                if forwards:
                    known["forwards"] = forwards
    return with_known(*without_strangers_words(raw, told.event, known))


def without_strangers_words(
    raw: bytes, event: dict[str, Any], known: dict[str, Any]
) -> tuple[bytes, dict[str, Any]]:
    """Leave out the words a reply quotes of somebody unknown: whether they may be kept, no one
    can tell."""
    segments = segments_of(event)
    if "reply" in known or not any(map(_quotes_somebody, segments)):
        return raw, known
    bare = [_without_text(s) if _quotes_somebody(s) else s for s in segments]
    return encode({**event, "message": bare, "raw_message": ""}), known


def _quotes_somebody(segment: Any) -> bool:
    data = segment.get("data") if isinstance(segment, dict) else None
    if not isinstance(data, dict) or segment.get("type") != "reply":
        return False
    return bool(data.get("text")) and not data.get("qq")


def _without_text(segment: dict[str, Any]) -> dict[str, Any]:
    data = {name: value for name, value in segment["data"].items() if name != "text"}
    return {**segment, "data": data}


async def message_of(link: Link, short: Any) -> dict[str, Any] | None:
    """Ask for one message by its short id; None where the gateway does not have it."""
    try:
        found = await link.call("get_msg", message_id=short, seconds=SECONDS)
    except AdapterError:
        return None
    return found if isinstance(found, dict) and found.get("message") is not None else None


def closed_records(event: dict[str, Any], opened: dict[str, Any]) -> list[str]:
    """Return the ids of an event's merged records whose content is not there yet."""
    found: list[str] = []
    for segment in segments_of(event):
        data = segment.get("data") if isinstance(segment, dict) else None
        if not isinstance(data, dict):
            continue
        record: Any = None
        if segment.get("type") == "forward" and not (data.get("content") or data.get("messages")):
            record = data.get("id") or data.get("resid")
        elif segment.get("type") == "json" and "multimsg" in str(data.get("data")):
            record = json_card(data.get("data")).forward_id
        elif segment.get("type") == "xml" and "m_resid" in str(data.get("data")):
            record = xml_card(data.get("data")).forward_id
        if record and str(record) not in opened:
            found.append(str(record))
    return found


async def _records(link: Link, event: dict[str, Any], opened: dict[str, Any]) -> None:
    """Open an event's merged records and those within them, into `opened`."""
    closed, depth = closed_records(event, opened), 0
    while closed and depth < DEEPEST and len(opened) < _MOST_RECORDS:
        inside: list[str] = []
        for record in closed[: _MOST_RECORDS - len(opened)]:
            try:
                answer = await link.call("get_forward_msg", id=record, message_id=record)
            except AdapterError:
                continue
            opened[record] = nodes_of(answer)
            for node in opened[record]:
                if isinstance(node, dict):
                    data = node.get("data") if node.get("type") == "node" else node
                    inside += closed_records(data if isinstance(data, dict) else {}, opened)
        closed, depth = inside, depth + 1


async def _answered(link: Link, memory: Memory, event: dict[str, Any]) -> dict[str, Any]:
    found = await message_of(link, _as_told(answered_by(event)))
    if found is None:
        return {}
    group = keys.word(event.get("group_id"))
    if keys.word(found.get("group_id")) not in (None, group):
        return {}
    found = {**found, "group_id": event.get("group_id")}
    if found.get("user_id") is None and isinstance(found.get("sender"), dict):
        found["user_id"] = found["sender"].get("user_id")
    memory.learn(found)
    return {"reply": {"id": keys.message_id(found), "user_id": keys.word(found.get("user_id"))}}


async def _likes(link: Link, event: dict[str, Any]) -> dict[str, Any]:
    found = await message_of(link, event.get("message_id"))
    likes = found.get("emoji_likes_list") if found is not None else None
    return {"likes": likes} if isinstance(likes, list) else {}


def _as_told(short: Any) -> Any:
    as_number = keys.number(short)
    return short if as_number is None else as_number
