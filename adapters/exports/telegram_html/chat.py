"""One chat while its rows are read: who spoke last, when, and what that makes of the next row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from adapters.exports.telegram_html.clock import Clock, Moment, moment, separator_day
from adapters.exports.telegram_html.row import Row
from adapters.exports.telegram_html.service import UNSUPPORTED, event
from archive.keys import name_key
from archive.records import AnyRecord, Forward, Member, Message, Reaction

DELETED = "Deleted Account"
"""Stands for every deleted account alike, so it names nobody."""

_LOWEST_SEPARATOR = -500_000_000
"""Date separators count down from -1; messages from before a group became a supergroup have ids
near -1,000,000,000."""
_EMPTY_CHAT = "No exported messages"
_MOST_KNOWN = 100_000


class Chat:
    """Turns rows into records, in order."""

    def __init__(self, group_key: str, zone: ZoneInfo) -> None:
        self._group_key = group_key
        self._zone = zone
        self._clock = Clock(zone)
        self._sender: str | None = None
        self._via: str | None = None
        self._forward: str | None = None
        self._members: dict[str, str] = {}
        self._topics: set[int] = set()

    def keep(self, row: Row) -> Iterator[AnyRecord]:
        """Make the records of a row."""
        if row.service:
            day = separator_day(row.text)
            small = row.id is not None and _LOWEST_SEPARATOR < row.id < 0
            if small and (day is not None or row.text == _EMPTY_CHAT):
                self._clock.separator(day)
            else:
                yield from self._event(row)
        else:
            yield from self._said(row)

    def forget_sender(self) -> None:
        """A row was lost: whoever sent it, those joined to it are not from the sender before."""
        self._sender = self._via = self._forward = None

    def end(self) -> Iterator[AnyRecord]:
        """Return the rows that still wait for a time."""
        yield from self._clock.end()

    def _said(self, row: Row) -> Iterator[AnyRecord]:
        if not row.joined:
            self._sender, self._via = row.sender, row.via
        yield from self._met(self._sender, *(n for _, names in row.reactions for n in names))
        detail = dict(row.detail)
        if row.via or self._via:
            detail["via_bot"] = row.via or self._via
        yield from self._placed(row, detail, self._sender, row.kind or "text", None)

    def _event(self, row: Row) -> Iterator[AnyRecord]:
        if row.text.startswith(UNSUPPORTED):
            row.text, row.spans = "", ()
            yield from self._placed(row, {**row.detail, "unsupported": True}, None, "unknown", None)
            return
        action, actor = event(row.text)
        if action == "topic_created" and row.id is not None and len(self._topics) < _MOST_KNOWN:
            self._topics.add(row.id)
        row.spans = ()
        yield from self._met(actor)
        yield from self._placed(row, row.detail, actor, "service", action)

    def _placed(
        self, row: Row, detail: dict[str, Any], sender: str | None, kind: str, service: str | None
    ) -> Iterator[AnyRecord]:
        found = moment(row.date, self._zone) if row.date else None
        if found is None and row.date:
            detail = {**detail, "date": row.date.strip()[:64]}
        message = self._message(row, detail, sender, kind, service, found)
        if found is not None:
            yield from self._clock.timed(message, found)
        else:
            yield from self._clock.untimed(message, guess=row.service)

    def _message(
        self,
        row: Row,
        detail: dict[str, Any],
        sender: str | None,
        kind: str,
        service: str | None,
        found: Moment | None,
    ) -> Message:
        id, local_id = _ids(row.id)
        reply_to, local_reply_to = _ids(row.reply)
        in_topic = row.reply in self._topics and not row.service
        return Message(
            group_key=self._group_key,
            id=id,
            local_id=local_id or row.mark,
            sent_at=found.at if found else None,
            precision=found.precision if found else 1,
            sender_key=self._key(sender),
            sender_name=sender,
            kind=kind,
            service=service,
            text=row.text,
            spans=row.spans,
            reply_to=reply_to,
            local_reply_to=local_reply_to,
            topic=reply_to if in_topic else None,
            attachments=row.attachments,
            reactions=self._reactions(row),
            forward=self._forwarded(row),
            poll=row.poll,
            detail=detail,
            quality=1,
        )

    def _forwarded(self, row: Row) -> Forward | None:
        if not row.forwarded:
            self._forward = None
            return None
        self._forward = row.forward_name or self._forward
        found = moment(row.forward_date, self._zone) if row.forward_date else None
        return Forward(name=self._forward, sent_at=found.at if found else None)

    def _reactions(self, row: Row) -> tuple[Reaction, ...]:
        return tuple(
            Reaction(r.emoji, r.count, tuple(filter(None, map(self._key, names))))
            for r, names in row.reactions
        )

    def _key(self, name: str | None) -> str | None:
        if name is None or name == DELETED:
            return None
        return self._members.get(name) or name_key(self._group_key, name)

    def _met(self, *names: str | None) -> Iterator[Member]:
        """Yield a member for each name not met before."""
        for name in names:
            if name is None or name == DELETED or name in self._members:
                continue
            if len(self._members) > _MOST_KNOWN:
                self._members.clear()
            key = self._members[name] = name_key(self._group_key, name)
            yield Member(key=key, name=name, group_key=self._group_key)


def _ids(number: int | None) -> tuple[str | None, str | None]:
    """Return a platform id, or what holds in this export only: ids below zero are made up."""
    if number is None:
        return None, None
    return (str(number), None) if number > 0 else (None, str(number))
