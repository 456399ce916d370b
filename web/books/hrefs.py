"""Addresses as the rules want them in books; browsers bear with more."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

_STRAY = re.compile("%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"(?!-)[a-z0-9_-]+(?<!-)(\.(?!-)[a-z0-9_-]+(?<!-))*\.?")
_NUMBERS = re.compile(r"[0-9.]+|0x.*", re.IGNORECASE)
_PLAIN = "!$&'()*+,;=:@%"
"""What means something in any part of an address, or nothing."""


def written_out(url: str) -> str | None:
    """Return a safe address as a book may have it; None where the rules know no such place."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    tail = _escaped(parts.path, "/")
    if parts.query:
        tail += f"?{_escaped(parts.query, '/?')}"
    if parts.fragment:
        tail += f"#{_escaped(parts.fragment, '/?')}"
    if scheme == "mailto":
        return f"mailto:{tail}"
    place = _place(parts.hostname or "")
    if place is None:
        return None
    port = f":{parts.port}" if parts.port is not None else ""
    return f"{scheme}://{place}{port}{tail}"


def _escaped(part: str, more: str) -> str:
    return quote(_STRAY.sub("%25", part), safe=_PLAIN + more, errors="replace")


def _place(host: str) -> str | None:
    if ":" in host:
        return f"[{host}]" if re.fullmatch("[0-9a-f:.]+", host) else None
    try:
        host = host.encode("idna").decode().lower()
    except UnicodeError:
        return None
    # a host that ends in a number is an address, and most are none
    if _NUMBERS.fullmatch(host.rstrip(".").rpartition(".")[2]) and not _is_address(host):
        return None
    return host if _HOST.fullmatch(host) else None


def _is_address(host: str) -> bool:
    parts = host.split(".")
    return len(parts) == 4 and all(
        p.isdecimal() and int(p) < 256 and str(int(p)) == p for p in parts
    )
