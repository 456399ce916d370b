"""Turns message rows into views: a few statements for any number of them."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from archive.access import Reader
from archive.answered import SNIPPET, answered
from archive.copied import SERVICE, Original, shown_to
from archive.hanging import attachments_of
from archive.keys import platform_of
from archive.levels import withheld_among
from archive.masks import mask
from archive.prepare import RECALLED, TIME_GUESSED, TRUNCATED
from archive.records import KINDS, Attachment, Forward, Poll, Reaction, Span
from archive.senders import ANONYMOUS as ANONYMOUS
from archive.senders import HIDDEN as HIDDEN
from archive.senders import NOBODY, Senders
from archive.views import MessageView, ReplyView

_ATTACHED, _REACTED, _TAGGED, _KEPT, _EDITED = 1, 2, 4, 8, 16
"""Bits of what hangs on a message, so that it is looked up only where it is there."""
_HANGING = " + ".join(
    f"{bit} * EXISTS (SELECT 1 FROM {table} h WHERE h.message_id = m.id)"
    for bit, table in (
        (_ATTACHED, "attachments"), (_REACTED, "reactions"), (_TAGGED, "message_tags"),
        (_KEPT, "essence_messages"), (_EDITED, "versions"),
    )
)  # fmt: skip
_SELECT = (
    "SELECT m.id, m.group_id, m.platform_id, m.sender_id, m.sender_name, m.sent_at, m.edited_at,"
    " m.kind, m.text, m.more, m.reply_to, m.topic, m.service, m.detail, m.flags,"
    f" {_HANGING} FROM messages m"
)
Row = tuple[Any, ...]
_Parts = dict[int, list[Any]]


def load_views(db: sqlite3.Connection, reader: Reader, ids: Iterable[int]) -> list[MessageView]:
    """Load messages in the order of their ids given, without what is withheld from the reader; the
    caller has checked the groups."""
    return Loader(db, reader).by_ids(ids)


class Loader:
    """Loads messages for one reader at one moment; it remembers groups and people."""

    def __init__(self, db: sqlite3.Connection, reader: Reader) -> None:
        self._db = db
        self._reader = reader
        self._senders = Senders(db)
        self._groups: dict[int, tuple[str, str, str, str, bool]] = {}
        self._copies: dict[int, Original] = {}

    def by_ids(self, ids: Iterable[int]) -> list[MessageView]:
        """Load messages as `load_views`."""
        wanted = list(ids)
        rows = {
            row[0]: row
            for row in self._db.execute(
                f"{_SELECT} WHERE m.id IN (SELECT value FROM json_each(?))", (json.dumps(wanted),)
            )
        }
        return self._views([rows[i] for i in wanted if i in rows])

    def between(
        self, group: int, first: int, end: int, limit: int
    ) -> tuple[int | None, list[MessageView]]:
        """Load a group's messages from id `first` to before `end`, oldest first, looking at `limit`
        at most; where there may be more, the first of the two is the id to go on after."""
        last, rows = self._rows(group, first, end, limit)
        return last, self._views(rows)

    def _rows(self, group: int, first: int, end: int, limit: int) -> tuple[int | None, list[Row]]:
        rows = self._db.execute(
            f"{_SELECT} WHERE m.group_id = ? AND m.id >= ? AND m.id < ? ORDER BY m.id LIMIT ?",
            (group, first, end, limit),
        ).fetchall()
        return rows[-1][0] if len(rows) == limit else None, rows

    def _views(self, rows: list[Row]) -> list[MessageView]:
        rows, parts = self._parts(rows)
        return [self._shown(self._view(row, parts)) for row in rows]

    def _parts(self, rows: list[Row]) -> tuple[list[Row], Loaded]:
        """Return the rows that are not withheld, and what hangs on them."""
        if gone := withheld_among(self._db, self._reader, [row[0] for row in rows]):
            rows = [row for row in rows if row[0] not in gone]
        by_group: dict[int, set[int | None]] = defaultdict(set)
        for row in rows:
            by_group[row[1]].add(row[3])
        for group, members in by_group.items():
            self._senders.learn(group, members)
            if group not in self._groups:
                self._groups[group] = self._group(group)
        rows = [row for row in rows if row[12] != SERVICE or self._learn_copy(row)]
        return rows, Loaded(self._db, self._reader, self._senders, rows)

    def _learn_copy(self, row: Row) -> bool:
        """Look up what a copy that the bridge said shows; tell whether this reader may see it."""
        found = shown_to(self._db, self._reader, self._groups[row[1]][0], row[2])
        if found is not None:
            self._copies[row[0]] = found
        return found is not None

    def _shown(self, view: MessageView) -> MessageView:
        """Let a copy show what it is a copy of."""
        shown = self._copies.pop(view.id, None) if view.service == SERVICE else None
        if shown is None or view.recalled:
            return view  # an admin of the group it was brought to may have deleted it there
        return msgspec.structs.replace(
            view, text=shown.text, more=shown.more, sender=shown.sender, forward=shown.forward,
            recalled=shown.gone,
        )  # fmt: skip

    def _group(self, row_id: int) -> tuple[str, str, str, str, bool]:
        key, title, zone = self._db.execute(
            "SELECT key, title, time_zone FROM groups WHERE id = ?", (row_id,)
        ).fetchone()
        return key, title, zone, platform_of(key), self._reader.inside(key)

    def _view(self, row: Row, parts: Loaded) -> MessageView:
        (row_id, in_group, platform_id, sender_id, sender_name, sent_at, edited_at, kind, text,
         more, reply_to, topic, service, detail_json, flags, hanging) = row  # fmt: skip
        group_key, title, zone, platform, inside = self._groups[in_group]
        person = self._senders.known[in_group].get(sender_id, NOBODY)
        name = sender_name if person.name is None else person.name
        sender = self._reader.calls(person.alias, name or "")
        recalled = bool(flags & RECALLED) or person.hidden
        if service and not inside:
            text = ""  # it names people
        target = in_group, reply_to
        told = _Told({}) if recalled else _told(detail_json, target, inside, parts)
        if more and told.nested and not inside:
            more = "\n".join(_texts(told.nested))  # the stored one names people
        attached = parts.attachments.get(row_id, ()) if hanging & _ATTACHED else ()
        if recalled:
            text, more, attached = "", "", ()
        elif not inside:
            text, more = mask(text), mask(more) if more else ""
            attached = tuple(map(_masked, attached))
        essence = parts.essence[row_id][0][0] if hanging & _KEPT else None
        named = inside or not sender or (person.agrees and essence)
        return MessageView(
            id=row_id, key=f"{group_key}:{platform_id}", group_key=group_key, group_title=title,
            platform=platform, time_zone=zone, sent_at=sent_at,
            time_guessed=flags & TIME_GUESSED != 0, sender=sender if named else ANONYMOUS,
            sender_key=person.key if inside else None, kind=KINDS[kind], text=text,
            more=more or "", edited_at=edited_at, recalled=recalled, service=service, topic=topic,
            reply=told.reply, forward=told.forward, poll=told.poll, spans=told.spans,
            attachments=attached, nested=told.nested, detail=told.detail if inside else {},
            reactions=parts.reactions_of(row_id) if hanging & _REACTED else (), essence=essence,
            tags=parts.tags_of(row_id) if hanging & _TAGGED and not recalled else (),
            versions=parts.versions[row_id][0][0] if hanging & _EDITED else 0,
            truncated=flags & TRUNCATED != 0,
        )  # fmt: skip


class Loaded:
    """What hangs on a set of messages, by message id."""

    def __init__(
        self, db: sqlite3.Connection, reader: Reader, senders: Senders, rows: list[Row]
    ) -> None:
        def by_id(bit: int, sql: str) -> _Parts:
            found: _Parts = defaultdict(list)
            if ids := [row[0] for row in rows if row[-1] & bit]:
                for row_id, *rest in db.execute(sql, (json.dumps(ids),)):
                    found[row_id].append(rest)
            return found

        among = "message_id IN (SELECT value FROM json_each(?))"
        attached = [row[0] for row in rows if row[-1] & _ATTACHED]
        self.attachments = attachments_of(db, attached) if attached else {}
        self.reactions = by_id(
            _REACTED,
            f"SELECT message_id, emoji, count FROM reactions WHERE {among} ORDER BY count DESC",
        )
        self.tags = by_id(
            _TAGGED,
            "SELECT message_id, coalesce(s.name, t.name) FROM message_tags"
            " JOIN tags t ON t.id = tag_id LEFT JOIN tags s ON s.id = t.synonym_of"
            f" WHERE {among} ORDER BY message_id, message_tags.rowid",
        )
        self.essence = by_id(
            _KEPT, f"SELECT message_id, essence_id FROM essence_messages WHERE {among}"
        )
        self.versions = by_id(
            _EDITED,
            f"SELECT message_id, count(*) FROM versions WHERE {among} GROUP BY message_id",
        )
        wanted = [(row[1], row[10]) for row in rows if row[10]]
        self.replies = answered(db, reader, senders, wanted) if wanted else {}

    def reactions_of(self, row_id: int) -> tuple[Reaction, ...]:
        return tuple(Reaction(*r) for r in self.reactions[row_id])

    def tags_of(self, row_id: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for (name,) in self.tags[row_id]))


class _Told(NamedTuple):
    """What a message holds beside its text, as far as a reader may see it."""

    detail: dict[str, Any]
    reply: ReplyView | None = None
    forward: Forward | None = None
    poll: Poll | None = None
    spans: tuple[Span, ...] = ()
    nested: tuple[dict[str, Any], ...] = ()


def _told(detail_json: str | None, target: tuple[int, str], inside: bool, parts: Loaded) -> _Told:
    """Take apart a message's `detail`; `target` is the group and the message it answers."""
    if not detail_json and not target[1]:
        return _Told({})
    detail = msgspec.json.decode(detail_json) if detail_json else {}
    quote = detail.pop("quote", None)
    answers = target[1] or quote is not None
    reply = parts.replies.get(target, _quoted(quote, inside)) if answers else None
    nested = tuple(_nested(n, inside) for n in detail.pop("nested", ()))
    forward = _convert(detail.pop("forward", None), Forward) if inside else None
    poll = _poll(detail.pop("poll", None), inside)
    spans = tuple(Span(*span) for span in detail.pop("spans", ())) if inside else ()
    return _Told(detail, reply, forward, poll, spans, nested)


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


def _masked(attachment: Attachment) -> Attachment:
    if not attachment.name:
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
        "unit": message.get("precision", 1),
        "key": None,
        "kind": message.get("kind", "text"),
        "text": text if inside else mask(text),
        "nested": tuple(_nested(inner, inside) for inner in message.get("nested", ())),
    }


def _texts(nested: tuple[dict[str, Any], ...]) -> Iterator[str]:
    for message in nested:
        yield message["text"]
        yield from _texts(message["nested"])
