"""Turns message rows into views: a few statements for any number of them."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from archive.access import Reader
from archive.masks import mask
from archive.prepare import RECALLED, TIME_GUESSED, TRUNCATED
from archive.records import KINDS, Attachment, Forward, Poll, Reaction, Span, platform_of
from archive.views import MessageView, ReplyView

ANONYMOUS = "匿名成员"
"""How the public sees everybody; consent to be named is another issue's."""

SNIPPET = 140
"""Characters of a quoted message."""

_SELECT = (
    "SELECT m.id, m.group_id, m.platform_id, m.sender_id, m.sent_at, m.edited_at, m.kind, m.text,"
    " m.more, m.reply_to, m.topic, m.service, m.detail, m.flags, g.key, g.title, g.time_zone,"
    " coalesce(s.name, nullif(p.name, ''), m.sender_name, ''), p.key"
    " FROM messages m JOIN groups g ON g.id = m.group_id"
    " LEFT JOIN memberships s ON s.group_id = m.group_id AND s.member_id = m.sender_id"
    " LEFT JOIN members p ON p.id = m.sender_id"
)
_Parts = dict[int, list[Any]]


def load_views(db: sqlite3.Connection, reader: Reader, ids: Iterable[int]) -> list[MessageView]:
    """Load messages in the order of their ids given; the caller has checked the groups."""
    wanted = list(ids)
    listed = json.dumps(wanted)
    rows = {
        row[0]: row
        for row in db.execute(
            f"{_SELECT} WHERE m.id IN (SELECT value FROM json_each(?))", (listed,)
        )
    }
    parts = _Loaded(db, listed, [rows[i] for i in wanted if i in rows])
    return [_view(rows[i], parts, reader) for i in wanted if i in rows]


class _Loaded:
    """What hangs on a set of messages, by message id."""

    def __init__(self, db: sqlite3.Connection, listed: str, rows: list[tuple[Any, ...]]) -> None:
        def by_id(sql: str) -> _Parts:
            found: _Parts = defaultdict(list)
            for row_id, *rest in db.execute(sql, (listed,)):
                found[row_id].append(rest)
            return found

        among = "message_id IN (SELECT value FROM json_each(?))"
        self.attachments = by_id(
            "SELECT message_id, kind, name, NULL, sha256, missing, mime, size, width, height,"
            f" duration FROM attachments WHERE {among} ORDER BY message_id, position"
        )
        self.reactions = by_id(
            f"SELECT message_id, emoji, count FROM reactions WHERE {among} ORDER BY count DESC"
        )
        self.tags = by_id(
            "SELECT message_id, coalesce(s.name, t.name) FROM message_tags"
            " JOIN tags t ON t.id = tag_id LEFT JOIN tags s ON s.id = t.synonym_of"
            f" WHERE {among} ORDER BY message_id, message_tags.rowid"
        )
        self.essence = by_id(f"SELECT message_id, essence_id FROM essence_messages WHERE {among}")
        self.versions = by_id(
            f"SELECT message_id, count(*) FROM versions WHERE {among} GROUP BY message_id"
        )
        self.replies = _replies(db, [(row[1], row[9]) for row in rows if row[9]])


def _replies(
    db: sqlite3.Connection, wanted: list[tuple[int, str]]
) -> dict[tuple[int, str], tuple[str, str, str, str]]:
    """Find answered messages: (group id, platform id) → (key, sender, text, text for outside)."""
    found: dict[tuple[int, str], tuple[str, str, str, str]] = {}
    for place in dict.fromkeys(wanted):
        row = db.execute(
            "SELECT g.key, m.platform_id, coalesce(s.name, nullif(p.name, ''), m.sender_name, ''),"
            " CASE WHEN m.flags & ?1 THEN '' ELSE coalesce(nullif(m.text, ''), m.more, '') END,"
            " CASE WHEN m.flags & ?1 OR m.service IS NOT NULL THEN '' ELSE m.text END"
            " FROM messages m JOIN groups g ON g.id = m.group_id"
            " LEFT JOIN memberships s ON s.group_id = m.group_id AND s.member_id = m.sender_id"
            " LEFT JOIN members p ON p.id = m.sender_id"
            " WHERE m.group_id = ?2 AND m.platform_id = ?3 OR m.id = (SELECT target FROM aliases"
            " WHERE kind = 'message' AND group_id = ?2 AND other = ?3)",
            (RECALLED, *place),
        ).fetchone()
        if row is not None:
            group_key, platform_id, sender, text, outside = row
            key = f"{group_key}:{platform_id}"
            found[place] = (key, sender, text[:SNIPPET], mask(outside)[:SNIPPET])
    return found


