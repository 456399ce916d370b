"""What is said once of all that could not be brought to a group in time."""

from __future__ import annotations

import sqlite3

from archive.bridge_reading import stands
from archive.bridge_told import Late, late, source_of
from archive.outbox import Parcel
from bot.bridge.composing import Composer, Dropped
from bot.bridge.marks import head


def told(db: sqlite3.Connection, parcel: Parcel, composer: Composer) -> str:
    """Return the words for the other group, with where the first of it can be read. Raises
    Dropped."""
    draft = parcel.draft
    target, source = draft.group_key or "", source_of(draft.unique)
    mode = (draft.unique or "").rpartition(":")[0].rpartition(":")[2]
    link = composer.links.between(source, target, mode)
    if link is None:
        raise Dropped("the bridge is closed there")
    found = late(db, parcel.id, target)
    first = stands(db, found.first) if found is not None else None
    if found is None or first is None:
        raise Dropped("nothing of it may be told")
    where = composer.where(db, ":".join(first))
    # no space behind the mark: whoever reads it knows it as brought
    return f"{head(link.label, '')}{_words(found, mode)} · {where}"


def _words(found: Late, mode: str) -> str:
    what, one, many = ("精华", "essence message", "essence messages") if mode == "essence" else (
        "消息", "message", "messages"
    )  # fmt: skip
    return (
        f"{found.number} 条{what}没有及时传过来，请到原群查看 / "
        f"{found.number} {one if found.number == 1 else many} could not be brought in time"
    )
