"""From which group what may cross to which, as of one moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping

import msgspec

from adapters.contract import Adapter
from archive.access import operator
from archive.bridge_consents import ALL_OF, agreed
from archive.consent import group_keys, standing
from archive.errors import NotFound
from archive.groups import get_group
from archive.keys import platform_of
from archive.speakers import speaker
from bot.config import BridgeConfig, BridgeMode


class Link(msgspec.Struct, frozen=True):
    """One way from a group to another one."""

    bridge: str
    mode: BridgeMode
    source: str
    target: str
    account: str
    """Who speaks in the target."""
    since: int
    """Unix seconds since when both agree."""
    open_from: int
    """Unix seconds from which on what is said crosses: since then, or since the last pause."""
    label: str
    """How people in the target know where it is from."""


class Links:
    """All that is open now."""

    def __init__(self, links: Iterator[Link] | None = None) -> None:
        self._from: dict[str, dict[str, Link]] = {}
        for link in links or ():
            # two bridges between the same groups: what crosses one need not cross the other
            there = self._from.setdefault(link.source, {})
            if link.target not in there or link.mode == "all":
                there[link.target] = link

    def leaving(self, group_key: str, mode: BridgeMode) -> list[Link]:
        """Return the ways on which something may leave a group."""
        return [one for one in self._from.get(group_key, {}).values() if one.mode == mode]

    def between(self, source: str, target: str, mode: str) -> Link | None:
        """Return the way from a group to another one, if it is open for that."""
        found = self._from.get(source, {}).get(target)
        return found if found is not None and found.mode == mode else None

    def sources(self, mode: BridgeMode) -> list[str]:
        """Return the groups from which something may cross."""
        return [key for key in self._from if self.leaving(key, mode)]

    def joins(self, one: str, other: str) -> bool:
        """Tell whether anything leads from one group to the other."""
        return other in self._from.get(one, {})

    def all(self) -> list[Link]:
        """Return every way there is, once."""
        return [one for there in self._from.values() for one in there.values()]

    def __bool__(self) -> bool:
        return bool(self._from)


def links_of(
    db: sqlite3.Connection, bridges: tuple[BridgeConfig, ...], adapters: Mapping[str, Adapter]
) -> Links:
    """Read which ways are open: configured, agreed to by both groups, and not paused."""
    return Links(_open(db, bridges, adapters))


def _open(
    db: sqlite3.Connection, bridges: tuple[BridgeConfig, ...], adapters: Mapping[str, Adapter]
) -> Iterator[Link]:
    held, now = agreed(db), standing(db)
    for bridge in bridges:
        if f"{ALL_OF}{bridge.name}" in held.paused:
            continue
        labels = labels_of(db, bridge, adapters)
        for target in bridge.groups:
            account = account_in(db, target, adapters)
            if account is None or not now.keeps(target):
                continue
            for source in bridge.groups:
                since = held.crossing(source, target, bridge.mode)
                if source == target or since is None or not now.keeps(source):
                    continue
                begin = max(since, held.open_from(f"{ALL_OF}{bridge.name}", source, target))
                for key in group_keys(db, source):
                    yield Link(
                        bridge.name, bridge.mode, key, target, account, since, begin,
                        labels[source],
                    )  # fmt: skip


def account_in(
    db: sqlite3.Connection, group_key: str, adapters: Mapping[str, Adapter]
) -> str | None:
    """Return the account that speaks in a group."""
    platform = platform_of(group_key)
    return speaker(db, group_key, [n for n, one in adapters.items() if one.platform == platform])


def labels_of(
    db: sqlite3.Connection, bridge: BridgeConfig, adapters: Mapping[str, Adapter]
) -> dict[str, str]:
    """Return how each group is named in the others: by its platform, with its title where there are
    several of one."""
    platforms = {
        key: next(
            (a.carries.label for a in adapters.values() if a.platform == platform_of(key)),
            platform_of(key),
        )
        for key in bridge.groups
    }
    names = list(platforms.values())
    titles = {key: title_of(db, key) for key in platforms}
    return {
        key: name if names.count(name) == 1 or titles[key] == key else f"{name} · {titles[key]}"
        for key, name in platforms.items()
    }


def title_of(db: sqlite3.Connection, group_key: str) -> str:
    """Return what a group is called, in one short line."""
    try:
        title = get_group(db, operator(), group_key).title
    except NotFound:
        title = group_key
    return " ".join(title.split())[:30] if title != group_key else title
