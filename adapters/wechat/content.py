"""What a WeChat message holds, from the type and text that the gateway gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from adapters.wechat.event import Event, identities, identity, key_of, words
from adapters.wechat.xml import QUOTED, Content, Place, action_of, content_of, parse, said
from archive.records import Attachment, Message, Quote, Span

ZONE = ZoneInfo("Asia/Shanghai")
"""Of local times in merged records."""
KINDS = {
    0: "unknown", 1: "file", 2: "voice", 3: "contact", 4: "forward", 5: "sticker", 6: "photo",
    7: "text", 8: "location", 9: "card", 10: "text", 11: "transfer", 12: "red_packet",
    13: "service", 14: "link", 15: "video", 16: "card",
    # beyond the 17 of the published puppet
    17: "card", 18: "service", 19: "text", 20: "call", 23: "card",
}  # fmt: skip
"""By the puppet's type number."""
MEDIA = ("photo", "video", "voice", "file", "sticker")
_LINKED = ("link", "card")
_PLAIN = (7, 10, 19)
"""Types whose text people wrote: what looks like XML in it is text."""
_OWN_XML = {2: 34, 3: 42, 5: 47, 6: 3, 8: 48, 15: 43, 20: 50}
"""WeChat's own type numbers, for texts that are its XML."""
_APP, _SYSTEM, _CALL = 49, 10002, 50
_RECALLED = 13
"""Gateways also say by it what the room itself says: a pat, a call."""
UNAVAILABLE = "unavailable"
_rule = re.compile(r"」\s{0,4}(?:\r?\n|<br ?/?>)(?:- ){5,40}-?\s{0,4}(?:\r?\n|<br ?/?>)")
_markup = re.compile(r"<(?:\?xml|msg|appmsg|sysmsg|revokemsg|voip)")
_id = re.compile(r"[\w@.:-]+", re.ASCII)
_web = re.compile(r"https?://", re.IGNORECASE)


def content(event: Event) -> Content:
    """Read what the message of an event holds."""
    told = event.message or {}
    text, kind = words(told.get("text")), KINDS.get(event.type, "unknown")
    if event.type in _PLAIN:
        return _quoting(text)
    marked = _markup.search(text) is not None
    found = _from_xml(event, text) if marked else None
    if found is None:
        found = _from_parts(event, kind, "" if marked else text)
        if marked and not found.detail:
            found.detail = {"raw": {"type": event.type, "content": text}}
    elif found.kind == "unknown":
        found.kind = kind
    if found.kind in MEDIA:
        found.attachments = (_attachment(event, found),)
        if found.kind == "file":
            found.text = found.text or found.attachments[0].name or ""
    found.nested = tuple(map(_without_files, found.nested))
    return found


def people_in(found: Content) -> list[str]:
    """Return the names of those whose words a message carries besides its sender's."""
    names = [found.quote.name] if found.quote is not None else []
    names += [message.sender_name for message in _unfolded(found.nested)]
    return [name for name in dict.fromkeys(names) if name][:500]


def quoted_ids(event: Event, found: Content) -> list[str]:
    """Return the contact ids of those people, as far as XML or the room's names tell them."""
    ids = [one for name in people_in(found) for one in event.called.get(name, ())]
    text = words((event.message or {}).get("text"))
    root = parse(text) if found.quote is not None and event.type not in _PLAIN else None
    for path in ("chatusr", "fromusr"):
        one = identity(said(root, f".//refermsg/{path}"))
        if one and one != event.room_id:
            ids.append(one)
    return list(dict.fromkeys(ids))


def recalled_id(event: Event) -> str | None:
    """Return the id of the message that is taken back; None where it is not said, or no recall."""
    if event.type != _RECALLED:
        return None
    text = words((event.message or {}).get("text")).strip()
    if "<" in text:
        root = parse(text)
        text = said(root, ".//revokemsg/newmsgid") or said(root, ".//revokemsg/msgid")
    return identity(text) if _id.fullmatch(text) else None


def _quoting(text: str) -> Content:
    """Part `「name：what they said」`, a dashed line and the reply: how gateways say a quote."""
    found = _rule.search(text) if text.startswith("「") else None
    if found is None:
        return Content(text=text)
    name, colon, said_then = text[1 : found.start()].partition("：")
    if not colon:
        name, said_then = "", name
    return Content(text=text[found.end() :], quote=Quote(said_then[:QUOTED], name or None))


