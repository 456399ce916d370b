"""Makes two groups one: what was known by title, or by a former key, gets its real key."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import Any

from archive import index
from archive.database import rows_are_gone, transaction
from archive.errors import ArchiveError
from archive.fresh import count_days
from archive.hanging import CHILDREN, attachments_of
from archive.keys import platform_of
from archive.matching import resolve
from archive.merge import entry_of, facet_of, load, merge, refresh_span, store
from archive.namesakes import join_names, settle_keys
from archive.people import Directory, KnownGroup
from archive.prepare import Prepared
from archive.questions.joining import join_questions
from archive.reactions import join as join_reactions
from archive.records import Group, Reaction
from archive.shelving import let_go, move_group
from archive.tombstones import forgotten

BATCH = 2_000
"""Messages moved in one transaction."""


def begin_union(db: sqlite3.Connection, source_key: str, target_key: str) -> None:
    """Decide that two groups are one; `finish_unions` does it and goes on after a kill."""
    directory = Directory(db)
    source, target = directory.group(source_key), directory.group(target_key)
    if source.id == target.id:
        raise ArchiveError("that is the same group.", "name two groups")
    if platform_of(source.key) != platform_of(target.key):
        raise ArchiveError("groups of two platforms stay two.", "name two groups of one platform")
    last: int | None = target.id
    while last is not None and last != source.id:
        place, last = last, _decided(db, last)
    if last is None:
        db.execute(
            "INSERT OR REPLACE INTO aliases(kind, group_id, other, target)"
            " VALUES('union', ?, ?, ?)",
            (source.id, source.key, place),
        )


def _decided(db: sqlite3.Connection, group_id: int) -> int | None:
    """Return the group that a group is to become part of."""
    row = db.execute(
        "SELECT target FROM aliases WHERE kind = 'union' AND group_id = ?", (group_id,)
    ).fetchone()
    return row[0] if row else None


def unite_former(db: sqlite3.Connection, group: Group) -> None:
    """Let the groups archived under a group's former keys become part of it."""
    for former in group.aliases:
        there = db.execute("SELECT 1 FROM groups WHERE key = ?", (former,)).fetchone()
        if there and former != group.key and platform_of(former) == platform_of(group.key):
            begin_union(db, former, group.key)


def finish_unions(db: sqlite3.Connection) -> None:
    """Do all unions, a batch a transaction; `db` is for writing, outside a transaction."""
    busy = True
    while busy:
        with transaction(db):
            busy = unite_some(db)


def unite_some(db: sqlite3.Connection) -> bool:
    """Move one batch of a union within the caller's transaction; return whether there is more."""
    row = db.execute(
        "SELECT group_id, other, target FROM aliases WHERE kind = 'union' LIMIT 1"
    ).fetchone()
    if row is None:
        return False
    index.check_version(db)
    source_id, source_key, target_id = row
    (target_key,) = db.execute("SELECT key FROM groups WHERE id = ?", (target_id,)).fetchone()
    directory = Directory(db)
    if not _move(db, directory.group(source_key), directory.group(target_key)):
        _close(db, source_id, source_key, target_id)
        refresh_span(db, target_id)
        join_names(db, target_id)
        settle_keys(db, target_id, target_key)
    return True


def _move(db: sqlite3.Connection, source: KnownGroup, target: KnownGroup) -> int:
    rows = db.execute(
        "SELECT id, platform_id, sent_at FROM messages WHERE group_id = ? ORDER BY id LIMIT ?",
        (source.id, BATCH),
    ).fetchall()
    known = resolve(db, target, [platform_id for _, platform_id, _ in rows])
    gone = forgotten(db, target, ((name, as_prepared(db, row_id)) for row_id, name, _ in rows))
    days: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for row_id, platform_id, sent_at in rows:
        left[source.day(sent_at)] -= 1
        old = load(db, row_id)
        if platform_id in gone:
            remove(db, old)
        elif platform_id in known:
            place = known[platform_id]
            kept_id, _ = merge(db, target, place, as_prepared(db, row_id), old["sender_id"], [])
            if kept_id != place:
                known |= {name: kept_id for name, other in known.items() if other == place}
            _drop(db, row_id, kept_id)
        else:
            moved = {**old, "group_id": target.id}
            facet = facet_of(db, row_id, target.id, moved)
            store(db, row_id, old, {"group_id": target.id, "facet": facet})
            days[target.day(sent_at)] += 1
    count_days(db, source, left)
    count_days(db, target, days)
    db.execute("UPDATE groups SET messages = messages - ? WHERE id = ?", (len(rows), source.id))
    db.execute("UPDATE groups SET messages = messages + ? WHERE id = ?", (days.total(), target.id))
    return len(rows)


