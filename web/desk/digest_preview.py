"""An edition as each platform would show it: nothing is sent, and no short code is given out."""

from __future__ import annotations

import sqlite3
from contextlib import suppress

import msgspec

from archive import editions
from archive.access import member
from archive.digest import Digest
from archive.editions import EditionView, get_edition
from archive.errors import NotFound
from archive.groups import get_group
from web import digest_forms
from web.page import Visit

_CODES = 80
"""Characters left for the short codes of a digest, as where it is sent."""
_CODE = "K7M2Q9"
"""As long as a short code."""


class Chat(msgspec.Struct, frozen=True):
    """A digest as the messages of a chat."""

    platforms: tuple[tuple[str, int], ...]
    """Where it comes out so, and how long a message may be there."""
    pieces: tuple[tuple[str, int], ...]
    """Each message and its length in UTF-16 units."""


class Preview(msgspec.Struct, frozen=True):
    """A digest in all its forms."""

    digest: Digest
    titles: dict[str, str]
    chats: tuple[Chat, ...]
    """The group's own platform first."""
    markdown: str
    html: str
    subject: str
    mail: str


def preview(db: sqlite3.Connection, visit: Visit, view: EditionView) -> Preview:
    """Write an edition as its group's members would read it at this moment."""
    place = editions.place_of(db, view.id)
    told = member(frozenset((place, *view.digest["groups"])))
    digest = msgspec.convert(get_edition(db, told, view.id).digest, Digest)
    titles = titles_of(db, visit, digest)
    base_url = visit.site.base_url
    return Preview(
        digest,
        titles,
        _chats(visit, digest, titles, place.partition(":")[0]),
        digest_forms.as_markdown(digest, titles, base_url),
        digest_forms.as_html(digest, titles, base_url),
        digest_forms.subject(digest, titles),
        digest_forms.as_mail(digest, titles, base_url),
    )


def titles_of(db: sqlite3.Connection, visit: Visit, digest: Digest) -> dict[str, str]:
    """Return what the groups of a digest are called, as far as the visitor may know."""
    titles = {}
    for key in {*digest.groups, *(item.group_key for item in digest.items)}:
        with suppress(NotFound):
            titles[key] = get_group(db, visit.reader, key).title
    return titles


def _chats(visit: Visit, digest: Digest, titles: dict[str, str], own: str) -> tuple[Chat, ...]:
    found: dict[tuple[str, ...], list[str]] = {}
    longest = visit.site.longest
    for platform in sorted(longest, key=lambda one: not own.startswith(one)):
        room = longest[platform] - _CODES
        pieces = digest_forms.as_text(digest, titles, visit.site.base_url, room)
        found.setdefault(tuple(pieces), []).append(platform)
    stand_in = visit.words("desk.digest_code")
    return tuple(
        Chat(
            tuple((name, longest[name]) for name in names),
            tuple((piece.replace(digest_forms.CODE, stand_in), _length(piece)) for piece in pieces),
        )
        for pieces, names in found.items()
    )


def _length(piece: str) -> int:
    """Return the UTF-16 units of a message once its short codes are in it."""
    return len(piece.replace(digest_forms.CODE, _CODE).encode("utf-16-le")) // 2
