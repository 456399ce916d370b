"""Turns message rows into views: a few statements for any number of them."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from archive.access import Reader
from archive.errors import NotFound
from archive.groups import group_id
from archive.hanging import attachments_of
from archive.levels import withheld_among
from archive.masks import mask
from archive.prepare import RECALLED, TIME_GUESSED, TRUNCATED
from archive.records import KINDS, Attachment, Forward, Poll, Reaction, Span, platform_of
from archive.views import MessageView, ReplyView

ANONYMOUS = "匿名成员"
"""How the public sees everybody but the authors of essence who agreed to be named."""

SNIPPET = 140
"""Characters of a quoted message."""

_DEEPEST = 8
"""Colons at which a message's key is parted from its group's; an export may name thousands."""

HIDDEN = (
    "(EXISTS (SELECT 1 FROM opt_outs o WHERE o.member_key = p.key) OR EXISTS (SELECT 1 FROM"
    " aliases l JOIN opt_outs o ON o.member_key = l.other WHERE l.kind = 'member'"
    " AND l.target = p.id))"
)
"""SQL, of a member `p`: who opted out is not shown from that moment on; erasing takes a while."""
_NAMES = (
    f"CASE WHEN NOT {HIDDEN} THEN a.name END,"
    f" CASE WHEN {HIDDEN} THEN '' ELSE coalesce(s.name, nullif(p.name, ''), m.sender_name, '') END"
)
"""The alias, and the name behind it."""
_SELECT = (
    "SELECT m.id, m.group_id, m.platform_id, m.sender_id, m.sent_at, m.edited_at, m.kind, m.text,"
    f" m.more, m.reply_to, m.topic, m.service, m.detail, m.flags | {RECALLED} * {HIDDEN},"
    f" g.key, g.title, g.time_zone, {_NAMES}, p.key,"
    " EXISTS (SELECT 1 FROM publish_consents c WHERE c.member_key = p.key)"
    " FROM messages m JOIN groups g ON g.id = m.group_id"
    " LEFT JOIN memberships s ON s.group_id = m.group_id AND s.member_id = m.sender_id"
    " LEFT JOIN members p ON p.id = m.sender_id"
    " LEFT JOIN shown_names a ON a.group_id = m.group_id AND a.member_key = p.key"
)
_Parts = dict[int, list[Any]]


def load_views(db: sqlite3.Connection, reader: Reader, ids: Iterable[int]) -> list[MessageView]:
    """Load messages in the order of their ids given, without what is withheld from the reader; the
    caller has checked the groups."""
    wanted = list(ids)
    if gone := withheld_among(db, reader, wanted):
        wanted = [i for i in wanted if i not in gone]
    listed = json.dumps(wanted)
    rows = {
        row[0]: row
        for row in db.execute(
            f"{_SELECT} WHERE m.id IN (SELECT value FROM json_each(?))", (listed,)
        )
    }
    parts = _Loaded(db, reader, listed, [rows[i] for i in wanted if i in rows])
    return [_view(rows[i], parts, reader) for i in wanted if i in rows]


class _Loaded:
    """What hangs on a set of messages, by message id."""

    def __init__(
        self, db: sqlite3.Connection, reader: Reader, listed: str, rows: list[tuple[Any, ...]]
    ) -> None:
        def by_id(sql: str) -> _Parts:
            found: _Parts = defaultdict(list)
            for row_id, *rest in db.execute(sql, (listed,)):
                found[row_id].append(rest)
            return found

        among = "message_id IN (SELECT value FROM json_each(?))"
        self.attachments = attachments_of(db, [row[0] for row in rows])
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
        self.replies = _replies(db, reader, [(row[1], row[9]) for row in rows if row[9]])


def _replies(
    db: sqlite3.Connection, reader: Reader, wanted: list[tuple[int, str]]
) -> dict[tuple[int, str], ReplyView]:
    """Find answered messages, by (group id, what the answer names), as this reader sees them."""
    found: dict[tuple[int, str], ReplyView] = {}
    for place in dict.fromkeys(wanted):
        row = _answered(db, *place) or _answered_elsewhere(db, reader, place[1])
        if row is not None and not withheld_among(db, reader, [row[0]]):
            _, group_key, platform_id, alias, name, text, outside = row
            sender = reader.calls(alias, name)
            if not reader.inside(group_key):
                sender, text = ANONYMOUS if sender else "", mask(outside)
            found[place] = ReplyView(f"{group_key}:{platform_id}", sender, text[:SNIPPET])
    return found


_Answered = tuple[int, str, str, str | None, str, str, str]


def _answered(db: sqlite3.Connection, group: int, platform_id: str) -> _Answered | None:
    """Find a message: its row id, its group's key, its id, its sender's alias and name, text, and
    text for outside."""
    row: _Answered | None = db.execute(
        f"SELECT m.id, g.key, m.platform_id, {_NAMES},"
        f" CASE WHEN m.flags & ?1 OR {HIDDEN} THEN ''"
        " ELSE coalesce(nullif(m.text, ''), m.more, '') END,"
        f" CASE WHEN m.flags & ?1 OR {HIDDEN} OR m.service IS NOT NULL THEN '' ELSE m.text END"
        " FROM messages m JOIN groups g ON g.id = m.group_id"
        " LEFT JOIN memberships s ON s.group_id = m.group_id AND s.member_id = m.sender_id"
        " LEFT JOIN members p ON p.id = m.sender_id"
        " LEFT JOIN shown_names a ON a.group_id = m.group_id AND a.member_key = p.key"
        " WHERE m.group_id = ?2 AND m.platform_id = ?3 OR m.id = (SELECT target FROM aliases"
        " WHERE kind = 'message' AND group_id = ?2 AND other = ?3)"
        " ORDER BY m.platform_id = ?3 DESC LIMIT 1",
        (RECALLED, group, platform_id),
    ).fetchone()
    return row


def _answered_elsewhere(db: sqlite3.Connection, reader: Reader, key: str) -> _Answered | None:
    """Find a message of another group by its key, if this reader may see that group."""
    parts = key.split(":", _DEEPEST)
    for cut in range(len(parts) - 1, 1, -1):
        try:
            group = group_id(db, reader, ":".join(parts[:cut]))
        except NotFound:
            continue
        return _answered(db, group, ":".join(parts[cut:]))
    return None


def _view(row: tuple[Any, ...], parts: _Loaded, reader: Reader) -> MessageView:
    (row_id, in_group, platform_id, _, sent_at, edited_at, kind, text, more, reply_to, topic,
     service, detail_json, flags, group_key, title, zone, *names, sender_key,
     agrees) = row  # fmt: skip
    sender = reader.calls(*names)
    recalled = bool(flags & RECALLED)
    detail = msgspec.json.decode(detail_json) if detail_json and not recalled else {}
    attached = () if recalled else parts.attachments.get(row_id, ())
    inside = reader.inside(group_key)
    if service and not inside:
        text = ""  # it names people
    reply = None
    if not recalled and (reply_to or "quote" in detail):
        quoted = _quoted(detail.pop("quote", None), inside)
        reply = parts.replies.get((in_group, reply_to), quoted)
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
        sender=sender if inside or not sender or (agrees and essence) else ANONYMOUS,
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
        attachments=tuple(_masked(attachment, inside) for attachment in attached),
        reactions=tuple(Reaction(*r) for r in parts.reactions.get(row_id, ())),
        nested=nested,
        detail=detail if inside else {},
        essence=essence[0][0] if essence else None,
        tags=tuple(dict.fromkeys(name for (name,) in parts.tags.get(row_id, ()))),
        versions=parts.versions[row_id][0][0] if row_id in parts.versions else 0,
        truncated=bool(flags & TRUNCATED),
    )


def _quoted(quote: dict[str, Any] | None, inside: bool) -> ReplyView:
    """Show of a message that is not there, or not for this reader, what the answer quotes."""
    quote = quote or {}
    sender, text = quote.get("name") or "", str(quote.get("text", ""))[:SNIPPET]
    if not inside:
        sender, text = ANONYMOUS if sender else "", mask(text)
    return ReplyView(None, sender, text)


def _poll(value: dict[str, Any] | None, inside: bool) -> Poll | None:
    poll: Poll | None = _convert(value, Poll)
    if poll is None or inside:
        return poll
    options = tuple((mask(option), voters) for option, voters in poll.options)
    return msgspec.structs.replace(poll, question=mask(poll.question), options=options)


def _masked(attachment: Attachment, inside: bool) -> Attachment:
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
