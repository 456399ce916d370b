"""What a row of a page of tg-archive's site becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from adapters.exports.tg_archive.settings import Settings
from adapters.exports.tg_archive.words import attached, link_of, notice
from archive.keys import name_key
from archive.records import AnyRecord, Attachment, Group, Member, Message, Poll, Span

_MOST_KNOWN = 100_000
_PARSER = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
_END = b"<hr>"
"""Written after a row: where nesting is too deep the parser does not reach it."""
_FULL = re.compile(r"(.*?) ?\(@([^()@]+)\)", re.DOTALL)
_TYPE = re.compile(r"type-(\w+)")
_DATE = re.compile(r"(\d{2}):(\d{2}) ([AP]M), (\d{2}) (\w{3}) (\d{4})", re.ASCII)
_TARGET = re.compile(r"#(\d{1,18})$", re.ASCII)
_VOTES = re.compile(r"(\d{1,9}) votes?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PARTS = ("username", "reply", "date", "text", "media", "tags")


class Unreadable(Exception):
    """A row that cannot be read; the argument says why, for a person."""


def parsed(markup: str) -> etree._Element:
    """Parse one row. Raises Unreadable."""
    data = markup.replace("\0", "\ufffd").encode("utf-8", "surrogatepass")
    root = etree.fromstring(data + _END, _PARSER)
    body = root.find("body") if root is not None else None
    row = next(iter(body), None) if body is not None else None
    if row is None or row.tag != "li" or next(root.iter("hr"), None) is None:
        raise Unreadable("its markup is broken or nested too deep")
    return row


def records_of(
    row: etree._Element, group: Group, settings: Settings, met: set[str]
) -> Iterator[AnyRecord]:
    """Make a message, and before it its sender when first met. Raises Unreadable."""
    parts = _parts(row)
    number = row.get("id", "")
    number = number if re.fullmatch(r"-?\d{1,18}", number, re.ASCII) else ""
    sent_at = _moment(_plain(parts.get("date")), settings.zone)
    if not number and sent_at is None:
        raise Unreadable("it has neither an id nor a time")
    name, username = _who(_plain(parts.get("username")))
    key = _key(name, username, group)
    tags = _plain(parts.get("tags")).split()
    if key and key not in met:
        if len(met) >= _MOST_KNOWN:
            met.clear()
        met.add(key)
        yield Member(key, name, username=None if _is_number(username) else username,
                     group_key=group.key, is_bot="bot" in tags)  # fmt: skip
    yield _message(row, parts, number, sent_at, group, key, name)


def _message(
    row: etree._Element,
    parts: dict[str, etree._Element],
    number: str,
    sent_at: int | None,
    group: Group,
    key: str | None,
    name: str | None,
) -> Message:
    found = _TYPE.search(row.get("class", ""))
    written = found[1] if found else ""
    text, spans = _text(parts.get("text"))
    kind, files, poll, detail = _media(parts.get("media"))
    service = notice(written, name or "")
    if service:
        kind, text, spans = "service", service[1], ()
    elif written != "message":
        detail["raw"] = {"type": written}
    elif kind == "text" and not text:
        kind = "unknown"
    target = _TARGET.search(parts["reply"].get("href", "")) if "reply" in parts else None
    return Message(
        group.key, number or None, sent_at, key, name, kind, text,
        reply_to=target[1] if target else None, service=service[0] if service else None,
        attachments=files, spans=spans, poll=poll, detail=detail, precision=60, quality=0,
    )  # fmt: skip


def _parts(row: etree._Element) -> dict[str, etree._Element]:
    found: dict[str, etree._Element] = {}
    for element in row.iter("div", "a", "span"):
        name = element.get("class", "")
        if name in _PARTS and name not in found:
            found[name] = element
    return found


def _plain(element: etree._Element | None) -> str:
    return "".join(element.itertext()).strip() if element is not None else ""


def _text(element: etree._Element | None) -> tuple[str, tuple[Span, ...]]:
    """Return the text with its links; the template's white space around it is taken off."""
    if element is None:
        return "", ()
    parts, spans, at = [(element.text or "").lstrip()], [], 0
    at = len(parts[0])
    for child in element:
        inner = "\n" if child.tag == "br" else "".join(child.itertext())
        if child.tag == "a" and inner:
            spans.append(Span("link", at, len(inner), child.get("href") or None))
        tail = child.tail or ""
        # a line break is written as <br> and an end of line
        tail = tail.removeprefix("\n") if child.tag == "br" else tail
        parts += [inner, tail]
        at += len(inner) + len(tail)
    text = "".join(parts).rstrip()
    return text, tuple(span for span in spans if span.start + span.length <= len(text))


def _media(
    element: etree._Element | None,
) -> tuple[str, tuple[Attachment, ...], Poll | None, dict[str, Any]]:
    if element is None:
        return "text", (), None, {}
    poll = next((e for e in element.iter("div") if e.get("class") == "poll"), None)
    if poll is not None:
        options = tuple(_option(item) for item in poll.iter("li"))
        return "poll", (), Poll(_plain(poll.find("h4")), options), {}
    anchor = element.find("a")
    if anchor is None:
        return "text", (), None, {"raw": {"media": _plain(element)[:500]}}
    href, title = anchor.get("href", ""), _plain(anchor)
    if "://" in href:
        link = link_of(href, title, _plain(element.find("div")) or None)
        return "text", (), None, {"link": link}
    file = attached(href or None, title or None)
    return file.kind, (file,), None, {}


def _option(item: etree._Element) -> tuple[str, int]:
    label = next(item.iter("label"), None)
    count = next((e for e in item.iter("span") if e.get("class") == "count"), None)
    votes = _VOTES.search(_plain(count))
    return _plain(label), int(votes[1]) if votes else 0


def _who(written: str) -> tuple[str | None, str | None]:
    """Split `张 三 (@zhang)` or `@zhang`; a name that is not there is written as None."""
    if found := _FULL.fullmatch(written):
        words = [word for word in found[1].split(" ") if word != "None"]
        return " ".join(words).strip() or found[2], found[2]
    username = written.removeprefix("@").strip()
    return (username, username) if username else (None, None)


def _is_number(username: str | None) -> bool:
    return bool(username and username.isascii() and username.isdecimal())


def _key(name: str | None, username: str | None, group: Group) -> str | None:
    if username and _is_number(username):
        return f"telegram:{username}"  # who has no username is called by the id
    return name_key(group.key, name) if name else None


def _moment(written: str, zone: ZoneInfo) -> int | None:
    found = _DATE.fullmatch(written)
    if found is None or found[5].lower() not in _MONTHS:
        return None
    hour = int(found[1]) % 12 + (12 if found[3] == "PM" else 0)
    try:
        month = _MONTHS.index(found[5].lower()) + 1
        at = datetime(int(found[6]), month, int(found[4]), hour, int(found[2]), tzinfo=zone)
        return int(at.timestamp())
    except (ValueError, OverflowError):
        return None
