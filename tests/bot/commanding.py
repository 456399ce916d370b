"""People who give commands: a small group, a router over a real archive, and what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from contextvars import copy_context
from typing import Any, TypeVar

from adapters.contract import NotReachable
from archive import consent, outbox
from archive.database import Archive
from archive.keep import keep
from archive.outbox import Draft
from archive.records import AnyRecord, Group, Message
from bot.commands.command import Answer, Asked, Setting
from bot.commands.router import Router, parse

T = TypeVar("T")
TG, QQ = "telegram:-100123", "qq:88990011"
T0 = 1_790_000_000
NAMES = {"1": "张三", "2": "李四", "3": "王五"}
SETTING = Setting(
    base_url="https://site.example", title="技术群", operator="小王 wang@site.example"
)


def said(id: str, text: str, who: str = "1", **more: Any) -> Message:
    """Make a message of a live source: sender `telegram:1`, called 张三."""
    group = more.pop("group", TG)
    platform = group.partition(":")[0]
    at = more.pop("at", T0 + int(id))
    return Message(group, id, at, f"{platform}:{who}", NAMES.get(who, who), text=text, **more)


def told(archive: Archive, *records: AnyRecord | Iterable[AnyRecord]) -> None:
    """Keep records."""
    flat: list[AnyRecord] = []
    for record in records:
        if isinstance(record, Iterable):
            flat += record
        else:
            flat.append(record)
    with archive.writing() as db:
        keep(db, flat)


def rows(archive: Archive, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with archive.reading() as db:
        return db.execute(sql, values).fetchall()


_loop = asyncio.Runner()


def at_once(does: Coroutine[Any, Any, T]) -> T:
    """Do something on the one event loop of these tests: a loop for each would begin its threads
    anew."""
    return _loop.run(does, context=copy_context())


class Talk:
    """A group that is archived, in which 张三 (1) is admin, 李四 (2) and 王五 (3) are members."""

    def __init__(self, archive: Archive, archived: bool = True, setting: Setting = SETTING) -> None:
        self.archive = archive
        # as beside the site; to open a connection takes longer than to ask
        archive.keep_open(2)
        self.setting = setting
        self.clock = 0.0
        self.now = T0 + 3600
        """When the next command is said."""
        self.roles: dict[tuple[str, str], str | None] = {(TG, "telegram:1"): "admin"}
        self.others: str | None = "member"
        self.shows_roles = True
        self.away = False
        self.questions: list[tuple[str, str]] = []
        self.router = Router(archive, clock=lambda: self.clock)
        self._number = 0
        told(archive, Group(TG, "技术群"))
        if archived:
            self.agree(TG)

    def agree(self, group: str) -> None:
        with self.archive.writing() as db:
            consent.start(db, group, by="telegram:1")

    async def role_of(self, group_key: str, member_key: str) -> str | None:
        """Answer as the platform would at this moment."""
        self.questions.append((group_key, member_key))
        if self.away:
            raise NotReachable("no answer")
        return self.roles.get((group_key, member_key), self.others)

    def asked(self, text: str, who: str | None = "2", **more: Any) -> Asked:
        parsed = parse(text, ("chendian_bot",))
        assert parsed is not None, text
        self._number += 1
        group = more.pop("group", TG)
        reply = more.pop("reply", None)
        platform = group.partition(":")[0]
        private = more.get("private", False)
        known: dict[str, Any] = {
            "account": "main",
            "platform": platform,
            "key": f"{group}:{5000 + self._number}:message",
            "name": parsed[0],
            "words": parsed[1],
            "at": self.now,
            "group_key": None if private else group,
            "sender_key": f"{platform}:{who}" if who else None,
            "sender_name": NAMES.get(who or "", who),
            "message_id": str(5000 + self._number),
            "reply_key": f"{group}:{reply}" if reply else None,
        }
        return Asked(**(known | more))

    def give(self, asked: Asked) -> Answer | None:
        """Hand a command over, long after the one before."""
        self.clock += 60
        role_of = self.role_of if self.shows_roles else None
        return at_once(self.router.handle(asked, self.setting, role_of))

    def ask(self, text: str, who: str | None = "2", **more: Any) -> str:
        """Say a command and return its answer, "" for none."""
        answer = self.give(self.asked(text, who, **more))
        return answer.text if answer else ""

    def code(self, id: str, group: str = TG) -> str:
        """Return a message's short code as the bot says it."""
        (text,) = [self.ask("/link", reply=id, group=group)]
        return text.splitlines()[0].rpartition(" · ")[2]

    def drafts(self, account: str = "main") -> list[Draft]:
        with self.archive.reading() as db:
            return [p.draft for p in outbox.due(db, account, 1 << 40, limit=10_000)]

    def audit(self, action: str) -> list[tuple[Any, ...]]:
        return rows(
            self.archive,
            "SELECT who, target, detail FROM audit WHERE action = ? ORDER BY id",
            action,
        )


def speaking(archive: Archive, texts: Mapping[str, str], **more: Any) -> Talk:
    """Make a talk in which these were said by 王五: platform id → text."""
    talk = Talk(archive, **more)
    told(archive, (said(id, text, "3") for id, text in texts.items()))
    return talk
