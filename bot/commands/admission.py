"""Decides whether a command is obeyed: where it is given, what it is about, who gives it."""

from __future__ import annotations

import asyncio
import sqlite3

import msgspec

from adapters.contract import AdapterError
from archive.access import Reader, member, operator
from archive.consent import member_keys, standing
from archive.database import Archive
from archive.errors import ArchiveError, NotFound
from archive.groups import get_group, list_groups
from archive.speakers import known_places, spoken_in
from archive.views import MessageView
from bot.commands import refusals
from bot.commands.command import Answer, Asked, Command, Setting
from bot.commands.roles import RoleOf, Roles, is_admin
from bot.commands.target import Target, find_target, which

_OTHERS = 20
"""Groups asked whether somebody who has said nothing there is their admin."""
_GROUPS = 50
"""Groups asked for a person's membership, those with most of their words first."""


class Scene(msgspec.Struct, frozen=True):
    """What the archive knows of a command before anybody is asked for roles."""

    asked: Asked
    """With `place`."""
    target: Target
    mine: frozenset[str] = frozenset()
    """Every key the person has had."""
    groups: tuple[str, ...] = ()
    """In private: archived groups in which this person has said something."""
    others: tuple[str, ...] = ()
    """In private: other archived groups, of which they may be admin."""


