"""The updates waiting for a bot, forgotten once an offset behind them was asked for."""

from __future__ import annotations

import json
from collections import deque
from itertools import islice
from typing import Any

DEFAULT = frozenset((
    "message", "edited_message", "channel_post", "edited_channel_post", "inline_query",
    "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query", "poll",
    "poll_answer", "my_chat_member", "chat_join_request", "chat_boost", "removed_chat_boost",
    "business_connection", "business_message", "edited_business_message",
    "deleted_business_messages", "purchased_paid_media", "managed_bot", "guest_message",
))  # fmt: skip
"""What a bot gets that never said what it wants: no chat_member, no reactions."""
OPTIONAL = frozenset(("chat_member", "message_reaction", "message_reaction_count"))


class Queue:
    """Updates in order; not safe for threads by itself."""

    def __init__(self, first: int) -> None:
        self.next_id = first
        self.allowed = DEFAULT
        self.waiting: deque[tuple[int, bytes]] = deque()
        self.confirmed = 0
        """Updates forgotten because the bot confirmed them."""
        self.refused = 0
        """Updates never queued, for the bot did not ask for their kind."""

    def allow(self, names: list[str] | None) -> None:
        """Remember what the bot wants; None leaves it as it is, [] is the default."""
        if names is not None:
            self.allowed = frozenset(names) or DEFAULT

    def add(self, update: dict[str, Any]) -> int | None:
        """Queue an update and return its number, None if the bot does not want its kind."""
        (kind,) = (name for name in update if name != "update_id")
        if kind in DEFAULT | OPTIONAL and kind not in self.allowed:
            self.refused += 1
            return None
        number = self._number()
        body = json.dumps({"update_id": number, kind: update[kind]}, ensure_ascii=False)
        self.waiting.append((number, body.encode("utf-8", "surrogatepass")))
        return number

    def add_raw(self, raw: bytes) -> int:
        """Queue bytes as they are; `"update_id":0` in them becomes the number it gets."""
        number = self._number()
        self.waiting.append((number, raw.replace(b'"update_id":0', b'"update_id":%d' % number, 1)))
        return number

    def _number(self) -> int:
        number = self.next_id
        self.next_id += 1
        return number

    def begin_anew(self, first: int) -> None:
        """Number on from somewhere else, as Telegram does after a week without updates."""
        self.waiting.clear()
        self.next_id = first

    def get(self, offset: int, limit: int) -> list[bytes]:
        """Return the first updates from an offset on; those before it are forgotten."""
        if offset < 0:
            keep = min(-offset, len(self.waiting))
            self._forget(len(self.waiting) - keep)
        elif 0 < offset <= self.next_id + 10:
            # an offset further ahead is taken for a mistake and forgets nothing
            while self.waiting and self.waiting[0][0] < offset:
                self._forget(1)
        return [raw for _, raw in islice(self.waiting, limit)]

    def _forget(self, number: int) -> None:
        for _ in range(number):
            self.waiting.popleft()
        self.confirmed += number
