"""Hostile text as XHTML that is only text and links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from markupsafe import Markup

from archive.records import Span
from archive.views import MessageView
from web.body import addresses_in
from web.books.book import Chapter, Picture
from web.books.hrefs import written_out
from web.dates import local
from web.links import safe_url
from web.words import Words

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_STEERS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DEEPEST = 4
_ROWS = 200

_PAGE = Markup(
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
    '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'
    ' xml:lang="{lang}" lang="{lang}">\n<head><meta charset="UTF-8"/><title>{title}</title>'
    '<link rel="stylesheet" type="text/css" href="style.css"/></head>\n<body>\n{body}\n'
    "</body>\n</html>\n"
)


def clean(text: str) -> str:
    """Return a text as XML can hold it, without signs that turn what follows."""
    return _STEERS.sub("", _NOT_XML.sub("\ufffd", text))


def headed(title: str) -> str:
    """Return a title as XML can hold it; a sign in its place where it is empty, as none may be."""
    return clean(title).strip() or "…"


def page(lang: str, title: str, body: Markup) -> Markup:
    """Return a page of the book."""
    return _PAGE.format(lang=lang, title=headed(title), body=body)


def paragraphs(text: str, spans: Sequence[Span] = ()) -> Markup:
    """Return a text of many lines; http, https and mailto are links, all else is text."""
    out, at = Markup(), 0
    for start, end, url in _links(text, spans):
        out += _lines(text[at:start])
        said, to = _lines(text[start:end]), written_out(url)
        out += Markup('<a href="{}">{}</a>').format(to, said) if to else said
        at = end
    return Markup("<p>{}</p>").format(out + _lines(text[at:]))


def _links(text: str, spans: Sequence[Span]) -> Iterator[tuple[int, int, str]]:
    said = [
        (s.start, min(s.start + s.length, len(text)), url)
        for s in spans[:400]
        if s.kind == "link" and s.length > 0 and 0 <= s.start < len(text)
        and (url := safe_url(s.value or text[s.start : s.start + s.length]))
    ]  # fmt: skip
    at = 0
    for start, end, url in sorted([*said, *addresses_in(text)]):
        if start >= at:
            yield start, end, url
            at = end


def _lines(text: str) -> Markup:
    rows = clean(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return Markup("<br/>\n").join(rows)


class Scribe:
    """Writes the chapters of one book in one language."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def chapter(self, chapter: Chapter, pictures: dict[str, Picture]) -> Markup:
        """Return an essence as a page of its own."""
        post = chapter.essence
        body = Markup("<h1>{}</h1>").format(headed(post.title))
        about = [*(f"#{tag}" for tag in post.tags), post.reason, chapter.note]
        if any(about):
            body += Markup('\n<p class="about">{}</p>').format(
                clean(" · ".join(part for part in about if part))
            )
        if chapter.edited:
            body += Markup('\n<section class="edited">{}</section>').format(
                paragraphs(chapter.edited)
            )
        for message in post.messages:
            body += Markup("\n") + self._said(message, pictures)
        return page(self._words.lang, post.title, body)

    def _said(self, m: MessageView, pictures: dict[str, Picture]) -> Markup:
        name = m.sender or self._words("message.unknown_sender")
        when = f"{local(m.sent_at, m.time_zone):%Y-%m-%d %H:%M}"
        out = Markup('<article><p class="who"><bdi>{}</bdi> <small>{}</small></p>').format(
            clean(name), when
        )
        if m.recalled:
            return out + paragraphs(self._words("message.recalled")) + Markup("</article>")
        if m.reply and (m.reply.text or m.reply.sender):
            quote = f"{m.reply.sender}{self._words('colon')}{m.reply.text or '…'}"
            out += Markup("<blockquote>{}</blockquote>").format(paragraphs(quote))
        if m.text:
            out += paragraphs(m.text, m.spans)
        for one in m.attachments:
            picture = pictures.get(one.sha256 or "")
            name = clean(one.name or self._words.name("kind", one.kind))
            if picture:
                out += Markup('<p><img src="images/{}" alt="{}"/></p>').format(picture.name, name)
            else:
                out += Markup('<p class="file">[{}] {}</p>').format(
                    clean(self._words.name("kind", one.kind)), clean(one.name or "")
                )
        if m.poll:
            rows = [m.poll.question, *(f"· {text} {n}" for text, n in m.poll.options)]
            out += paragraphs("\n".join(rows))
        return out + self._nested(m.nested) + Markup("</article>")

    def _nested(self, rows: Sequence[dict[str, Any]], depth: int = 1) -> Markup:
        if not rows or depth > _DEEPEST:
            return Markup()
        out = Markup()
        for row in rows[:_ROWS]:
            name = str(row["name"] or self._words("message.unknown_sender"))
            said = str(row["text"] or "") or f"[{self._words.name('kind', str(row['kind']))}]"
            out += paragraphs(f"{name}{self._words('colon')}{said}")
            out += self._nested(row["nested"], depth + 1)
        return Markup("<blockquote>{}</blockquote>").format(out)