class Admission:
    """Admits commands; a refusal is an answer."""

    def __init__(self, archive: Archive, roles: Roles) -> None:
        self._archive = archive
        self._roles = roles

    def look(self, command: Command, asked: Asked) -> Scene | None:
        """Look up what a command is about; None where the group has not agreed to be archived."""
        with self._archive.reading() as db:
            now = standing(db)
            if asked.group_key is not None:
                if command.needs_consent and not now.keeps(asked.group_key):
                    return None
                asked = _placed(db, asked)
            target = find_target(db, asked) if command.about_message else Target(words=asked.words)
            groups: tuple[str, ...] = ()
            others: tuple[str, ...] = ()
            wanted = command.who == "member" or command.knows_groups
            if asked.group_key is None and wanted and not target.named:
                groups = tuple(key for key in _met_in(db, asked) if now.keeps(key))
                others = tuple(k for k in _here(db, asked) if now.keeps(k) and k not in groups)
            mine = member_keys(db, asked.sender_key) if asked.sender_key else ()
            return Scene(asked, target, frozenset(mine), groups, others[:_OTHERS])

    async def admit(
        self, command: Command, scene: Scene, setting: Setting, role_of: RoleOf | None
    ) -> tuple[Asked, Setting] | Answer:
        """Return what to run, with the role that holds and the reader; or why it is not.

        Raises AdapterError where the platform does not say who may.
        """
        asked, target = scene.asked, scene.target
        if command.in_group and asked.private:
            return refusals.in_a_group(asked)
        if len(target.views) == 1:
            about = await self._about(command, target.views[0], scene, setting, role_of)
            if about is not None:
                return about
        elif target.named:
            # what is quoted lies in the group itself
            return which(target.views, asked) if target.views else refusals.not_there(asked)
        return await self._without(command, scene, setting, role_of)

    async def _without(
        self, command: Command, scene: Scene, setting: Setting, role_of: RoleOf | None
    ) -> tuple[Asked, Setting] | Answer:
        """Return what to run where no message is named, or none that this person may see."""
        asked, target = scene.asked, scene.target
        if command.about_message and not command.optional_message:
            tried = target.named or target.by_code
            return refusals.not_there(asked) if tried else refusals.name_one(asked, command)
        # in private nothing but a message can be meant; a quotation lies in the group itself
        if (target.by_code and asked.private) or (target.named and not target.by_code):
            return refusals.not_there(asked)
        if asked.private:
            return await self._alone(command, scene, setting, role_of)
        assert asked.place is not None
        role = await self._role(command, asked, setting, role_of)
        if command.who == "admin" and not is_admin(role):
            return refusals.not_allowed(asked, command.who)
        return self._ready(asked, setting, role, frozenset((asked.place,)))

    async def _about(
        self,
        command: Command,
        view: MessageView,
        scene: Scene,
        setting: Setting,
        role_of: RoleOf | None,
    ) -> tuple[Asked, Setting] | Answer | None:
        """Return what to run about a message, or why not; None where it may not be seen."""
        asked, place = scene.asked, view.group_key
        own = view.sender_key in scene.mine
        if own and command.who == "author":
            role: str | None = "member"
        elif asked.place == place:
            role = await self._role(command, asked, setting, role_of)
        elif asked.private:
            ask = self._roles.now if command.writes else self._roles.recent
            role = await ask(asked, place, setting, role_of)
        else:
            # a code from elsewhere: what all the others here may not see is not shown
            role = None
        readable = role is not None or (
            not command.writes and await asyncio.to_thread(self._is_public, place)
        )
        if not readable:
            return None
        if not (is_admin(role) or command.who == "member" or (own and command.who == "author")):
            return refusals.not_allowed(asked, command.who)
        asked = msgspec.structs.replace(
            asked, place=place, reply_key=view.key, words=scene.target.words
        )
        return self._ready(asked, setting, role, frozenset((place,) if role else ()))

    async def _role(
        self, command: Command, asked: Asked, setting: Setting, role_of: RoleOf | None
    ) -> str | None:
        """Return the role in the group it was given in, asked for no more often than needed."""
        assert asked.group_key is not None
        if not command.writes or command.who == "all":
            if command.wants_role or command.who in ("admin", "author"):
                return await self._roles.recent(asked, asked.group_key, setting, role_of)
            return "member"
        try:
            return await self._roles.now(asked, asked.group_key, setting, role_of)
        except AdapterError:
            if command.who == "author":
                return "member"  # whose own words it is about needs no role
            raise

    async def _alone(
        self, command: Command, scene: Scene, setting: Setting, role_of: RoleOf | None
    ) -> tuple[Asked, Setting] | Answer:
        asked = scene.asked
        groups = await self._roles.groups(asked, list(scene.groups), setting, role_of)
        if command.wants_role or not groups:
            groups |= await self._roles.administers(asked, scene.others, setting, role_of)
        if not groups and command.who != "all":
            if role_of is None:
                return refusals.groups_untold(asked, command)
            return refusals.no_group(asked, command)
        if command.wants_role:
            own = await self._roles.administered(asked, groups, setting, role_of)
            setting = msgspec.structs.replace(setting, admin_of=own)
        return self._ready(asked, setting, None, groups)

    def _ready(
        self, asked: Asked, setting: Setting, role: str | None, groups: frozenset[str]
    ) -> tuple[Asked, Setting]:
        reader: Reader = member(groups, asked.sender_key)
        return (
            msgspec.structs.replace(asked, role=role),
            msgspec.structs.replace(setting, reader=reader),
        )

    def _is_public(self, group_key: str) -> bool:
        with self._archive.reading() as db:
            return get_group(db, operator(), group_key).visibility == "public"


def _placed(db: sqlite3.Connection, asked: Asked) -> Asked:
    """Find the group's key in the archive, where it may be known by another one."""
    assert asked.group_key is not None
    try:
        place = get_group(db, operator(), asked.group_key).key
    except NotFound:
        place = asked.group_key
    return msgspec.structs.replace(asked, place=place)


def _here(db: sqlite3.Connection, asked: Asked) -> list[str]:
    """Return the groups of a platform, first those whose admin a person was said to be, then the
    most recently active."""
    if asked.sender_key is None:
        return []
    wanted = f"{asked.platform}:"
    active = [group.key for group in list_groups(db, operator()) if group.key.startswith(wanted)]
    theirs = set(known_places(db, asked.sender_key))
    return sorted(active, key=lambda key: key not in theirs)


def _met_in(db: sqlite3.Connection, asked: Asked) -> list[str]:
    """Return the groups a person has said something in, most first."""
    if asked.sender_key is None:
        return []
    try:
        met = spoken_in(db, asked.sender_key)
    except ArchiveError:  # while the index is made anew nobody is found
        return []
    return [key for key in met if key.startswith(f"{asked.platform}:")][:_GROUPS]
