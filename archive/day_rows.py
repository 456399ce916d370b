"""A group's messages for the pages of its days: most are plain, and loaded as no more than that."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from archive.loading import ANONYMOUS, Loaded, Loader, Row
from archive.masks import mask
from archive.records import Span
from archive.senders import NOBODY
from archive.views import MessageView, ReplyView

_SPANS = frozenset(("spans",))
_UNKNOWN = ReplyView(None, "", "")


class Plain(msgspec.Struct, frozen=True, gc=False):
    """A text that somebody said, and what it answers: nothing hangs on it, nothing befell it."""

    id: int
    platform_id: str
    sent_at: int
    sender: str
    sender_key: str | None
    text: str
    spans: tuple[Span, ...]
    topic: str | None
    reply: ReplyView | None

    kind: ClassVar[str] = "text"
    recalled: ClassVar[bool] = False
    service: ClassVar[None] = None
    edited_at: ClassVar[None] = None
    essence: ClassVar[None] = None
    forward: ClassVar[None] = None


AnyRow = Plain | MessageView


class DayLoader(Loader):
    """Loads messages; those that are plain as what they are."""

    def rows_between(
        self, group: int, first: int, end: int, limit: int
    ) -> tuple[int | None, list[AnyRow]]:
        """Load a group's messages as `between`."""
        last, rows = self._rows(group, first, end, limit)
        rows, parts = self._parts(rows)
        inside = bool(rows) and self._groups[group][-1]
        return last, [
            self._plain(row, parts, inside) or self._shown(self._view(row, parts)) for row in rows
        ]

    def _plain(self, row: Row, parts: Loaded, inside: bool) -> Plain | None:
        """Return a message as `_view` would show it; None of one that is more than plain."""
        (row_id, group, platform_id, sender_id, sender_name, sent_at, edited_at, kind, text,
         _, reply_to, topic, service, detail, flags, hanging) = row  # fmt: skip
        if hanging or kind or flags or edited_at or service is not None:
            return None
        spans: tuple[Span, ...] = ()
        if detail:
            told = msgspec.json.decode(detail)
            if not told.keys() <= _SPANS:
                return None
            if inside:
                spans = tuple(Span(*span) for span in told.get("spans", ()))
        person = self._senders.known[group].get(sender_id, NOBODY)
        if person.hidden:
            return None
        name = sender_name if person.name is None else person.name
        sender = self._reader.calls(person.alias, name or "")
        if not inside:
            sender, text = ANONYMOUS if sender else "", mask(text)
        return Plain(
            row_id, platform_id, sent_at, sender, person.key if inside else None, text, spans,
            topic, parts.replies.get((group, reply_to), _UNKNOWN) if reply_to else None,
        )  # fmt: skip
