"""Follows what became of originals: copies are changed and taken back, essence goes across."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import msgspec

from adapters.contract import Adapter
from archive import bridged, outbox
from archive.bridge_reading import changed, marked, originals, taken_back
from archive.bridged import EDIT, GONE, PURPOSE
from archive.consent import group_keys
from archive.outbox import Draft
from bot.bridge.crossing import put
from bot.bridge.links import Link, Links
from bot.bridge.trifles import is_trifle

_FOLLOWED = 3 * 86_400
"""Seconds for which what becomes of an original is looked at."""
_ESSENCE_WITHIN = 86_400
"""Seconds within which a mark crosses: what was marked while nobody looked does so too."""
_MOST_OF_A_RUN = 20
_WHAT = {
    "all": ("消息", "messages"), "essence": ("精华", "essence"),
    "digest": ("周报和日报", "digests"),
}  # fmt: skip


def take_back(db: sqlite3.Connection, adapters: Mapping[str, Adapter], now: int) -> set[str]:
    """Have the copies of what was taken back, or may not be there any more, taken back; return the
    accounts that have something to do."""
    accounts = set()
    for one in taken_back(db, now - _FOLLOWED):
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
    for copy_id, target, account, said_at, text, edited_at, former in changed(db, now - _FOLLOWED):
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
        if not outbox.is_noted(db, unique) and not _was_announced(db, link):
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


def _was_announced(db: sqlite3.Connection, link: Link) -> bool:
    """Tell whether it was said under another key that the groups have or had."""
    return any(
        outbox.is_noted(db, f"{PURPOSE}:open:{source}>{target}:{link.mode}:{link.since}")
        for source in group_keys(db, link.source)
        for target in group_keys(db, link.target)
    )


def take_essence(
    db: sqlite3.Connection, links: Links, adapters: Mapping[str, Adapter], now: int
) -> set[str]:
    """Take across what became essence in groups that share it; return the accounts that have more
    to say."""
    accounts = set()
    for source in links.sources("essence"):
        for link in links.leaving(source, "essence"):
            since = max(link.open_from, now - _ESSENCE_WITHIN)
            for marked_at, ids in marked(db, source, link.target, since):
                found = originals(db, ids[:_MOST_OF_A_RUN])
                for row_id, name, text, files in found:
                    adapter = adapters[link.account]
                    if put(db, adapter, link, row_id, name, text, files, now, marked_at):
                        accounts.add(link.account)
    return accounts
