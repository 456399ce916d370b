"""What an answer answers, as it is known in another group."""

from __future__ import annotations

import sqlite3

import msgspec

from adapters.contract import Carrying
from archive import bridged
from archive.access import operator
from archive.bridge_reading import answered_id, said_before, stands
from archive.consent import group_keys
from archive.copied import shown
from archive.errors import NotFound
from archive.levels import level_of
from archive.masks import mask
from archive.messages import message_id
from archive.views import MessageView
from bot.bridge.links import Links

_NEWEST = 2_000
"""Messages of a group among which one is looked for by its words."""


class Answered(msgspec.Struct, frozen=True):
    """The message answered: by its id in the other group, or else by its words."""

    message_id: str | None
    sender: str
    text: str


def answered_in(
    db: sqlite3.Connection, view: MessageView, target: str, carries: Carrying, links: Links
) -> Answered | None:
    """Return what a message answers as it is known in another group; None: it answers nothing, or
    nothing that may be known there."""
    if view.reply is None:
        return None
    row_id = _row_answered(db, view, view.reply.text)
    if row_id is None:
        return Answered(None, view.reply.sender, mask(view.reply.text))
    stand = stands(db, row_id)
    if stand is None or level_of(db, row_id) is not None:
        return None
    group_key, platform_id = stand
    own = group_key in group_keys(db, target)
    if not (own or group_key == view.group_key or links.joins(group_key, target)):
        return None  # it is from a group that shares nothing with that one
    found = None
    if carries.replies:
        found = platform_id if own else bridged.copy_in(db, row_id, target)
    sender, text = view.reply.sender, view.reply.text
    if not text:
        # a copy said just now does not stand in the archive yet
        about = shown(db, row_id)
        sender, text = about.sender, about.text or about.more
    return Answered(found, sender, mask(text))


def _row_answered(db: sqlite3.Connection, view: MessageView, text: str) -> int | None:
    """Return the row id of the original that is answered, also where a copy of it was."""
    reply_to = answered_id(db, view.id)
    row_id = bridged.original_of(db, view.group_key, reply_to or "", None if reply_to else text)
    if row_id is not None:
        return row_id
    if view.reply is not None and view.reply.key is not None:
        try:
            return message_id(db, operator(), view.reply.key)
        except NotFound:
            return None
    return None if reply_to else said_before(db, view.id, text, _NEWEST)
