"""A person's own messages as records that another archive reads again."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator

import msgspec

from archive.carry.messages import StoredMessages
from archive.carry.rows import Hidden
from archive.consent import member_keys
from archive.erasure_ledger import archive_mark
from archive.own_data import file_name, own_ids, own_part
from archive.records import AnyRecord, Complete, Group, Message, Origin
from archive.scrub import searchable


def own_records(db: sqlite3.Connection, member_key: str) -> Iterator[AnyRecord]:
    """Return who wrote this, each group before the person's messages in it, and how many they
    were; without what was taken back, and without others' words, names and keys."""
    keys = member_keys(db, member_key)
    yield Origin(archive_mark(db), at=int(time.time()), whole=False)
    stored = StoredMessages(db, Hidden(frozenset(), frozenset()))
    groups: dict[int, list[int]] = {}
    for row_id, group_id in db.execute(
        "SELECT id, group_id FROM messages WHERE id IN (SELECT value FROM json_each(?))"
        " ORDER BY id",
        (json.dumps(own_ids(db, keys)),),
    ):
        groups.setdefault(group_id, []).append(row_id)
    number = 0
    for group_id, ids in groups.items():
        key, title, kind, zone = db.execute(
            "SELECT key, title, kind, time_zone FROM groups WHERE id = ?", (group_id,)
        ).fetchone()
        yield Group(key, title, kind, zone)
        for message in stored.these(group_id, ids):
            if not message.recalled:
                number += 1
                yield _own(message, keys)
    yield Complete(number, 0)


def _own(message: Message, keys: list[str]) -> Message:
    detail = own_part(json.dumps(message.detail), keys) if message.detail else None
    assert message.kept is not None
    return msgspec.structs.replace(
        message,
        detail=json.loads(detail) if detail else {},
        reactions=(),
        attachments=tuple(
            msgspec.structs.replace(one, path=file_name(one)) if one.sha256 else one
            for one in message.attachments
        ),
        kept=msgspec.structs.replace(message.kept, more=searchable(detail, message.attachments)),
    )
