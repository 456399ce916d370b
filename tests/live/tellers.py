"""People of three groups who speak through the platforms' peers, and hear what the bot says."""

from __future__ import annotations

from typing import Any

from bot_api import FakeBotApi
from bot_api_updates import TECH, joined, private, reaction, user
from gateway import Gateway
from operated import until
from qq_gateway import GROUP, QqGateway
from transcripts import Line

Heard = tuple[str, str]
"""Where the bot said it, `group` or a person's name, and what."""

ROOM = "20000000002@chatroom"
CHAT = TECH | {"title": "独立开发者夜谈"}
_FILE = 4096
"""Bytes."""
_RULE = "」\n- - - - - - - - - - - - - - -\n"
"""How WeChat quotes what is answered."""


class Teller:
    """One platform's group; what was said is known by the transcript's names."""

    platform: str
    key: str

    def __init__(self) -> None:
        self.said: dict[str, Any] = {}
        """Id or name in the transcript → the message as the peer knows it."""

    def tell(self, line: Line, at: int) -> None:
        """Say a line of the transcript at a Unix time, with the reactions it gets."""
        told = self._say(line, at)
        self.said[line.message.id] = told
        if line.name is not None:
            self.said[line.name] = told
        for number in range(sum(one.count or 0 for one in line.message.reactions)):
            self._react(told, number)
        if line.message.recalled:
            self.take_back(told, line.message.sender_name)

    def ask(
        self, who: str, text: str, expected: str, reply: str | None = None, alone: bool = False
    ) -> str:
        """Give a command now and return the answer, in the group or to this person alone."""
        before = len(self.heard())
        self.say(who, text, reply)
        return self.hears(expected, who if alone else "group", before)

    def hears(self, expected: str, place: str, before: int = 0) -> str:
        """Wait until the bot says something in a place; return it."""

        def found() -> str | None:
            heard = self.heard()[before:]
            return next((t for p, t in heard if p == place and expected in t), None)

        try:
            return str(until(found))
        except AssertionError:
            raise AssertionError(
                f"{expected} is not in {self.heard()[before:]} at {place}"
            ) from None

    def say(self, who: str, text: str, reply: str | None = None) -> Any:
        """Say something now."""
        raise NotImplementedError

    def heard(self) -> list[Heard]:
        """Return what the bot said, oldest first."""
        raise NotImplementedError

    def take_back(self, told: Any, who: str) -> None:
        """Recall a message, where the platform tells of it."""

    def let_in(self, who: str) -> None:
        """Let somebody new into the group."""
        raise NotImplementedError

    def _say(self, line: Line, at: int) -> Any:
        raise NotImplementedError

    def _react(self, told: Any, number: int) -> None:
        """Let the so-many-th silent reader react."""


class TelegramTeller(Teller):
    """The developers' group; Telegram tells no bot that a message was deleted."""

    platform, key = "telegram", f"telegram:{CHAT['id']}"

    def __init__(self, api: FakeBotApi, owner: str) -> None:
        super().__init__()
        self.api = api
        self.people: dict[str, Any] = {}
        api.set_member(CHAT, self.person(owner), "creator")

    def person(self, name: str) -> Any:
        """Return the account of a member, who has written to the bot before."""
        if name not in self.people:
            told = self.people[name] = user(4000 + len(self.people), name)
            self.api.meet(private(told))
        return self.people[name]

    def say(self, who: str, text: str, reply: str | None = None) -> int:
        answered = self.said[reply] if reply else None
        return self.api.say(text, CHAT, sender=self.person(who), reply_to=answered)

    def whisper(self, who: str, text: str) -> None:
        """Say something to the bot alone."""
        self.api.say(text, chat=private(self.person(who)), sender=self.person(who))

    def let_in(self, who: str) -> None:
        person = self.person(who)
        told = joined(CHAT, person, person, "left", "member")
        self.api.add_update({"chat_member": told})
        self.api.say(chat=CHAT, sender=person, new_chat_members=[person])

    def pin(self, name: str, who: str) -> None:
        """Let an admin pin a message: the platform's own essence."""
        there = self.api.world.messages[CHAT["id"]][self.said[name]]
        self.api.say(chat=CHAT, sender=self.person(who), pinned_message=there)

    def heard(self) -> list[Heard]:
        names = {one["id"]: name for name, one in self.people.items()}
        return [(names.get(one["chat_id"], "group"), one["text"]) for one in list(self.api.sent)]

    def _say(self, line: Line, at: int) -> int:
        message = line.message
        fields: dict[str, Any] = {"date": at, "text": message.text}
        if message.kind == "file":
            stored = self.api.add_file(b"%PDF-1.4 " + bytes(_FILE))
            document = stored | {"file_name": message.attachments[0].name}
            fields = {"date": at, "caption": message.text, "document": document}
        answered = self.said.get(message.reply_to or "")
        return self.api.say(
            chat=CHAT, sender=self.person(message.sender_name), reply_to=answered, **fields
        )

    def _react(self, told: int, number: int) -> None:
        self.api.add_update(reaction(CHAT, told, user(7000 + number, f"读者{number}")))


