"""The groups a OneBot peer simulator tells of: members, messages, essence, in each manner."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import OrderedDict
from hashlib import md5
from typing import Any

from onebot_forms import MANNERS, Manner, cq_string

Event = dict[str, Any]

MAP_SIZE = 5000
"""Short ids NapCat remembers."""


class PeerGroup:
    """One group: who is in it, what was said, what is essence."""

    def __init__(self, group_id: int, name: str) -> None:
        self.id = group_id
        self.name = name
        self.members: dict[int, dict[str, Any]] = {}
        self.log: list[Event] = []
        """Every message, oldest first; `place` is its true sequence."""
        self.essence: OrderedDict[int, dict[str, Any]] = OrderedDict()
        """Place → entry of the list."""
        self.likes: dict[int, dict[str, set[int]]] = {}
        self.last_place = 1000

    def add(self, user_id: int, nickname: str, role: str = "member", card: str = "") -> None:
        """Let somebody be a member."""
        self.members[user_id] = {
            "group_id": self.id, "user_id": user_id, "nickname": nickname, "card": card,
            "role": role, "title": "", "sex": "unknown", "age": 0, "level": "1",
        }  # fmt: skip


class World:
    """What exists on QQ's side, whoever is connected."""

    def __init__(self, app: str = "napcat", self_id: int = 10001, as_string: bool = False) -> None:
        self.manner: Manner = MANNERS[app]
        self.self_id = self_id
        self.as_string = as_string
        """Messages are written as CQ strings."""
        self.groups: dict[int, PeerGroup] = {}
        self.forwards: dict[str, list[Event]] = {}
        self.same_short: int | None = None
        """Force this short id on the next messages (31-bit hashes collide in large groups)."""
        self.skew = 0
        """Seconds by which QQ's clock is ahead of the gateway's."""
        self._written: dict[int, Event] = {}
        """What gateways that write short ids down know for ever."""
        self._short: OrderedDict[int, tuple[int, int]] = OrderedDict()

    def group(self, group_id: int, name: str = "测试群") -> PeerGroup:
        """Return a group, made with the bot and three people if there is none."""
        if group_id not in self.groups:
            made = PeerGroup(group_id, name)
            made.add(self.self_id, "沉淀", "admin")
            for number, role in ((1, "owner"), (2, "admin"), (3, "member")):
                made.add(20000 + number, f"群友{number}", role, card=f"名片{number}")
            self.groups[group_id] = made
        return self.groups[group_id]

    def forget_ids(self) -> None:
        """Forget short ids, as NapCat does when it is started anew."""
        self._short.clear()

    def told(self, group_id: int, place: int, message_id: int) -> None:
        """Remember the short id of a message that was told."""
        self._short[message_id] = group_id, place
        while len(self._short) > MAP_SIZE:
            self._short.popitem(last=False)

    def by_short(self, message_id: Any) -> Event | None:
        """Find a message by its short id, as far as the gateway remembers it."""
        try:
            number = int(message_id)
        except (TypeError, ValueError):
            return None
        if not self.manner.forgets:
            return self._written.get(number)
        group_id, place = self._short.get(number, (0, 0))
        log = self.groups[group_id].log if group_id in self.groups else []
        at = bisect_left(log, place, key=place_of)
        return log[at] if at < len(log) and log[at]["_place"] == place else None

    def message(
        self, group_id: int, user_id: int, said: str | list[Any], at: int | None = None
    ) -> Event:
        """Say something: it is part of the group's history from now on."""
        group = self.group(group_id)
        if user_id not in group.members:
            group.add(user_id, f"群友{user_id}")
        group.last_place += 1
        place = group.last_place
        short = self.same_short if self.same_short is not None else _short(group_id, place)
        person = group.members[user_id]
        segments = [{"type": "text", "data": {"text": said}}] if isinstance(said, str) else said
        event: Event = {
            "self_id": self.self_id,
            "user_id": user_id,
            "time": int(time.time()) + self.skew if at is None else at,
            "message_id": short,
            "message_type": "group",
            "sender": {name: person[name] for name in ("user_id", "nickname", "card", "role")},
            "raw_message": cq_string(segments),
            "font": 14,
            "sub_type": "normal",
            "message": cq_string(segments) if self.as_string else segments,
            "message_format": "string" if self.as_string else "array",
            "post_type": "message_sent" if user_id == self.self_id else "message",
            "group_id": group_id,
            **self.manner.numbers(place, short),
            "_place": place,
        }
        if self.manner.names_group:
            event["group_name"] = group.name
        group.log.append(event)
        self._written[short] = event
        self.told(group_id, place, short)
        return event

    def notice(self, notice_type: str, group_id: int, user_id: int, **more: Any) -> Event:
        """Make a notice of now."""
        return {
            "time": int(time.time()),
            "self_id": self.self_id,
            "post_type": "notice",
            "notice_type": notice_type,
            "group_id": group_id,
            "user_id": user_id,
            **more,
        }


def _short(group_id: int, place: int) -> int:
    digest = md5(f"{place}|2|{group_id}".encode()).digest()
    return int.from_bytes(digest[:4], "big") & 0x7FFFFFFF


def place_of(event: Event) -> int:
    """Return a message's true place in its group."""
    return int(event["_place"])


def public(event: Event) -> Event:
    """Leave out what the gateway does not tell."""
    return {name: value for name, value in event.items() if not name.startswith("_")}
