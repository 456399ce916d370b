"""A group's digest, said in the groups that share digests with it."""

from __future__ import annotations

import sqlite3

import msgspec

from archive.access import operator
from archive.digest import Digest
from archive.errors import NotFound
from archive.levels import level_of
from archive.masks import mask
from archive.messages import message_id
from bot.bridge.links import Link, links_of
from bot.jobs.job import Place


def ways(db: sqlite3.Connection, place: Place, group_key: str) -> list[Link]:
    """Return the ways on which a group's digest crosses now."""
    if not place.config.bridge:
        return []
    return links_of(db, place.config.bridge, place.adapters).leaving(group_key, "digest")


def narrowed(db: sqlite3.Connection, digest: Digest) -> Digest:
    """Return a digest without what is for fewer than its group, and with personal numbers masked,
    as everybody outside of the group sees it."""
    items = tuple(
        msgspec.structs.replace(item, title=mask(item.title), text=mask(item.text))
        for item in digest.items
        if not any(_is_withheld(db, key) for key in item.keys)
    )
    questions = tuple(key for key in digest.open_questions if not _is_withheld(db, key))
    asked = {key: mask(text) for key, text in digest.asked.items() if key in questions}
    return msgspec.structs.replace(digest, items=items, open_questions=questions, asked=asked)


def _is_withheld(db: sqlite3.Connection, key: str) -> bool:
    try:
        return level_of(db, message_id(db, operator(), key)) is not None
    except NotFound:
        return True
