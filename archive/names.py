"""What groups and people are called: of all that sources tell, the newest observation is shown.

An export names everybody as of its newest message of the group. What is heard live names its sender
as of each message.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from archive.ids import HIGHEST, is_sane
from archive.records import Group, Member

MANY = 200_000
"""People remembered at most before they are written down."""

Place = tuple[int, int]
"""Row ids of a group and a member."""


class Names:
    """Gathers the names that one file tells, and writes them at its end."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._titles: dict[int, Group] = {}
        self._told: dict[Place, Member] = {}
        self._beside: dict[Place, tuple[str, int]] = {}

    def title(self, group_id: int, group: Group) -> None:
        """Take a group's title."""
        last = self._titles.get(group_id)
        if last is None or _rank(group) >= _rank(last):
            self._titles[group_id] = group

    def told(self, place: Place, member: Member) -> None:
        """Take what a source says of a member, apart from any message."""
        last = self._told.get(place)
        if last is None or _rank(member) >= _rank(last):
            self._told[place] = member

    def beside(self, place: Place, name: str, at: int) -> None:
        """Take the name shown beside a message of this time."""
        last = self._beside.get(place)
        if last is None or at >= last[1]:
            self._beside[place] = (name, at)

    def are_many(self) -> bool:
        """Tell whether so much is gathered that it should be written."""
        return len(self._beside) + len(self._told) > MANY

    def undoing(self) -> Callable[[], None]:
        """Return what puts everything back as it is now."""
        titles, told, beside = dict(self._titles), dict(self._told), dict(self._beside)

        def undo() -> None:
            self._titles, self._told, self._beside = titles, told, beside

        return undo

    def write(self, newest: Callable[[int], int] | None, live: bool = False) -> None:
        """Write what is newer than what is known; `newest` gives the time of the newest message
        told of a group. Without it all that was gathered is known better, and let go."""
        if newest is not None:
            self._write(newest, live)
        for gathered in (self._titles, self._told, self._beside):
            gathered.clear()

    def _write(self, newest: Callable[[int], int], live: bool) -> None:
        for group_id, group in self._titles.items():
            self._write_title(group_id, group, _seen(group, newest(group_id)))
        self._write_told(newest)
        self._db.executemany(
            "UPDATE memberships SET name = ?1, named_at = ?2"
            " WHERE group_id = ?3 AND member_id = ?4 AND named_at <= ?2",
            [
                (name, at if live else newest(place[0]), *place)
                for place, (name, at) in self._beside.items()
            ],
        )

    def _write_title(self, group_id: int, group: Group, at: int) -> None:
        self._db.execute(
            "INSERT INTO aliases(kind, group_id, other, target)"
            " SELECT 'title', id, ?, ? FROM groups WHERE id = ?"
            " ON CONFLICT DO UPDATE SET target = max(target, excluded.target)",
            (group.title, at, group_id),
        )
        self._db.execute(
            "UPDATE groups SET title = ?1 WHERE id = ?2 AND NOT EXISTS (SELECT 1 FROM aliases"
            " WHERE kind = 'title' AND group_id = ?2 AND target > ?3)",
            (group.title, group_id, at),
        )

    def _write_told(self, newest: Callable[[int], int]) -> None:
        known = [
            {
                "group": place[0],
                "member": place[1],
                "at": _seen(member, newest(place[0])),
                # who wrote in the same source is called as their messages say
                "shown": None if place in self._beside else member.group_name or member.name,
                "role": member.role,
                "name": member.name,
                "username": member.username,
            }
            for place, member in self._told.items()
        ]
        is_news = "group_id = :group AND member_id = :member AND named_at <= :at"
        self._db.executemany(
            "UPDATE members SET name = coalesce(:name, name),"
            " username = coalesce(:username, username)"
            f" WHERE id = :member AND EXISTS (SELECT 1 FROM memberships WHERE {is_news})",
            known,
        )
        self._db.executemany(
            "UPDATE memberships SET name = coalesce(:shown, name), role = coalesce(:role, role),"
            f" named_at = iif(:shown IS NULL, named_at, :at) WHERE {is_news}",
            known,
        )


def _seen(record: Group | Member, newest: int) -> int:
    """Return when a name was seen."""
    return record.at if record.at is not None and is_sane(record.at) else newest


def _rank(record: Group | Member) -> int:
    return HIGHEST if record.at is None else record.at
