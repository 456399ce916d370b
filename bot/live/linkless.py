"""Takes out of a text the addresses that a platform does not let a bot say."""

from __future__ import annotations

import re
import sqlite3
from urllib.parse import unquote, urlsplit

from archive.codes import code_of
from archive.errors import NotFound

_ADDRESS = re.compile(r"https?://[!-;=?-~]+", re.IGNORECASE)
_AFTER = ".,;:!?'\")]}"
"""What ends a sentence rather than an address."""


def has_links(text: str, allowed: frozenset[str]) -> bool:
    """Tell whether a text has an address on other than the domains allowed."""
    return any(not _may_be_said(found[0], allowed) for found in _ADDRESS.finditer(text))


def without_links(db: sqlite3.Connection, text: str, allowed: frozenset[str], base_url: str) -> str:
    """Return a text without such addresses: a message's short code stands in the place of its own.

    Within a write transaction: a code is assigned at its first use.
    """

    def instead(found: re.Match[str]) -> str:
        address = found[0].rstrip(_AFTER)
        if _may_be_said(address, allowed):
            return found[0]
        return _code(db, address, base_url.rstrip("/")) + found[0][len(address) :]

    lines = []
    for line in text.split("\n"):
        said = _ADDRESS.sub(instead, line)
        if said == line or said.strip():
            lines.append(said if said == line else " ".join(said.split()))
    return "\n".join(lines).strip()


def _may_be_said(address: str, allowed: frozenset[str]) -> bool:
    try:
        host = (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return False
    return any(host == domain or host.endswith(f".{domain}") for domain in allowed)


def _code(db: sqlite3.Connection, address: str, base_url: str) -> str:
    """Return the short code of the message an address leads to; nothing for any other."""
    start = f"{base_url}/m/"
    if not base_url or not address.startswith(start):
        return ""
    path = address.removeprefix(start).partition("?")[0].partition("#")[0]
    try:
        return code_of(db, unquote(path))
    except NotFound:
        return ""
