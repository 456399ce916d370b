"""Looks backwards through a group's history for what was missed on the way."""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import msgspec

from adapters.contract import AdapterError
from adapters.frames import decode
from adapters.qq_onebot import keys
from adapters.qq_onebot.link import Link, Refused

log = logging.getLogger(__name__)

HOLE = 30
"""Missing places in a row that are more than recalled messages and system lines."""
_NO_ANCHOR = ("不存在", "not exist", "not found")


class Missed(msgspec.Struct, frozen=True):
    """One message out of a page of history."""

    raw: bytes
    own_id: str
    short: int | str | None
    place: int | None
    """`real_seq`, or `message_seq` where that is a true sequence."""
    sent_at: int
    order: int
    """Smaller is older, as far as the pages tell."""


class Found(msgspec.Struct):
    """What a look backwards brought, oldest first."""

    messages: list[Missed] = []
    spans: list[tuple[int, int]] = []
    """(since, until): times between which nothing is missing; several where there are holes."""
    reached: bool = False
    """Whether it went back to what was known, or to the beginning of all there is."""
    failed: bool = False
    """Whether the gateway failed on the way: the rest may be had another time."""


class Dialect(msgspec.Struct, frozen=True):
    """How one gateway pages through history."""

    page: int
    anchored: Callable[[Missed], dict[str, Any]]
    """Parameters for the page that ends with this message."""


def dialect_of(app: str) -> Dialect:
    """Return how the gateway of this name pages."""
    name = app.lower()
    if "napcat" in name:
        return Dialect(100, _napcat)
    if "llonebot" in name or "llbot" in name or "lucky" in name:
        return Dialect(100, lambda m: {"message_seq": m.place if m.place is not None else m.short})
    if "lagrange" in name:
        return Dialect(20, lambda m: {"message_id": m.short})
    return Dialect(20, lambda m: {"message_seq": m.place if m.place is not None else m.short})


def _napcat(message: Missed) -> dict[str, Any]:
    # without the two it looks forward from the anchor, not back
    return {"message_seq": message.short, "reverse_order": True, "reverseOrder": True}


class Look:
    """One look backwards through one group."""

    def __init__(self, link: Link, group_key: str, *, back_to: int, most: int = 50_000) -> None:
        self._link = link
        self._group = keys.api_id(group_key)
        self._dialect = dialect_of(link.app)
        self._back_to = back_to
        """Server time: what is older is there, or not to be there."""
        self._most = most
        self._seen: dict[str, Missed] = {}
        self._pages = 0

    async def back(self) -> Found:
        """Go back page by page. Raises AdapterError when the gateway fails at the first."""
        page = await self._first_page()
        found = Found()
        anchor: Missed | None = None
        starts_anew = 0
        while True:
            self._seen |= {m.own_id: m for m in page if m.own_id not in self._seen}
            # its ends: a message dated wrongly stands between them
            oldest = min((page[0], page[-1]), key=_age) if page else None
            if oldest is None or oldest.own_id == (anchor.own_id if anchor else None):
                found.reached = True  # there is nothing before the anchor
                break
            if oldest.sent_at < self._back_to:
                found.reached = True
                break
            if len(self._seen) >= self._most:
                log.warning("onebot: history cut messages=%d", len(self._seen))
                break
            anchor = oldest
            try:
                page = await self._page(anchor)
            except AdapterError as error:
                if not _is_anchor_lost(error) or starts_anew:
                    log.warning("onebot: history ends early: %s", error.what)
                    found.failed = True
                    break
                # NapCat forgot its short ids, for it was started anew: go the same way again
                starts_anew, anchor = 1, None
                page = await self._first_page()
        everything = self._in_order()
        found.messages = [m for m in everything if m.sent_at >= self._back_to]
        found.spans = self._spans(everything)
        return found

    def _in_order(self) -> list[Missed]:
        return sorted(self._seen.values(), key=_age)

    def _spans(self, all_: list[Missed]) -> list[tuple[int, int]]:
        """Cut what was gone through where the sequence jumps: there the gateway itself has none."""
        if not all_:
            return []
        starts, ends = [max(all_[0].sent_at, self._back_to)], []
        for before, after in pairwise(all_):
            if before.place and after.place and after.place - before.place > HOLE:
                ends.append(before.sent_at)
                starts.append(max(after.sent_at, self._back_to))
        ends.append(all_[-1].sent_at)
        return [(since, until) for since, until in zip(starts, ends, strict=True) if since <= until]

    async def _first_page(self) -> list[Missed]:
        try:
            return await self._page(None)
        except Refused as error:
            if _is_anchor_lost(error):
                return []  # NapCat's way to say that there is nothing at all
            raise

    async def _page(self, anchor: Missed | None) -> list[Missed]:
        parameters = {"group_id": self._group, "count": self._dialect.page}
        if anchor is not None:
            parameters |= self._dialect.anchored(anchor)
        answer = await self._link.ask("get_group_msg_history", parameters, seconds=30)
        parts = _messages(answer)
        self._pages += 1
        first = -self._pages * (len(parts) + self._dialect.page)
        made = (self._message(raw, first + number) for number, raw in enumerate(parts))
        return [m for m in made if m is not None]

    def _message(self, raw: bytes, order: int) -> Missed | None:
        try:
            event = decode(raw)
        except AdapterError:
            return None
        if not isinstance(event, dict) or keys.number(event.get("time")) is None:
            return None
        if not event.get("group_id") or not event.get("post_type") or not event.get("user_id"):
            raw, event = _completed(event, self._group)
        short, place = keys.word(event.get("message_id")), keys.sequence(event)
        if place is None:
            sequence = keys.number(event.get("message_seq"))
            # old NapCat writes the short id there
            place = sequence if sequence and sequence != keys.number(short) else None
        as_number = keys.number(short)
        return Missed(
            raw,
            keys.message_id(event),
            short if as_number is None else as_number,
            place,
            keys.seconds(event.get("time")) or 0,
            order,
        )


def _age(message: Missed) -> tuple[int, int, int]:
    return message.sent_at, message.place or 0, message.order


def _is_anchor_lost(error: AdapterError) -> bool:
    return isinstance(error, Refused) and any(word in error.said for word in _NO_ANCHOR)


def _completed(event: dict[str, Any], group_id: int | str) -> tuple[bytes, dict[str, Any]]:
    """Add what some gateways leave out of messages in a page of history."""
    sender = event.get("sender")
    who = sender.get("user_id") if isinstance(sender, dict) else None
    whole = {"post_type": "message", "message_type": "group", **event}
    whole |= {"group_id": event.get("group_id") or group_id, "user_id": event.get("user_id") or who}
    return msgspec.json.encode(whole), whole


class _Page(msgspec.Struct):
    messages: list[msgspec.Raw] = []


def _messages(answer: msgspec.Raw) -> list[bytes]:
    """Cut a page into the bytes of its messages."""
    try:
        return [bytes(part) for part in msgspec.json.decode(answer, type=_Page).messages]
    except (msgspec.MsgspecError, RecursionError):
        pass
    told = decode(bytes(answer))
    found = told.get("messages") if isinstance(told, dict) else None
    parts = found if isinstance(found, list) else []
    return [msgspec.json.encode(part) for part in parts if isinstance(part, dict)]