def _view(row: tuple[Any, ...], parts: _Loaded, reader: Reader) -> MessageView:
    (row_id, group_id, platform_id, _, sent_at, edited_at, kind, text, more, reply_to, topic,
     service, detail_json, flags, group_key, title, zone, sender, sender_key) = row  # fmt: skip
    recalled = bool(flags & RECALLED)
    detail: dict[str, Any] = {}
    if detail_json and not recalled:
        detail = msgspec.json.decode(detail_json)
    inside = reader.inside(group_key)
    if service and not inside:
        text = ""  # it names people
    reply = None
    if not recalled and (reply_to or "quote" in detail):
        reply = _reply(parts.replies.get((group_id, reply_to)), detail.pop("quote", None), inside)
    nested = tuple(_nested(n, inside) for n in detail.pop("nested", ()))
    if more and nested and not inside:
        more = "\n".join(_texts(nested))  # the stored one names people
    essence = parts.essence.get(row_id)
    return MessageView(
        id=row_id,
        key=f"{group_key}:{platform_id}",
        group_key=group_key,
        group_title=title,
        platform=platform_of(group_key),
        time_zone=zone,
        sent_at=sent_at,
        time_guessed=bool(flags & TIME_GUESSED),
        sender=sender if inside or not sender else ANONYMOUS,
        sender_key=sender_key if inside else None,
        kind=KINDS[kind],
        text="" if recalled else text if inside else mask(text),
        more="" if recalled or not more else more if inside else mask(more),
        edited_at=edited_at,
        recalled=recalled,
        service=service,
        topic=topic,
        reply=reply,
        forward=_convert(detail.pop("forward", None), Forward) if inside else None,
        poll=_poll(detail.pop("poll", None), inside),
        spans=tuple(Span(*span) for span in detail.pop("spans", ())) if inside else (),
        attachments=()
        if recalled
        else tuple(_attachment(a, inside) for a in parts.attachments.get(row_id, ())),
        reactions=tuple(Reaction(*r) for r in parts.reactions.get(row_id, ())),
        nested=nested,
        detail=detail if inside else {},
        essence=essence[0][0] if essence else None,
        tags=tuple(dict.fromkeys(name for (name,) in parts.tags.get(row_id, ()))),
        versions=parts.versions[row_id][0][0] if row_id in parts.versions else 0,
        truncated=bool(flags & TRUNCATED),
    )


def _reply(
    found: tuple[str, str, str, str] | None, quote: dict[str, Any] | None, inside: bool
) -> ReplyView:
    if found is not None:
        key, sender, text, outside = found
    else:
        quote = quote or {}
        key, sender, text = None, quote.get("name") or "", str(quote.get("text", ""))[:SNIPPET]
        outside = mask(text)
    if not inside:
        sender, text = ANONYMOUS if sender else "", outside
    return ReplyView(key, sender, text)


def _poll(value: dict[str, Any] | None, inside: bool) -> Poll | None:
    poll: Poll | None = _convert(value, Poll)
    if poll is None or inside:
        return poll
    options = tuple((mask(option), voters) for option, voters in poll.options)
    return msgspec.structs.replace(poll, question=mask(poll.question), options=options)


def _attachment(row: list[Any], inside: bool) -> Attachment:
    attachment = Attachment(*row)
    if inside or not attachment.name:
        return attachment
    return msgspec.structs.replace(attachment, name=mask(attachment.name))


def _convert(value: Any, kind: type[Any]) -> Any:
    if value is None:
        return None
    value.pop("type", None)
    return msgspec.convert(value, kind, strict=False)


def _nested(message: dict[str, Any], inside: bool) -> dict[str, Any]:
    """Reduce a forwarded record to what is shown of it."""
    sender = message.get("sender_name") or ""
    text = str(message.get("text", ""))
    return {
        "name": sender if inside or not sender else ANONYMOUS,
        "sent_at": message.get("sent_at"),
        "kind": message.get("kind", "text"),
        "text": text if inside else mask(text),
        "nested": tuple(_nested(inner, inside) for inner in message.get("nested", ())),
    }


def _texts(nested: tuple[dict[str, Any], ...]) -> Iterator[str]:
    for message in nested:
        yield message["text"]
        yield from _texts(message["nested"])
