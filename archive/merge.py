"""What the archive does when it is told of a message it has: merge, so that order does not matter.

The later edit wins; among equals the source that knows more (`quality`), then the newer word. The
other text stays as a version if someone can have read it. What the winner lacks, the other fills.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from typing import Any

from archive import index, places
from archive.former_states import note_state, state_of
from archive.fresh import COLUMNS, count_days, insert_versions
from archive.hanging import CHILDREN, merge_attachments, merge_reactions, merge_tags
from archive.ids import Slots
from archive.matching import comparable, resolve
from archive.people import KnownGroup
from archive.prepare import PINNED, RECALLED, TIME_GUESSED, TRUNCATED, Prepared
from archive.records import KINDS

_MERGED = COLUMNS[3:-2]
"""The columns a merge may change, but for `facet`."""


def merge(
    db: sqlite3.Connection,
    group: KnownGroup,
    row_id: int,
    incoming: Prepared,
    sender_id: int | None,
    tags: list[int],
    run_id: int | None = None,
) -> tuple[int, bool]:
    """Merge an incoming message into its row.

    Return the row's id, another one where its time was corrected, and whether anything changed;
    what it was before an import (`run_id`) changed it is noted.
    """
    old = load(db, row_id)
    if old["digest"] == incoming.digest:
        return row_id, False
    was = state_of(db, old) if run_id is not None and run_id != old["run_id"] else None
    rank_old = (old["edited_at"] or 0, old["quality"])
    rank_new = (incoming.edited_at or 0, incoming.quality)
    wins = rank_new > rank_old or (rank_new == rank_old and not _is_former(db, row_id, incoming))
    new = _merged(db, old, incoming, sender_id, wins)
    changed = _keep_versions(db, row_id, old, new, incoming)
    for text, edited in incoming.former:
        if comparable(text) != comparable(new["text"]):
            changed |= _add_version(db, row_id, text, edited)
    changed |= merge_attachments(db, row_id, incoming, wins)
    changed |= merge_reactions(db, row_id, incoming)
    if new["flags"] & RECALLED:
        db.execute("DELETE FROM message_tags WHERE message_id = ?", (row_id,))
    elif new["text"] == incoming.text:
        merge_tags(db, row_id, tags if incoming.tags else [], anew=old["text"] != new["text"])
    new["facet"] = facet_of(db, row_id, group.id, new)
    differing = [name for name in (*_MERGED, "facet") if new[name] != old[name]]
    if differing:
        store(db, row_id, old, {name: new[name] for name in (*_MERGED, "facet")})
    if new["sent_at"] != old["sent_at"]:
        row_id = retime(db, group, row_id, old["sent_at"], new["sent_at"])
    changed = changed or bool(set(differing) - {"digest", "quality"})
    if changed and was is not None and run_id is not None:
        note_state(db, run_id, row_id, was, new["digest"])
    return row_id, changed


def _is_former(db: sqlite3.Connection, row_id: int, incoming: Prepared) -> bool:
    """Tell whether this text is known as one the message had before."""
    said = comparable(incoming.text)
    former = db.execute("SELECT text FROM versions WHERE message_id = ?", (row_id,))
    return any(comparable(text) == said for (text,) in former)


def load(db: sqlite3.Connection, row_id: int) -> dict[str, Any]:
    """Read a message's row."""
    row = db.execute(
        f"SELECT {', '.join(COLUMNS)} FROM messages WHERE id = ?", (row_id,)
    ).fetchone()
    return dict(zip(COLUMNS, row, strict=True))


def store(
    db: sqlite3.Connection, row_id: int, old: dict[str, Any], changes: dict[str, Any]
) -> None:
    """Change columns of a message together with its index entry."""
    new = {**old, **changes}
    index.replace(db, row_id, entry_of(old), entry_of(new))
    names = ", ".join(f"{name} = ?" for name in changes)
    db.execute(f"UPDATE messages SET {names} WHERE id = ?", (*changes.values(), row_id))
    if any(old[name] != new[name] for name in ("text", "more", "detail", "flags", "service")):
        places.settle(db, row_id, new)


