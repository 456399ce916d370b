"""Recognises the messages of a merged record (合并转发) that the archive has by themselves, too."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec

from archive.access import Reader
from archive.groups import allowed_ids
from archive.ids import DAY, first_id, is_sane
from archive.loading import load_views
from archive.matching import comparable
from archive.prepare import RECALLED, TIME_GUESSED
from archive.views import MessageView

MOST = 200
"""Messages of a record that are looked for; no page shows more."""
_LOOKED_AT = 300
"""Messages of one second or minute that are compared."""
_TELLING = 4
"""Characters that tell a message by its minute."""
_SPILL = 2


def with_originals(db: sqlite3.Connection, reader: Reader, found: MessageView) -> MessageView:
    """Return the view with the `key` of each unfolded message that this reader may see itself.

    They are the same when second and text agree, or minute, text and name.
    """
    rows = [row for row, _ in zip(_flat(found.nested), range(MOST), strict=False)]
    wanted = [row for row in rows if is_sane(row["sent_at"]) and comparable(row["text"])]
    if not wanted:
        return found
    allowed = allowed_ids(db, reader)
    near: dict[tuple[int, int], list[int]] = {}
    for row in wanted:
        span = _span(row)
        if span not in near:
            near[span] = [
                row_id for row_id, group in db.execute(_NEAR, (*_bounds(*span), found.id))
                if allowed is None or group in allowed
            ]  # fmt: skip
    views = {view.id: view for view in load_views(db, reader, sorted({i for ids in near.values()
                                                                      for i in ids}))}  # fmt: skip
    said: dict[str, list[MessageView]] = defaultdict(list)
    for view in views.values():
        said[comparable(view.text)].append(view)
    keys = {id(row): _key(row, said[comparable(row["text"])]) for row in wanted}
    return msgspec.structs.replace(found, nested=_keyed(found.nested, keys))


_NEAR = (
    "SELECT id, group_id FROM messages WHERE id >= ? AND id < ? AND sent_at >= ? AND sent_at < ?"
    f" AND flags & {RECALLED | TIME_GUESSED} = 0 AND id <> ? LIMIT {_LOOKED_AT}"
)


def _flat(rows: tuple[dict[str, Any], ...]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield row
        yield from _flat(row["nested"])


def _span(row: dict[str, Any]) -> tuple[int, int]:
    at, unit = int(row["sent_at"]), max(1, min(int(row["unit"]), DAY))
    return at - at % unit, unit


def _bounds(start: int, unit: int) -> tuple[int, int, int, int]:
    return first_id(start), first_id(start + unit + _SPILL), start, start + unit


def _key(row: dict[str, Any], same: list[MessageView]) -> str | None:
    start, unit = _span(row)
    near = [view for view in same if start <= view.sent_at < start + unit]
    named = [view for view in near if view.sender == row["name"]]
    if unit > 1:
        near = named if len(comparable(row["text"])) >= _TELLING else []
    return next((view.key for view in (*named, *near)), None) if near else None


def _keyed(
    rows: tuple[dict[str, Any], ...], keys: dict[int, str | None]
) -> tuple[dict[str, Any], ...]:
    return tuple(
        {**row, "key": keys.get(id(row)), "nested": _keyed(row["nested"], keys)} for row in rows
    )
