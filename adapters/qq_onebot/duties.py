"""What is done beside listening: history at each connect, 群精华, names and roles, new groups."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Sequence
from typing import Any

from adapters.contract import AdapterError, Door, NotReachable
from adapters.frames import encode
from adapters.qq_onebot import keys
from adapters.qq_onebot.essence import Compared, compare
from adapters.qq_onebot.history import Found, Look, Missed
from adapters.qq_onebot.intake import MOST_AT_ONCE, Intake
from adapters.qq_onebot.link import Link
from adapters.qq_onebot.lookups import looked_up, needs_asking, without_strangers_words
from adapters.qq_onebot.memory import Memory
from adapters.qq_onebot.options import Options
from adapters.qq_onebot.progress import Progress
from adapters.qq_onebot.raw import OURS, Read, read, with_known
from archive.errors import ArchiveError

log = logging.getLogger(__name__)

_TICK = 2.0
"""Seconds at most between looks for groups that have just been archived."""
_AT_ONCE = 4
"""Groups whose history is gone through at the same time."""
_MEMBERS_MINUTES = 24 * 60.0
_FUTURE = 300
"""Seconds by which a message may be dated ahead of this machine's clock."""
_LIVE = re.compile(r"\d+|\d+-[0-9a-f]{4}-[\w-]+", re.ASCII)
"""Ids as this adapter makes them."""
_SAID_OF_PEOPLE = ("user_id", "nickname", "card", "role")


