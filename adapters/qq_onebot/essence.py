"""Keeps 群精华 in step: what the gateway lists against what was known to be marked."""

from __future__ import annotations

import time
from collections.abc import Callable, Set
from typing import Any, NamedTuple

from adapters.contract import AdapterError
from adapters.frames import encode
from adapters.qq_onebot import keys
from adapters.qq_onebot.link import Link
from adapters.qq_onebot.lookups import message_of
from adapters.qq_onebot.raw import OURS

PAGE = 20
"""QQ lists this many at a time; not every gateway goes on by itself."""
_MOST_PAGES = 100


class Listed(NamedTuple):
    """The list of a group's marked messages."""

    entries: dict[str, dict[str, Any]]
    """Place in the group, or short id → entry."""
    complete_since: int
    """Marks made after this time (Unix seconds) are all in it; 0: all marks are."""


class Compared(NamedTuple):
    """What a comparison brought."""

    events: list[bytes]
    marked: dict[str, int]
    """Id → time of all marks known now."""
    listed: Set[str | None]
    """Short ids that the list had."""


Paused = Callable[[str, int], bool]
"""Tells whether a group was not archived at a time."""


async def compare(
    link: Link, group_key: str, known: dict[str, int], told: dict[str, int], is_paused: Paused
) -> Compared:
    """List a group's marks and tell what is new and what is gone. Raises AdapterError.

    `known` were listed before, `told` are short ids of marks set since. NapCat never says that a
    mark was taken away: what a complete list lacks was. A list is asked for twice before that is
    believed.
    """
    listed = await _list(link, group_key)
    events: list[bytes] = []
    marked = dict(known)
    present: set[str | None] = set()
    for name, entry in listed.entries.items():
        own_id = _remembered(name, entry, known)
        if own_id is None:
            own_id, found = await _message(link, group_key, name, entry)
            if found is not None and not is_paused(group_key, keys.seconds(found["time"]) or 0):
                events.append(encode(found))
            events.append(_event(group_key, own_id, entry))
            marked[own_id] = keys.seconds(entry.get("operator_time")) or 0
        present.add(own_id)
    gone = _gone(told | marked, present | _short_names(listed), listed)
    if gone:
        again = await _list(link, group_key)
        still = {_remembered(name, entry, marked) for name, entry in again.entries.items()}
        still |= _short_names(again)
        gone = [own_id for own_id in _gone(told | marked, present, again) if own_id not in still]
    for own_id in gone:
        marked.pop(own_id, None)
        events.append(_event(group_key, own_id, {}, removed=True))
    return Compared(events, marked, _short_names(listed))


def _short_names(listed: Listed) -> set[str | None]:
    return {keys.short_name(entry.get("message_id")) for entry in listed.entries.values()}


def _gone(marked: dict[str, int], present: Set[str | None], listed: Listed) -> list[str]:
    since = listed.complete_since
    return [own_id for own_id, at in marked.items() if own_id not in present and at >= since]


async def _list(link: Link, group_key: str) -> Listed:
    """Ask for the list, page by page as long as there is more. Raises AdapterError."""
    group = keys.api_id(group_key)
    entries: dict[str, dict[str, Any]] = {}
    for page in range(_MOST_PAGES):
        more = {"page_start": page, "page": page} if page else {}
        answer = await link.call("get_essence_msg_list", group_id=group, **more)
        if not isinstance(answer, list):
            raise AdapterError("get_essence_msg_list was answered without a list.")
        parts = [entry for entry in answer if isinstance(entry, dict)]
        named = {_name(entry): entry for entry in parts}
        fresh = {name: entry for name, entry in named.items() if name and name not in entries}
        entries |= fresh
        if len(answer) != PAGE:
            return Listed(entries, 0)
        if not fresh:
            break
    # as many as one page has: whether older ones follow nobody says
    times = [keys.seconds(entry.get("operator_time")) or 0 for entry in entries.values()]
    return Listed(entries, min(times, default=0) + 1)


def _name(entry: dict[str, Any]) -> str:
    place = keys.number(entry.get("msg_seq"))
    if place and place > 0:
        return str(place)
    return keys.short_name(entry.get("message_id")) or ""


def _remembered(name: str, entry: dict[str, Any], known: dict[str, int]) -> str | None:
    """Return the id under which a listed mark is known already."""
    short = keys.short_name(entry.get("message_id"))
    if name in known:
        return name
    if short in known:
        return short
    ending = f"-{short[1:]}" if short else None
    return next((own_id for own_id in known if ending and own_id.endswith(ending)), None)


async def _message(
    link: Link, group_key: str, name: str, entry: dict[str, Any]
) -> tuple[str, dict[str, Any] | None]:
    """Return the id of a marked message, and the message itself where the gateway has it: it may
    be older than everything archived."""
    event = await message_of(link, entry.get("message_id"))
    if event is None or event.get("message_type") == "private":
        return name, None
    sender = event.get("sender")
    who = sender.get("user_id") if isinstance(sender, dict) else entry.get("sender_id")
    whole = {"post_type": "message", "message_type": "group", **event}
    whole["group_id"] = event.get("group_id") or keys.api_id(group_key)
    whole["user_id"] = event.get("user_id") or who
    if keys.group_key(whole) != group_key or keys.number(whole.get("time")) is None:
        return name, None
    return keys.message_id(whole), whole


def _event(group_key: str, own_id: str, entry: dict[str, Any], removed: bool = False) -> bytes:
    event = {
        "post_type": OURS,
        "kind": "essence",
        "time": int(time.time()),
        "group_id": keys.api_id(group_key),
        "id": own_id,
        "removed": removed,
    }
    for name in ("operator_id", "operator_time"):
        if entry.get(name):
            event[name] = entry[name]
    return encode(event)
