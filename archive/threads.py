"""Threads 串: a run of messages gathered under a title, with an edited version beside it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from archive.access import Reader
from archive.audit import note
from archive.errors import ArchiveError, NotFound
from archive.groups import allowed_ids, group_id
from archive.ids import HIGHEST, first_id
from archive.loading import load_views
from archive.masks import mask
from archive.messages import message_id
from archive.views import MessageView, View

MAX_RUN = 500
"""Messages of one thread."""
MAX_EDITED = 50_000
"""Characters of an edited version."""
_QUOTES = 3
_SELECT = (
    "SELECT t.id, t.title, t.made_at, g.key, g.title, g.time_zone, t.edited, t.edited_at,"
    " t.edited_over FROM threads t JOIN groups g ON g.id = t.group_id"
)
_NOT_THERE = NotFound("there is no such thread.", "make one in the chat: /thread TITLE")


class Participant(View, frozen=True):
    """Who speaks in a thread, and in how many of its messages."""

    name: str
    messages: int


class ThreadLine(View, frozen=True):
    """A thread in a list."""

    id: int
    title: str
    group_key: str
    group_title: str
    made_at: int
    messages: int
    first: MessageView


class ThreadView(View, frozen=True):
    """A thread as this reader sees it; one taken back among its messages has no words."""

    id: int
    title: str
    group_key: str
    group_title: str
    time_zone: str
    made_at: int
    since: int
    until: int
    """Times of its first and last message."""
    people: tuple[Participant, ...]
    """Who says most first."""
    quotes: tuple[MessageView, ...]
    """The messages most reacted to, at most three."""
    messages: tuple[MessageView, ...]
    edited: str | None
    """For those inside only, and only while all it was written over can be read."""
    edited_at: int | None


def run_from(
    db: sqlite3.Connection, reader: Reader, first: str, last: str | None, before: int
) -> list[MessageView]:
    """Return what was said in a group from one message to another, or to a Unix time.

    Raises ArchiveError for two groups or more than 500.
    """
    ids = sorted(message_id(db, reader, key) for key in (first, last) if key is not None)
    groups = db.execute(
        "SELECT DISTINCT group_id FROM messages WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(ids),),
    ).fetchall()
    if len(groups) != 1:
        raise ArchiveError("a thread lies within one group.", "name two messages of one group")
    end = ids[-1] if last is not None else max(ids[0], first_id(before + 1) - 1)
    return _said(db, reader, groups[0][0], ids[0], end)


def run_during(
    db: sqlite3.Connection, reader: Reader, group_key: str, since: int, until: int
) -> list[MessageView]:
    """Return what was said in a group between two Unix times, oldest first; 500 at most, or
    ArchiveError."""
    row_id = group_id(db, reader, group_key)
    return _said(db, reader, row_id, first_id(since), first_id(until) - 1)


def run_latest(
    db: sqlite3.Connection, reader: Reader, group_key: str, number: int, before: int
) -> list[MessageView]:
    """Return the last messages of a group before a Unix time, oldest first."""
    rows = db.execute(
        "SELECT id FROM messages WHERE group_id = ? AND id < ? AND service IS NULL"
        " AND flags & 2 = 0 ORDER BY id DESC LIMIT ?",
        (group_id(db, reader, group_key), first_id(before + 1), number),
    ).fetchall()
    return _unhidden(load_views(db, reader, [i for (i,) in reversed(rows)]))


def _said(
    db: sqlite3.Connection, reader: Reader, group: int, first: int, last: int
) -> list[MessageView]:
    rows = db.execute(
        "SELECT id FROM messages WHERE group_id = ? AND id BETWEEN ? AND ? AND service IS NULL"
        " AND flags & 2 = 0 ORDER BY id LIMIT ?",
        (group, first, last, MAX_RUN + 1),
    ).fetchall()
    if len(rows) > MAX_RUN:
        raise ArchiveError(f"a thread has at most {MAX_RUN} messages.", "choose a shorter run")
    return _unhidden(load_views(db, reader, [i for (i,) in rows]))


def _unhidden(views: list[MessageView]) -> list[MessageView]:
    """Leave out those who opted out and whose words are about to be erased."""
    return [view for view in views if not view.recalled]


def gather(
    db: sqlite3.Connection,
    title: str,
    messages: Sequence[MessageView],
    *,
    by: str,
    at: int | None = None,
) -> int:
    """Make a thread of messages read in this transaction; return its id."""
    if not messages or not title.strip():
        raise ArchiveError("a thread needs a title and messages.", "name both")
    (number,) = db.execute(
        "INSERT INTO threads(group_id, title, made_by, made_at)"
        " SELECT group_id, ?, ?, ? FROM messages WHERE id = ? RETURNING id",
        (title.strip(), by, int(time.time()) if at is None else at, messages[0].id),
    ).fetchone()
    db.executemany(
        "INSERT OR IGNORE INTO thread_messages(thread_id, message_id) VALUES(?, ?)",
        [(number, view.id) for view in messages[:MAX_RUN]],
    )
    note(db, by, "thread", str(number))
    return int(number)


def thread_of(db: sqlite3.Connection, reader: Reader, key: str) -> int:
    """Return the id of the newest thread a message is in. Raises NotFound."""
    row = db.execute(
        "SELECT max(thread_id) FROM thread_messages WHERE message_id = ?",
        (message_id(db, reader, key),),
    ).fetchone()
    if row[0] is None:
        raise _NOT_THERE
    return int(row[0])


def dissolve(db: sqlite3.Connection, id: int, by: str) -> None:
    """End a thread with its edited version; the messages stay. Raises NotFound."""
    db.execute("DELETE FROM thread_messages WHERE thread_id = ?", (id,))
    if db.execute("DELETE FROM threads WHERE id = ?", (id,)).rowcount == 0:
        raise _NOT_THERE
    note(db, by, "thread dissolved", str(id))


def edit(db: sqlite3.Connection, id: int, text: str, by: str, at: int | None = None) -> None:
    """Put an edited version beside a thread's messages; an empty one takes it away.

    It goes when one of the messages is forgotten, and is hidden when one is taken back.
    """
    text = text.strip()
    if len(text) > MAX_EDITED:
        raise ArchiveError(f"an edited version has at most {MAX_EDITED:,} characters.", "cut it")
    now = int(time.time()) if at is None else at
    values = (text, by, now, _readable(db, id)) if text else (None, None, None, None)
    done = db.execute(
        "UPDATE threads SET edited = ?, edited_by = ?, edited_at = ?, edited_over = ? WHERE id = ?",
        (*values, id),
    )
    if done.rowcount == 0:
        raise _NOT_THERE
    note(db, by, "thread edited", str(id))


def _readable(db: sqlite3.Connection, id: int) -> int:
    (number,) = db.execute(
        "SELECT count(*) FROM thread_messages JOIN messages ON messages.id = message_id"
        " WHERE thread_id = ? AND flags & 2 = 0",
        (id,),
    ).fetchone()
    return int(number)


def list_threads(
    db: sqlite3.Connection,
    reader: Reader,
    group_key: str | None = None,
    before: int | None = None,
    limit: int = 20,
) -> list[ThreadLine]:
    """Return the threads a reader may see, newest first; page on with `before=last.id`."""
    where, values = _where(db, reader, group_key)
    found: list[ThreadLine] = []
    more = True
    # one whose first message is withheld is left out, and does not shorten the list
    while more and len(found) < limit:
        rows = db.execute(
            f"{_SELECT} WHERE {where} AND t.id < ? ORDER BY t.id DESC LIMIT ?",
            (*values, HIGHEST if before is None else before, limit),
        ).fetchall()
        found += [line for row in rows for line in _lines(db, reader, row)]
        more = len(rows) == limit
        before = rows[-1][0] if rows else before
    return found[:limit]


def _lines(db: sqlite3.Connection, reader: Reader, row: tuple[Any, ...]) -> list[ThreadLine]:
    """Return a thread as a list shows it; none where its first message is withheld."""
    number, title, made_at, key, group_title, *_ = row
    first, count = db.execute(
        "SELECT min(message_id), count(*) FROM thread_messages WHERE thread_id = ?", (number,)
    ).fetchone()
    shown = title if reader.inside(key) else mask(title)
    return [
        ThreadLine(number, shown, key, group_title, made_at, count, view)
        for view in load_views(db, reader, [first])
    ]


def get_thread(db: sqlite3.Connection, reader: Reader, id: int) -> ThreadView:
    """Return one thread with its messages; NotFound also where it is hidden."""
    where, values = _where(db, reader, None)
    row = db.execute(f"{_SELECT} WHERE {where} AND t.id = ?", (*values, id)).fetchone()
    ids = db.execute(
        "SELECT message_id FROM thread_messages WHERE thread_id = ? ORDER BY 1", (id,)
    ).fetchall()
    if row is None or not ids:
        raise _NOT_THERE
    views = tuple(load_views(db, reader, [i for (i,) in ids]))
    if not views:
        raise _NOT_THERE
    number, title, made_at, key, group_title, zone, edited, edited_at, over = row
    inside = reader.inside(key)
    shown = inside and edited is not None and over == sum(not view.recalled for view in views)
    return ThreadView(
        id=number,
        title=title if inside else mask(title),
        group_key=key,
        group_title=group_title,
        time_zone=zone,
        made_at=made_at,
        since=views[0].sent_at,
        until=views[-1].sent_at,
        people=_people(views, inside),
        quotes=_quotes(views),
        messages=views,
        edited=edited if shown else None,
        edited_at=edited_at if shown else None,
    )


def _where(db: sqlite3.Connection, reader: Reader, group_key: str | None) -> tuple[str, list[Any]]:
    if group_key is not None:
        return "t.group_id = ?", [group_id(db, reader, group_key)]
    allowed = allowed_ids(db, reader)
    if allowed is None:
        return "1", []
    return "t.group_id IN (SELECT value FROM json_each(?))", [json.dumps(sorted(allowed))]


def _people(views: Sequence[MessageView], inside: bool) -> tuple[Participant, ...]:
    """Count by person; readers outside see no names, so that nobody is counted for them."""
    if not inside:
        return ()
    spoken = [view for view in views if view.sender and not view.recalled]
    counts = Counter(view.sender_key or view.sender for view in spoken)
    names = {view.sender_key or view.sender: view.sender for view in spoken}
    return tuple(Participant(names[key], number) for key, number in counts.most_common())


def _quotes(views: Sequence[MessageView]) -> tuple[MessageView, ...]:
    liked = [
        (sum(reaction.count for reaction in view.reactions), -view.id, view)
        for view in views
        if view.reactions and view.text and not view.recalled
    ]
    return tuple(
        view for *_, view in sorted(liked, key=lambda one: one[:2], reverse=True)[:_QUOTES]
    )