def _drop(db: sqlite3.Connection, row_id: int, kept_id: int) -> None:
    """Remove a message that stands twice; what people added to it goes to the other row."""
    dropped = load(db, row_id)
    join_reactions(db, row_id, kept_id)
    join_questions(db, row_id, kept_id)
    for table in (
        "versions", "essence_messages", "message_tags", "marks", "codes", "nominations",
        "reports",
        "thread_messages", "column_messages", "saved",
        "edition_messages", "candidates",
    ):  # fmt: skip
        db.execute(
            f"UPDATE OR IGNORE {table} SET message_id = ? WHERE message_id = ?", (kept_id, row_id)
        )
    db.execute(
        "UPDATE aliases SET target = ? WHERE kind = 'message' AND target = ?", (kept_id, row_id)
    )
    remove(db, dropped)
    kept = load(db, kept_id)
    store(db, kept_id, kept, {"facet": facet_of(db, kept_id, kept["group_id"], kept)})


def remove(db: sqlite3.Connection, row: dict[str, Any]) -> None:
    """Remove a stored message and what hangs on it; counters stay as they are."""
    row_id = row["id"]
    index.replace(db, row_id, entry_of(row), None)
    db.execute("DELETE FROM aliases WHERE kind = 'message' AND target = ?", (row_id,))
    left = db.execute(
        "SELECT essence_id FROM essence_messages WHERE message_id = ?", (row_id,)
    ).fetchall()
    let_go(db, row_id)
    for table in CHILDREN:
        db.execute(f"DELETE FROM {table} WHERE message_id = ?", (row_id,))
    db.executemany(
        "DELETE FROM essence WHERE id = ?1"
        " AND NOT EXISTS (SELECT 1 FROM essence_messages WHERE essence_id = ?1)",
        left,
    )
    db.execute("DELETE FROM messages WHERE id = ?", (row_id,))


def _close(db: sqlite3.Connection, source_id: int, source_key: str, target_id: int) -> None:
    """Let the emptied group's keys lead to the other one."""
    db.execute(
        "INSERT INTO memberships(group_id, member_id, name, named_at, role)"
        " SELECT ?, member_id, name, named_at, role FROM memberships WHERE group_id = ?"
        " ON CONFLICT DO UPDATE SET name = CASE WHEN excluded.named_at > named_at"
        " THEN excluded.name ELSE name END, role = coalesce(role, excluded.role)",
        (target_id, source_id),
    )
    for table in ("member_names", "coverage", "essence", "message_tags"):
        db.execute(
            f"UPDATE OR IGNORE {table} SET group_id = ? WHERE group_id = ?", (target_id, source_id)
        )
    for table in ("tombstones", "forgotten_names", "orphans", "shown_names"):
        db.execute(
            f"UPDATE OR IGNORE {table} SET group_id = ? WHERE group_id = ?", (target_id, source_id)
        )
        db.execute(f"DELETE FROM {table} WHERE group_id = ?", (source_id,))
    db.execute(
        "UPDATE OR IGNORE aliases SET group_id = ?"
        " WHERE group_id = ? AND kind IN ('message', 'recall', 'unmarked')",
        (target_id, source_id),
    )
    # the group is called as the other one is
    db.execute("DELETE FROM aliases WHERE kind = 'title' AND group_id = ?", (source_id,))
    db.execute(
        "UPDATE groups SET with_ids = max(groups.with_ids, s.with_ids),"
        " without_ids = max(groups.without_ids, s.without_ids) FROM (SELECT with_ids, without_ids"
        " FROM groups WHERE id = ?) AS s WHERE id = ?",
        (source_id, target_id),
    )
    move_group(db, source_id, target_id)
    for table in ("memberships", "member_names", "days"):
        db.execute(f"DELETE FROM {table} WHERE group_id = ?", (source_id,))
    db.execute("DELETE FROM aliases WHERE kind = 'union' AND other = ?", (source_key,))
    db.execute(
        "UPDATE aliases SET target = ? WHERE kind IN ('group', 'union') AND target = ?",
        (target_id, source_id),
    )
    db.execute(
        "INSERT OR IGNORE INTO aliases(kind, group_id, other, target) VALUES('group', 0, ?, ?)",
        (source_key, target_id),
    )
    db.execute("DELETE FROM groups WHERE id = ?", (source_id,))
    rows_are_gone(db)


def as_prepared(db: sqlite3.Connection, row_id: int) -> Prepared:
    """Read a stored message back as if a source had just told of it."""
    row = load(db, row_id)
    sender = db.execute(
        "SELECT key, name FROM members WHERE id = ?", (row["sender_id"],)
    ).fetchone()
    sender_key, sender_name = sender or (None, row["sender_name"])
    reactions = tuple(
        Reaction(*part)
        for part in db.execute("SELECT emoji, count FROM reactions WHERE message_id = ?", (row_id,))
    )
    return Prepared(
        group_key="", platform_id=row["platform_id"], local_id=None,
        sender_key=sender_key, sender_name=sender_name, sent_at=row["sent_at"], precision=1,
        edited_at=row["edited_at"], kind=row["kind"], text=row["text"], more=row["more"],
        reply_to=row["reply_to"], local_reply_to=None, topic=row["topic"], service=row["service"],
        detail=row["detail"], flags=row["flags"], quality=row["quality"], digest=row["digest"],
        body="", chars="",
        facet=" ".join(token for token in row["facet"].split() if token[0] in "khx"),
        tags=(), attachments=attachments_of(db, [row_id]).get(row_id, ()), reactions=reactions,
    )  # fmt: skip
