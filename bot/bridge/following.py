"""Follows what became of originals: copies are changed and taken back, essence goes across."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from adapters.contract import Adapter
from archive import bridged, outbox
from archive.bridged import EDIT, GONE, PURPOSE
from archive.outbox import Draft
from archive.prepare import RECALLED
from bot.bridge.crossing import put, said_of
from bot.bridge.links import Links
from bot.bridge.trifles import is_trifle

_FOLLOWED = 3 * 86_400
"""Seconds for which what becomes of an original is looked at."""
_ESSENCE_WITHIN = 86_400
"""Seconds within which a mark crosses: what was marked while nobody looked does so too."""
_MOST_OF_A_RUN = 20
_WHAT = {
    "all": ("消息", "messages"), "essence": ("精华", "essence"), "digest": ("周报", "digests"),
}  # fmt: skip

_TAKEN_BACK = (
    "SELECT b.id, b.copy_id, b.target, o.account, o.ended_at, b.part, m.flags & ?2"
    " FROM bridged b JOIN messages m ON m.id = b.message_id JOIN outbox o ON o.id = b.outbox_id"
    " LEFT JOIN item_levels l ON l.message_id = m.id"
    " WHERE b.at > ?1 AND NOT b.gone AND b.copy_id IS NOT NULL AND (m.flags & ?2 OR"
    " l.message_id IS NOT NULL OR (b.mode = 'essence' AND NOT EXISTS"
    " (SELECT 1 FROM essence_messages e WHERE e.message_id = m.id))) ORDER BY b.id"
)
_CHANGED = (
    "SELECT b.copy_id, b.target, o.account, o.ended_at, m.text, m.edited_at,"
    " (SELECT v.text FROM versions v WHERE v.message_id = m.id ORDER BY v.id DESC LIMIT 1)"
    " FROM bridged b JOIN messages m ON m.id = b.message_id JOIN outbox o ON o.id = b.outbox_id"
    " WHERE b.at > ?1 AND NOT b.gone AND b.copy_id IS NOT NULL AND b.part = 0"
    " AND m.edited_at IS NOT NULL AND m.edited_at >= b.at - 60 AND m.flags & ?2 = 0"
)


class _Gone(NamedTuple):
    id: int
    copy_id: str
    target: str
    account: str
    said_at: int | None
    part: int
    recalled: int


def take_back(db: sqlite3.Connection, adapters: Mapping[str, Adapter], now: int) -> set[str]:
    """Have the copies of what was taken back, or may not be there any more, taken back; return the
    accounts that have something to do."""
    accounts = set()
    for row in db.execute(_TAKEN_BACK, (now - _FOLLOWED, RECALLED)).fetchall():
        one = _Gone(*row)
        adapter = adapters.get(one.account)
        if adapter is None:
            continue
        bridged.gone(db, one.id)
        if now - (one.said_at or 0) < adapter.carries.recalls:
            outbox.put(db, bridged.undoing(one.account, one.target, one.copy_id, one.id))
        elif one.recalled and one.part == 0:
            outbox.put(db, beside(one.account, one.target, one.copy_id, GONE))
        accounts.add(one.account)
    return accounts


def change(db: sqlite3.Connection, adapters: Mapping[str, Adapter], now: int) -> set[str]:
    """Have the copies of what was edited say the same; where they cannot, it is said beside them,
    unless it is a trifle. Return the accounts that have something to do."""
    accounts = set()
    rows = db.execute(_CHANGED, (now - _FOLLOWED, RECALLED)).fetchall()
    for copy_id, target, account, said_at, text, edited_at, former in rows:
        adapter = adapters.get(account)
        if adapter is None:
            continue
        draft = beside(account, target, copy_id, EDIT, f"{edited_at}:{bridged.print_of(db, text)}")
        if outbox.is_noted(db, draft.unique or ""):
            continue
        if adapter.carries.edits:
            draft = msgspec.structs.replace(draft, edits=copy_id, reply_to=None)
        elif edited_at < said_at or is_trifle(former or "", text):
            continue  # it was said as it is now, or nearly
        outbox.put(db, draft)
        accounts.add(account)
    return accounts


def beside(account: str, target: str, copy_id: str, purpose: str, mark: str = "") -> Draft:
    """Return a draft of something to be said about a copy; its words are found when it is said."""
    unique = f"{purpose}:{target}:{copy_id}:{mark}"
    return Draft(account, "", group_key=target, reply_to=copy_id, purpose=purpose, unique=unique)


def announce(db: sqlite3.Connection, links: Links) -> set[str]:
    """Say in a group, once, from where what will come; return the accounts that have to."""
    new: dict[tuple[str, str, str], list[Draft]] = {}
    for link in links.all():
        unique = f"{PURPOSE}:open:{link.source}>{link.target}:{link.mode}:{link.since}"
        if not outbox.is_noted(db, unique):
            draft = Draft(link.account, link.label, link.target, purpose="notice", unique=unique)
            new.setdefault((link.account, link.target, link.mode), []).append(draft)
    for (_, _, mode), drafts in new.items():
        labels = "、".join(dict.fromkeys(draft.text for draft in drafts))
        what, english = _WHAT[mode]
        text = (
            f"桥接开始了：{labels} 的{what}会出现在这里，这里的也会到那边，带上名字和平台。"
            "[不存] 开头的不会过去。要停：/桥接 关\n"
            f"Bridged: {english} from {labels} will appear here, and the other way round, with"
            " names. What begins with [不存] stays here. To stop: /bridge off"
        )
        for number, draft in enumerate(drafts):
            # one message tells of all that open together
            said = msgspec.structs.replace(draft, text="" if number else text)
            outbox.put(db, said, state="dropped" if number else "waiting")
    return {account for account, _, _ in new}


def take_essence(
    db: sqlite3.Connection, links: Links, adapters: Mapping[str, Adapter], now: int
) -> set[str]:
    """Take across what became essence in groups that share it; return the accounts that have more
    to say."""
    accounts = set()
    for source in links.sources("essence"):
        for link in links.leaving(source, "essence"):
            since = max(link.since, now - _ESSENCE_WITHIN)
            for marked_at, ids in _marked(db, source, link.target, since):
                found = said_of(db, ids[:_MOST_OF_A_RUN])
                for row_id, name, text, files in found:
                    adapter = adapters[link.account]
                    if put(db, adapter, link, row_id, name, text, files, now, marked_at):
                        accounts.add(link.account)
    return accounts


def _marked(
    db: sqlite3.Connection, source: str, target: str, since: int
) -> list[tuple[int, list[int]]]:
    rows = db.execute(
        "SELECT e.marked_at, json_group_array(em.message_id) FROM essence e"
        " JOIN groups g ON g.id = e.group_id JOIN essence_messages em ON em.essence_id = e.id"
        " WHERE g.key = ?1 AND e.marked_at >= ?2 AND NOT EXISTS (SELECT 1 FROM bridged b"
        " WHERE b.message_id = em.message_id AND b.target = ?3 AND NOT b.gone)"
        " AND NOT EXISTS (SELECT 1 FROM bridged c JOIN groups h ON h.key = c.target"
        " JOIN messages m ON m.platform_id = c.copy_id AND m.group_id = h.id"
        " WHERE m.id = em.message_id)"
        " GROUP BY e.id ORDER BY e.marked_at, e.id",
        (source, since, target),
    )
    return [(at, sorted(json.loads(ids))) for at, ids in rows.fetchall()]
