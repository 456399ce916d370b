"""What the bridge said of a message in other groups: which copy is whose, and what became of it."""

from __future__ import annotations

import hmac
import json
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from archive import bridge_told, outbox
from archive.consent import group_keys
from archive.matching import comparable
from archive.outbox import Draft
from archive.records import Message
from archive.tombstones import secret_of

PURPOSE = "bridge"
"""Of drafts in the outbox that say a copy, or take one back."""
EDIT, GONE = "bridge edit", "bridge gone"
"""Of those that say that the original of a copy was changed, or taken back."""
SERVICE = "bridged"
"""`service` of a copy that stands in the archive of the group it was said in: it has no words of
its own, `archive.copied` shows those of its original."""

_COLUMNS = "b.id, b.message_id, b.target, b.part, b.mode, b.outbox_id, b.at, b.copy_id, b.said"


class Copy(NamedTuple):
    """A part of a message in another group."""

    id: int
    message_id: int
    """Row id of the original."""
    target: str
    part: int
    mode: str
    outbox_id: int
    at: int
    copy_id: str | None
    said: int | None


def note(
    db: sqlite3.Connection, row_id: int, target: str, part: int, mode: str, outbox_id: int, at: int
) -> None:
    """Note that a part of a message is to be said in another group."""
    db.execute(
        "INSERT INTO bridged(message_id, target, part, mode, outbox_id, at, kept, gone)"
        " VALUES(?, ?, ?, ?, ?, ?, 0, 0) ON CONFLICT DO UPDATE SET mode = excluded.mode,"
        " outbox_id = excluded.outbox_id, at = excluded.at, copy_id = NULL, other_ids = NULL,"
        " said = NULL, kept = 0, gone = 0",
        (row_id, target, part, mode, outbox_id, at),
    )


def of_parcels(db: sqlite3.Connection, outbox_ids: Iterable[int]) -> dict[int, tuple[Copy, bool]]:
    """Return the copies that parcels say, and whether their originals answer something, by the
    parcel's id; without those whose original was erased, or that say none."""
    rows = db.execute(
        f"SELECT {_COLUMNS}, m.reply_to IS NOT NULL OR instr(coalesce(m.detail, ''), '\"quote\"')"
        " FROM bridged b JOIN messages m ON m.id = b.message_id"
        " WHERE b.outbox_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(outbox_ids)),),
    )
    copies = [(Copy(*row[:-1]), bool(row[-1])) for row in rows]
    return {copy.outbox_id: (copy, answers) for copy, answers in copies}


def of_copy(db: sqlite3.Connection, target: str, copy_id: str) -> Copy | None:
    """Return the copy that has this id in a group."""
    row = db.execute(
        f"SELECT {_COLUMNS} FROM bridged b WHERE b.target = ? AND b.copy_id = ?", (target, copy_id)
    ).fetchone()
    return Copy(*row) if row else None


def take_back_all(db: sqlite3.Connection, row_id: int) -> None:
    """Have every copy of a message that is about to be erased taken back; what waits is not said.

    Afterwards nothing here says which message it was.
    """
    rows = db.execute(
        "SELECT b.id, b.target, b.copy_id, b.outbox_id, o.account, o.state FROM bridged b"
        " JOIN outbox o ON o.id = b.outbox_id WHERE b.message_id = ? AND NOT b.gone",
        (row_id,),
    ).fetchall()
    for number, target, copy_id, outbox_id, account, state in rows:
        if copy_id is not None:
            outbox.put(db, undoing(account, target, copy_id, number))
        elif state == "waiting":
            outbox.drop(db, outbox_id, "what it showed was forgotten")


def undoing(account: str, target: str, copy_id: str, number: int) -> Draft:
    """Return a draft that takes a copy back."""
    unique = f"{PURPOSE}:back:{number}:{copy_id}"
    return Draft(account, "", group_key=target, purpose=PURPOSE, unique=unique, takes_back=copy_id)


def copy_in(db: sqlite3.Connection, row_id: int, group_key: str) -> str | None:
    """Return the id of a message's first copy in a group, if it is there."""
    row = db.execute(
        "SELECT copy_id FROM bridged WHERE message_id = ? AND copy_id IS NOT NULL AND NOT gone"
        " AND target IN (SELECT value FROM json_each(?)) ORDER BY part LIMIT 1",
        (row_id, json.dumps(group_keys(db, group_key))),
    ).fetchone()
    return row[0] if row else None


def original_of(
    db: sqlite3.Connection, group_key: str, platform_id: str, words: str | None = None
) -> int | None:
    """Return the row id of the message that another one in this group is a copy of, known by any of
    its ids, or by its words where the platform tells of an answer only what it quotes."""
    keys = group_keys(db, group_key)
    names = json.dumps([platform_id, *_other_names(db, keys, platform_id)])
    row = db.execute(
        "SELECT message_id FROM bridged WHERE target IN (SELECT value FROM json_each(?1))"
        " AND copy_id IN (SELECT value FROM json_each(?2)) ORDER BY id DESC LIMIT 1",
        (json.dumps(keys), names),
    ).fetchone()
    if row is None and platform_id:
        # said just now: its other ids are not in the archive yet
        row = db.execute(
            "SELECT b.message_id FROM bridged b, json_each(b.other_ids) WHERE NOT b.kept"
            " AND b.target IN (SELECT value FROM json_each(?)) AND value = ?"
            " ORDER BY b.id DESC LIMIT 1",
            (json.dumps(keys), platform_id),
        ).fetchone()
    if row is None and words:
        row = db.execute(
            "SELECT message_id FROM bridged WHERE said = ? AND target IN"
            " (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT 1",
            (print_of(db, words), json.dumps(keys)),
        ).fetchone()
    return int(row[0]) if row else None


