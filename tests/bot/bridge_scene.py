"""Groups on two platforms that are joined: what is heard in one, and what is then to be said."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from itertools import count
from typing import Any

from adapters.contract import Outgoing, Sent
from archive import consent, outbox
from archive.bridge_consents import agree
from archive.consent import group_keys
from archive.database import Archive
from archive.inbox import Event
from archive.keep import keep
from archive.records import Group, Recall
from bot.accounts import make_adapters
from bot.bridge.bridging import keep_copies
from bot.bridge.composing import Composer
from bot.bridge.crossing import Crossing
from bot.bridge.following import announce, change, take_back, take_essence
from bot.bridge.links import links_of
from bot.bridge.speaking import Copies
from bot.config import BridgeConfig, MediaConfig
from bot.live.projecting import Projected, project

TG, QQ, WX = "telegram:-100123", "qq:700", "wechat:9@chatroom"
ADAPTERS = make_adapters(
    {
        "tg": {"platform": "telegram", "token": "123456789:AAE" + "x" * 32},
        "qq": {"platform": "qq-onebot", "url": "ws://127.0.0.1:1"},
        "wx": {"platform": "wechat", "endpoint": "127.0.0.1:1", "token": "t"},
    }
)
_EVENT = Event(1, "", "k", "", "raw", b"", 0, 0)


class Joined:
    """Three groups that agreed; nothing is said before `spoken` looks what is to be said."""

    def __init__(
        self, archive: Archive, mode: Any = "all", groups: Sequence[str] = (TG, QQ, WX)
    ) -> None:
        self.archive = archive
        self.bridge = BridgeConfig(tuple(groups), mode)
        self.crossing = Crossing(ADAPTERS)
        self.composer = Composer(archive, "", ADAPTERS)
        self.copies = Copies(archive, self.composer)
        self._numbers = count(1)
        with archive.writing() as db:
            titles = {TG: "技术群", QQ: "老群", WX: "微信群"}
            keep(db, [Group(key, titles.get(key, "别的群")) for key in groups])
            consent.approve(db, groups)
            for key in groups:
                agree(db, key, [other for other in groups if other != key], mode, "test")
        self.now = int(time.time())
        self.look()
        with archive.writing() as db:
            announce(db, self.composer.links)
            db.execute("UPDATE outbox SET state = 'dropped'")

    def look(self, *more: BridgeConfig) -> None:
        """See what is open now, also of more bridges."""
        with self.archive.reading() as db:
            links = links_of(db, (self.bridge, *more), ADAPTERS)
        self.crossing.links = self.composer.links = links

    def say(self, text: str, who: str = "张三", **more: Any) -> int:
        """Let somebody say something on Telegram; return its number."""
        number = more.pop("edit", None) or next(self._numbers)
        person = {"id": 10 + len(who), "is_bot": more.pop("bot", False), "first_name": who}
        chat = {"id": -100123, "type": "supergroup", "title": "技术群"}
        at = self.now - more.pop("ago", 0)
        sort = "edited_message" if "edit_date" in more else "message"
        said = {"message_id": number, "date": at, "chat": chat, "from": person, "text": text}
        self.hear("tg", TG, {"update_id": number, sort: said | more})
        return number

    def say_on_qq(self, text: str, who: int = 20001, **more: Any) -> int:
        """Let somebody say something on QQ; return its number."""
        number = next(self._numbers)
        segments = more.pop("segments", [{"type": "text", "data": {"text": text}}])
        self.hear("qq", QQ, {
            "time": self.now, "self_id": 1, "post_type": "message", "message_type": "group",
            "group_id": 700, "user_id": who, "message_id": number, "real_seq": str(number),
            "sender": {"user_id": who, "nickname": f"网友{who}"}, "message": segments, **more,
        })  # fmt: skip
        return number

    def answer_on_qq(self, text: str, to: str) -> None:
        """Let somebody on QQ answer what the bot said there."""
        segments = [
            {"type": "reply", "data": {"id": "1"}}, {"type": "text", "data": {"text": text}},
        ]  # fmt: skip
        event = {
            "time": self.now, "self_id": 1, "post_type": "message", "message_type": "group",
            "group_id": 700, "user_id": 20001, "message_id": 900, "real_seq": "900",
            "sender": {"user_id": 20001, "nickname": "网友20001"}, "message": segments,
        }  # fmt: skip
        self.hear("qq", QQ, {"with": {"reply": {"id": to}}, "event": event})

    def hear(self, account: str, group: str, told: dict[str, Any]) -> None:
        """Keep an event, and let cross what crosses."""
        raw = json.dumps(told).encode()
        event = Event(1, account, "k", group, "raw", raw, 0, self.now)
        part = project(ADAPTERS, event, MediaConfig())
        assert part.error is None, part.error
        with self.archive.writing() as db:
            keep(db, part.records)
            self.crossing.cross(db, [part])

    def recall(self, number: int) -> None:
        """Let what was said on Telegram be taken back, as other platforms tell it."""
        with self.archive.writing() as db:
            keep(db, [Recall(TG, str(number), self.now)])

    def delete(self, group: str, number: str) -> None:
        """Let an admin delete what was said in a group, as QQ and WeChat tell it."""
        with self.archive.writing() as db:
            record = Recall(group, number, self.now)
            keep(db, [record])
            self.crossing.cross(db, [Projected(_EVENT, [record])])

    def follow(self) -> None:
        """See what became of originals."""
        with self.archive.writing() as db:
            now = int(time.time())
            take_back(db, ADAPTERS, now)
            change(db, ADAPTERS, now)
            take_essence(db, self.composer.links, ADAPTERS, now)

    def spoken(self, take: bool = True) -> dict[str, list[Outgoing]]:
        """Say what is to be said; return what each group's adapter is given."""
        found: dict[str, list[Outgoing]] = {}
        for account, adapter in ADAPTERS.items():
            with self.archive.writing() as db:
                for parcel in outbox.due(db, account, self.now + 60, 100):
                    begun = self.copies.begin(db, [parcel], adapter)
                    if not begun.parcels:
                        continue
                    ((one, given),) = begun.parcels
                    found.setdefault(given.group_key or "", []).append(given)
                    if take:
                        sent = Sent(
                            str(9_000 + one.id) if account == "tg" else f"{account}{one.id}"
                        )
                        outbox.sent(db, one.id, sent.message_id)
                        self.copies.said(db, one, sent)
        with self.archive.writing() as db:
            keep_copies(db)
        return found

    def texts(self) -> dict[str, list[str]]:
        """Say what is to be said; return the words."""
        return {key: [one.text for one in given] for key, given in self.spoken().items()}

    def keys(self, group: str) -> list[str]:
        with self.archive.reading() as db:
            return group_keys(db, group)