def recall(db: sqlite3.Connection, row_id: int) -> None:
    """Mark a message as taken back: it leaves the index, readers see that it was there."""
    db.execute("DELETE FROM message_tags WHERE message_id = ?", (row_id,))
    old = load(db, row_id)
    flags = old["flags"] | RECALLED
    facet = facet_of(db, row_id, old["group_id"], {**old, "flags": flags})
    store(db, row_id, old, {"flags": flags, "facet": facet})


def pin(db: sqlite3.Connection, row_id: int) -> None:
    """Note that a message was pinned in its group."""
    old = load(db, row_id)
    if not old["flags"] & PINNED:
        flags = old["flags"] | PINNED
        facet = facet_of(db, row_id, old["group_id"], {**old, "flags": flags})
        store(db, row_id, old, {"flags": flags, "facet": facet})


def pin_said(db: sqlite3.Connection, group: KnownGroup, rows: list[Prepared]) -> None:
    """Note on the messages themselves that service rows say they were pinned."""
    said = [m.reply_to or json.loads(m.detail or "{}").get("message_id") for m in rows]
    for row_id in resolve(db, group, [str(name) for name in said if name]).values():
        pin(db, row_id)


def retime(db: sqlite3.Connection, group: KnownGroup, row_id: int, was: int, now: int) -> int:
    """Give a message whose time was corrected its place; return its new row id."""
    old = load(db, row_id)
    new_id = Slots(db).take(now)
    db.execute("UPDATE messages SET id = ? WHERE id = ?", (new_id, row_id))
    index.replace(db, row_id, entry_of(old), None)
    index.replace(db, new_id, None, entry_of(old))
    for table in CHILDREN:
        db.execute(f"UPDATE {table} SET message_id = ? WHERE message_id = ?", (new_id, row_id))
    places.settle(db, new_id, old)
    db.execute(
        "UPDATE aliases SET target = ? WHERE kind = 'message' AND target = ?", (new_id, row_id)
    )
    days = Counter({group.day(now): 1})
    days[group.day(was)] -= 1
    count_days(db, group, days)
    refresh_span(db, group.id)
    return new_id


def refresh_span(db: sqlite3.Connection, group_id: int) -> None:
    """Recompute a group's first and last time from its messages."""
    db.execute(
        "UPDATE groups SET (first_at, last_at) = ("
        " (SELECT sent_at FROM messages WHERE group_id = ?1 ORDER BY id LIMIT 1),"
        " (SELECT sent_at FROM messages WHERE group_id = ?1 ORDER BY id DESC LIMIT 1))"
        " WHERE id = ?1",
        (group_id,),
    )


def entry_of(row: dict[str, Any]) -> index.Entry:
    """Compute what the index holds of a stored row."""
    if row["flags"] & RECALLED:
        return index.Entry("", "", row["facet"])
    return index.entry(row["text"], row["more"], row["facet"])


def _merged(
    db: sqlite3.Connection,
    old: dict[str, Any],
    incoming: Prepared,
    sender_id: int | None,
    wins: bool,
) -> dict[str, Any]:
    theirs: dict[str, Any] = {name: getattr(incoming, name, None) for name in _MERGED}
    theirs |= {"sender_id": sender_id, "static": incoming.facet}
    if sender_id is not None:
        theirs["sender_name"] = None
    winner, other = (theirs, old) if wins else (old, theirs)
    new = dict(old)
    for name in _MERGED:
        new[name] = winner[name] if winner[name] not in (None, "") else other[name]
    new["flags"] = old["flags"] & ~TRUNCATED | incoming.flags & (RECALLED | PINNED)
    new["flags"] |= (winner if winner["text"] else other)["flags"] & TRUNCATED
    if KINDS[winner["kind"]] in ("unknown", "text"):
        new["kind"] = other["kind"] if not winner["text"] else winner["kind"]
    new["sender_id"] = _known_person(db, winner["sender_id"], other["sender_id"])
    if new["sender_id"] is not None:
        new["sender_name"] = None
    new["detail"] = _detail(winner["detail"], other["detail"], winner["text"] == other["text"])
    new["edited_at"] = max(old["edited_at"] or 0, incoming.edited_at or 0) or None
    new["quality"] = max(old["quality"], incoming.quality)
    _merge_time(old, new, incoming)
    new["static"] = incoming.facet if winner is theirs else None
    return new


