"""The conversation that an export of WeChat belongs to, and the members met in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from adapters.exports.format import ExportFile, Options
from adapters.exports.proposal import proposed_group, stem
from archive.keys import name_key
from archive.records import AnyRecord, Group, Member

MYSELF = "我"

_named_folder = re.compile(r"(?P<title>.*)\((?P<id>[^()]+@chatroom|wxid_[^()]+)\)")
_chat_id = re.compile(r"[\w.-]+@chatroom|(?:wxid|gh)_\w+", re.ASCII)
_wxid = re.compile(r"[\w@.-]{4,64}", re.ASCII)
_time = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?"
)


class Conversation:
    """Gives groups and members once, before the first message that needs them."""

    def __init__(self, file: ExportFile, options: Options, title: str | None = None) -> None:
        self.file = file
        self.options = options
        self.zone = options.time_zone
        self.group: Group | None = None
        self._groups: set[str] = set()
        self._members: dict[tuple[str, str], tuple[str | None, str | None]] = {}
        self._title, self._room = _titled(file)
        if title is not None:
            self._title = title

    def open(
        self, room: str = "", title: str = "", private: bool = False, *, sure: bool = False
    ) -> Iterator[AnyRecord]:
        """Go to the group of a row: by its room id, by a title, else by the file's name.

        `sure`: the room is an id, whatever it looks like.
        """
        named = _wxid.fullmatch(room) if sure else _chat_id.fullmatch(room)
        room = room if named else self._room
        if room:
            private = not room.endswith("@chatroom")
            kind = "private" if private else "group"
            title = title or self._title
            group = Group(f"wechat:{room}", title if title != room else None, kind)
        else:
            kind = "private" if private else "group"
            group = proposed_group("wechat", title or self._title, self.options, kind)
        self.group = group
        if group.key not in self._groups:
            self._groups.add(group.key)
            yield group

    def end(self) -> Iterator[AnyRecord]:
        """Give the group of a file without messages."""
        if self.group is None:
            yield from self.open()

    def member(self, key: str, name: str | None, group_name: str | None) -> Iterator[AnyRecord]:
        """Give a member when a name of theirs is new."""
        assert self.group is not None
        if self._members.get((self.group.key, key)) != (name, group_name):
            self._members[self.group.key, key] = (name, group_name)
            yield Member(key, name, group_key=self.group.key, group_name=group_name)

    def identified(self, wxid: str) -> str | None:
        """Return the member key of a sender given by wxid; by name if it is none."""
        return f"wechat:{wxid}" if _wxid.fullmatch(wxid) else self.named(wxid)

    def named(self, name: str) -> str | None:
        """Return the member key of a sender given by name."""
        assert self.group is not None
        return name_key(self.group.key, name) if name else None

    def seconds(self, written: str) -> tuple[int | None, int]:
        """Read Unix seconds or a local time, which Excel rounds to minutes; with its unit."""
        written = written.strip()
        if written.isascii() and written.isdecimal() and len(written) < 16:
            number = int(written)
            return (number // 1000 if number > 10**11 else number), 1
        found = _time.fullmatch(written)
        if found is None:
            return None, 1
        year, month, day, hour, minute, second = (int(p) if p else 0 for p in found.groups())
        try:
            at = datetime(year, month, day, hour, minute, second, 0, self.zone)
            return int(at.timestamp()), 1 if found[6] else 60
        except (ValueError, OverflowError):
            return None, 1


def _titled(file: ExportFile) -> tuple[str, str]:
    """Return title and room id as the names of the file and its folder tell them."""
    folder = file.label.rpartition("/")[0].rpartition("/")[2]
    found = _named_folder.fullmatch(folder)
    title = stem(file).removesuffix("_utf8")
    return (found["title"] or title, found["id"]) if found else (title, "")
