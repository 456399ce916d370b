"""A group at each platform's peer, in which people with names give commands and read answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

from accounts import approved, telegram, wechat
from bot_api import FakeBotApi
from bot_api_updates import joined, private, supergroup, user
from gateway import Gateway
from operated import until
from qq_gateway import QqGateway

PEOPLE = {
    "admin": (1, "管甲"), "admin2": (2, "管乙"), "author": (3, "写者"), "member": (4, "群友甲"),
    "member2": (5, "群友乙"), "stranger": (6, "过客"), "passer": (7, "路人"),
}  # fmt: skip
"""Who is in the group, and two who are not: number and name."""
OUTSIDE = ("stranger", "passer")
GROUPS = {"group": 1, "new": 2, "other": 3}
"""One that is archived, one whose admins will say so, and one that never is."""


class Said(NamedTuple):
    """Something a person said, as the peer knows it."""

    id: str
    who: str
    text: str
    event: Any = None


class Told(NamedTuple):
    """Something the bot said: in which group or to whom alone, answering what or whom."""

    to: str
    text: str
    answers: str | None = None


class Place(ABC):
    """One account of a platform with three groups; no two have anybody in common."""

    platform: str

    def __init__(self, number: int) -> None:
        self.number = number
        self._first = 30_000 + 100 * number
        self._who = {self.id_of(who): who for who in PEOPLE}

    def id_of(self, who: str) -> str:
        """Return a person's id on the platform."""
        return str(self._first + PEOPLE[who][0])

    def group_id(self, where: str) -> int:
        """Return the number of a group."""
        return 1000 * self._first + GROUPS[where]

    def key(self, where: str = "group") -> str:
        """Return a group's key in the archive."""
        return f"{self.platform}:{self.group_id(where)}"

    def groups(self) -> str:
        """Return the groups' lines in the configuration."""
        return approved(self.key())

    def meet(self) -> None:
        """Let everybody in the group say something."""
        for who in PEOPLE:
            if who not in OUTSIDE:
                self.say(who, f"大家好，我是{who}")

    @abstractmethod
    def account(self) -> str:
        """Return the account's lines in the configuration."""

    @abstractmethod
    def say(self, who: str, text: str, where: str = "group", about: Said | None = None) -> Said:
        """Say something in a group, perhaps about a message, or to the bot `alone`."""

    @abstractmethod
    def upload(self, who: str, name: str) -> None:
        """Send a file to the group."""

    @abstractmethod
    def again(self, said: Said) -> None:
        """Deliver again what was said in the group."""

    @abstractmethod
    def told(self) -> list[Told]:
        """Return what the bot has said, oldest first."""


class TelegramPlace(Place):
    """Groups of a bot that has others as well; everybody has begun a talk with it."""

    platform = "telegram"

    def __init__(self, number: int, api: FakeBotApi) -> None:
        super().__init__(number)
        self._api = api
        self._people = {who: user(int(self.id_of(who)), name) for who, (_, name) in PEOPLE.items()}
        self._chats = {where: supergroup(self.group_id(where), f"群{number}") for where in GROUPS}
        for chat in self._chats.values():
            api.meet(chat)
        for who, person in self._people.items():
            api.meet(private(person), person)
            if who.startswith("admin"):
                for where in ("group", "new"):
                    api.set_member(self._chats[where], person, "administrator")

    def group_id(self, where: str) -> int:
        return -1_002_000_000_000 - super().group_id(where)

    def meet(self) -> None:
        """Besides, let Telegram tell of the admins, the bot among them."""
        super().meet()
        # before that a bot is told of no admins
        until(lambda: "chat_member" in self._api.queue.allowed)
        chat, by = self._chats["group"], self._people["author"]
        for who in ("admin", "admin2"):
            change = joined(chat, self._people[who], by, "member", "administrator")
            self._api.add_update({"chat_member": change})
        change = joined(chat, self._api.bot, by, "member", "administrator")
        self._api.add_update({"my_chat_member": change})

    def account(self) -> str:
        return telegram(self._api)

    def say(self, who: str, text: str, where: str = "group", about: Said | None = None) -> Said:
        person = self._people[who]
        chat = private(person) if where == "alone" else self._chats[where]
        reply = {"reply_to": int(about.id)} if about else {}
        number = self._api.say(text, chat, person, **reply)
        event = self._api.world.messages[chat["id"]][number]
        if about:
            event = event | {"reply_to_message": about.event}
        return Said(str(number), who, text, event)

    def upload(self, who: str, name: str) -> None:
        file = self._api.add_file(b"%PDF-1.4 " + name.encode(), f"documents/{name}")
        self._api.say(
            "", self._chats["group"], self._people[who], document=file | {"file_name": name}
        )

    def again(self, said: Said) -> None:
        self._api.add_update({"message": said.event})

    def told(self) -> list[Told]:
        places = {self.group_id(where): where for where in GROUPS}
        places |= {person["id"]: who for who, person in self._people.items()}
        return [
            Told(
                places[sent["chat_id"]],
                sent["text"],
                str(sent.get("reply_parameters", {}).get("message_id", "")) or None,
            )
            for sent in list(self._api.sent)
            if sent["chat_id"] in places
        ]


