"""What is kept of a person, told to them: theirs, and nothing that others said."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from archive.consent import member_keys
from archive.either_index import EitherIndex
from archive.hanging import attachments_of
from archive.hits import iso
from archive.personal import own_messages
from archive.prepare import RECALLED
from archive.reactions import unpacked
from archive.records import KINDS, Attachment
from archive.rights import alias_of, may_publish
from archive.scrub import cleaned, searchable
from archive.sessions import kept_of as sessions_of
from archive.shelving import kept_of

_BATCH = 2_000
_MINE = "IN (SELECT value FROM json_each(?1))"
_KEY = "g.key || ':' || m.platform_id"
_THERE = "JOIN messages m ON m.id = message_id JOIN groups g ON g.id = m.group_id"


def own_ids(db: sqlite3.Connection, keys: list[str]) -> list[int]:
    """Return the row ids of the messages of a person, oldest first."""
    return sorted(set(own_messages(db, keys, EitherIndex(db).whole, None)))


def data_of(db: sqlite3.Connection, member_key: str) -> Iterator[dict[str, Any]]:
    """Return what is kept of a person, who they are first; each has a `kind`. Of what was taken
    back nothing is told but that it was, and others' words and names are in none of it."""
    keys = member_keys(db, member_key)
    yield _person(db, keys)
    ids = own_ids(db, keys)
    for at in range(0, len(ids), _BATCH):
        yield from _messages(db, ids[at : at + _BATCH], keys)
    listed = json.dumps(keys)
    yield from _reactions(db, listed)
    yield from kept_of(db, keys)
    yield from sessions_of(db, keys)
    for kind, sql in _ROWS:
        found = db.execute(sql, (listed,))
        names = [column for column, *_ in found.description]
        for values in found:
            told = dict(zip(names, values, strict=True))
            yield {"kind": kind} | {n: iso(v) if n in _TIMES else v for n, v in told.items()}


_TIMES = ("at", "until")
_ROWS = (
    ("nomination", f"SELECT {_KEY} message, reason, at FROM nominations {_THERE} WHERE who {_MINE}"
     " ORDER BY at"),
    ("report", f"SELECT {_KEY} message, reason, at FROM reports {_THERE} WHERE who {_MINE}"
     " ORDER BY at"),
    ("essence marked", f"SELECT {_KEY} message, e.reason, e.marked_at at FROM essence e JOIN"
     " (SELECT essence_id, min(message_id) message_id FROM essence_messages GROUP BY 1) l"
     f" ON l.essence_id = e.id {_THERE} WHERE e.marked_by {_MINE} ORDER BY at"),
    ("tag added", f"SELECT {_KEY} message, t.name tag FROM message_tags l JOIN tags t"
     f" ON t.id = l.tag_id {_THERE} WHERE l.added_by {_MINE} ORDER BY m.id"),
    ("question put to", f"SELECT {_KEY} message FROM questions q {_THERE}"
     f" WHERE q.assigned_to {_MINE} ORDER BY m.id"),
    ("thread made", "SELECT g.key 'group', t.title, t.made_at at FROM threads t JOIN groups g"
     f" ON g.id = t.group_id WHERE t.made_by {_MINE} ORDER BY at"),
    ("column made", "SELECT g.key 'group', c.title, c.made_at at FROM columns c JOIN groups g"
     f" ON g.id = c.group_id WHERE c.made_by {_MINE} ORDER BY at"),
    ("column entry", f"SELECT {_KEY} message, c.title 'column', l.note FROM column_messages l"
     f" JOIN columns c ON c.id = l.column_id {_THERE} WHERE l.added_by {_MINE} ORDER BY m.id"),
    # whom else it was about is not theirs to take away
    ("act", "SELECT at, action, CASE WHEN target IN (SELECT value FROM json_each(?1)) OR EXISTS"
     " (SELECT 1 FROM groups g WHERE target = g.key OR substr(target, 1, length(g.key) + 1)"
     f" = g.key || ':') THEN target END target FROM audit WHERE who {_MINE} ORDER BY id"),
)  # fmt: skip
"""What each other kind is read from; the columns' names are those it is told by."""


def _reactions(db: sqlite3.Connection, listed: str) -> Iterator[dict[str, Any]]:
    for message, at, said in db.execute(
        f"SELECT {_KEY}, at, said FROM reacted {_THERE} WHERE who {_MINE} ORDER BY m.id", (listed,)
    ):
        emoji = [reaction.emoji for reaction in unpacked(said)]
        yield {"kind": "reaction", "message": message, "at": iso(at or None), "emoji": emoji}
    for message, one in db.execute(
        f"SELECT {_KEY}, emoji FROM reactions {_THERE} WHERE members IS NOT NULL AND EXISTS"
        f" (SELECT 1 FROM json_each(members) WHERE value {_MINE}) AND NOT EXISTS"
        " (SELECT 1 FROM reacted r WHERE r.message_id = m.id) ORDER BY m.id",
        (listed,),
    ):
        yield {"kind": "reaction", "message": message, "at": None, "emoji": [one]}


