"""What one row of the page says, before its neighbours are asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
from lxml import etree

from adapters.exports.telegram_html import media
from adapters.exports.telegram_html.text import name, plain, rich
from archive.records import Attachment, Poll, Reaction, Span

_ID = re.compile(r"message(-?\d{1,18})", re.ASCII)
_TARGET = re.compile(r"#(?:go_to_)?message(-?\d{1,18})$", re.ASCII)
_VIA = re.compile(r"(.*) via (@\w{1,64})", re.DOTALL)
Take = Callable[["Row", etree._Element], None]

_LONGEST_RAW = 500
_MOST_RAW = 20


class Row(msgspec.Struct):
    """A row as it stands on the page; `None` and empty where it says nothing."""

    id: int | None = None
    mark: str | None = None
    """Its id attribute where that is no number."""
    service: bool = False
    joined: bool = False
    date: str | None = None
    sender: str | None = None
    via: str | None = None
    forwarded: bool = False
    inside: bool = False
    """While the forwarded part is read."""
    forward_name: str | None = None
    forward_date: str | None = None
    reply: int | None = None
    text: str = ""
    spans: tuple[Span, ...] = ()
    kind: str | None = None
    attachments: tuple[Attachment, ...] = ()
    reactions: tuple[tuple[Reaction, tuple[str, ...]], ...] = ()
    """Each with the names of those shown as having reacted."""
    poll: Poll | None = None
    detail: dict[str, Any] = {}

    def says_nothing(self) -> bool:
        """Tell whether there is nothing to keep: no id, no time, no content."""
        return self.id is None and self == Row(joined=self.joined)


def read_row(element: etree._Element) -> Row:
    """Read a row from its elements."""
    classes = element.get("class", "").split()
    row = Row(service="service" in classes, joined="joined" in classes)
    mark = element.get("id")
    match = _ID.fullmatch(mark) if mark else None
    if match is not None:
        row.id = int(match[1])
    elif mark:
        row.mark = mark[:64]
    _take(row, element)
    return row


def _take(row: Row, box: etree._Element) -> None:
    for part in box:
        classes = part.get("class", "")
        take = _PARTS.get(classes) or _part(classes)
        if take is not None:
            take(row, part)
        elif "userpic_wrap" not in classes.split():
            _unlisted(row, part)
        elif row.service:
            _group_photo(row, part)


def _part(classes: str) -> Take | None:
    if "userpic" in classes:
        return None
    return next((_PARTS[name] for name in classes.split() if name in _PARTS), None)


def _body(row: Row, part: etree._Element) -> None:
    if row.service:
        _text(row, part)
        row.reply = _target(part)
    else:
        _take(row, part)


def _date(row: Row, part: etree._Element) -> None:
    row.date = part.get("title") or "".join(part.itertext())


def _sender(row: Row, part: etree._Element) -> None:
    shown, via = _name(part)
    row.via = via or row.via
    if not row.inside:
        row.sender = shown
        return
    row.forward_name = shown
    for inner in part.iter("span"):
        row.forward_date = inner.get("title") or "".join(inner.itertext())


def _name(part: etree._Element) -> tuple[str | None, str | None]:
    shown = name(part)
    match = _VIA.fullmatch(shown) if " via @" in shown else None
    return (match[1].strip() or None, match[2]) if match else (shown or None, None)


def _forwarded(row: Row, part: etree._Element) -> None:
    row.forwarded = row.inside = True
    _take(row, part)
    row.inside = False


def _reply(row: Row, part: etree._Element) -> None:
    row.reply = _target(part)
    if row.reply is None:
        row.detail = {**row.detail, "reply_elsewhere": True}


def _target(part: etree._Element) -> int | None:
    for link in part.iter("a"):
        match = _TARGET.search(link.get("href", ""))
        if match is not None:
            return int(match[1])
    return None


def _text(row: Row, part: etree._Element) -> None:
    text, spans = rich(part)
    if row.text:
        spans = tuple(msgspec.structs.replace(s, start=s.start + len(row.text) + 1) for s in spans)
        text = f"{row.text}\n{text}"
    row.text, row.spans = text, row.spans + spans


def _media(row: Row, part: etree._Element) -> None:
    for block in media.media(part):
        _keep(row, block)


def _keep(row: Row, block: media.Media) -> None:
    row.kind = row.kind or block.kind
    row.poll = row.poll or block.poll
    row.detail = {**row.detail, **block.detail}
    if block.attachment is not None:
        row.attachments += (block.attachment,)


def _group_photo(row: Row, part: etree._Element) -> None:
    """Keep the new photo of a group; other pictures of people are not part of a message."""
    for link in part.iter("a"):
        path = media.own_path(link.get("href"))
        row.attachments += (Attachment("photo", path=path),) if path else ()


def _signature(row: Row, part: etree._Element) -> None:
    row.detail = {**row.detail, "author": plain(part).strip()}


def _reactions(row: Row, part: etree._Element) -> None:
    row.reactions += tuple(
        _reaction(inner) for inner in part if "reaction" in inner.get("class", "").split()
    )


def _reaction(part: etree._Element) -> tuple[Reaction, tuple[str, ...]]:
    emoji, count, people = "", None, []
    for inner in part.iter():
        classes = inner.get("class", "").split()
        if "emoji" in classes:
            emoji = _emoji(inner)
        elif "count" in classes:
            count = plain(inner).strip()
        elif "initials" in classes or inner.tag == "img":
            people.append(inner.get("title", ""))
    if "paid" in part.get("class", "").split():
        emoji = "paid"
    number = int(count) if count and count.isdecimal() and len(count) < 10 else len(people)
    return Reaction(emoji, max(number, 1)), tuple(filter(None, people))


def _emoji(part: etree._Element) -> str:
    """Return the emoji; of a custom one the page tells the file it was saved as."""
    link = part.find("a")
    if link is None:
        return plain(part).strip()
    return "custom:" + (link.get("href") or "").rpartition("/")[2]


def _buttons(row: Row, part: etree._Element) -> None:
    lines = []
    for line in part.iter("tr"):
        links = (inner for inner in line.iter("a"))
        lines.append([_button(link) for link in links])
    row.detail = {**row.detail, "buttons": lines}


def _button(link: etree._Element) -> dict[str, str]:
    button = {"text": " ".join("".join(link.itertext()).split())}
    if link.get("href"):
        button["url"] = link.get("href", "")
    return button


def _unlisted(row: Row, part: etree._Element) -> None:
    """Keep what the exporter is not known to write: a bare file, or the words of it."""
    block = media.one(part)
    if block is not None:
        _keep(row, block)
        return
    words = " ".join("".join(part.itertext()).split())[:_LONGEST_RAW]
    raw = row.detail.get("raw", [])
    if words and len(raw) < _MOST_RAW:
        row.detail = {**row.detail, "raw": [*raw, words]}


_PARTS: dict[str, Take] = {
    "body": _body, "pull_right date details": _date, "date": _date, "from_name": _sender,
    "text": _text, "forwarded": _forwarded, "reply_to": _reply, "reply": _reply,
    "media_wrap": _media, "signature": _signature, "reactions": _reactions,
    "bot_buttons_table": _buttons, "bot_button_table": _buttons,
}  # fmt: skip
