"""How a message's attachments, cards and polls are shown."""

from __future__ import annotations

from typing import Any

import msgspec

from archive.media import MediaStore
from archive.records import Attachment, Poll
from archive.views import MessageView
from web.addresses import Addresses
from web.links import host_of, safe_url
from web.sniff import Looks, looks_of
from web.thumbnails import TALLEST, cannot_be_made
from web.voice import DECODERS, can_be_played
from web.words import Words

_PICTURES = frozenset(("photo", "sticker", "animation", "file"))
_SOUND = frozenset(("voice", "audio"))
_BOX = (320, 360)
"""CSS pixels a picture may take in a message."""
_STICKER_BOX = (128, 128)
_IN_A_LIST = 4


class Shown(msgspec.Struct, frozen=True):
    """An attachment as the page shows it."""

    form: str
    """picture, video, sound, file (to be downloaded), missing, or stub (missing, no reason)."""
    name: str
    label: str
    """`XLSX`, or the kind in words."""
    href: str
    facts: str
    """Size and length, or why it is not there."""
    width: int = 0
    height: int = 0
    small: str = ""
    """A picture's thumbnail."""
    moves: bool = False
    """It is animated; the thumbnail is not."""
    note: str = ""
    """Why it can only be downloaded, where one would expect to see or hear it."""


class Card(msgspec.Struct, frozen=True):
    """A shared link, place or contact."""

    title: str
    text: str
    href: str | None
    host: str
    source: str
    """Who published it, as the platform says."""


class Bar(msgspec.Struct, frozen=True):
    """One option of a poll; `share` is 0–100."""

    text: str
    votes: str
    share: float
    most: bool


class Cabinet:
    """Knows what lies in the media folder and what to call it."""

    def __init__(self, media: MediaStore, words: Words, addresses: Addresses) -> None:
        self._media = media
        self._words = words
        self._addresses = addresses

    def shown(self, attachment: Attachment) -> Shown:
        """Choose how to show an attachment by what the stored file really is."""
        looks = self._looks(attachment)
        if looks is None:
            return self._missing(attachment)
        form, plays, note, digest = _form(attachment.kind, looks), "", "", attachment.sha256 or ""
        small = self._small(digest) if form == "picture" else ""
        if form == "picture" and not small:
            form, note = "file", "cannot_show"  # it is called by its name
        if looks.mime in DECODERS and form == "sound":
            # among files nothing can make it into what browsers play
            plays = "?play" if can_be_played(looks.mime) and not self._addresses.published else ""
            form, note = ("sound", "") if plays else ("file", "cannot_play")
        width, height = looks.width or attachment.width or 0, looks.height or attachment.height or 0
        if small:
            height = min(height, TALLEST * width)
        box = _STICKER_BOX if attachment.kind == "sticker" else _BOX
        width, height = _fitted(width, height, box)
        return Shown(
            form,
            attachment.name or self._words.name("kind", attachment.kind),
            self._label(attachment),
            self._addresses.media(digest, "" if form == "picture" else attachment.name or "")
            + plays,
            _facts(attachment),
            width,
            height,
            small,
            looks.moves,
            self._words(f"media.{note}") if note else "",
        )

    def pictures(self, message: MessageView) -> list[Shown]:
        """Return the first pictures of a message, for a list of messages."""
        if message.recalled:
            return []
        shown = map(self.shown, message.attachments[:_IN_A_LIST])
        return [one for one in shown if one.form == "picture"]

    def _small(self, digest: str) -> str:
        """Return where a picture's thumbnail is; empty where it is known that there is none."""
        if not self._addresses.published and cannot_be_made(self._media, digest):
            return ""
        return self._addresses.small(digest)

    def _looks(self, attachment: Attachment) -> Looks | None:
        return looks_of(self._media.path(attachment.sha256)) if attachment.sha256 else None

    def _missing(self, attachment: Attachment) -> Shown:
        why = attachment.missing or "not fetched"
        reason = self._words.reason(why[:120])
        # where every sticker is missing, the reason each time would drown the talk
        form = "stub" if attachment.kind == "sticker" else "missing"
        return Shown(form, attachment.name or "", self._label(attachment), "", reason)

    def _label(self, attachment: Attachment) -> str:
        ending = (attachment.name or "").rpartition(".")[2]
        known = attachment.name and "." in attachment.name and ending.isascii()
        if known and ending.isalnum() and len(ending) <= 5:
            return ending.upper()
        return self._words.name("kind", attachment.kind)


def _form(kind: str, looks: Looks) -> str:
    if kind in _PICTURES and looks.is_picture:
        return "picture"
    sound = looks.mime.startswith("audio/") or (kind in _SOUND and "/mp4" in looks.mime)
    if sound and kind != "file":
        return "sound"
    return "video" if looks.mime.startswith("video/") and kind != "file" else "file"


def _fitted(width: int, height: int, box: tuple[int, int]) -> tuple[int, int]:
    """Scale a size down into a box, so that the page keeps its place before a picture comes."""
    if width <= 0 or height <= 0:
        return 0, 0
    scale = min(1.0, box[0] / width, box[1] / height)
    return max(round(width * scale), 1), max(round(height * scale), 1)


def _facts(attachment: Attachment) -> str:
    facts = []
    if attachment.size is not None:
        facts.append(size(attachment.size))
    if attachment.duration:
        facts.append(f"{attachment.duration // 60}:{attachment.duration % 60:02}")
    return "\u2002".join(facts)


def size(count: int) -> str:
    """Return `84 KB` for a number of bytes."""
    number, unit = float(max(count, 0)), "B"
    for unit in ("B", "KB", "MB", "GB"):
        if number < 1000 or unit == "GB":
            break
        number /= 1000
    return f"{number:.0f} {unit}" if number >= 10 or unit == "B" else f"{number:.1f} {unit}"


_TOLD = (
    ("link", ("title",), ("description",), ("url",)),
    ("location", ("name", "place"), ("address",), ()),
    ("contact", ("name", "first_name", "last_name"), (), ()),
    ("invoice", ("title",), ("description", "amount"), ()),
    ("", ("game_title", "place"), ("game_description", "address"), ("game_link",)),
)
"""Where a reader keeps what a card shows: place in `detail`, names of title, text and address."""


def card_of(detail: dict[str, Any]) -> Card | None:
    """Return the card of a shared link, place, contact or game; None where there is none."""
    for place, titles, texts, addresses in _TOLD:
        told = detail.get(place) if place else detail
        if not isinstance(told, dict):
            continue
        title = " ".join(_texts(told, titles)[:2])
        text = " ".join(_texts(told, texts)[:1])
        href = next((url for raw in _texts(told, addresses) if (url := safe_url(raw))), None)
        if title or text or href:
            host = host_of(href) if href else ""
            source = " ".join(_texts(told, ("source",))) if place else ""
            return Card((title or host or text)[:300], text[:500], href, host, source[:80])
    return None


def _texts(told: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    values = [told.get(name) for name in names]
    return [value for value in values if isinstance(value, str) and value.strip()]


def bars(poll: Poll, words: Words) -> list[Bar]:
    """Return a poll's options with their share of the votes."""
    most = max((votes for _, votes in poll.options), default=0)
    total = max(sum(votes for _, votes in poll.options), poll.voters or 0, 1)
    return [
        Bar(text, words("count.votes", n=votes), round(100 * votes / total, 1), votes == most > 0)
        for text, votes in poll.options[:40]
    ]