def _person(db: sqlite3.Connection, keys: list[str]) -> dict[str, Any]:
    listed = json.dumps(keys)
    mine = "(SELECT id FROM members WHERE key IN (SELECT value FROM json_each(?)))"
    names = db.execute(
        f"SELECT DISTINCT name FROM member_names WHERE member_id IN {mine} ORDER BY 1", (listed,)
    )
    groups = db.execute(
        "SELECT g.key, g.title, s.name, s.role FROM memberships s JOIN groups g ON"
        f" g.id = s.group_id WHERE s.member_id IN {mine} ORDER BY 1",
        (listed,),
    ).fetchall()
    (left, agreed) = db.execute(
        f"SELECT (SELECT min(at) FROM opt_outs WHERE member_key {_MINE}),"
        f" (SELECT min(at) FROM publish_consents WHERE member_key {_MINE})",
        (listed,),
    ).fetchone()
    return {
        "kind": "person",
        "keys": keys,
        "names": [name for (name,) in names],
        "groups": [
            {"key": key, "title": title, "name": name, "role": role,
             "alias": alias_of(db, key, keys[0])}
            for key, title, name, role in groups
        ],
        "opted_out": left is not None,
        "opted_out_at": iso(left),
        "may_publish": may_publish(db, keys[0]),
        "may_publish_since": iso(agreed),
    }  # fmt: skip


def _messages(db: sqlite3.Connection, ids: list[int], keys: list[str]) -> Iterator[dict[str, Any]]:
    listed = (json.dumps(ids),)
    became, files = _became(db, listed), attachments_of(db, ids)
    former: dict[int, list[dict[str, Any]]] = {}
    for row_id, text, at in db.execute(
        f"SELECT message_id, text, edited_at FROM versions WHERE message_id {_MINE} ORDER BY id",
        listed,
    ):
        former.setdefault(row_id, []).append({"text": text, "edited_at": iso(at)})
    for (
        row_id,
        key,
        group,
        title,
        sent_at,
        edited_at,
        kind,
        text,
        detail,
        reply,
        flags,
    ) in db.execute(
        f"SELECT m.id, {_KEY}, g.key, g.title, m.sent_at, m.edited_at, m.kind, m.text, m.detail,"
        " m.reply_to, m.flags FROM messages m JOIN groups g ON g.id = m.group_id"
        f" WHERE m.id {_MINE} ORDER BY m.id",
        listed,
    ):
        told = {
            "kind": "message", "key": key, "group": group, "group_title": title,
            "sent_at": iso(sent_at), "edited_at": iso(edited_at), "type": KINDS[kind],
            "reply_to": reply,
        }  # fmt: skip
        if flags & RECALLED:
            yield {**told, "recalled": True}
            continue
        parts, own = files.get(row_id, ()), own_part(detail, keys)
        yield {
            **told,
            "text": text,
            "more": searchable(own, parts),
            "detail": json.loads(own) if own else {},
            "versions": former.get(row_id, []),
            "files": [_file(part) for part in parts],
            **became.get(row_id, {}),
        }


def own_part(detail: str | None, keys: list[str]) -> str | None:
    """Return a message's detail without what others said in it: quotes, merged records, names."""
    return detail and cleaned(detail, lambda key, name, words: key not in keys, quote=True)


def _file(part: Attachment) -> dict[str, Any]:
    return {
        "name": part.name, "type": part.kind, "sha256": part.sha256, "missing": part.missing,
        "file": file_name(part) if part.sha256 else None,
    }  # fmt: skip


def file_name(part: Attachment) -> str:
    """Return where a stored file lies in what is handed over, so that other programs open it."""
    ending = (part.name or "").rpartition(".")[2] if "." in (part.name or "") else ""
    if not (ending.isascii() and ending.isalnum() and len(ending) <= 5):
        ending = _ENDINGS.get(part.kind, "bin")
    return f"files/{part.sha256}.{ending.lower()}"


_ENDINGS = {"photo": "jpg", "video": "mp4", "animation": "mp4", "voice": "ogg", "audio": "mp3",
            "sticker": "webp"}  # fmt: skip
"""As whom a nameless file is opened; programs look into it anyway."""


def _became(db: sqlite3.Connection, listed: tuple[str]) -> dict[int, dict[str, Any]]:
    """Return what others made of messages, in nobody's words: tags, essence, question, answer."""
    told: dict[int, dict[str, Any]] = {}
    for row_id, tag in db.execute(
        "SELECT l.message_id, t.name FROM message_tags l JOIN tags t ON t.id = l.tag_id"
        f" WHERE l.message_id {_MINE} ORDER BY l.rowid",
        listed,
    ):
        told.setdefault(row_id, {}).setdefault("tags", []).append(tag)
    for row_id, number, at in db.execute(
        "SELECT l.message_id, e.id, e.marked_at FROM essence_messages l"
        f" JOIN essence e ON e.id = l.essence_id WHERE l.message_id {_MINE}",
        listed,
    ):
        told.setdefault(row_id, {})["essence"] = {"number": number, "at": iso(at)}
    for (row_id,) in db.execute(
        f"SELECT message_id FROM questions WHERE message_id {_MINE}", listed
    ):
        told.setdefault(row_id, {})["question"] = True
    for row_id, question, accepted in db.execute(
        f"SELECT a.message_id, {_KEY}, a.accepted FROM answers a JOIN questions q"
        " ON q.id = a.question_id JOIN messages m ON m.id = q.message_id JOIN groups g"
        f" ON g.id = m.group_id WHERE a.counts AND a.message_id {_MINE}",
        listed,
    ):
        told.setdefault(row_id, {}).update(answers=question, accepted=bool(accepted))
    return told
