"""Files 文件 and links 链接: found by name and by word, through the search."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from archive.access import Reader
from archive.links import links_in
from archive.query.chips import filter_text, with_filter
from archive.search import search
from archive.text import normalise
from archive.views import MessageView, Results, View


class FoundFile(View, frozen=True):
    """A file and the message it came with."""

    message: MessageView
    name: str
    """As the sender named it; hostile text."""
    size: int | None
    """Bytes."""
    missing: str | None


class FoundLink(View, frozen=True):
    """A link and the message it stands in."""

    message: MessageView
    url: str
    """http or https; where it leads is not checked."""


def find_files(
    db: sqlite3.Connection,
    reader: Reader,
    words: str,
    group_key: str | None = None,
    *,
    limit: int = 20,
    now: int | None = None,
    time_zone: str = "Asia/Shanghai",
) -> tuple[list[FoundFile], Results]:
    """Return the newest files whose name, or message, has these words, and the search's answer.

    Raises BadQuery as `search` does.
    """
    query = narrowed(words, "has:file", group_key)
    results = search(db, query, reader, limit=limit, now=now, time_zone=time_zone)
    wanted = normalise(words).split()
    found = [file for hit in results.hits for file in _files(hit.message, wanted)]
    return found, results


def find_links(
    db: sqlite3.Connection,
    reader: Reader,
    words: str,
    group_key: str | None = None,
    *,
    limit: int = 20,
    now: int | None = None,
    time_zone: str = "Asia/Shanghai",
) -> tuple[list[FoundLink], Results]:
    """Return the newest links whose message has these words, each address once."""
    query = narrowed(words, "has:link", group_key)
    results = search(db, query, reader, limit=limit, now=now, time_zone=time_zone)
    found: dict[str, FoundLink] = {}
    for hit in results.hits:
        for url in links_of(hit.message):
            found.setdefault(url, FoundLink(hit.message, url))
    return list(found.values()), results


def narrowed(words: str, wanted: str, group_key: str | None) -> str:
    """Return a query for these words with a filter, in one group if one is named."""
    query = with_filter(words, wanted)
    return with_filter(query, filter_text("in", group_key)) if group_key else query


def _files(view: MessageView, wanted: list[str]) -> Iterator[FoundFile]:
    """Return a message's files that are called so; the first one where none is."""
    files = [part for part in view.attachments if part.kind == "file"]
    called = [part for part in files if _is_called(part.name or "", wanted)]
    for part in called or files[:1]:
        yield FoundFile(view, part.name or "", part.size, part.missing)


def _is_called(name: str, wanted: list[str]) -> bool:
    folded = normalise(name)
    return any(word in folded for word in wanted)


def links_of(view: MessageView) -> list[str]:
    """Return the web addresses a message has, in its text, formatting or card, each once."""
    told = [span.value for span in view.spans if span.kind == "link" and span.value]
    card = view.detail.get("link")
    told += _addresses_of(card if isinstance(card, dict) else view.detail)
    told += links_in(view.text)
    return list(dict.fromkeys(url for url in told if _is_web(url)))


def _addresses_of(card: dict[str, Any]) -> list[str]:
    return [url for name in ("url", "href") if isinstance(url := card.get(name), str)]


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