def _merge_time(old: dict[str, Any], new: dict[str, Any], incoming: Prepared) -> None:
    better = incoming.quality > old["quality"] and incoming.precision == 1
    guessed = incoming.flags & TIME_GUESSED
    if old["flags"] & TIME_GUESSED and not guessed:
        new["flags"] &= ~TIME_GUESSED
        new["sent_at"] = incoming.sent_at
    else:
        new["sent_at"] = incoming.sent_at if better and not guessed else old["sent_at"]


def _known_person(db: sqlite3.Connection, first: int | None, second: int | None) -> int | None:
    """Prefer the member known by id to the one known by name."""
    if first is None or second is None or first == second:
        return first if first is not None else second
    (name_only,) = db.execute("SELECT name_only FROM members WHERE id = ?", (first,)).fetchone()
    return second if name_only else first


def _detail(first: str | None, second: str | None, same_text: bool) -> str | None:
    if second is None or first == second:
        return first
    filled = json.loads(second)
    if not same_text:
        # formatting belongs to its text
        filled.pop("spans", None)
    filled |= json.loads(first) if first else {}
    return json.dumps(filled, ensure_ascii=False) if filled else None


def _keep_versions(
    db: sqlite3.Connection,
    row_id: int,
    old: dict[str, Any],
    new: dict[str, Any],
    incoming: Prepared,
) -> bool:
    loser, edited = (
        (incoming.text, incoming.edited_at)
        if new["text"] == old["text"]
        else (old["text"], old["edited_at"])
    )
    if not loser or comparable(loser) == comparable(new["text"]):
        return False
    if new["edited_at"] is None and old["quality"] != incoming.quality:
        return False  # two ways to write the same message, not an edit
    return _add_version(db, row_id, loser, edited)


def _add_version(db: sqlite3.Connection, row_id: int, text: str, edited: int | None) -> bool:
    """Keep a former text unless it is known."""
    known = db.execute("SELECT text FROM versions WHERE message_id = ?", (row_id,)).fetchall()
    if any(comparable(other) == comparable(text) for (other,) in known):
        return False
    insert_versions(db, [(row_id, text, edited)])
    return True


def facet_of(db: sqlite3.Connection, row_id: int, group_id: int, row: dict[str, Any]) -> str:
    """Compute a row's facet from what the archive knows now: group, sender, tags, essence."""
    static = _static(row.get("static") or row["facet"])
    parts = [f"g{group_id}"]
    if row["sender_id"]:
        parts.append(f"s{row['sender_id']}")
    parts += [f"k{row['kind']}", *static]
    attached = db.execute("SELECT kind FROM attachments WHERE message_id = ?", (row_id,))
    kinds = {f"h{kind}" for (kind,) in attached if kind.isalpha()}
    parts += sorted(kinds.difference(static))
    for flag, token in ((RECALLED, "xrecalled"), (PINNED, "xpinned")):
        if row["flags"] & flag and token not in static:
            parts.append(token)
    tags = db.execute(
        "SELECT coalesce(t.synonym_of, t.id) FROM message_tags JOIN tags t ON t.id = tag_id"
        " WHERE message_id = ? ORDER BY 1",
        (row_id,),
    )
    parts += dict.fromkeys(f"t{tag}" for (tag,) in tags)
    if db.execute("SELECT 1 FROM essence_messages WHERE message_id = ?", (row_id,)).fetchone():
        parts.append("e1")
    return " ".join(parts)


def _static(facet: str) -> list[str]:
    """Take from a facet what came with the message: its has-… and is-… tokens."""
    return [token for token in facet.split() if token[0] in "hx"]
