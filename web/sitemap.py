"""Tells search engines what is public: sitemaps, their index, and robots.txt, as bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from lxml import etree

from archive import groups, listed
from archive.access import Reader
from archive.ids import is_sane
from archive.listed import Listed
from web.addresses import Addresses

MOST = 50_000
"""Addresses of one sitemap, as the protocol allows."""
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_CLOSED = b"User-agent: *\nDisallow: /\n"
_NOT_ASKED = ("/desk", "/search", "/api/", "/login", "/logout", "/invite/", "/report", "/saved",
              "/me$", "/me/")  # fmt: skip
"""Where there is nothing to find; contexts of messages say `noindex` themselves."""


class Place(msgspec.Struct, frozen=True):
    """An address, and when what is there last changed (`2026-11-18`, or to the second); empty where
    nothing says it."""

    href: str
    changed: str = ""


Finds = Callable[[sqlite3.Connection, Reader, Addresses], list[Place]]


def _of(
    finds: Callable[[sqlite3.Connection, Reader], list[Listed]],
    href: Callable[[Addresses, Listed], str],
) -> Finds:
    def found(db: sqlite3.Connection, reader: Reader, to: Addresses) -> list[Place]:
        return [Place(href(to, one), one.day or _changed(one.at)) for one in finds(db, reader)]

    return found


def _groups(db: sqlite3.Connection, reader: Reader, to: Addresses) -> list[Place]:
    found = groups.list_groups(db, reader)
    if not found:
        return []
    last = max(_changed(one.last) for one in found)
    own = [Place(to.group(one.key), _changed(one.last)) for one in found]
    return [Place(to.home(), last), *own, *_lists(db, reader, to)]


def _lists(db: sqlite3.Connection, reader: Reader, to: Addresses) -> list[Place]:
    """Return the pages that list something, where there is something to list."""
    kept = bool(listed.listed_essence(db, reader, 1))
    gathered = bool(listed.listed_threads(db, reader, 1))
    there = {
        "/essence": kept,
        "/contents": kept or gathered,
        "/threads": gathered,
        "/questions": bool(listed.listed_questions(db, reader, 1)),
        "/tags": bool(listed.listed_tags(db, reader)),
    }
    return [Place(to(page)) for page, is_there in there.items() if is_there]


KINDS: Mapping[str, Finds] = {
    "groups": _groups,
    "days": _of(listed.listed_days, lambda to, one: to.day(one.name, one.day)),
    "essence": _of(listed.listed_essence, lambda to, one: to.post(int(one.name))),
    "threads": _of(listed.listed_threads, lambda to, one: to.thread(int(one.name))),
    "columns": _of(listed.listed_columns, lambda to, one: to.column(int(one.name))),
    "questions": _of(listed.listed_questions, lambda to, one: to.question(one.name)),
    "tags": _of(listed.listed_tags, lambda to, one: to.tag(one.name)),
}
"""What is listed, a sitemap or several of each."""


def stamp(at: int | None) -> str:
    """Return Unix seconds as `2026-11-18T02:31:00Z`; empty for None, 0 and what no clock shows."""
    try:
        return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}" if at else ""
    except (OverflowError, ValueError, OSError):
        return ""


def _changed(at: int | None) -> str:
    """Return a time as a sitemap says it; empty where it lies ahead or long ago."""
    return stamp(at) if is_sane(at) else ""


def absolute(base_url: str, href: str) -> str:
    """Return an address with the site's own before it."""
    return f"{base_url.rstrip('/')}/{href.removeprefix('/')}"


def sitemap(places: Iterable[Place], base_url: str) -> bytes:
    """Return a sitemap of at most 50,000 places."""
    return _listing("urlset", "url", places, base_url)


def parts(kind: str, places: Sequence[Place], most: int = MOST) -> dict[str, Sequence[Place]]:
    """Return a kind's places by the names of the files they go to: `days-1.xml`, `days-2.xml`."""
    return {
        f"{kind}-{start // most + 1}.xml": places[start : start + most]
        for start in range(0, len(places), most)
    }


def sitemap_index(files: Mapping[str, Sequence[Place]], to: Addresses, base_url: str) -> bytes:
    """Return the index of the sitemaps with these names, each with its last change."""
    listed_ = [
        Place(to.sitemap(name), max(place.changed for place in places))
        for name, places in files.items()
        if places
    ]
    return _listing("sitemapindex", "sitemap", listed_, base_url)


def robots(to: Addresses, base_url: str, is_open: bool) -> bytes:
    """Return robots.txt; where nothing is public, or nobody knows where the site is, there is
    nothing to ask for."""
    if not is_open or not base_url:
        return _CLOSED
    rows = ["User-agent: *", *(f"Disallow: {path}" for path in _NOT_ASKED)]
    return "\n".join([*rows, "", f"Sitemap: {absolute(base_url, to.sitemap())}", ""]).encode()


def _listing(root: str, row: str, places: Iterable[Place], base_url: str) -> bytes:
    top = etree.Element(f"{{{_SPACE}}}{root}", nsmap={None: _SPACE})
    for place in places:
        one = etree.SubElement(top, f"{{{_SPACE}}}{row}")
        etree.SubElement(one, f"{{{_SPACE}}}loc").text = absolute(base_url, place.href)
        if place.changed:
            etree.SubElement(one, f"{{{_SPACE}}}lastmod").text = place.changed
    return etree.tostring(top, xml_declaration=True, encoding="UTF-8")
