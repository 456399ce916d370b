"""Feeds as bytes: Atom 1.0 and JSON Feed 1.1 of the same entries."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

import msgspec
from lxml import etree

from web.sitemap import stamp

Form = Literal["atom", "json"]
TYPES: dict[Form, str] = {"atom": "application/atom+xml", "json": "application/feed+json"}

_SPACE = "http://www.w3.org/2005/Atom"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_VERSION = "https://jsonfeed.org/version/1.1"
_EPOCH = "1970-01-01T00:00:00Z"
# what XML cannot hold, and what turns the direction of writing beyond the end of a title
_BAD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]|[\U0001fffe\U0001ffff]"
)
_STEERS = re.compile("[\u202a-\u202e\u2066-\u2069]")


class Entry(msgspec.Struct, frozen=True):
    """One item of a feed; all addresses are whole ones."""

    id: str
    url: str
    title: str
    html: str
    """Safe HTML: what people wrote is escaped in it."""
    text: str
    """The same as plain text, as it was written."""
    published: int
    updated: int
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class Feed(msgspec.Struct, frozen=True):
    """A list of entries and what is said above it."""

    id: str
    title: str
    page: str
    """The page with the same list."""
    site: str
    """What the site is called: the author of what names none."""
    lang: str
    entries: tuple[Entry, ...]

    @property
    def updated(self) -> int:
        """Return when something last changed in it, in Unix seconds; 0 where it is empty."""
        return max((entry.updated for entry in self.entries), default=0)


def lasting_id(secret: bytes, name: str) -> str:
    """Return a name for ever, `urn:uuid:…`: the same wherever the archive is read, and nobody who
    sees it learns what `name` was."""
    mark = hmac.new(secret, f"feed\0{name}".encode("utf-8", "replace"), sha256).digest()
    return UUID(bytes=mark[:16], version=4).urn


def newest(entries: Iterable[Entry], most: int) -> tuple[Entry, ...]:
    """Return the entries that changed last, the newest first."""
    return tuple(sorted(entries, key=lambda entry: (-entry.updated, entry.id))[:most])


def feed_bytes(feed: Feed, form: Form, itself: str) -> bytes:
    """Return a feed that lies at the address `itself`."""
    return atom(feed, itself) if form == "atom" else json_feed(feed, itself)


def atom(feed: Feed, itself: str) -> bytes:
    """Return a feed as Atom 1.0 (RFC 4287)."""
    top = etree.Element(f"{{{_SPACE}}}feed", {_LANG: feed.lang}, nsmap={None: _SPACE})
    _put(top, "id", feed.id)
    _put(top, "title", _line(feed.title))
    _put(top, "updated", stamp(feed.updated) or _EPOCH)
    _put(_put(top, "author"), "name", _line(feed.site) or "-")
    _put(top, "link", rel="self", type=TYPES["atom"], href=itself)
    _put(top, "link", rel="alternate", type="text/html", href=feed.page)
    for entry in feed.entries:
        one = _put(top, "entry")
        _put(one, "id", entry.id)
        _put(one, "title", _line(entry.title) or "…")
        _put(one, "updated", stamp(entry.updated) or _EPOCH)
        _put(one, "published", stamp(entry.published) or _EPOCH)
        for name in entry.authors:
            _put(_put(one, "author"), "name", _line(name) or "-")
        _put(one, "link", rel="alternate", type="text/html", href=entry.url)
        for tag in entry.tags:
            _put(one, "category", term=_line(tag))
        _put(one, "content", clean(entry.html), type="html")
    return etree.tostring(top, xml_declaration=True, encoding="UTF-8")


def json_feed(feed: Feed, itself: str) -> bytes:
    """Return a feed as JSON Feed 1.1."""
    told = {
        "version": _VERSION, "title": _line(feed.title), "home_page_url": feed.page,
        "feed_url": itself, "language": feed.lang, "authors": _authors((feed.site,)),
        "items": [_item(entry) for entry in feed.entries],
    }  # fmt: skip
    return msgspec.json.encode(told)


def _item(entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.id, "url": entry.url, "title": _line(entry.title) or "…",
        "content_html": clean(entry.html), "content_text": clean(entry.text),
        "date_published": stamp(entry.published) or _EPOCH,
        "date_modified": stamp(entry.updated) or _EPOCH,
    }  # fmt: skip
    if entry.authors:
        item["authors"] = _authors(entry.authors)
    if entry.tags:
        item["tags"] = [_line(tag) for tag in entry.tags]
    return item


def _authors(names: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"name": _line(name) or "-"} for name in names]


def clean(text: str) -> str:
    """Replace what neither XML nor UTF-8 can hold."""
    return _BAD.sub("\ufffd", text)


def _line(text: str) -> str:
    return " ".join(clean(_STEERS.sub("", text)).split())


def _put(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    made = etree.SubElement(parent, f"{{{_SPACE}}}{name}", attributes)
    made.text = text or None
    return made
