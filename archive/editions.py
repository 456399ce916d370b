"""Editions: the digest of a group and period as it is drafted, edited, approved and sent.

An edition holds what the digest said when it was made, but shows nothing of a message that is not
there any more, was taken back, or is of a person who opted out: whoever reads it, at that moment.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import msgspec

from archive.access import Reader, operator
from archive.audit import note
from archive.consent import group_keys
from archive.edition_items import cleaned, in_order, keys_of, shown_keys
from archive.errors import ArchiveError, NotFound
from archive.groups import get_group
from archive.messages import message_id
from archive.views import View

TOGETHER = "together:"
"""Begins the place of an edition of several groups; what they are called together follows."""
KINDS = ("week", "day")
LONGEST_TITLE = 80
"""Characters."""


class EditionView(View, frozen=True):
    """An edition as one reader sees it."""

    id: int
    kind: str
    """`week` or `day`."""
    place: str
    """A group's key, or `together:` and a name."""
    period: str
    """`2026-W47` or `2026-11-18`."""
    state: str
    """`draft`, `approved` or `sent`; `quiet` where there was nothing to tell, `unknown` where a
    backup does not say whether it was sent."""
    digest: dict[str, Any]
    """The digest's JSON as it would be sent: edited, without what had to leave."""
    numbers: tuple[int, ...]
    """How the items shown are counted, from 1; what left or was dropped leaves a hole."""
    made_at: int
    sent_at: int | None


def draft(
    db: sqlite3.Connection,
    digest: msgspec.Struct | dict[str, Any],
    place: str,
    kind: str,
    period: str,
    at: int,
) -> int:
    """Keep a digest as the draft of its place and period; return the edition's id.

    There is one for each: where there is one already, that is returned as it is.
    """
    if not place.startswith(TOGETHER):
        place = get_group(db, operator(), place).key
    value = msgspec.to_builtins(digest)
    row = db.execute(
        "INSERT INTO editions(kind, place, period, state, digest, made_at)"
        " VALUES(?, ?, ?, 'draft', ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        (kind, place, period, _packed(value), at),
    ).fetchone()
    if row is None:
        row = db.execute(
            "SELECT id FROM editions WHERE kind = ? AND place = ? AND period = ?",
            (kind, place, period),
        ).fetchone()
        return int(row[0])
    note(db, "chendian", "digest drafted", str(row[0]), period)
    for key in keys_of(value):
        with suppress(NotFound):
            db.execute(
                "INSERT OR IGNORE INTO edition_messages(message_id, edition_id) VALUES(?, ?)",
                (message_id(db, operator(), key), row[0]),
            )
    return int(row[0])


def place_of(db: sqlite3.Connection, edition_id: int) -> str:
    """Return an edition's place as the group is called now. Raises NotFound."""
    row = db.execute("SELECT place FROM editions WHERE id = ?", (edition_id,)).fetchone()
    if row is None:
        raise NotFound("there is no such digest.", "see: chendian jobs")
    place = str(row[0])
    return place if place.startswith(TOGETHER) else get_group(db, operator(), place).key


def get_edition(db: sqlite3.Connection, reader: Reader, edition_id: int) -> EditionView:
    """Return an edition; NotFound also for who does not belong to its group."""
    row = db.execute(f"{_SELECT} WHERE id = ?", (edition_id,)).fetchone()
    if row is None or not _may_read(db, reader, row[2]):
        raise NotFound("there is no such digest.", "see: chendian jobs")
    return _view(db, reader, row)


def find_edition(
    db: sqlite3.Connection,
    reader: Reader,
    place: str,
    kind: str,
    period: str | None = None,
    states: tuple[str, ...] = ("sent",),
) -> EditionView | None:
    """Return a group's edition of a period, or its newest one, in one of these states."""
    if not _may_read(db, reader, place):
        return None
    where = f"kind = ? AND place IN ({_marks(group_keys(db, place))})"
    where += f" AND state IN ({_marks(states)})" + (" AND period = ?" if period else "")
    values = (kind, *group_keys(db, place), *states, *((period,) if period else ()))
    row = db.execute(
        f"{_SELECT} WHERE {where} ORDER BY period DESC, id DESC LIMIT 1", values
    ).fetchone()
    return _view(db, reader, row) if row else None


def drop_item(db: sqlite3.Connection, edition_id: int, number: int, by: str) -> None:
    """Leave an item out of a draft; `keep_item` takes it in again."""
    _digest, edits = _draft(db, edition_id, number)
    edits["dropped"] = sorted({*edits.get("dropped", ()), number})
    _edit(db, edition_id, edits, by, f"dropped {number}")


def keep_item(db: sqlite3.Connection, edition_id: int, number: int, by: str) -> None:
    """Take an item that was dropped into a draft again."""
    _digest, edits = _draft(db, edition_id, number)
    edits["dropped"] = [other for other in edits.get("dropped", ()) if other != number]
    _edit(db, edition_id, edits, by, f"kept {number}")


def change_title(db: sqlite3.Connection, edition_id: int, number: int, title: str, by: str) -> None:
    """Give an item of a draft another title; an empty one brings the first back."""
    _digest, edits = _draft(db, edition_id, number)
    titles = {**edits.get("titles", {}), str(number): title[:LONGEST_TITLE]}
    edits["titles"] = {name: value for name, value in titles.items() if value}
    _edit(db, edition_id, edits, by, f"title {number}")


def approve(db: sqlite3.Connection, edition_id: int, by: str, at: int) -> bool:
    """Let a draft be sent; False where it was approved already."""
    done = db.execute(
        "UPDATE editions SET state = 'approved', approved_at = ?, approved_by = ?"
        " WHERE id = ? AND state = 'draft'",
        (at, by, edition_id),
    )
    if done.rowcount:
        note(db, by, "digest approved", str(edition_id))
    return done.rowcount == 1


