"""Hostile message text as inert HTML: formatting, addresses and hashtags."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from markupsafe import Markup, escape

from archive.records import Span
from web.links import REL, host_of, safe_url, without_tail

TagHref = Callable[[str], str]

_FIND = re.compile(
    r"(https?://[!#-;=?-\[\]_a-z~%]+)|(?<![\w/#&])#(?:([^\s#]{1,32})#|(\w{1,64}))", re.I
)
_TAGS = {
    "bold": "b", "italic": "em", "underline": "u", "strikethrough": "s", "code": "code",
    "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip
_VERBATIM = frozenset(("code", "pre"))
_BLOCKS = frozenset(("pre", "blockquote"))
_MAX_SPANS = 400
_MAX_DEPTH = 6
_LONG = 60
"""Characters of an address shown on one line, the rest behind an ellipsis."""


class Painter:
    """Turns text into HTML with the words and links of one page."""

    def __init__(self, tag_href: TagHref, spoiler: str) -> None:
        self._tag_href = tag_href
        self._spoiler = escape(spoiler)

    def paint(self, text: str, spans: Sequence[Span] = ()) -> Markup:
        """Return a message's text as HTML; line breaks are kept by the stylesheet."""
        if not spans:
            return Markup(self._plain(text))
        ordered = sorted(
            (s for s in spans[:_MAX_SPANS] if s.length > 0 and 0 <= s.start < len(text)),
            key=lambda s: (s.start, -s.length),
        )
        return Markup(self._range(text, 0, len(text), ordered, 0))

    def _range(self, text: str, start: int, end: int, spans: list[Span], depth: int) -> str:
        """Paint a piece: the outermost span first, what lies in it inside, well nested."""
        out: list[str] = []
        at = start
        while spans:
            span = spans.pop(0)
            first, last = max(span.start, at), min(span.start + span.length, end)
            if last <= first:
                continue
            out.append(self._plain(text[at:first]))
            inner = [s for s in spans if s.start < last]
            # a span that reaches over the edge goes on behind it
            spans = [s for s in spans if s.start + s.length > last]
            deeper = depth < _MAX_DEPTH and span.kind not in _VERBATIM
            content = (
                self._range(text, first, last, inner, depth + 1)
                if deeper and inner
                else self._leaf(text[first:last], span)
            )
            out.append(self._wrapped(span, text[first:last], content))
            # the line break behind a block would show as an empty line
            at = last + (span.kind in _BLOCKS and text[last : last + 1] == "\n")
        out.append(self._plain(text[at:end]))
        return "".join(out)

    def _leaf(self, text: str, span: Span) -> str:
        linked = span.kind in _VERBATIM or span.kind in ("link", "email", "hashtag")
        return str(escape(text)) if linked else self._plain(text)

    def _wrapped(self, span: Span, text: str, content: str) -> str:
        if span.kind in _TAGS:
            tag = _TAGS[span.kind]
            return f"<{tag}>{content}</{tag}>"
        if span.kind == "spoiler":
            return f"<details class=spoiler><summary>{self._spoiler}</summary>{content}</details>"
        if span.kind in ("link", "email"):
            return self._link(span, text, content)
        if span.kind == "hashtag" and len(text.strip("#")) > 0:
            return self._tag(text.strip("#"), content)
        return content

    def _link(self, span: Span, text: str, content: str) -> str:
        raw = span.value or (f"mailto:{text}" if span.kind == "email" else text)
        url = safe_url(raw)
        if url is None or "<a " in content:
            return content
        anchor = f'<a href="{escape(url)}" rel="{REL}"'
        if host_of(url) in text or span.kind == "email":
            return f"{anchor}{_fitting(text)}>{content}</a>"
        # a link with a text of its own says where it leads; on paper, all of it
        host = f"<small class=host><bdi>{escape(host_of(url))}</bdi></small>"
        return f"{anchor} class=named>{content}</a>{host}"

    def _tag(self, name: str, content: str) -> str:
        return f'<a class=hash href="{escape(self._tag_href(name))}">{content}</a>'

    def _plain(self, text: str) -> str:
        if "#" not in text and "://" not in text:
            return str(escape(text))
        out: list[str] = []
        at = 0
        for found in _FIND.finditer(text):
            piece, painted = self._found(found)
            out += [str(escape(text[at : found.start()])), painted]
            at = found.start() + len(piece)
        return "".join([*out, str(escape(text[at:]))])

    def _found(self, found: re.Match[str]) -> tuple[str, str]:
        whole, address, closed, bare = found[0], *found.groups()
        if address is None:
            name = closed or bare
            safe = str(escape(whole))
            return whole, safe if name.isdigit() else self._tag(name, safe)
        shown = without_tail(address)
        url = safe_url(shown)
        if url is None:
            return shown, str(escape(shown))
        return shown, f'<a href="{escape(url)}" rel="{REL}"{_fitting(shown)}>{escape(shown)}</a>'


def addresses_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, address) of what may be a link in a text."""
    for found in _FIND.finditer(text):
        shown = without_tail(found[1]) if found[1] else ""
        if url := safe_url(shown):
            yield found.start(), found.start() + len(shown), url


def _fitting(text: str) -> str:
    return " class=url" if len(text) > _LONG else ""


def highlighted(text: str, marks: Sequence[tuple[int, int]]) -> Markup:
    """Return a search excerpt as HTML with what matched in `<mark>`."""
    out: list[str] = []
    at = 0
    for start, end in sorted(marks):
        start, end = max(start, at), min(end, len(text))
        if end > start:
            out += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
            at = end
    return Markup("".join([*out, escape(text[at:])]))
