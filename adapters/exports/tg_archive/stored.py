"""What a row of tg-archive's database becomes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from adapters.exports.format import ExportFile, Options
from adapters.exports.tg_archive.settings import Settings, group_of
from adapters.exports.tg_archive.tables import Cells, Row
from adapters.exports.tg_archive.words import attached, link_of, notice
from archive.records import (
    AnyRecord,
    Attachment,
    Group,
    Member,
    Message,
    Poll,
    Rejected,
    Span,
)

_SPANS = {
    "Bold": "bold", "Italic": "italic", "Code": "code", "Pre": "pre", "TextUrl": "link",
    "Mention": "mention", "MentionName": "mention", "Hashtag": "hashtag", "Cashtag": "cashtag",
    "BotCommand": "bot_command", "Url": "link", "Email": "email", "Phone": "phone",
    "Underline": "underline", "Strike": "strikethrough", "Blockquote": "blockquote",
    "Spoiler": "spoiler",
}  # fmt: skip
_MOST_SPANS = 1000
_MOST_KNOWN = 100_000


class Rows:
    """Makes records of the messages of a database; its group is known when it is made."""

    def __init__(
        self, cells: Cells, file: ExportFile, options: Options, settings: Settings
    ) -> None:
        self._cells = cells
        self._settings = settings
        folder = file.label.split("/")[-2] if "/" in file.label else ""
        self.group: Group = group_of(settings, folder, file, options)
        own = cells.own_chat()
        if own and self.group.title_only:
            # an anonymous admin speaks as the group itself
            self.group = Group(f"telegram:{-(10**12 + own[0])}", own[1] or self.group.title)
        self._met: set[int] = set()

    def records(self, row: Row) -> Iterator[AnyRecord]:
        """Make a message, and before it its sender when first met."""
        number = row["id"]
        sent_at = moment(row.get("date"))
        user = row.get("user_id")
        told = self._cells.user(user) if isinstance(user, int) else None
        key = _key(user, told) if isinstance(user, int) else None
        name = _name(told) or (str(user) if key else None)
        if key and isinstance(user, int) and user not in self._met:
            if len(self._met) >= _MOST_KNOWN:
                self._met.clear()
            self._met.add(user)
            yield _member(key, name, told or {}, self.group.key)
        if not isinstance(row.get("content"), str | None):
            yield Rejected(f"message {number}", "its text is no text; the rest of it is kept")
        yield self._message(row, str(number), sent_at, key, name)

    def _message(
        self, row: Row, number: str, sent_at: int | None, key: str | None, name: str | None
    ) -> Message:
        text = row["content"] if isinstance(row.get("content"), str) else ""
        written = row.get("type")
        media = row.get("media_id")
        found = self._cells.media(media) if isinstance(media, int) else None
        kind, files, poll, detail = self._carried(found or {})
        service = notice(written, name or "") if isinstance(written, str) else None
        if service:
            kind, text = "service", text or service[1]
        elif kind == "text" and not text:
            kind = "unknown"  # a notice that tg-archive has no words for, or a file it left out
        if written not in ("message", None) and not service:
            detail["raw"] = {"type": written if isinstance(written, str | int) else str(written)}
        reply = row.get("reply_to")
        return Message(
            self.group.key, number, sent_at, key, name, kind, text,
            reply_to=str(reply) if isinstance(reply, int) and reply > 0 else None,
            edited_at=moment(row.get("edit_date")), service=service[0] if service else None,
            attachments=files, spans=_spans(row.get("entities"), text), poll=poll, detail=detail,
        )  # fmt: skip

    def _carried(
        self, media: Row
    ) -> tuple[str, tuple[Attachment, ...], Poll | None, dict[str, Any]]:
        kind = media.get("type")
        url, title = _text(media.get("url")), _text(media.get("title"))
        if kind is None:
            return "text", (), None, {}
        if kind == "webpage":
            link = link_of(url, title, _text(media.get("description")))
            return "text", (), None, {"link": link} if link else {}
        if kind == "poll":
            return "poll", (), Poll(title or "", _options(media.get("description"))), {}
        file = attached(f"{self._settings.media_dir}/{url}" if url else None, title or url)
        return file.kind, (file,), None, {}


def moment(written: Any) -> int | None:
    """Read `2023-06-30 08:14:05`, which is UTC."""
    if not isinstance(written, str) or len(written) > 40:
        return None
    try:
        found = datetime.fromisoformat(written)
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def _key(user: int, told: Row | None) -> str:
    """Return the key of a user; a channel or group that speaks has no first name but a title."""
    tags = _text((told or {}).get("tags")) or ""
    username = _text((told or {}).get("username"))
    titled = told is not None and told.get("first_name") is None
    is_chat = "group_self" in tags.split() or (titled and username not in (None, str(user)))
    if is_chat and user > 0:
        return f"telegram:{-(10**12 + user)}"
    return f"telegram:{user}"


def _name(told: Row | None) -> str | None:
    if told is None:
        return None
    names = (_text(told.get("first_name")), _text(told.get("last_name")))
    return " ".join(filter(None, names)) or _text(told.get("username"))


def _member(key: str, name: str | None, told: Row, group_key: str) -> Member:
    username = _text(told.get("username"))
    shown = username if username and username != str(told.get("id")) else None
    tags = (_text(told.get("tags")) or "").split()
    if "-" in key:
        shown = None
    return Member(key, name, username=shown, group_key=group_key, is_bot="bot" in tags)


def _options(written: Any) -> tuple[tuple[str, int], ...]:
    try:
        listed = json.loads(written) if isinstance(written, str) else None
    except (ValueError, RecursionError):
        return ()
    found = []
    for option in listed if isinstance(listed, list) else ():
        if isinstance(option, dict):
            count = option.get("count")
            votes = count if isinstance(count, int) and 0 <= count < 1 << 31 else 0
            found.append((str(option.get("label", ""))[:4096], votes))
    return tuple(found)


def _spans(written: Any, text: str) -> tuple[Span, ...]:
    """Read formatting, counted in UTF-16 units as Telegram does."""
    if not isinstance(written, str) or not text:
        return ()
    try:
        told = json.loads(written)
    except (ValueError, RecursionError):
        return ()
    found = []
    for kind, items in told.items() if isinstance(told, dict) else ():
        for item in items[:_MOST_SPANS] if isinstance(items, list) else ():
            if isinstance(item, dict) and (span := _span(kind, item, text)):
                found.append(span)
    return tuple(sorted(found, key=lambda span: (span.start, -span.length)))


def _span(kind: str, item: dict[str, Any], text: str) -> Span | None:
    start, length = item.get("o"), item.get("l")
    if not (isinstance(start, int) and isinstance(length, int)) or start < 0 or length <= 0:
        return None
    if not text.isascii():
        units = text.encode("utf-16-le", "surrogatepass")
        before = units[: start * 2].decode("utf-16-le", "replace")
        inside = units[start * 2 : (start + length) * 2].decode("utf-16-le", "replace")
        start, length = len(before), len(inside)
    value = item.get("url") or item.get("language")
    if isinstance(user := item.get("user_id"), int):
        value = f"telegram:{user}"
    if start + length > len(text) or not length:
        return None
    return Span(_SPANS.get(kind, kind[:40]), start, length, _text(value))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