class QqTeller(Teller):
    """The first half of the hikers' week."""

    platform, key = "qq", f"qq:{GROUP}"

    def __init__(self, qq: QqGateway, owner: str) -> None:
        super().__init__()
        self.qq = qq
        self.people: dict[str, int] = {}
        qq.do(lambda peer: peer.world.group(GROUP)).name = "城南徒步群"
        self.person(owner, "owner")

    def person(self, name: str, role: str = "member") -> int:
        """Return a member's number."""
        if name not in self.people:
            number = self.people[name] = 30_001 + len(self.people)
            self.qq.do(lambda peer: peer.world.group(GROUP).add(number, name, role))
        return self.people[name]

    def say(self, who: str, text: str, reply: str | None = None) -> Any:
        person, answered = self.person(who), self.said[reply] if reply else None
        return self.qq.do(lambda peer: peer.say(GROUP, person, text, reply=answered))

    def heard(self) -> list[Heard]:
        names = {number: name for name, number in self.people.items()}
        told = self.qq.do(lambda peer: [params for _, params in peer.sent])
        places = [names.get(int(one.get("user_id") or 0), "group") for one in told]
        return list(zip(places, self.qq.answers(), strict=False))

    def take_back(self, told: Any, who: str) -> None:
        self.qq.do(lambda peer: peer.recall(told))

    def let_in(self, who: str) -> None:
        number = self.people[who] = 39_999
        self.qq.do(lambda peer: peer.join(GROUP, number))

    def essence(self, name: str) -> None:
        """Let an admin set a message as 群精华: the platform's own essence."""
        self.qq.do(lambda peer: peer.essence(self.said[name]))

    def _say(self, line: Line, at: int) -> Any:
        message, said = line.message, line.message.text
        segments: list[Any] = [{"type": "text", "data": {"text": said}}]
        if message.kind in ("sticker", "photo"):
            segments = [{"type": "face", "data": {"id": "178"}}]
        elif message.kind == "file":
            name = message.attachments[0].name
            data = {"file": name, "file_id": f"/{name}", "file_size": str(_FILE)}
            # who sends a file on QQ says what it is in a message before
            self._said(message.sender_name, segments, at - 1, None)
            segments = [{"type": "file", "data": data}]
        return self._said(message.sender_name, segments, at, self.said.get(message.reply_to or ""))

    def _said(self, who: str, segments: list[Any], at: int, reply: Any) -> Any:
        person = self.person(who)
        return self.qq.do(lambda peer: peer.say(GROUP, person, segments, at=at, reply=reply))

    def _react(self, told: Any, number: int) -> None:
        reader = self.person(f"读者{number}")
        self.qq.do(lambda peer: peer.react(told, reader, "76"))


class WechatTeller(Teller):
    """The other half of the hikers' week, of which WeChat tells no answers and no reactions."""

    platform, key = "wechat", f"wechat:{ROOM}"

    def __init__(self, gateway: Gateway, names: list[str], owner: str) -> None:
        super().__init__()
        self.gateway = gateway
        self.people = {name: f"wxid_{number}" for number, name in enumerate(names)}
        self._texts: dict[str, tuple[str, str]] = {}
        for name, key in self.people.items():
            gateway.do("person", key=key, name=name)
        gateway.do(
            "room", key=ROOM, title="城南徒步群", owner=self.people[owner],
            members=["wxid_bot", *self.people.values()],
        )  # fmt: skip

    def say(self, who: str, text: str, reply: str | None = None) -> str:
        return self.gateway.say(text, sender=self.people[who], room=ROOM)

    def heard(self) -> list[Heard]:
        names = {key: name for name, key in self.people.items()}
        sent = self.gateway.sent()
        return [(names.get(one["conversation"], "group"), one["text"]) for one in sent]

    def take_back(self, told: str, who: str) -> None:
        self.gateway.recall(told, sender=self.people[who], room=ROOM)

    def let_in(self, who: str) -> None:
        key = self.people[who] = "wxid_new"
        self.gateway.do("person", key=key, name=who)
        self.gateway.do("join", who=[key], by=self.people["山猫"], room=ROOM)

    def _say(self, line: Line, at: int) -> str:
        message = line.message
        where = {"sender": self.people[message.sender_name], "room": ROOM, "at": at * 1000}
        if message.kind == "sticker":
            return self.gateway.say("", type="Emoticon", **where)
        text = message.text
        if message.reply_to in self.said:
            name, quoted = self._texts[message.reply_to]
            text = f"「{name}：{quoted}{_RULE}{text}"
        self._texts[message.id] = message.sender_name, message.text
        return self.gateway.say(text, **where)
