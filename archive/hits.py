"""The JSON of search results, as the command line prints it; the API adds to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from archive.views import AlsoIn, Hit, Results


def results_json(results: Results, base_url: str = "") -> dict[str, Any]:
    """Return a search's answer as `chendian search --json` prints it."""
    found: dict[str, Any] = {
        "query": results.query,
        "count": results.count,
        "exact": results.exact,
        "hits": [hit_json(hit, base_url) for hit in results.hits],
    }
    if results.older is not None:
        found["older"] = results.older
    if results.notes:
        found["notes"] = list(results.notes)
    return found


def hit_json(hit: Hit, base_url: str = "") -> dict[str, Any]:
    """Return one hit; `sender_key` is null for readers who may not know it."""
    message = hit.message
    return {
        "key": message.key,
        "group": message.group_key,
        "group_title": message.group_title,
        "sender": message.sender,
        "sender_key": message.sender_key,
        "sent_at": iso(message.sent_at),
        "text": message.text or message.more,
        "url": message_url(message.key, base_url),
        "also_in": [_place_json(one, base_url) for one in hit.also_in],
    }


def _place_json(place: AlsoIn, base_url: str) -> dict[str, Any]:
    return {
        "key": place.key,
        "group": place.group_key,
        "group_title": place.group_title,
        "sent_at": iso(place.sent_at),
        "url": message_url(place.key, base_url),
    }


def message_url(key: str, base_url: str = "") -> str:
    """Return a message's permalink."""
    return f"{base_url}/m/{quote(key, safe=':@')}"


def iso(seconds: int | None) -> str | None:
    """Write a Unix time as `2026-11-18T02:31:00Z`."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
