"""Slack's markup as text and spans: people and channels by name, links by their label."""

from __future__ import annotations

import re
from collections.abc import Callable

from archive.records import Span

_TOKEN = re.compile(
    r"```(?P<pre>.*?)```"
    r"|`(?P<code>[^`\n]+)`"
    r"|<(?P<link>[^<>\n]{1,4000})>"
    r"|(?<![\w*])\*(?P<bold>[^\s*](?:[^*\n]{0,2000}[^\s*])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^\s_](?:[^_\n]{0,2000}[^\s_])?)_(?![\w_])"
    r"|(?<![\w~])~(?P<strikethrough>[^\s~](?:[^~\n]{0,2000}[^\s~])?)~(?![\w~])",
    re.DOTALL,
)
_SPECIAL = re.compile(r"[<`*_~&]")
_DEEPEST = 4

Names = Callable[[str], str | None]


def read_text(written: str, names: Names) -> tuple[str, tuple[Span, ...]]:
    """Return what a person sees, and how it is formatted."""
    if not _SPECIAL.search(written):
        return written, ()
    parts: list[str] = []
    spans: list[Span] = []
    _walk(written, 0, parts, spans, names, 0)
    spans.sort(key=lambda span: (span.start, -span.length))
    return "".join(parts), tuple(spans)


def plain(text: str) -> str:
    """Undo the three escapes that Slack writes."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _walk(
    written: str, at: int, parts: list[str], spans: list[Span], names: Names, depth: int
) -> int:
    """Append what a piece shows, at a place of the text; return the place after it."""
    here = 0
    for token in _TOKEN.finditer(written):
        before = plain(written[here : token.start()])
        parts.append(before)
        at += len(before)
        here = token.end()
        kind = token.lastgroup or ""
        inner = token[kind]
        if kind == "link":
            shown, span, value = _linked(inner, names)
        elif kind in ("pre", "code"):
            shown, span, value = plain(inner), kind, None
        elif depth < _DEEPEST:
            end = _walk(inner, at, parts, spans, names, depth + 1)
            spans.append(Span(kind, at, end - at))
            at = end
            continue
        else:
            shown, span, value = plain(inner), kind, None
        parts.append(shown)
        if shown and span:
            spans.append(Span(span, at, len(shown), value))
        at += len(shown)
    rest = plain(written[here:])
    parts.append(rest)
    return at + len(rest)


def _linked(inner: str, names: Names) -> tuple[str, str | None, str | None]:
    """Read what stands between < and >: a person, a channel, a call to all, a date, a link."""
    target, _, label = inner.partition("|")
    target, label = plain(target), plain(label)
    if target.startswith("@"):
        return f"@{label.lstrip('@') or names(target[1:]) or target[1:]}", "mention", (
            f"slack:{target[1:]}"
        )  # fmt: skip
    if target.startswith("#"):
        return f"#{label or target[1:]}", None, None
    if target.startswith("!"):
        return label or f"@{target[1:].partition('^')[0]}", None, None
    if target.startswith("mailto:"):
        return label or target[7:], "email", None
    if "://" not in target and not target.startswith("tel:"):
        return f"<{plain(inner)}>", None, None
    return label or target, "link", target
