"""A book as one Markdown file in which what people wrote is only text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archive.store import MediaStore
from archive.views import MessageView
from web.books.book import Book, Chapter, Picture, pictures_of
from web.dates import local
from web.markdown import Markdown, escaped, quoted
from web.words import Words

Placed = Callable[[Picture], str | None]
"""Gives the path of a picture beside the file; None: there is none beside it."""


def pieces(book: Book, store: MediaStore, words: Words, placed: Placed) -> Iterator[bytes]:
    """Return the file piece by piece."""
    yield f"# {escaped(book.title)}\n".encode()
    for chapter in book.chapters:
        text = "\n\n".join(_chapter(chapter, store, words, placed))
        yield f"\n{text}\n".encode("utf-8", "replace")


def _chapter(chapter: Chapter, store: MediaStore, words: Words, placed: Placed) -> Iterator[str]:
    post = chapter.essence
    yield f"## {escaped(post.title)}"
    about = [*(f"#{tag}" for tag in post.tags), post.reason, chapter.note]
    if any(about):
        yield escaped(" · ".join(part for part in about if part))
    if chapter.edited:
        yield quoted(chapter.edited)
    for message in post.messages:
        yield from _said(message, store, words, placed)


def _said(m: MessageView, store: MediaStore, words: Words, placed: Placed) -> Iterator[str]:
    when = f"{local(m.sent_at, m.time_zone):%Y-%m-%d %H:%M}"
    yield f"**{escaped(m.sender or words('message.unknown_sender'))}** · {when}"
    if m.recalled:
        yield quoted(words("message.recalled"))
        return
    if m.reply and (m.reply.text or m.reply.sender):
        yield quoted(f"{m.reply.sender}{words('colon')}{m.reply.text or '…'}", depth=2)
    if m.text:
        yield quoted(m.text, m.spans)
    pictures = pictures_of(m, store)
    for one in m.attachments:
        picture = pictures.get(one.sha256 or "")
        path = placed(picture) if picture else None
        name = escaped(one.name or words.name("kind", one.kind))
        yield Markdown(f"![{name}](<{path}>)") if path else f"\\[{name}\\]"
    rows = [m.poll.question, *(f"· {text} {n}" for text, n in m.poll.options)] if m.poll else []
    rows += [f"{row['name']}{words('colon')}{row['text']}" for row in m.nested]
    if rows:
        yield quoted("\n".join(rows))
