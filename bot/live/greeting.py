"""Greets newcomers once, in the transaction that keeps their joining."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from adapters.contract import Adapter
from archive import outbox
from archive.codes import code_of
from archive.consent import group_keys
from archive.database import piece
from archive.errors import ArchiveError
from archive.group_settings import setting_of
from archive.masks import mask
from archive.outbox import Draft
from archive.records import AnyRecord, Member, Message
from archive.welcome import Pack, greet
from bot.commands.lines import one_line
from bot.commands.people import words_of
from bot.config import Config
from bot.live.projecting import Projected

PURPOSE = "greeting"
JOINS = (
    "join", "invite", "invite_members", "join_group_by_link", "join_group_by_request",
)  # fmt: skip
"""What platforms call a service message about somebody who came."""

_WORDS = 160
_TITLE = 20
_ONCE_IN = 600
"""Seconds in which a group gets one line for all whom the bot may not write to."""
_IN_THE_GROUP = (
    "欢迎新来的朋友！发 /新人 看看这里留下了什么。/ Welcome! Send /start to see what is kept here."
)


class Greeting:
    """Whom to greet, as was decided at the desk or else the configuration says."""

    def __init__(self, config: Config, adapters: Mapping[str, Adapter]) -> None:
        self._adapters = adapters
        self._base_url = config.web.base_url.rstrip("/")
        self._groups = frozenset(key for key, group in config.groups.items() if group.greet)
        self._welcome = {key: group.welcome for key, group in config.groups.items()}

    def greet(self, db: sqlite3.Connection, parts: Sequence[Projected]) -> None:
        """Put into the outbox what newcomers are told; call it where their joining is kept."""
        for part in parts:
            for group_key, member_key, at in newcomers(part.records):
                if not self._greets(db, group_key):
                    continue
                # a greeting must never hold up what is kept
                with suppress(ArchiveError), piece(db):
                    pack = greet(db, group_key, member_key, at)
                    if pack is not None:
                        self._say(db, part.event.account, group_key, member_key, pack)

    def _greets(self, db: sqlite3.Connection, group_key: str) -> bool:
        said = setting_of(db, group_key, "greet")
        if said is not None:
            return said == "on"
        return not self._groups.isdisjoint(group_keys(db, group_key))

    def _say(
        self, db: sqlite3.Connection, account: str, group_key: str, member_key: str, pack: Pack
    ) -> None:
        adapter = self._adapters.get(account)
        draft = Draft(
            account,
            text_of(db, pack, words_of(db, self._welcome, group_key), self._base_url),
            member_key=member_key,
            purpose=PURPOSE,
            unique=f"{PURPOSE} {member_key} {group_key}",
        )
        if adapter is not None and "direct" in adapter.abilities:
            outbox.put(db, draft)
        else:
            say_in_group(db, draft)


def newcomers(records: Sequence[AnyRecord]) -> Iterator[tuple[str, str, int | None]]:
    """Tell from an event's records who came: (group key, member key, Unix seconds)."""
    for message in records:
        if not isinstance(message, Message) or message.service not in JOINS:
            continue
        people = [
            record
            for record in records
            if isinstance(record, Member)
            and record.group_key == message.group_key
            and record.role != "left"
        ]
        others = [one for one in people if one.key != message.sender_key]
        came = [one for one in others if one.role == "member"] or others or people
        for key in dict.fromkeys(one.key for one in came if not one.is_bot):
            yield message.group_key, key, message.sent_at


def text_of(db: sqlite3.Connection, pack: Pack, words: str, base_url: str) -> str:
    """Write a greeting of at most five lines and a link."""
    title = one_line(pack.group.title, 24)
    lines = [
        f"欢迎来到「{title}」！这个群有存档：值得留下的话沉淀下来，能搜能读。"
        f"/ Welcome to “{title}”. This group is archived."
    ]
    if words:
        lines.append(one_line(words, _WORDS))
    if pack.essentials:
        told = (
            f"{one_line(mask(view.title), _TITLE)} · {code_of(db, view.messages[0].key)}"
            for view in pack.essentials
        )
        lines.append(f"先看 / Begin with: {'；'.join(told)}")
    lines.append("在群里发 /新人 看更多；谁在存、怎么退出：/隐私。/ In the group: /start, /privacy")
    return "\n".join(lines) + (f"\n{base_url}/" if base_url else "")


def say_in_group(db: sqlite3.Connection, draft: Draft) -> None:
    """Say one line in the group instead of a greeting that may not be said to the person alone."""
    _, _, group_key = (draft.unique or "  ").split(" ", 2)
    if group_key:
        there = Draft(
            draft.account,
            _IN_THE_GROUP,
            group_key=group_key,
            purpose=PURPOSE,
            unique=f"{PURPOSE} {group_key} {int(time.time()) // _ONCE_IN}",
        )
        outbox.put(db, there)
