"""The rows of one chat as records: its group, each sender when first met, its messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.exports.telegram_json.clock import EARLIEST, Clock
from adapters.exports.telegram_json.keys import chat_key, group_kind, is_old, peer_key
from adapters.exports.telegram_json.message import Place, plain_spans, read_message
from adapters.exports.telegram_json.values import integer, string
from archive.keys import name_key, title_key
from archive.records import Group, Member, Message, Rejected

_MOST_SENDERS = 100_000
_MOST_TOPICS = 10_000

_PLAIN = frozenset((
    "id", "type", "date", "date_unixtime", "from", "from_id", "text", "text_entities",
    "reply_to_message_id",
))  # fmt: skip


def group_of(own: dict[str, Any], start: bytes) -> Group | None:
    """Return the group a chat is, from its own fields and the first bytes of its messages."""
    kind = string(own.get("type")) or ""
    title = string(own.get("name"))
    key = chat_key(kind, own.get("id"), is_old(start))
    if key is not None:
        return Group(key, title, group_kind(kind))
    if title is None:
        return None
    return Group(title_key("telegram", title), title, group_kind(kind), title_only=True)


class Conversation:
    """Makes records of the rows of one chat, in order."""

    def __init__(self, group: Group, own: dict[str, Any], start: bytes, clock: Clock) -> None:
        self.group = group
        self.prefix = ""
        """Put before the places of faults, where a file holds several chats."""
        self.last = ""
        """How the row last read is called in a report."""
        stable = own.get("type") != "private_group"
        self.place = Place(group.key, stable, is_old(start), clock, set())
        self._met: set[str] = set()
        self._senders: dict[Any, str] = {}
        self._number = 0

    def records(self, rows: list[dict[str, Any]]) -> Iterator[Member | Message | Rejected]:
        """Yield the messages the rows are, and before them the members not met before."""
        for row in rows:
            self._number += 1
            message = self._plain(row) if _PLAIN.issuperset(row) else None
            if message is None:
                yield from self._any(row)
            else:
                yield message
        if rows:
            number = integer(rows[-1].get("id"))
            name = f"row {self._number}" if number is None else f"message {number}"
            self.last = self.prefix + name

    def _plain(self, row: dict[str, Any]) -> Message | None:
        """Return the message an ordinary row of a known sender is, None for any other row.

        This is the short way nearly all rows take; `_any` gives the same for them."""
        try:
            number = row["id"]
            text = row["text"]
            name = row["from"]
            sender = self._senders[row["from_id"]]
            sent_at = int(row["date_unixtime"])
            ordinary = row["type"] == "message"
        except (KeyError, TypeError, ValueError, OverflowError):
            return None
        place = self.place
        if (
            not ordinary
            or type(text) is not str
            or type(name) is not str
            or not name
            or type(number) is not int
            or not place.stable
            or not 0 < number < 1 << 63
            or not EARLIEST <= sent_at < place.clock.latest
            or plain_spans(row.get("text_entities")) is None
        ):
            return None
        reply = row.get("reply_to_message_id")
        if reply is None:
            return Message(
                group_key=place.group_key,
                id=str(number),
                sent_at=sent_at,
                sender_key=sender,
                sender_name=name,
                text=text,
                quality=2,
            )
        return read_message(row, place, sender, name)

    def _any(self, row: dict[str, Any]) -> Iterator[Member | Message | Rejected]:
        number = integer(row.get("id"))
        dated = row.get("date") or row.get("date_unixtime")
        if number is None and not string(row.get("id")) and not dated:
            yield Rejected(f"{self.prefix}row {self._number}", "it has neither an id nor a date")
            return
        if row.get("action") == "topic_created" and number and self.place.stable:
            if len(self.place.topics) >= _MOST_TOPICS:
                self.place.topics.clear()
            self.place.topics.add(number)
        label = "actor" if "actor" in row or "actor_id" in row else "from"
        name = string(row.get(label))
        sender = self._sender(row.get(f"{label}_id"), name)
        if sender is not None and sender not in self._met:
            self._meet(sender, row.get(f"{label}_id"))
            yield Member(sender, name, group_key=self.group.key)
        yield read_message(row, self.place, sender, name)

    def _sender(self, value: Any, name: str | None) -> str | None:
        key = peer_key(value, self.place.old)
        return name_key(self.group.key, name) if key is None and name is not None else key

    def _meet(self, key: str, value: Any) -> None:
        if len(self._met) >= _MOST_SENDERS:
            self._met.clear()
            self._senders.clear()
        self._met.add(key)
        if type(value) in (str, int):
            self._senders[value] = key
