"""Questions a page at a time: those that wait, the oldest first; all others the newest first."""

from __future__ import annotations

import json
import sqlite3

import msgspec

from archive.access import Reader
from archive.groups import allowed_ids, group_id
from archive.ids import HIGHEST
from archive.loading import load_views
from archive.naming import names_of
from archive.questions.reading import QuestionView, Status, questions_among
from archive.views import MessageView

_EACH = 100
"""Questions looked at in one step."""
_STEPS = 20


class Listed(msgspec.Struct, frozen=True):
    """A question with its message, as a list shows it."""

    view: QuestionView
    message: MessageView
    assigned: str
    """The name of whom it was put to, for those inside the group; else empty."""


class Page(msgspec.Struct, frozen=True):
    """A part of a list of questions."""

    questions: tuple[Listed, ...]
    next: int | None
    """Pass as `beyond` for the following part; None at the end."""


def page_of_questions(
    db: sqlite3.Connection,
    reader: Reader,
    group_key: str | None = None,
    status: Status | None = None,
    beyond: int | None = None,
    limit: int = 30,
) -> Page:
    """Return the questions of a group, or of all this reader may see, in one state or in all.

    A page may be short though there are more: only so many are looked at. Raises NotFound for a
    group that is not there.
    """
    places = allowed_ids(db, reader)
    if group_key is not None:
        places = frozenset((group_id(db, reader, group_key),))
    fence = None if places is None else json.dumps(sorted(places))
    rising = status == "open"
    found: list[tuple[int, QuestionView]] = []
    at = beyond if beyond is not None else 0 if rising else HIGHEST
    more = True
    for _ in range(_STEPS):
        ids = _ids(db, fence, at, rising)
        more = len(ids) == _EACH
        views = questions_among(db, reader, ids)
        found += [(i, views[i]) for i in ids if i in views and status in (None, views[i].status)]
        at = ids[-1] if ids else at
        if len(found) > limit or not more:
            break
    if len(found) > limit:
        at, more = found[limit - 1][0], True
    return Page(_listed(db, reader, found[:limit]), at if more else None)


def _ids(db: sqlite3.Connection, fence: str | None, at: int, rising: bool) -> list[int]:
    side, order = (">", "ASC") if rising else ("<", "DESC")
    rows = db.execute(
        "SELECT q.message_id FROM questions q JOIN messages m ON m.id = q.message_id"
        " WHERE (?1 IS NULL OR m.group_id IN (SELECT value FROM json_each(?1)))"
        f" AND q.message_id {side} ?2 ORDER BY q.message_id {order} LIMIT ?3",
        (fence, at, _EACH),
    )
    return [i for (i,) in rows]


def _listed(
    db: sqlite3.Connection, reader: Reader, found: list[tuple[int, QuestionView]]
) -> tuple[Listed, ...]:
    messages = {view.id: view for view in load_views(db, reader, [i for i, _ in found])}
    put_to = [(view.group_key, view.assigned_to) for _, view in found if view.assigned_to]
    names = names_of(db, reader, put_to)
    return tuple(
        Listed(view, messages[i], names.get((view.group_key, view.assigned_to or ""), ""))
        for i, view in found
        if i in messages
    )
