"""Forget 忘掉: erases messages and people so that neither the files nor a later source has them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing

import msgspec

from archive import erasure_ledger, index
from archive.access import operator
from archive.audit import note
from archive.checkpoints import empty_log
from archive.consent import group_keys, member_keys
from archive.database import Archive, transaction
from archive.either_index import EitherIndex
from archive.erasure import Erasure
from archive.errors import NotFound
from archive.ids import LOWEST
from archive.inbox.connection import FILE as INBOX
from archive.media import drop_unused
from archive.messages import message_id
from archive.orphans import drop_orphans
from archive.personal import erase_person, own_messages, take_words_out
from archive.tombstones import bury, own
from archive.turns import Turns


class Forgotten(msgspec.Struct, frozen=True):
    """What was erased, and what must follow: `Inbox.erase`, `Inbox.erase_member`, `settle`."""

    messages: int = 0
    keys: tuple[str, ...] = ()
    """Keys of the messages erased."""
    names: dict[str, tuple[str, ...]] = {}
    """Every key of a group → platform ids, for `Inbox.erase`."""
    senders: tuple[str, ...] = ()
    """Keys of who sent them, for `Inbox.erase`: events may quote them without naming a message."""
    members: tuple[str, ...] = ()
    """Every key of a member, for `Inbox.erase_member`."""
    next: int | None = None
    """Where to go on; None: all is done."""


def forget(db: sqlite3.Connection, keys: Iterable[str], by: str) -> Forgotten:
    """Erase messages within the caller's transaction: text, versions, files, reactions, essence,
    tags, quotes of them; they come back from no source. Also while the index is rebuilt.

    A message that is not here is kept from coming. Its files are on disk until `settle`.
    """
    erasure = Erasure(db)
    gone = []
    for key in keys:
        try:
            row_id = message_id(db, operator(), key)
        except NotFound:
            _keep_out(db, key, erasure)
        else:
            erasure.erase(row_id)
            gone.append(key)
        note(db, by, "forget", key)
    return _forgotten(db, erasure, len(gone), tuple(gone))


def forget_member(
    db: sqlite3.Connection,
    member_key: str,
    by: str,
    *,
    limit: int | None = None,
    after: int | None = None,
) -> Forgotten:
    """Erase a person: their messages, names, reactions, and their words in what others said.

    With `limit`, so many messages at most; go on, in another transaction, with `after=next`.
    """
    keys = member_keys(db, member_key)
    erasure = Erasure(db)
    if after is None:
        note(db, by, "forget member", member_key)
        after = LOWEST
    gone: list[int] = []
    place: int | None = after
    if after == LOWEST:
        gone = own_messages(db, keys, erasure.index_is_whole, limit)
        for row_id in gone:
            erasure.erase(row_id, look_around=False)
    if limit is None or len(gone) < limit:
        place = take_words_out(db, keys, erasure, after, limit)
    if place is None:
        erase_person(db, keys)
    done = _forgotten(db, erasure, len(gone), ())
    return msgspec.structs.replace(done, members=tuple(keys), next=place)


def settle(archive: Archive, step: Callable[[], None] | None = None) -> bool:
    """Make what was forgotten gone from the disk: stored files, the index's old parts, the logs.

    Takes turns with live capture, and may be stopped after any step (`step` is called after each).
    False: a reindex is needed first, or readers held the log for too long; call it again later.
    """
    turns = Turns(archive.folder)
    with closing(archive.connect_for_writing()) as db:
        with turns.job(), transaction(db):
            # a kill before the commit leaves the list as it was, and it is done again
            archive.media.drop(drop_unused(db))
        # backups from before have it still: what is restored of them is erased by the ledger
        erasure_ledger.write(db, archive.folder)
        merged = _merge_to_the_end(db, turns, step)
        emptied = empty_log(db)
    inbox = archive.folder / INBOX
    if inbox.exists():
        with closing(sqlite3.connect(inbox, isolation_level=None)) as db:
            emptied &= empty_log(db)
    return merged and emptied


def _merge_to_the_end(
    db: sqlite3.Connection, turns: Turns, step: Callable[[], None] | None
) -> bool:
    """Merge the index into one segment, in which no erased word stands any more."""
    first = more = True
    while more:
        with turns.job(), transaction(db):
            if not EitherIndex(db).whole:
                return False
            more = index.merge_segments(db, first, index.LITTLE_PAGES)
        first = False
        if step is not None:
            step()
    return True


def _keep_out(db: sqlite3.Connection, key: str, erasure: Erasure) -> None:
    """Bury the id of a message that is not here, if its group is."""
    parts = key.split(":")
    for cut in range(len(parts) - 1, 0, -1):
        group_key, platform_id = ":".join(parts[:cut]), ":".join(parts[cut:])
        row = db.execute(
            "SELECT id FROM groups WHERE key = ?1 UNION SELECT target FROM aliases"
            " WHERE kind = 'group' AND group_id = 0 AND other = ?1",
            (group_key,),
        ).fetchone()
        if row is not None:
            bury(db, row[0], [platform_id, own(platform_id)])
            drop_orphans(db, row[0], [platform_id])
            erasure.names.setdefault(group_key, []).append(platform_id)
            return


def _forgotten(
    db: sqlite3.Connection, erasure: Erasure, messages: int, keys: tuple[str, ...]
) -> Forgotten:
    erasure.finish()
    names = {
        other: tuple(ids) for key, ids in erasure.names.items() for other in group_keys(db, key)
    }
    senders = tuple(sorted(erasure.senders))
    return Forgotten(messages=messages, keys=keys, names=names, senders=senders)