def _from_xml(event: Event, text: str) -> Content | None:
    root = parse(text)
    if root is None:
        return None
    if root.find(".//appmsg") is not None:
        local_type = _APP
    elif root.find(".//sysmsg") is not None or root.find(".//revokemsg") is not None:
        local_type = _SYSTEM
    elif "<voip" in text:
        local_type = _CALL
    elif event.type in _OWN_XML:
        local_type = _OWN_XML[event.type]
    else:
        return None
    return content_of(local_type, 0, text, Place(event.group_key or "", ZONE))


def _from_parts(event: Event, kind: str, text: str) -> Content:
    """Read a message whose text is no XML, with what the gateway says besides."""
    extra = event.extra
    if kind in _LINKED:
        return _link(kind, text, extra)
    if kind == "location":
        place = {name: extra[name] for name in ("latitude", "longitude")
                 if isinstance(extra.get(name), int | float)}  # fmt: skip
        place |= {name: words(extra.get(name)) for name in ("name", "address") if extra.get(name)}
        shown = str(place.get("name") or place.get("address") or text)
        return Content(kind, shown, detail={"location": place} if place else {})
    if kind == "contact":
        card = {name: words(extra.get(name)) for name in ("name", "id") if extra.get(name)}
        return Content(kind, card.get("name", text), detail={"contact": card})
    if kind == "unknown":
        return Content(kind, text, detail={"raw": {"type": event.type, "content": text}})
    if kind == "service":
        if event.type == _RECALLED and (not text or recalled_id(event)):
            return Content(kind, service="recall")
        return Content(kind, text, service=action_of(text))
    if kind in ("photo", "video", "voice", "sticker"):
        # some puppets put a path or a placeholder there; people cannot write captions
        return Content(kind)
    return Content(kind, text)


def _link(kind: str, text: str, extra: dict[str, Any]) -> Content:
    url = words(extra.get("url"))
    title = words(extra.get("title")) or text or url
    told = {"title": title, "url": url, "description": words(extra.get("description"))}
    detail: dict[str, Any] = {"link": {name: value for name, value in told.items() if value}}
    program = {"id": words(extra.get("appid")), "path": words(extra.get("pagePath"))}
    if any(program.values()):
        detail["mini_program"] = {name: value for name, value in program.items() if value}
    spans = (Span("link", 0, len(title), url),) if _web.match(url) and title else ()
    return Content(kind, title, spans=spans, detail=detail)


def _attachment(event: Event, found: Content) -> Attachment:
    """Say where the file of a message can be had: from the gateway, by the message's id."""
    told = found.attachments[0] if found.attachments else Attachment(found.kind)
    name = words((event.message or {}).get("filename")) or told.name
    if found.kind == "file":
        name = name or found.text or None
    source = f"{event.type}:{event.message_id}" if event.message_id else None
    # of pictures and films WeChat keeps several sizes, and which one comes is not known
    size = told.size if found.kind == "file" else None
    missing = None if source else UNAVAILABLE
    return msgspec.structs.replace(
        told, kind=found.kind, name=name, source=source, missing=missing, size=size
    )


def _without_files(message: Message) -> Message:
    """Say of a merged record's files that they cannot be had: the gateway gives only its text."""
    files = tuple(msgspec.structs.replace(one, missing=UNAVAILABLE) for one in message.attachments)
    nested = tuple(map(_without_files, message.nested))
    return msgspec.structs.replace(message, attachments=files, nested=nested)


def _unfolded(messages: tuple[Message, ...]) -> Iterator[Message]:
    for message in messages:
        yield message
        yield from _unfolded(message.nested)


def mentions(event: Event, text: str) -> tuple[Span, ...]:
    """Find `@name` of those the gateway says are mentioned."""
    spans = []
    for person in dict.fromkeys(identities((event.message or {}).get("mention_ids"))):
        told = event.people.get(person, {})
        for name in (words(told.get("alias")), words(told.get("name"))):
            start = text.find(f"@{name}") if name else -1
            if start >= 0:
                spans.append(Span("mention", start, len(name) + 1, key_of(person)))
                break
    return tuple(sorted(spans, key=lambda span: span.start))
