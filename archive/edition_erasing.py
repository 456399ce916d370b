"""Takes out of editions what was erased from the archive."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

import msgspec

from archive.access import operator
from archive.edition_items import cleaned, shown_keys, without_members


def editions_of(db: sqlite3.Connection, row_id: int) -> list[int]:
    """Return the ids of the editions that rest on a message."""
    rows = db.execute("SELECT edition_id FROM edition_messages WHERE message_id = ?", (row_id,))
    return [i for (i,) in rows.fetchall()]


def scrub_editions(
    db: sqlite3.Connection, edition_ids: Iterable[int], member_keys: Iterable[str] = ()
) -> None:
    """Erase from editions what rests on messages that are gone, and these people's names.

    What is still to be said of them is taken out of the outbox.
    """
    gone = frozenset(member_keys)
    for edition_id in sorted(set(edition_ids)):
        row = db.execute("SELECT digest FROM editions WHERE id = ?", (edition_id,)).fetchone()
        if row is None:
            continue
        before = msgspec.json.decode(row[0])
        after = without_members(cleaned(before, shown_keys(db, operator(), before)), gone)
        if after != before:
            _store(db, edition_id, after)


def scrub_members(db: sqlite3.Connection, member_keys: Iterable[str]) -> None:
    """Erase people's names from every edition."""
    keys = list(member_keys)
    rows = db.execute(
        "SELECT DISTINCT e.id FROM editions e, json_each(?) k WHERE instr(e.digest, k.value) > 0",
        (json.dumps(keys),),
    )
    scrub_editions(db, [i for (i,) in rows.fetchall()], keys)
    db.executemany("UPDATE editions SET approved_by = '' WHERE approved_by = ?",
                   [(key,) for key in keys])  # fmt: skip


def _store(db: sqlite3.Connection, edition_id: int, digest: dict[str, Any]) -> None:
    left = {str(n) for n, item in enumerate(digest.get("items", ()), 1) if item is not None}
    (packed,) = db.execute("SELECT edits FROM editions WHERE id = ?", (edition_id,)).fetchone()
    edits = json.loads(packed)
    if "titles" in edits:
        edits["titles"] = {n: title for n, title in edits["titles"].items() if n in left}
    db.execute(
        "UPDATE editions SET digest = ?, edits = ? WHERE id = ?",
        (msgspec.json.encode(digest).decode(), json.dumps(edits, ensure_ascii=False), edition_id),
    )
    place, kind, period = db.execute(
        "SELECT place, kind, period FROM editions WHERE id = ?", (edition_id,)
    ).fetchone()
    start = outbox_key(place, kind, period, "")
    waited = db.execute(
        "DELETE FROM outbox WHERE substr(unique_key, 1, ?) = ?"
        " AND (state = 'waiting' OR state = 'failed' AND text = '' AND tries = 0)"
        " RETURNING group_key",
        (len(start), start),
    ).fetchall()
    if {group for (group,) in waited} - begun_in(db, place, kind, period):
        # nobody has read any of it: it is written anew
        db.execute(
            "UPDATE editions SET state = 'approved', sent_at = NULL WHERE id = ?", (edition_id,)
        )


def begun_in(db: sqlite3.Connection, place: str, kind: str, period: str) -> set[str]:
    """Return the keys of the groups in which an edition is being said, or was."""
    start = outbox_key(place, kind, period, "")
    rows = db.execute(
        "SELECT DISTINCT group_key FROM outbox WHERE substr(unique_key, 1, ?) = ?",
        (len(start), start),
    )
    return {group for (group,) in rows}


def outbox_key(place: str, kind: str, period: str, part: object) -> str:
    """Return what makes a piece of an edition be said once."""
    return f"digest:{place}:{kind}:{period}:{part}"
