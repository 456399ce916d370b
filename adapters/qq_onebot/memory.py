"""What the last events said: short ids, who spoke, how people are called; lost with the process."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any, NamedTuple

from adapters.qq_onebot import keys
from adapters.qq_onebot.content import segments_of
from adapters.qq_onebot.envelope import MESSAGES, upload_of
from adapters.qq_onebot.raw import Read

MOST = 20_000
"""Messages remembered, of all groups together."""
_UPLOAD_SECONDS = 60.0
"""A file's notice and its message come within this long of each other."""
_PEOPLE = ("user_id", "operator_id", "target_id", "sender_id")


class Known(NamedTuple):
    """A message met before."""

    own_id: str
    user_id: str | None


class Memory:
    """Remembers what later events refer to."""

    def __init__(self) -> None:
        self._by_short: OrderedDict[tuple[str, str], Known] = OrderedDict()
        self._short: OrderedDict[tuple[str, str], int | str] = OrderedDict()
        self._handed: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._names: dict[str, dict[str, str]] = {}
        self._uploads: OrderedDict[tuple[Any, ...], tuple[float, str]] = OrderedDict()
        self.reports_own = False
        """The gateway has told what its own account said."""

    def learn(self, event: dict[str, Any]) -> None:
        """Remember a message: its ids, and what its sender is called."""
        group, short = keys.word(event.get("group_id")), keys.word(event.get("message_id"))
        if group is None or event.get("post_type") not in (*MESSAGES, None):
            return
        self.reports_own |= event.get("post_type") == "message_sent"
        who = keys.word(event.get("user_id"))
        own_id = keys.message_id(event)
        if short is not None:
            as_number = keys.number(short)
            self._by_short[group, short] = Known(own_id, who)
            self._short[group, own_id] = short if as_number is None else as_number
            _limit(self._by_short)
            _limit(self._short)
        sender = event.get("sender")
        if who is not None and isinstance(sender, dict):
            self.call(group, who, sender.get("card") or sender.get("nickname"))

    def call(self, group_id: str, user_id: str, name: Any) -> None:
        """Remember what somebody is called in a group."""
        if isinstance(name, str) and name:
            self._names.setdefault(group_id, {})[user_id] = name

    def hand(self, group_id: str, own_id: str) -> None:
        """Note that a message is on its way to the door, or there."""
        self._handed[group_id, own_id] = None
        _limit(self._handed)

    def is_handed(self, group_id: str, own_id: str) -> bool:
        """Tell whether a message need not be fetched again while this process lives."""
        return (group_id, own_id) in self._handed

    def message(self, group_id: str, short: Any) -> Known | None:
        """Return the message a short id meant last in a group."""
        return self._by_short.get((group_id, keys.word(short) or ""))

    def short_id(self, group_id: str, own_id: str) -> int | str | None:
        """Return the short id of a message, out of its id or from memory."""
        written = keys.short_id(own_id)
        return written if written is not None else self._short.get((group_id, own_id))

    def beside(self, told: Read) -> dict[str, Any]:
        """Return what is remembered about an event: names, the message answered, the same file."""
        event, known = told.event, dict(told.known)
        group = keys.word(event.get("group_id"))
        if group is None:
            return known
        names = self._names_for(event, group)
        if names:
            known["names"] = names
        if event.get("post_type") in (*MESSAGES, None):
            answered = self.message(group, answered_by(event))
            if answered is not None:
                known["reply"] = {"id": answered.own_id, "user_id": answered.user_id}
            known |= self._file_told(event, group)
        elif event.get("notice_type") == "group_upload":
            known |= self._notice_told(told, group)
        return known

    def _names_for(self, event: dict[str, Any], group: str) -> dict[str, str]:
        called = self._names.get(group)
        if not called:
            return {}
        if event.get("post_type") == "notice":
            who = [keys.word(event.get(name)) for name in _PEOPLE]
        else:
            who = [
                keys.word(segment["data"].get("qq"))
                for segment in segments_of(event)
                if isinstance(segment, dict)
                and segment.get("type") == "at"
                and isinstance(segment.get("data"), dict)
            ]
        return {person: called[person] for person in who if person in called}

    def _file_told(self, event: dict[str, Any], group: str) -> dict[str, str]:
        """Join a message with a file to the notice that came before it, or note it for one."""
        for segment in segments_of(event):
            if isinstance(segment, dict) and segment.get("type") == "file":
                data = segment.get("data")
                file = data if isinstance(data, dict) else {}
                name, size = file.get("name") or file.get("file"), file.get("file_size")
                who = keys.word(event.get("user_id"))
                place = (group, who, _name(name), keys.number(size))
                before = self._recall("notice", place)
                if before is not None:
                    return {"upload": before}
                self._note("message", place, keys.message_id(event))
        return {}

    def _notice_told(self, told: Read, group: str) -> dict[str, str]:
        found = told.event.get("file")
        file: dict[str, Any] = found if isinstance(found, dict) else {}
        who, size = keys.word(told.event.get("user_id")), keys.number(file.get("size"))
        place = (group, who, _name(file.get("name")), size)
        before = self._recall("message", place)
        if before is not None:
            return {"message": before}
        self._note("notice", place, upload_of(told))
        return {}

    def _note(self, kind: str, place: tuple[Any, ...], own_id: str) -> None:
        self._uploads[kind, *place] = time.monotonic(), own_id
        _limit(self._uploads)

    def _recall(self, kind: str, place: tuple[Any, ...]) -> str | None:
        at, own_id = self._uploads.pop((kind, *place), (0.0, ""))
        return own_id if own_id and time.monotonic() - at < _UPLOAD_SECONDS else None


def answered_by(event: dict[str, Any]) -> Any:
    """Return the short id of the message an event answers; None if it answers none."""
    for segment in segments_of(event):
        if isinstance(segment, dict) and segment.get("type") == "reply":
            data = segment.get("data")
            return data.get("id") if isinstance(data, dict) else None
    return None


def _limit(remembered: OrderedDict[Any, Any]) -> None:
    while len(remembered) > MOST:
        remembered.popitem(last=False)


def _name(told: Any) -> str | None:
    return told if isinstance(told, str) else None
