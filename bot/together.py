"""Several groups told together: whose messages a digest tells, where it goes, who decides on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import suppress

from archive.access import operator
from archive.consent import standing
from archive.editions import TOGETHER
from archive.errors import NotFound
from archive.groups import get_group, list_groups
from archive.views import GroupView
from bot.config import Config, DigestConfig, TogetherConfig


def place_of(one: TogetherConfig) -> str:
    """Return the place of the editions of these groups."""
    return f"{TOGETHER}{one.name}"


def as_group(one: TogetherConfig, config: Config) -> GroupView:
    """Return what stands for these groups where one is expected; its hours are the operator's."""
    return GroupView(
        key=place_of(one), title=one.name, platform="", kind="group", visibility="private",
        time_zone=config.timezone, messages=0, members=0, essence=0, first=None, last=None,
    )  # fmt: skip


def find_together(digest: DigestConfig, place: str) -> TogetherConfig | None:
    """Return what the configuration says of a place; None where it is one group, or is not told
    together any more."""
    return next((one for one in digest.together if place_of(one) == place), None)


def groups_told(db: sqlite3.Connection, digest: DigestConfig, place: str) -> list[str]:
    """Return the keys of the groups an edition tells of: those that are archived at this moment.

    Of `all` only what everybody may read is told: other groups were not asked for by name.
    """
    one = find_together(digest, place)
    if one is None:
        return _archived(db, () if place.startswith(TOGETHER) else (place,))
    if one.groups != "all":
        return _archived(db, one.groups)
    public = [g.key for g in list_groups(db, operator()) if g.visibility == "public"]
    return sorted(_archived(db, public))


def groups_sent_to(db: sqlite3.Connection, digest: DigestConfig, place: str) -> list[str]:
    """Return the keys of the groups an edition is sent to: those that are archived now."""
    one = find_together(digest, place)
    if one is None:
        return groups_told(db, digest, place)
    if one.send_to or one.groups != "all":
        return _archived(db, one.send_to or one.groups)
    return sorted(_archived(db, [group.key for group in list_groups(db, operator())]))


def decides(
    db: sqlite3.Connection, one: TogetherConfig, person: str | None, admin_of: Iterable[str]
) -> bool:
    """Tell whether a person lets a digest of several groups be sent: who is named, else who is
    admin of all of them."""
    if one.admins or one.groups == "all":
        return person in one.admins
    groups = _archived(db, (*one.groups, *one.send_to))
    return bool(groups) and set(groups) <= set(admin_of)


def _archived(db: sqlite3.Connection, keys: Iterable[str]) -> list[str]:
    """Return the present keys of those groups that agreed to be archived, each once."""
    now, found = standing(db), dict[str, None]()
    for key in keys:
        with suppress(NotFound):
            group = get_group(db, operator(), key)
            if now.keeps(group.key):
                found[group.key] = None
    return list(found)
