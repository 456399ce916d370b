"""Which addresses in hostile text may become links."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

REL = "noopener noreferrer nofollow ugc"
"""Of every link that leaves the archive."""

_SCHEMES = frozenset(("http", "https", "mailto"))
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")
_TRAILING = ".,;:!?'\"*"


def safe_url(raw: str | None) -> str | None:
    """Return an address that may be an href (http, https, mailto), cleaned; None otherwise."""
    if not raw:
        return None
    # browsers drop tabs and newlines inside a scheme, so they must be gone before it is read
    url = _CONTROL.sub("", raw).strip()
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    if parts.scheme.lower() not in _SCHEMES or len(url) > 4000:
        return None
    if parts.scheme.lower() == "mailto":
        return url if "@" in parts.path else None
    return url if named and "\\" not in parts.netloc else None


def host_of(url: str) -> str:
    """Return the host a safe address leads to, without `www.`."""
    host = urlsplit(url).hostname or urlsplit(url).path
    return host.removeprefix("www.")


def without_tail(url: str) -> str:
    """Cut the punctuation off that a sentence put behind an address: `…/a).` becomes `…/a`."""
    while url:
        last = url[-1]
        unopened = last in ")]" and url.count(last) > url.count("(" if last == ")" else "[")
        if last not in _TRAILING and not unopened:
            break
        url = url[:-1]
    return url
