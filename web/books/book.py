"""What a book holds: a column in its order, or the essence of groups by the time it was kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import msgspec

from archive.access import Reader
from archive.columns import column_view, items
from archive.essence import feed
from archive.essence_texts import edited_text
from archive.records import Attachment
from archive.store import MediaStore
from archive.views import EssenceView, MessageView
from web.sniff import looks_of
from web.thumbnails import thumbnail

LARGEST = 20 << 20
"""Bytes of a picture that is taken in."""
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp"}
_AT_ONCE = 100


class Picture(msgspec.Struct, frozen=True):
    """A stored picture that any reader can show."""

    path: Path
    mime: str
    name: str
    """In the book: its SHA-256 and what it is; never what its sender called it."""


class Chapter(msgspec.Struct, frozen=True):
    """An essence as it is kept, with what was edited of it and what is noted beside it."""

    essence: EssenceView
    note: str = ""
    edited: str = ""


class Book(msgspec.Struct, frozen=True):
    """What is written down, and from whom."""

    title: str
    chapters: tuple[Chapter, ...]

    @property
    def id(self) -> str:
        """A name of its own for this title and these chapters' messages."""
        keys = [m.key for chapter in self.chapters for m in chapter.essence.messages]
        digest = sha256("\n".join([self.title, *keys]).encode("utf-8", "replace")).hexdigest()
        # the form of version 8, of numbers made in one's own way
        return f"urn:uuid:{UUID(f'{digest[:12]}8{digest[13:16]}8{digest[17:32]}')}"

    @property
    def modified(self) -> int:
        """When the newest of it was kept."""
        return max((chapter.essence.marked_at for chapter in self.chapters), default=0)


def of_column(db: sqlite3.Connection, reader: Reader, number: int) -> Book:
    """Return a column as a book. Raises NotFound, also where the reader may not see it."""
    view = column_view(db, reader, number)
    found = items(db, reader, number)
    return Book(
        f"{view.title} · {view.group_title}",
        tuple(_chapter(db, reader, item.essence, item.note) for item in found),
    )


def of_essence(
    db: sqlite3.Connection, reader: Reader, title: str, group_keys: list[str], first: int, end: int
) -> Book:
    """Return the essence of groups whose first message has an id from `first` to before `end`."""
    found = [
        post
        for key in group_keys
        for post in _all_of(db, reader, key)
        if post.messages and first <= post.messages[0].id < end
    ]
    found.sort(key=lambda post: (post.marked_at, post.id))
    shown = (post for post in found if not all(m.recalled for m in post.messages))
    return Book(title, tuple(_chapter(db, reader, post) for post in shown))


def _all_of(db: sqlite3.Connection, reader: Reader, key: str) -> Iterator[EssenceView]:
    last: EssenceView | None = None
    while True:
        beyond = (last.marked_at, last.id) if last else None
        page = feed(db, reader, key, limit=_AT_ONCE, beyond=beyond)
        yield from page
        if len(page) < _AT_ONCE:
            return
        last = page[-1]


def _chapter(db: sqlite3.Connection, reader: Reader, post: EssenceView, note: str = "") -> Chapter:
    edited = edited_text(db, reader, post)
    return Chapter(post, note, edited.text if edited else "")


def pictures_of(message: MessageView, store: MediaStore) -> dict[str, Picture]:
    """Return the pictures of a message that may be shown, by SHA-256."""
    found = (_picture(one, store) for one in message.attachments if one.sha256)
    return {digest: picture for digest, picture in found if picture}


def _picture(one: Attachment, store: MediaStore) -> tuple[str, Picture | None]:
    digest = one.sha256 or ""
    path = store.path(digest)
    looks = looks_of(path)
    if looks is None or not looks.is_picture or path.stat().st_size > LARGEST:
        return digest, None
    if not thumbnail(store, digest):  # it is broken, which readers of books do not bear
        return digest, None
    ending = _ENDINGS.get(looks.mime)
    return digest, Picture(path, looks.mime, f"{digest}.{ending}") if ending else None