class QqPlace(Place):
    """Groups behind a gateway of its own, for an account says one thing a second."""

    platform = "qq"

    def __init__(self, number: int, gateway: QqGateway) -> None:
        super().__init__(number)
        self._gateway = gateway
        world = gateway.peer.world
        world.self_id += number
        world.groups.clear()
        for where in GROUPS:
            group = world.group(self.group_id(where), f"群{number}")
            group.members = {world.self_id: group.members[world.self_id]}
            for who, (_, name) in PEOPLE.items():
                if (who in OUTSIDE) is (where == "other"):
                    role = "admin" if who.startswith("admin") else "member"
                    group.add(int(self.id_of(who)), name, role)

    def account(self) -> str:
        return self._gateway.account().replace("old-qq", f"qq{self.number}")

    def say(self, who: str, text: str, where: str = "group", about: Said | None = None) -> Said:
        person = int(self.id_of(who))
        if where == "alone":
            event = self._gateway.do(lambda peer: peer.whisper(person, text))
        else:
            group, reply = self.group_id(where), about.event if about else None
            event = self._gateway.do(lambda peer: peer.say(group, person, text, reply=reply))
        return Said(str(event["message_id"]), who, text, event)

    def upload(self, who: str, name: str) -> None:
        group, person = self.group_id("group"), int(self.id_of(who))
        self._gateway.do(lambda peer: peer.upload(group, person, name, 9))

    def again(self, said: Said) -> None:
        self._gateway.do(lambda peer: peer.tell(said.event))

    def told(self) -> list[Told]:
        sent = self._gateway.do(lambda peer: list(peer.sent))
        return [self._read(action, given) for action, given in sent]

    def _read(self, action: str, given: dict[str, Any]) -> Told:
        text = "".join(part["data"].get("text", "") for part in given["message"])
        if action == "send_private_msg":
            return Told(self._who[str(given["user_id"])], text)
        (where,) = (name for name in GROUPS if self.group_id(name) == int(given["group_id"]))
        first = given["message"][0]
        if first["type"] == "reply":
            return Told(where, text, first["data"]["id"])
        called = self._who[first["data"]["qq"]] if first["type"] == "at" else None
        return Told(where, text, called)


class WechatPlace(Place):
    """Rooms behind a gateway process of its own, for an account says one thing a second."""

    platform = "wechat"

    def __init__(self, number: int, gateway: Gateway) -> None:
        super().__init__(number)
        self._gateway = gateway
        for who, (_, name) in PEOPLE.items():
            gateway.do("person", key=self.id_of(who), name=name)
        for where in GROUPS:
            inside = [self.id_of(who) for who in PEOPLE if (who in OUTSIDE) is (where == "other")]
            gateway.do("room", key=self.room(where), title=f"群{number}", members=inside)

    def id_of(self, who: str) -> str:
        return f"wxid_{super().id_of(who)}"

    def room(self, where: str) -> str:
        """Return a room's id."""
        return f"{self.group_id(where)}@chatroom"

    def key(self, where: str = "group") -> str:
        return f"wechat:{self.room(where)}"

    def groups(self) -> str:
        admins = f"admins = {[f'wechat:{self.id_of(who)}' for who in ('admin', 'admin2')]}"
        return "\n".join(
            (approved(self.key(), admins), f'[groups."{self.key("new")}"]', admins)
        )  # fmt: skip

    def account(self) -> str:
        return wechat(self._gateway).replace("accounts.wx", f"accounts.wx{self.number}")

    def say(self, who: str, text: str, where: str = "group", about: Said | None = None) -> Said:
        place = {"to": "wxid_bot"} if where == "alone" else {"room": self.room(where)}
        rule = "\n- - - - - - - - - - - - - - -\n"
        quote = f"「{PEOPLE[about.who][1]}：{about.text}」{rule}" if about else ""
        return Said(self._gateway.say(quote + text, sender=self.id_of(who), **place), who, text)

    def upload(self, who: str, name: str) -> None:
        more = {"from": self.id_of(who), "room": self.room("group"), "type": "Attachment"}
        self._gateway.file(name, size=9, **more)

    def again(self, said: Said) -> None:
        self._gateway.do("emit", event="message", payload={"messageId": said.id})

    def told(self) -> list[Told]:
        rooms = {self.room(where): where for where in GROUPS}
        told = []
        for sent in self._gateway.sent():
            _, called, text = sent["text"].rpartition("\u2005")
            assert bool(called) is bool(sent["mentions"]), sent
            who = self._who[sent["mentions"][0]] if sent["mentions"] else None
            to = sent["conversation"]
            told.append(Told(rooms.get(to) or self._who[to], text, who))
        return told
