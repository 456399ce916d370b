"""The lists at the top of a Slack export: channels, direct messages, people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from adapters.exports.encoding import open_text
from adapters.exports.format import ExportError, ExportFile, Options
from adapters.exports.json_stream import elements
from archive.records import Member, Rejected

LISTS = ("channels.json", "groups.json", "mpims.json", "dms.json", "users.json")
"""In the order in which they claim an export."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:\.|_[^/]{1,40}\.)json", re.ASCII)
_MOST_PEOPLE = 1_000_000
_ENTRY = re.compile(r'\{\s*"(?:id|name|created)"\s*:\s*["\d]')
_USED = ("name", "real_name", "display_name", "deleted", "is_owner", "is_admin", "is_bot",
         "profile")  # fmt: skip
MISSING = "it is not there; names and channels stay ids"


class Channel(msgspec.Struct, frozen=True):
    """A conversation of the workspace."""

    id: str | None
    """None where only its folder is there."""
    title: str
    folder: str
    kind: str = "group"
    people: tuple[str, ...] = ()


class Workspace:
    """Who is in it and which conversations it has; `faults` are lists that could not be read.

    `at` leads from the file to the folder of the lists.
    """

    def __init__(self, file: ExportFile, options: Options, at: str = "") -> None:
        self.faults: list[Rejected] = []
        self.people: dict[str, dict[str, Any]] = {}
        self._file = file
        self._options = options
        self._at = at

    def meet(self) -> None:
        """Read the list of people."""
        if not self.has("users.json"):
            self.faults.append(Rejected("users.json", MISSING))
        for user in self._list("users.json"):
            number = text_of(user.get("id"))
            if number and len(self.people) < _MOST_PEOPLE:
                self.people[number] = {field: user[field] for field in _USED if field in user}

    def channels(self) -> Iterator[Channel]:
        """Give every conversation that the lists name."""
        for name in LISTS[:-1]:
            for entry in self._list(name):
                if channel := self._channel(entry, name):
                    yield channel

    def has(self, path: str) -> bool:
        """Tell whether a file lies there."""
        return self._file.beside(self._at + path) is not None

    def name(self, user: str) -> str | None:
        """Return what a person is called, as Slack shows it."""
        return name_of(self.people.get(user, {}))

    def member(self, user: str, group_key: str) -> Member | None:
        """Return a person as a member of a group; None for who is in no list."""
        told = self.people.get(user)
        if told is None:
            return None
        role = next((r for r in ("owner", "admin") if told.get(f"is_{r}") is True), None)
        real = text_of(object_of(told.get("profile")).get("real_name"))
        real = real or text_of(told.get("real_name"))
        shown = name_of(told)
        return Member(
            f"slack:{user}", shown, username=text_of(told.get("name")), group_key=group_key,
            role="left" if told.get("deleted") is True else role,
            other_names=(real,) if real and real != shown else (),
            is_bot=told.get("is_bot") is True,
        )  # fmt: skip

    def _channel(self, entry: dict[str, Any], name: str) -> Channel | None:
        number, title = text_of(entry.get("id")), text_of(entry.get("name"))
        listed = entry.get("members")
        users = tuple(filter(None, map(text_of, listed))) if isinstance(listed, list) else ()
        if name == "dms.json":
            names = " / ".join(self.name(user) or user for user in users[:10])
            return Channel(number, names or number or "", number or "", "private", users)
        if number is None and title is None:
            self.faults.append(Rejected(name, "a channel with neither id nor name"))
            return None
        return Channel(number, title or number or "", title or number or "", "group", users)

    def _list(self, name: str) -> Iterator[dict[str, Any]]:
        """Give the entries of a list; what of it cannot be read becomes a fault."""
        file = self._file.beside(self._at + name)
        if file is None:
            return
        try:
            with open_text(file, self._options) as text:
                for entry in elements(text, _ENTRY):
                    if isinstance(entry.value, dict):
                        yield entry.value
                    else:
                        why = entry.fault or "not an object"
                        self.faults.append(Rejected(f"{name} {entry.number}", why))
        except ExportError as error:
            self.faults.append(Rejected(name, str(error)))


def listed_folders(file: ExportFile, options: Options) -> set[str]:
    """Return the folders of channels that the lists above a channel's day name."""
    return {channel.folder for channel in Workspace(file, options, "../").channels()}


def name_of(user: dict[str, Any]) -> str | None:
    """Return a person's shown name: the one they chose, else their real one, else the account's."""
    profile = object_of(user.get("profile"))
    found = (
        *(profile.get(field) for field in ("display_name", "real_name")),
        *(user.get(field) for field in ("display_name", "real_name", "name")),
    )
    return next(filter(None, map(text_of, found)), None)


def text_of(value: Any) -> str | None:
    """Return a string that is not empty, else None."""
    return value.strip() or None if isinstance(value, str) else None


def object_of(value: Any) -> dict[str, Any]:
    """Return an object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}