def _other_names(db: sqlite3.Connection, keys: list[str], platform_id: str) -> list[str]:
    rows = db.execute(
        # group by group: names are looked up by their group first
        "SELECT m.platform_id FROM groups g CROSS JOIN aliases a ON a.kind = 'message'"
        " AND a.group_id = g.id AND a.other = ? JOIN messages m ON m.id = a.target"
        " WHERE g.key IN (SELECT value FROM json_each(?))",
        (platform_id, json.dumps(keys)),
    )
    return [name for (name,) in rows]


def saying(db: sqlite3.Connection, copy_id: int, text: str) -> None:
    """Note the words in which a copy is about to be said."""
    db.execute("UPDATE bridged SET said = ? WHERE id = ?", (print_of(db, text), copy_id))


def said(
    db: sqlite3.Connection, outbox_id: int, platform_id: str | None, other_ids: Iterable[str] = ()
) -> bool:
    """Note that a copy was said, under which ids; False: its original was erased meanwhile."""
    others = json.dumps(list(other_ids)) if other_ids else None
    done = db.execute(
        "UPDATE bridged SET copy_id = ?, other_ids = ?, kept = ? WHERE outbox_id = ?",
        (platform_id, others, platform_id is None, outbox_id),
    )
    return done.rowcount == 1


def gone(db: sqlite3.Connection, copy_id: int) -> None:
    """Note that nothing more is to be done about a copy whose original was taken back."""
    db.execute("UPDATE bridged SET gone = 1 WHERE id = ?", (copy_id,))


def deleted(db: sqlite3.Connection, group_key: str, platform_id: str) -> None:
    """Note that a copy was deleted in its group: nothing more is said of it there."""
    keys = group_keys(db, group_key)
    names = [platform_id, *_other_names(db, keys, platform_id)]
    db.execute(
        "UPDATE bridged SET gone = 1 WHERE target IN (SELECT value FROM json_each(?))"
        " AND copy_id IN (SELECT value FROM json_each(?))",
        (json.dumps(keys), json.dumps(names)),
    )


def drop_waiting(db: sqlite3.Connection, group_key: str, among: Iterable[str] | None = None) -> int:
    """Say nothing more of what waits to cross from or to a group (`among`: only between these);
    return how much that is."""
    names = group_keys(db, group_key)
    between = None if among is None else [k for g in among for k in group_keys(db, g)]
    keys, others = json.dumps(names), None if between is None else json.dumps(between)
    ids = db.execute(
        "SELECT b.id, b.outbox_id FROM bridged b JOIN outbox o ON o.id = b.outbox_id"
        " JOIN messages m ON m.id = b.message_id JOIN groups g ON g.id = m.group_id"
        " WHERE o.state = 'waiting' AND (b.target IN (SELECT value FROM json_each(?1))"
        " OR g.key IN (SELECT value FROM json_each(?1))) AND (?2 IS NULL OR (b.target IN"
        " (SELECT value FROM json_each(?2)) AND g.key IN (SELECT value FROM json_each(?2))))",
        (keys, others),
    ).fetchall()
    digests = bridge_told.waiting(db, names, between)
    for outbox_id in (*(outbox_id for _, outbox_id in ids), *digests):
        outbox.drop(db, outbox_id, "the bridge was closed")
    db.executemany("DELETE FROM bridged WHERE id = ?", [(i,) for i, _ in ids])
    return len(ids) + len(digests)


def print_of(db: sqlite3.Connection, text: str) -> int:
    """Return a keyed hash of a text as people compare it, which tells nobody what it says."""
    digest = hmac.digest(secret_of(db), f"bridged\0{comparable(text)}".encode(), "sha256")
    return int.from_bytes(digest[:8], "big", signed=True)


def counts(db: sqlite3.Connection) -> dict[str, int]:
    """Return how much waits to be said in each group."""
    rows = db.execute(
        "SELECT group_key, count(*) FROM outbox WHERE state = 'waiting' AND purpose = ?"
        " GROUP BY group_key",
        (PURPOSE,),
    )
    return dict(rows.fetchall())


def unkept(db: sqlite3.Connection, limit: int = 200) -> list[tuple[int, Message | None]]:
    """Return copies that were said and do not stand in the archive of their group, with the row to
    be; None where there is to be none."""
    rows = db.execute(
        "SELECT b.id, b.target, b.copy_id, b.other_ids, b.part, o.ended_at, o.reply_to"
        " FROM bridged b JOIN outbox o ON o.id = b.outbox_id"
        " WHERE NOT b.kept AND b.copy_id IS NOT NULL ORDER BY b.id LIMIT ?",
        (limit,),
    )
    return [
        (
            number,
            Message(
                target, copy_id, at, kind="forward", service=SERVICE, reply_to=reply_to,
                other_ids=tuple(json.loads(others or "[]")), quality=3,
            ) if part == 0 else None,
        )
        for number, target, copy_id, others, part, at, reply_to in rows
    ]  # fmt: skip


def kept(db: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Note that copies stand in the archive, or are not to."""
    db.executemany("UPDATE bridged SET kept = 1 WHERE id = ?", [(i,) for i in ids])
