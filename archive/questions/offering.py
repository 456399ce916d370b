"""Offers: what was answered before is shown, unasked, to a group in which it is asked again."""

from __future__ import annotations

import sqlite3

from archive.access import Reader, member, operator
from archive.audit import note
from archive.consent import group_keys, standing
from archive.errors import NotFound
from archive.messages import get_message
from archive.questions.detecting import detect, may_offer, note_offer
from archive.questions.lookalikes import Similar, similar
from archive.views import MessageView

AGAIN = 86_400
"""Seconds for which a group is not offered the same answer again."""
SHOWN = 3
"""Look-alikes in one offer."""

_LOOKED_AT = 12
_ACTION = "offer"


def offering_groups(db: sqlite3.Connection) -> frozenset[str]:
    """Return every key of the groups that want look-alikes offered."""
    rows = db.execute("SELECT group_key FROM question_offers WHERE enabled").fetchall()
    return frozenset(other for (key,) in rows for other in group_keys(db, key))


def to_offer(db: sqlite3.Connection, key: str, now: int) -> list[Similar]:
    """Return what may be offered, at a Unix time, to who asks this message (key): questions of its
    group like it with an answer, the closest first; mostly nothing.

    Raises NotFound, NeedsReindex.
    """
    view = _asked(db, key)
    if view is None or not detect(view.text) or not may_offer(db, view.group_key, now):
        return []
    reader = _inside(db, view.group_key)
    found = similar(db, reader, view.text, view.group_key, _LOOKED_AT, besides=key)
    lately = _offered(db, now - AGAIN)
    new = [one for one in found if one.answer_key not in lately]
    return [one for one in new if _is_there(db, reader, one)][:SHOWN]


def begin_offer(
    db: sqlite3.Connection, key: str, found: list[Similar], by: str, now: int
) -> list[Similar]:
    """Note, within the transaction that says it, that these are offered to who asks a message;
    return those that may be said still, nothing where the group is not to be offered anything."""
    view = _asked(db, key)
    if view is None or not may_offer(db, view.group_key, now):
        return []
    reader = _inside(db, view.group_key)
    found = [one for one in found if _is_there(db, reader, one)]
    for one in found:
        note(db, by, _ACTION, key, one.answer_key or "")
    if found:
        note_offer(db, view.group_key, now)
    return found


def _asked(db: sqlite3.Connection, key: str) -> MessageView | None:
    """Return a message, if it was not taken back, its author has not opted out, and its group is
    archived."""
    view = get_message(db, operator(), key)
    return view if standing(db).keeps(view.group_key) and not view.recalled else None


def _inside(db: sqlite3.Connection, group_key: str) -> Reader:
    return member(frozenset(group_keys(db, group_key)))


def _is_there(db: sqlite3.Connection, reader: Reader, one: Similar) -> bool:
    """Tell whether a look-alike has an answer, and neither was taken back or is hidden."""
    if one.answer_key is None:
        return False
    try:
        return not any(get_message(db, reader, key).recalled for key in (one.key, one.answer_key))
    except NotFound:
        return False


def _offered(db: sqlite3.Connection, since: int) -> set[str]:
    """Return the keys of the answers offered since a Unix time."""
    found = set()
    for at, action, answer in db.execute("SELECT at, action, detail FROM audit ORDER BY id DESC"):
        if at < since:
            break
        if action == _ACTION:
            found.add(answer)
    return found
