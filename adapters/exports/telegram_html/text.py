"""The text of an element as its sender wrote it, with the formatting as spans."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from adapters.exports.telegram_html.page import SHIELD
from archive.records import Span

_KINDS = {
    "strong": "bold", "b": "bold", "em": "italic", "i": "italic", "u": "underline", "ins":
    "underline", "s": "strikethrough", "del": "strikethrough", "strike": "strikethrough",
    "code": "code", "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip
_CLICKS = (
    ("ShowHashtag", "hashtag"), ("ShowMentionName", "mention_name"),
    ("ShowBotCommand", "bot_command"), ("ShowCashtag", "cashtag"),
    ("ShowNotLoadedEmoji", "custom_emoji"), ("ShowNotAvailableEmoji", "custom_emoji"),
)  # fmt: skip
_EMOJI_FILE = re.compile(r"(?:\.\./)*(?:chats/[^/]+/)?(?:stickers|images|files|video_files)/")
_SHIELDED = re.compile(f"[{chr(SHIELD)}-{chr(SHIELD + 31)}]")
_UNSHIELD = {SHIELD + code: code for code in range(32)}


def plain(element: etree._Element) -> str:
    """Return an element's text without the template's line breaks; <br> is a newline."""
    return rich(element)[0]


def rich(element: etree._Element) -> tuple[str, tuple[Span, ...]]:
    """Return an element's text and its spans, in order.

    Telegram writes its own newlines as <br> and every other character as it is, so all that is
    taken off is the line break after the opening tag and the one before the closing tag.
    """
    first = _after_open(element.text or "")
    if not len(element):
        return _letters(_before_close(first)), ()
    parts = [first]
    spans: list[Span] = []
    _walk(element, parts, len(first), spans)
    parts[-1] = _before_close(parts[-1])
    spans.sort(key=lambda span: (span.start, -span.length))
    return _letters("".join(parts)), tuple(spans)


def name(element: etree._Element) -> str:
    """Return a name; what stands in an inner element (the date of a forward) is not part of it."""
    parts = [element.text or "", *(child.tail or "" for child in element)]
    return _letters("".join(parts)).strip()


def _walk(element: etree._Element, parts: list[str], at: int, spans: list[Span]) -> int:
    """Append the children and what follows each; return the position after them."""
    for child in element:
        start, first = at, len(parts)
        head = "\n" if child.tag == "br" else child.text or ""
        parts.append(head)
        at += len(head)
        if len(child):
            at = _walk(child, parts, at, spans)
        if at > start and child.tag != "br":
            spans.extend(_spans(child, parts[first:], start, at - start))
        tail = child.tail or ""
        parts.append(tail)
        at += len(tail)
    return at


def _spans(element: etree._Element, parts: list[str], start: int, length: int) -> Iterator[Span]:
    if element.tag == "a":
        kind, value = _link(element, "".join(parts))
        yield Span(kind, start, length, value)
    elif element.tag in _KINDS:
        yield Span(_KINDS[element.tag], start, length)
    elif "spoiler" in element.get("class", "").split():
        yield Span("spoiler", start, length)


def _link(element: etree._Element, text: str) -> tuple[str, str | None]:
    """Tell what an <a> stands for; the address is data and kept as it is."""
    click = element.get("onclick", "")
    if click:
        for function, kind in _CLICKS:
            if function in click:
                return kind, None
    href = element.get("href", "")
    if href == f"mailto:{text}":
        return "email", None
    if href == f"tel:{text}":
        return "phone", None
    if text[:1] == "@" and href.endswith(f"/{text[1:]}"):
        return "mention", None
    if href != text and _EMOJI_FILE.match(href):
        return "custom_emoji", href
    return "link", href


def _after_open(text: str) -> str:
    return text[1:] if text[:1] == "\n" else text.removeprefix("\r\n")


def _before_close(text: str) -> str:
    end = text.rfind("\n")
    if end < 0 or text[end:].strip():
        return text
    return text[:end].removesuffix("\r")


def _letters(text: str) -> str:
    """Put control characters back that were shielded from the parser."""
    return text.translate(_UNSHIELD) if _SHIELDED.search(text) else text
