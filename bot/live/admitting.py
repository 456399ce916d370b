"""Which of the pushed records may be stored: as at the door, and only in the groups allowed."""

from __future__ import annotations

import sqlite3
import time

from archive.access import operator
from archive.consent import Standing, agreed_since, group_keys
from archive.errors import NotFound
from archive.groups import group_id
from archive.ids import is_sane
from archive.keys import platform_of
from archive.prepare import Prepared, Ready
from archive.records import EssenceMark, Group, Member, Reacted, Recall
from bot.commands.parsing import is_not_kept
from bot.config import IngestConfig

OPTED_OUT, NOT_KEPT, PAUSED = "opted out", "not to be kept", "paused"

_NOT_ALLOWED = "this ingest may not write to the group"
NO_CONSENT = "the group has not agreed to be archived"
_TOO_EARLY = "said before the group agreed to be archived"
_TWO = "an alias is another group that is here; to unite them: chendian group merge"
_ELSEWHERE = "the person is of another platform than the group"


class Dropped(str):
    """Why something is not stored that people do not want stored."""


class Admission:
    """What holds for one push, as of the moment it came."""

    def __init__(self, db: sqlite3.Connection, config: IngestConfig, standing: Standing) -> None:
        self._db = db
        self._config = config
        self._standing = standing
        self._now = time.time()
        self._groups: dict[str, int | str] = {}
        """Key → since when it agrees, or why nothing may be written to it."""

    def allows(self, key: str) -> bool:
        """Tell whether the configuration lets this ingest write to a group."""
        return any(
            key.startswith(name[:-1]) if name.endswith("*") else key == name
            for name in self._config.groups
        )

    def refusal(self, item: Ready) -> str | None:
        """Return why a record is not stored: a `Dropped` where people do not want it."""
        if isinstance(item, Prepared):
            return self._of_message(item)
        if isinstance(item, Group):
            return self._of_group(item)
        group_key = getattr(item, "group_key", None) or ""
        if isinstance(since := self._group(group_key), str):
            return since
        if isinstance(item, Recall):
            return None
        return self._of_person(_who(item), group_key) or self._of_time(group_key, None)

    def _of_message(self, message: Prepared) -> str | None:
        since = self._group(message.group_key)
        if isinstance(since, str):
            return since
        at = message.sent_at if is_sane(message.sent_at) else None
        if at is not None and at < since and not self._config.history:
            return _TOO_EARLY
        why = self._of_person(message.sender_key, message.group_key)
        if why is None and is_not_kept(message.text):
            return Dropped(NOT_KEPT)
        return why or self._of_time(message.group_key, at)

    def _of_group(self, group: Group) -> str | None:
        if group.title_only:
            return "it does not say which group it is of"
        since = self._group(group.key)
        if isinstance(since, str):
            return since
        for key in group.aliases:
            if not self.allows(key) or platform_of(key) != platform_of(group.key):
                return _NOT_ALLOWED
            if self._is_another(key, group.key):
                return _TWO
        return None

    def _is_another(self, key: str, than: str) -> bool:
        """Tell whether a key is that of a group with a history or an agreement of its own."""
        if than in group_keys(self._db, key):
            return False
        try:
            group_id(self._db, operator(), key)
        except NotFound:
            return agreed_since(self._db, key) is not None
        return True

    def _of_person(self, key: str | None, group_key: str) -> str | None:
        if key is None:
            return None
        if key in self._standing.opted_out:
            return Dropped(OPTED_OUT)
        return None if platform_of(key) == platform_of(group_key) else _ELSEWHERE

    def _of_time(self, group_key: str, at: int | None) -> str | None:
        paused = self._standing.paused_at(group_key, at or self._now)
        return Dropped(PAUSED) if paused else None

    def _group(self, key: str) -> int | str:
        known = self._groups.get(key)
        if known is None:
            known = self._groups[key] = self._look_up(key)
        return known

    def _look_up(self, key: str) -> int | str:
        if not self.allows(key):
            return _NOT_ALLOWED
        since = agreed_since(self._db, key)
        return NO_CONSENT if since is None else since


def _who(item: Ready) -> str | None:
    """Return whom a record that is no message is of."""
    if isinstance(item, Member):
        return item.key
    if isinstance(item, Reacted):
        return item.member_key
    return item.by if isinstance(item, EssenceMark) else None
