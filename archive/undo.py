"""Takes an import back: what it brought goes, what it changed is as it was before."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from typing import Any

import msgspec

from archive.audit import note
from archive.database import rows_are_gone
from archive.emptied import drop_empty
from archive.errors import ArchiveError
from archive.former_states import ToldByOthers, put_parts_back
from archive.fresh import count_days
from archive.ids import LOWEST
from archive.index import check_version
from archive.media import drop_unused
from archive.merge import facet_of, load, refresh_span, retime, store
from archive.people import Directory
from archive.prepare import RECALLED
from archive.removing import load_all, remove_all
from archive.runs import run_of

BATCH = 500
"""Messages in one transaction."""
_AHEAD = 10_000
"""Messages looked for at once."""
TAKEN_BACK = "taken back"
"""The state of a run of which nothing is left."""
_MADE = (
    ("essence marks", "essence_messages", "1"),
    ("tags", "message_tags", "added_by IS NOT NULL"),
    ("columns", "column_messages", "1"),
    ("threads", "thread_messages", "1"),
    ("questions and answers", "questions", "1"),
    ("questions and answers", "answers", "1"),
    ("nominations", "nominations", "1"),
    ("saved messages", "saved", "1"),
    ("reports", "reports", "1"),
    ("levels and reviews", "item_levels", "1"),
    ("levels and reviews", "reviewed", "1"),
    ("digests", "edition_messages", "1"),
)
"""What people do with messages: what it is called, and where it stands."""


class Undoing(msgspec.Struct):
    """What taking an import back does, or would do."""

    removed: int = 0
    """Messages that only this import brought."""
    stay: int = 0
    """Messages that another source told of as well since."""
    restored: int = 0
    changed_since: int = 0
    """Messages that were changed again since: they stay as they are."""
    forgotten: bool = False
    """Something was forgotten since, and what the updated messages were went with it."""
    made: dict[str, int] = msgspec.field(default_factory=dict)
    """What people made of the messages that go."""
    files: int = 0


def plan(db: sqlite3.Connection, run_id: int) -> Undoing:
    """Tell what would go. Raises NotFound, and ArchiveError for one that is taken back already."""
    run = run_of(db, run_id)
    if run.state == TAKEN_BACK:
        raise ArchiveError(f"import {run_id} was taken back already.", "see: chendian import list")
    found, others = Undoing(), ToldByOthers(db, run_id)
    made: Counter[str] = Counter()
    after = LOWEST
    while rows := _brought(db, run_id, after):
        after = rows[-1]
        goes = [row_id for row_id in rows if others.get(row_id) is None]
        found.removed += len(goes)
        found.stay += len(rows) - len(goes)
        for name, table, only in _MADE:
            (number,) = db.execute(
                f"SELECT count(*) FROM {table} WHERE {only}"
                " AND message_id IN (SELECT value FROM json_each(?))",
                (json.dumps(goes),),
            ).fetchone()
            made[name] += number
    found.made = {name: number for name, number in made.items() if number}
    (same, others_since) = db.execute(
        f"SELECT count(*) FILTER (WHERE {_UNCHANGED}), count(*) FILTER (WHERE NOT {_UNCHANGED})"
        " FROM former_states f JOIN messages m ON m.id = f.message_id WHERE f.run_id = ?",
        (run_id,),
    ).fetchone()
    found.restored, found.changed_since = same, others_since
    updated = int(run.report.get("messages", {}).get("updated", 0))
    # updates of what the run itself brought leave none either
    nothing = updated > 0 and same + others_since == 0
    found.forgotten = nothing and _erased_since(db, run.started_at)
    return found


def _erased_since(db: sqlite3.Connection, at: int) -> bool:
    (found,) = db.execute(
        "SELECT EXISTS (SELECT 1 FROM tombstones WHERE forgotten_at >= ?1)"
        " OR EXISTS (SELECT 1 FROM erased_people WHERE at >= ?1)",
        (at,),
    ).fetchone()
    return bool(found)


_UNCHANGED = (
    "(m.digest = f.digest AND NOT EXISTS (SELECT 1 FROM former_states l"
    " WHERE l.message_id = f.message_id AND l.run_id > f.run_id))"
)


def _brought(db: sqlite3.Connection, run_id: int, after: int, limit: int = BATCH) -> list[int]:
    rows = db.execute(
        "SELECT id FROM messages WHERE run_id = ? AND id > ? ORDER BY id LIMIT ?",
        (run_id, after, limit),
    )
    return [i for (i,) in rows]


class Undo:
    """Takes one import back, a batch a transaction; done again after a kill, it does the rest."""

    def __init__(self, run_id: int, batch: int = BATCH) -> None:
        self._run_id = run_id
        self._batch = batch
        self._others: ToldByOthers | None = None
        self._found: list[int] = []
        self._after = LOWEST
        self.done = Undoing()

    def look(self, db: sqlite3.Connection) -> None:
        """Find what the next batches are about, outside any transaction: among the messages of
        other imports that takes a while."""
        if self._others is None:
            self._others = ToldByOthers(db, self._run_id)
        if not self._found:
            self._found = _brought(db, self._run_id, self._after, _AHEAD)
            if not self._found and self._after > LOWEST:
                # live capture may have given one another time meanwhile
                self._found = _brought(db, self._run_id, LOWEST, _AHEAD)
            if self._found:
                self._after = self._found[-1]

    def some(self, db: sqlite3.Connection) -> bool:
        """Do a batch within the caller's transaction, after `look`; return whether there is more to
        do."""
        check_version(db)
        return bool(self._restore(db) or self._remove(db))

    def groups(self, db: sqlite3.Connection) -> list[int]:
        """Return the groups that may be left empty."""
        rows = db.execute(
            "SELECT DISTINCT group_id FROM coverage WHERE run_id = ?", (self._run_id,)
        )
        return [group_id for (group_id,) in rows]

    def leave(self, db: sqlite3.Connection, group_id: int) -> None:
        """Drop what the import said of a group, and a group that nothing is left of."""
        db.execute(
            "DELETE FROM coverage WHERE run_id = ? AND group_id = ?", (self._run_id, group_id)
        )
        drop_empty(db, {group_id})
        rows_are_gone(db)

    def files(self, db: sqlite3.Connection, some: list[str]) -> list[str]:
        """Strike some files from the list if nobody has them; return those to drop."""
        gone = drop_unused(db, some)
        self.done.files += len(gone)
        return gone

    def finish(self, db: sqlite3.Connection, by: str) -> None:
        """Note that all is done, within a transaction."""
        for table in ("former_states", "told_again"):
            db.execute(f"DELETE FROM {table} WHERE run_id = ?", (self._run_id,))
        db.execute("UPDATE runs SET state = ? WHERE id = ?", (TAKEN_BACK, self._run_id))
        note(db, by, "import undone", str(self._run_id), f"{self.done.removed} messages")
        rows_are_gone(db)

    def _restore(self, db: sqlite3.Connection) -> int:
        rows = db.execute(
            f"SELECT f.message_id, f.was, {_UNCHANGED} FROM former_states f JOIN messages m"
            " ON m.id = f.message_id WHERE f.run_id = ? LIMIT ?",
            (self._run_id, self._batch),
        ).fetchall()
        directory, tags = Directory(db), set[int]()
        for row_id, was, unchanged in rows:
            if unchanged:
                tags |= _tags(db, [row_id])
                _put_back(db, directory, row_id, json.loads(was))
                self.done.restored += 1
            else:
                self.done.changed_since += 1
        db.executemany(
            "DELETE FROM former_states WHERE run_id = ? AND message_id = ?",
            [(self._run_id, row_id) for row_id, _, _ in rows],
        )
        _drop_tags(db, tags)
        return len(rows)

    def _remove(self, db: sqlite3.Connection) -> int:
        assert self._others is not None
        ids, self._found = self._found[: self._batch], self._found[self._batch :]
        others = {row_id: other for row_id in ids if (other := self._others.get(row_id))}
        # another import told of it as well: from now on it is that one's
        db.executemany(
            "UPDATE messages SET run_id = ? WHERE id = ? AND run_id = ?",
            [(other, row_id, self._run_id) for row_id, other in others.items()],
        )
        self.done.stay += len(others)
        rows = load_all(db, [row_id for row_id in ids if row_id not in others], self._run_id)
        tags = _tags(db, [row["id"] for row in rows])
        remove_all(db, rows)
        self.done.removed += len(rows)
        days: dict[int, Counter[int]] = {}
        for row in rows:
            days.setdefault(row["group_id"], Counter())[row["sent_at"]] += 1
        _count_down(db, days)
        _drop_tags(db, tags)
        return len(ids)


def _put_back(
    db: sqlite3.Connection, directory: Directory, row_id: int, was: dict[str, Any]
) -> None:
    """Let a message be as it was; that it was taken back meanwhile holds."""
    now, former = load(db, row_id), was["row"]
    put_parts_back(db, row_id, was)
    changes = {name: former[name] for name in former if name not in ("group_id", "platform_id")}
    changes["flags"] |= now["flags"] & RECALLED
    sent_at = changes.pop("sent_at")
    changes["facet"] = facet_of(
        db, row_id, now["group_id"], {**now, **changes, "static": former["facet"]}
    )
    store(db, row_id, now, changes)
    if sent_at != now["sent_at"]:
        (key,) = db.execute("SELECT key FROM groups WHERE id = ?", (now["group_id"],)).fetchone()
        db.execute("UPDATE messages SET sent_at = ? WHERE id = ?", (sent_at, row_id))
        retime(db, directory.group(key), row_id, now["sent_at"], sent_at)


def _count_down(db: sqlite3.Connection, days: dict[int, Counter[int]]) -> None:
    directory = Directory(db)
    for group_id, times in days.items():
        (key,) = db.execute("SELECT key FROM groups WHERE id = ?", (group_id,)).fetchone()
        group = directory.group(key)
        left: Counter[str] = Counter()
        for at, number in times.items():
            left[group.day(at)] -= number
        count_days(db, group, left)
        db.execute(
            "UPDATE groups SET messages = messages - ? WHERE id = ?", (times.total(), group_id)
        )
        refresh_span(db, group_id)


def _tags(db: sqlite3.Connection, ids: list[int]) -> set[int]:
    found = db.execute(
        "SELECT DISTINCT tag_id FROM message_tags"
        " WHERE message_id IN (SELECT value FROM json_each(?))",
        (json.dumps(ids),),
    )
    return {tag for (tag,) in found}


def _drop_tags(db: sqlite3.Connection, tags: set[int]) -> None:
    db.executemany(
        "DELETE FROM tags WHERE id = ?1 AND synonym_of IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM message_tags WHERE tag_id = ?1)"
        " AND NOT EXISTS (SELECT 1 FROM tags o WHERE o.synonym_of = ?1)",
        [(tag,) for tag in tags],
    )
