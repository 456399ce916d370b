"""What a row shows besides its text: files, polls, places, contacts, calls, cards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from lxml import etree

from adapters.exports.telegram_html.text import plain
from archive.records import Attachment, Poll

_WRAPS = {
    "photo_wrap": "photo", "video_file_wrap": "video", "animated_wrap": "animation",
    "sticker_wrap": "sticker", "media_photo": "photo", "media_video": "video", "media_file": "file",
    "media_audio_file": "audio", "media_voice_message": "voice",
}  # fmt: skip
_OTHERS = {
    "media_contact": "contact", "media_location": "location", "media_live_location": "location",
    "media_venue": "location", "media_game": "game", "media_call": "call",
    "media_invoice": "card", "media_giveaway": "card", "media_poll": "poll",
}  # fmt: skip
_TITLES = {
    "Sticker": "sticker", "Animation": "animation", "Photo": "photo", "Video file": "video",
    "Video message": "video", "Voice message": "voice", "Audio file": "audio", "File": "file",
    "Self-destructing photo": "photo", "Self-destructing video": "video",
}  # fmt: skip
_BARE = {"a": "file", "img": "photo", "video": "video", "audio": "audio"}
_REASONS = (
    ("not included", "not exported"), ("exceeds maximum size", "too large"),
    ("unavailable", "unavailable"), ("expired", "expired"), ("on your mobile", "self-destructing"),
)  # fmt: skip
_UNITS = {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
_SIZE = re.compile(r"(?<![\d.])(\d{1,9}(?:\.\d{1,3})?) (B|KB|MB|GB)\b", re.ASCII)
_PIXELS = re.compile(r"(?<!\d)(\d{1,6}) ?[×x] ?(\d{1,6})(?!\d)", re.ASCII)
_DURATION = re.compile(r"(?<!\d)(?:(\d{1,4}):)?(\d{1,4}):(\d\d)(?!\d)", re.ASCII)
_SECONDS = re.compile(r"\((\d{1,9}) seconds\)", re.ASCII)
_PLACE = re.compile(r"(-?\d{1,3}(?:\.\d{1,20})?), ?(-?\d{1,3}(?:\.\d{1,20})?)", re.ASCII)
_VOTES = re.compile(r"(\d{1,9}) votes?", re.ASCII)
# In an export of several chats a page names its own folder from the top of the export.
_OWN_FOLDER = re.compile(r"\.\./\.\./chats/[^/]+/(?=.)")


class Media(msgspec.Struct):
    """One media block of a row."""

    kind: str
    attachment: Attachment | None = None
    poll: Poll | None = None
    detail: dict[str, Any] = {}


def media(wrap: etree._Element) -> Iterator[Media]:
    """Read the blocks in a `media_wrap`."""
    for element in wrap:
        found = one(element)
        if found is not None:
            yield found


def one(element: etree._Element) -> Media | None:
    """Read a block; None for an element that shows none."""
    classes = element.get("class", "").split()
    kind = next((_WRAPS[c] for c in classes if c in _WRAPS), None)
    if kind is not None:
        return _file(element, kind)
    name = next((c for c in classes if c in _OTHERS), None)
    if name == "media_poll":
        return Media("poll", poll=_poll(element))
    if name is not None:
        return Media(_OTHERS[name], detail=_card(element, name))
    return _bare(element)


def own_path(href: str | None) -> str | None:
    """Return a path relative to the page's folder; it is data, never opened unchecked."""
    return _OWN_FOLDER.sub("", href, count=1) if href else None


def _parts(element: etree._Element) -> dict[str, str]:
    """Return a block's texts by their class: title, description, status, video_duration."""
    parts: dict[str, str] = {}
    for inner in element.iter("div"):
        name = inner.get("class", "").partition(" ")[0]
        if name in ("title", "description", "status", "video_duration"):
            parts.setdefault(name, plain(inner).strip())
    return parts


def _file(element: etree._Element, kind: str) -> Media:
    parts = _parts(element)
    title, status = parts.get("title", ""), parts.get("status", "")
    kind = _TITLES.get(title, kind)
    path = own_path(element.get("href"))
    attachment = Attachment(
        kind,
        name=_file_name(kind, title, path),
        path=path,
        missing=None if path else _reason(parts),
        size=_size(status),
        width=_pixels(status)[0],
        height=_pixels(status)[1],
        duration=_duration(parts.get("video_duration", status)),
    )
    return Media(kind, attachment, detail=_about(title, kind, status))