def hold(db: sqlite3.Connection, edition_id: int, by: str) -> bool:
    """Take an approval back; False where there is none, or the edition was sent."""
    done = db.execute(
        "UPDATE editions SET state = 'draft', approved_at = NULL, approved_by = NULL"
        " WHERE id = ? AND state = 'approved'",
        (edition_id,),
    )
    if done.rowcount:
        note(db, by, "digest held", str(edition_id))
    return done.rowcount == 1


def to_send(db: sqlite3.Connection) -> list[tuple[int, str]]:
    """Return (id, place) of the editions that are approved and not sent, oldest first."""
    return db.execute(
        "SELECT id, place FROM editions WHERE state = 'approved' ORDER BY approved_at, id"
    ).fetchall()


def sent(db: sqlite3.Connection, edition_id: int, at: int) -> bool:
    """Note, within the transaction that fills the outbox, that an edition is sent; False where it
    is not to be sent, or was: then nothing may be said of it."""
    done = db.execute(
        "UPDATE editions SET state = 'sent', sent_at = ? WHERE id = ? AND state = 'approved'",
        (at, edition_id),
    )
    if done.rowcount:
        note(db, "chendian", "digest sent", str(edition_id))
    return done.rowcount == 1


def keep_quiet(
    db: sqlite3.Connection, digest: dict[str, Any], place: str, kind: str, period: str, at: int
) -> None:
    """Note that in a period there was nothing to tell: the next one begins where it ended."""
    value = {**digest, "items": [], "thanks": [], "open_questions": [], "asked": {}}
    db.execute(
        "INSERT INTO editions(kind, place, period, state, digest, made_at)"
        " VALUES(?, ?, ?, 'quiet', ?, ?) ON CONFLICT DO NOTHING",
        (kind, place, period, _packed(value), at),
    )


def told_until(db: sqlite3.Connection, place: str, kind: str, period: str) -> int | None:
    """Return the Unix time up to which a period was told; None where it was not."""
    keys = group_keys(db, place)
    rows = db.execute(
        f"SELECT digest, made_at FROM editions WHERE place IN ({_marks(keys)}) AND kind = ?"
        " AND period = ?",
        (*keys, kind, period),
    )
    # one that was made before its period was over knew nothing of the rest
    ends = [min(int(msgspec.json.decode(packed)["until"]), made_at) for packed, made_at in rows]
    return max(ends, default=None)


def set_back(db: sqlite3.Connection, at: int, now: int) -> None:
    """Let editions that a wrong clock made after a Unix time end with what was said by then: the
    rest of their period was yet to come."""
    db.execute(
        "UPDATE editions SET made_at = ?2, digest = json_set(digest, '$.until',"
        " min(json_extract(digest, '$.until'), coalesce(json_extract(digest, '$.heard'), ?2)))"
        " WHERE made_at > ?1",
        (at, now),
    )


def drop_drafts_ahead(db: sqlite3.Connection, at: int) -> None:
    """Drop drafts that a wrong clock made after a Unix time, unless a person has touched them."""
    rows = db.execute(
        "SELECT id FROM editions WHERE state IN ('draft', 'quiet') AND edits = '{}'"
        " AND made_at > ?",
        (at,),
    ).fetchall()
    db.executemany("DELETE FROM edition_messages WHERE edition_id = ?", rows)
    db.executemany("DELETE FROM editions WHERE id = ?", rows)


def _draft(
    db: sqlite3.Connection, edition_id: int, number: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    row = db.execute(
        "SELECT digest, edits FROM editions WHERE id = ? AND state = 'draft'", (edition_id,)
    ).fetchone()
    if row is None:
        raise ArchiveError("that digest is no draft any more.", "take its approval back first")
    digest, edits = msgspec.json.decode(row[0]), json.loads(row[1])
    items = digest.get("items", ())
    if not 1 <= number <= len(items) or items[number - 1] is None:
        raise NotFound(f"there is no item {number}.", "see the draft for the numbers")
    return digest, edits


def _edit(
    db: sqlite3.Connection, edition_id: int, edits: dict[str, Any], by: str, what: str
) -> None:
    db.execute(
        "UPDATE editions SET edits = ? WHERE id = ?",
        (json.dumps(edits, ensure_ascii=False), edition_id),
    )
    note(db, by, "digest edited", str(edition_id), what)


def _may_read(db: sqlite3.Connection, reader: Reader, place: str) -> bool:
    # of what is told together each part stands or falls with its own group
    return place.startswith(TOGETHER) or any(reader.inside(key) for key in group_keys(db, place))


_SELECT = "SELECT id, kind, place, period, state, digest, edits, made_at, sent_at FROM editions"


def _view(db: sqlite3.Connection, reader: Reader, row: tuple[Any, ...]) -> EditionView:
    edition_id, kind, place, period, state, packed, edits_packed, made_at, sent_at = row
    digest, edits = msgspec.json.decode(packed), json.loads(edits_packed)
    digest = cleaned(digest, shown_keys(db, reader, digest))
    dropped, titles = edits.get("dropped", ()), edits.get("titles", {})
    numbered = [
        (n, {**item, "title": titles.get(str(n), item.get("title", ""))})
        for n, item in enumerate(digest.get("items", ()), 1)
        if item is not None and n not in dropped
    ]
    numbered = in_order(numbered, edits.get("order", ()))
    digest["items"] = [item for _, item in numbered]
    numbers = tuple(n for n, _ in numbered)
    return EditionView(
        edition_id, kind, place, period, state, digest, numbers, made_at, sent_at
    )  # fmt: skip


def _packed(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)