class Duties:
    """Everything that is asked of a gateway unprompted; lives as long as the adapter listens."""

    def __init__(
        self, door: Door, intake: Intake, memory: Memory, options: Options, progress: Progress
    ) -> None:
        self._door = door
        self._intake = intake
        self._memory = memory
        self._options = options
        self.progress = progress
        self._newest: dict[str, list[tuple[str, int]]] = {}
        self._keeping = asyncio.Lock()
        self._members_told: dict[str, bytes] = {}
        self._titles: dict[str, str] = {}
        self._here: frozenset[str] = frozenset()
        """Groups the account is in; others of the platform may be another account's."""
        self._done: dict[str, dict[str, float]] = {}
        """Kind of duty → group → when it was done last."""

    def hurry(self) -> None:
        """Look for missed messages at the next opportunity: the account was away."""
        self._done.pop("history", None)

    async def look_before(self) -> None:
        """Note what each group has before this connection's events are let in."""
        archived = await self._intake.archived()
        await self._begin_groups(archived)
        self._newest = {group: await self._door.newest(group) for group in archived}
        self._done.clear()

    async def run(self, link: Link) -> None:
        """Do what is due, for ever. Raises AdapterError only when the connection is gone."""
        options = self._options
        while True:
            archived = await self._intake.archived()
            await self._begin_groups(archived)
            if self._due("groups", archived, options.history_minutes):
                await self._try("groups", "", self._groups(link, archived))
            archived = archived & self._here if self._here else archived
            due = self._due("history", archived, options.history_minutes)
            limit = asyncio.Semaphore(_AT_ONCE)
            async with asyncio.TaskGroup() as tasks:
                for group in due:
                    tasks.create_task(self._in_turn(limit, link, group))
            for group in archived & self._intake.marked.keys():
                self._done.get("essence", {}).pop(group, None)
            for group in self._due("essence", archived, options.essence_minutes):
                await self._try("essence", group, self._essence(link, group))
            for group in self._due("members", archived, _MEMBERS_MINUTES):
                await self._try("members", group, self._members(link, group))
            if link.is_closed:
                raise NotReachable("the connection was lost.")
            await asyncio.sleep(min(_TICK, options.history_minutes * 60 / 4))

    def _due(self, kind: str, archived: frozenset[str], minutes: float) -> list[str]:
        last, now = self._done.setdefault(kind, {}), time.monotonic()
        due = [g for g in archived if now - last.get(g, float("-inf")) >= minutes * 60]
        last.update(dict.fromkeys(due, now))
        return sorted(due)

    async def _try(self, kind: str, group: str, duty: Any) -> None:
        """Let one duty fail alone; it comes round again."""
        try:
            await duty
        except (AdapterError, ArchiveError) as error:
            log.warning("onebot: %s failed group=%s: %s", kind, group, error.what)

    async def _in_turn(self, limit: asyncio.Semaphore, link: Link, group: str) -> None:
        async with limit:
            await self._try("history", group, self._history(link, group))

    async def _history(self, link: Link, group: str) -> None:
        """Fetch what was said since the group was last known to be complete."""
        back_to = self.progress.covered[group]
        asked_at = int(time.time())
        look = Look(link, group, back_to=back_to, most=self._options.history_most)
        found = await look.back()
        # what is still on its way must be kept before this group is called complete
        await self._intake.settle()
        there = {own_id for own_id, _ in self._newest.get(group, ())}
        missed = [m for m in found.messages if not self._is_there(group, m, there)]
        for start in range(0, len(missed), MOST_AT_ONCE):
            part = missed[start : start + MOST_AT_ONCE]
            events = [await self._whole(link, message) for message in part]
            # oldest first: if this is cut short, the next look begins where it ended
            await self._keep(events, group, _latest(part) if found.reached else None)
            for message in part:
                self._memory.hand(keys.platform_id(group), message.own_id)
        if missed:
            log.info("onebot: history group=%s missed=%d", group, len(missed))
        await self._complete(link, group, found, back_to, asked_at)

    async def _complete(
        self, link: Link, group: str, found: Found, back_to: int, asked_at: int
    ) -> None:
        newest = _latest(found.messages)
        if newest is not None and not found.failed:
            await self._keep([], group, newest)
        spans = found.spans or ([(back_to, back_to)] if found.reached else [])
        if spans and spans[-1][1] < asked_at and await self._works(link, group):
            spans = [*spans[:-1], (spans[-1][0], asked_at)]
        for since, until in spans:
            if until > since or found.messages:
                await self._door.complete(group, since, until)

    async def _works(self, link: Link, group: str) -> bool:
        """Tell whether the account can ask QQ itself about a group: a frozen one has a history
        too, but what is said now is not in it."""
        if link.self_id is None:
            return False
        own = {"group_id": keys.api_id(group), "user_id": keys.number(link.self_id)}
        try:
            await link.call("get_group_member_info", seconds=10, no_cache=True, **own)
        except AdapterError:
            return False
        return True

    async def _keep(self, events: list[bytes], group: str, covered: int | None) -> None:
        """Hand over events, and with them up to when the group is covered."""
        async with self._keeping:
            progress = self.progress.copy()
            if covered is not None and covered > progress.covered.get(group, 0):
                progress.covered[group] = covered
            elif not events:
                return
            await self._intake.hand_over(events, offset=progress.text())
            self.progress = progress

    async def _begin_groups(self, archived: frozenset[str]) -> None:
        """Settle, once and before any of its messages come, from when on a group may miss some."""
        if archived == set(self.progress.covered):
            return
        async with self._keeping:
            progress = self.progress.copy()
            now = int(time.time())
            progress.withdraw(archived, now)
            for group in archived - set(progress.covered):
                known = [] if group in progress.withdrawn else await self._door.newest(group)
                # what an import brought has other ids: it says nothing of when archiving began
                live = [at for own_id, at in known if _LIVE.fullmatch(own_id)]
                progress.begin(group, max((at for at in live if at <= now + _FUTURE), default=now))
            await self._intake.hand_over([], offset=progress.text())
            self.progress = progress

    def _is_there(self, group: str, message: Missed, there: set[str]) -> bool:
        group_id = keys.platform_id(group)
        return message.own_id in there or self._memory.is_handed(group_id, message.own_id)

    async def _whole(self, link: Link, message: Missed) -> bytes:
        """Put beside a message of history what is known of it, its merged records opened."""
        told = read(message.raw)
        told = Read(told.event, self._memory.beside(told))
        self._memory.learn(told.event)
        if needs_asking(told, live=False):
            return await looked_up(link, self._memory, message.raw, told)
        return with_known(*without_strangers_words(message.raw, told.event, told.known))

    async def _essence(self, link: Link, group: str) -> None:
        """Follow the marks that were set or taken away where nobody told of it."""
        known = self.progress.essence.get(group, {})
        told = dict(self._intake.marked.get(group, {}))
        compared = await compare(link, group, known, told, self.progress.is_paused)
        if compared.marked != known or compared.events:
            await self._keep_marks(group, compared)
        # what came meanwhile, unless the list has it already
        later = self._intake.marked.pop(group, {}).items() - told.items()
        if left := {name: at for name, at in later if name not in compared.listed}:
            self._intake.marked[group] = left

    async def _keep_marks(self, group: str, compared: Compared) -> None:
        async with self._keeping:
            progress = self.progress.copy()
            progress.essence[group] = compared.marked
            await self._intake.hand_over(compared.events, offset=progress.text())
            self.progress = progress

    async def _groups(self, link: Link, archived: frozenset[str]) -> None:
        """Learn in which groups the account is, and what the archived ones are called."""
        listed = await link.call("get_group_list")
        entries = [e for e in listed if isinstance(e, dict)] if isinstance(listed, list) else []
        self._here = frozenset(key for key in map(keys.group_key, entries) if key)
        events = []
        for entry in entries:
            key, title = keys.group_key(entry), entry.get("group_name")
            if key is None or key not in archived or not isinstance(title, str):
                continue
            if title and self._titles.get(key) != title:
                events.append(_event("group", entry["group_id"], {"group_name": title}))
                self._titles[key] = title
        if events:
            await self._intake.hand_over(events)

    async def _members(self, link: Link, group: str) -> None:
        listed = await link.call("get_group_member_list", group_id=keys.api_id(group), seconds=30)
        people = [p for p in listed if isinstance(p, dict)] if isinstance(listed, list) else []
        group_id = keys.platform_id(group)
        for person in people:
            who = keys.word(person.get("user_id"))
            if who is not None:
                self._memory.call(group_id, who, person.get("card") or person.get("nickname"))
        said = [{name: p[name] for name in _SAID_OF_PEOPLE if p.get(name)} for p in people]
        told = encode(said)
        if people and self._members_told.get(group) != told:
            event = _event("members", keys.api_id(group), {"members": said})
            await self._intake.hand_over([event])
            self._members_told[group] = told


def _latest(messages: Sequence[Missed]) -> int | None:
    """Return the last time among messages, those dated into the future left aside."""
    latest = int(time.time()) + _FUTURE
    return max((m.sent_at for m in messages if m.sent_at <= latest), default=None)


def _event(kind: str, group_id: Any, said: dict[str, Any]) -> bytes:
    """Make an event of our own out of an API's answer."""
    at = int(time.time())
    return encode({"post_type": OURS, "kind": kind, "time": at, "group_id": group_id, **said})