def _file_name(kind: str, title: str, path: str | None) -> str | None:
    """Return the name a document was sent under; an audio file's title is not its name."""
    if kind == "file" and title not in _TITLES and title:
        return title
    return path.rpartition("/")[2] or None if path and kind in ("file", "audio") else None


def _about(title: str, kind: str, status: str) -> dict[str, Any]:
    if title == "Video message":
        return {"media_type": "video_message"}
    if kind == "audio" and title not in _TITLES:
        performer, dash, song = title.partition(" – ")
        return {"performer": performer, "title": song} if dash else _told(title=title)
    emoji = status.partition(",")[0].strip()
    return {"emoji": emoji} if kind == "sticker" and emoji and not _SIZE.fullmatch(emoji) else {}


def _reason(parts: dict[str, str]) -> str:
    said = f"{parts.get('description', '')} {parts.get('status', '')}".lower()
    return next((reason for words, reason in _REASONS if words in said), "not exported")


def _bare(element: etree._Element) -> Media | None:
    """Read a link or picture without Telegram's classes, as other programs write them."""
    kind = _BARE.get(str(element.tag))
    path = own_path(element.get("href") or element.get("src"))
    if kind is None or path is None:
        return None
    return Media(kind, Attachment(kind, name=plain(element).strip() or None, path=path))


def _card(element: etree._Element, name: str) -> dict[str, Any]:
    """Return what a block without a file tells, under the names the JSON export gives it."""
    parts, href = _parts(element), element.get("href")
    title, about, status = (parts.get(k, "") for k in ("title", "description", "status"))
    if name == "media_contact":
        contact = _told(first_name=title, phone_number=status.removesuffix(" - vCard"))
        return _told(contact=contact, vcard=own_path(href))
    if name == "media_call":
        seconds = _SECONDS.search(status)
        outcome = status.partition(" (")[0]
        return _told(status=outcome, duration_seconds=int(seconds[1]) if seconds else None)
    if name == "media_game":
        return _told(game_title=title, game_description=about, game_link=href)
    if name == "media_invoice":
        return _told(invoice=_told(title=title, description=about, amount=status))
    if name == "media_giveaway":
        return _told(giveaway=_told(text=" ".join("".join(element.itertext()).split())))
    place = _place(f"{status} {href or ''}")
    if name == "media_venue":
        return _told(location=place, place=title, address=about)
    return _told(location=place, live=True if name == "media_live_location" else None)


def _told(**facts: Any) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if value not in (None, "", {})}


def _place(text: str) -> dict[str, float]:
    match = _PLACE.search(text)
    return {"latitude": float(match[1]), "longitude": float(match[2])} if match else {}


def _poll(element: etree._Element) -> Poll:
    question, options, voters, closed = "", [], None, False
    for inner in element:
        name = inner.get("class", "").partition(" ")[0]
        if name == "question":
            question = plain(inner)
        elif name == "answer":
            options.append(_option(inner))
        elif name == "total":
            voters = _votes(plain(inner))
        elif name == "details":
            closed = "final results" in plain(inner).lower()
    return Poll(question, tuple(options), voters, closed)


def _option(element: etree._Element) -> tuple[str, int]:
    votes = 0
    for count in element.findall("span"):
        votes = _votes(plain(count))
        element.remove(count)
    return plain(element).removeprefix("- ").removesuffix(" "), votes


def _votes(text: str) -> int:
    match = _VOTES.search(text)
    return int(match[1]) if match else 0


def _size(text: str) -> int | None:
    match = _SIZE.search(text)
    return int(float(match[1]) * _UNITS[match[2]]) if match else None


def _pixels(text: str) -> tuple[int | None, int | None]:
    match = _PIXELS.search(text)
    return (int(match[1]), int(match[2])) if match else (None, None)


def _duration(text: str) -> int | None:
    match = _DURATION.search(text)
    if match is None:
        return None
    hours, minutes, seconds = match.groups()
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
