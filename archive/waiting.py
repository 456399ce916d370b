"""Holds the first messages of a title-only group until it is clear which group they belong to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import msgspec

from archive.keys import name_key, platform_of
from archive.namesakes import join_names
from archive.people import Directory
from archive.prepare import Prepared, Ready
from archive.proposals import candidates, destination, same_group, unused_key
from archive.records import Group, Member
from archive.unite import begin_union

DECIDED_BY = 1_000
"""Messages held at most."""


class Waiting:
    """Gives the groups of one file their places in the archive."""

    def __init__(self, db: sqlite3.Connection, directory: Directory) -> None:
        self._db = db
        self._directory = directory
        self._proposed: dict[str, Group] = {}
        self._held: dict[str, list[Ready]] = {}
        self._places: dict[str, str] = {}
        self._before: dict[str, str] = {}
        self.notes: list[str] = []

    def begin_file(self) -> None:
        """Forget the places: another file may mean another group by the same title."""
        self._proposed.clear()
        self._held.clear()
        self._places.clear()

    def undoing(self) -> Callable[[], None]:
        """Return what puts everything back as it is now."""
        proposed, held = dict(self._proposed), {k: list(items) for k, items in self._held.items()}
        places, before, notes = dict(self._places), dict(self._before), list(self.notes)

        def undo() -> None:
            self._proposed, self._held = proposed, held
            self._places, self._before, self.notes = places, before, notes

        return undo

    def propose(self, group: Group) -> None:
        """Take a group known by title only."""
        if group.continues and group.key in self._before:
            self._places[group.key] = self._before[group.key]
        elif group.key not in self._places and group.key not in self._proposed:
            self._proposed[group.key] = group
            self._held[group.key] = []

    def pass_on(self, items: list[Ready], at_end: bool = False) -> list[Ready]:
        """Return the items whose group is known, with its key; hold the others back."""
        ready: list[Ready] = []
        for item in items:
            key = getattr(item, "group_key", None)
            if key in self._held:
                self._held[key].append(item)
            else:
                ready.append(self._placed(item, key))
        for key, held in list(self._held.items()):
            if at_end or len(held) >= DECIDED_BY:
                self._decide(key, held)
                del self._held[key]
                ready += [self._placed(item, key) for item in held]
        return ready

    def _decide(self, key: str, held: list[Ready]) -> None:
        group = self._proposed.pop(key)
        messages = [item for item in held if isinstance(item, Prepared)]
        place = destination(self._db, group, messages)
        if place is None:
            place = unused_key(self._db, key)
            self._directory.take_group(msgspec.structs.replace(group, key=place))
        self._places[key] = self._before[key] = place

    def _placed(self, item: Ready, key: str | None) -> Ready:
        place = self._places.get(key or "")
        if place is None or place == key:
            return item
        if isinstance(item, Prepared):
            item.group_key = place
            if item.sender_name and item.sender_key and _by_name(item.sender_key):
                item.sender_key = name_key(place, item.sender_name)
            return item
        changes = {"group_key": place}
        if isinstance(item, Member) and item.name and _by_name(item.key):
            changes["key"] = name_key(place, item.name)
        return msgspec.structs.replace(item, **changes)

    def end_file(self, touched: set[str]) -> None:
        """Unite groups that turn out to be one, and name-only people with those known by id."""
        for key in sorted(touched):
            group = self._directory.group(key)
            join_names(self._db, group.id)
            (title, title_only) = self._db.execute(
                "SELECT title, title_only FROM groups WHERE id = ?", (group.id,)
            ).fetchone()
            home = None if title_only else group.key
            for row_id, other, same_title in candidates(self._db, platform_of(key), title):
                if row_id == group.id or not (home is None or _by_name(other)):
                    continue
                source, target = (group.key, other) if home is None else (other, home)
                if same_group(self._db, group.id, row_id, same_title):
                    home = target
                    begin_union(self._db, source, target)
                    self.notes.append(
                        f"{source} is {target}: their messages agree, so they are one"
                    )
                elif same_title:
                    self.notes.append(
                        f"two groups are called {title}: {source} and {target}."
                        f" If they are one: chendian group merge {source} {target}"
                    )


def _by_name(key: str) -> bool:
    return key.partition(":")[2].startswith("~")
