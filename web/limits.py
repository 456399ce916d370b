"""How often the site may be asked: buckets that fill steadily, held in memory and bounded."""

from __future__ import annotations

import time
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from starlette.requests import Request

CHANGES = 5
"""What a member may change in a minute, as by commands in a chat; leaving is counted by itself."""
CHANGES_AT_ONCE = 20
"""Buttons are pressed, and pressed back, faster than commands are written."""

_REMEMBERED = 20_000
"""Askers remembered at most; then those who asked longest ago are forgotten."""

_LISTS = (".atom", ".json")
"""How the paths of feeds end."""


class Buckets:
    """A bucket for each asker: `size` at once, then `each_second`."""

    def __init__(
        self, size: int, each_second: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._size = size
        self._each_second = each_second
        self._clock = clock
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, asker: str) -> bool:
        """Count one more; False where there were too many."""
        now = self._clock()
        level, at = self._levels.pop(asker, (float(self._size), now))
        level = min(float(self._size), level + (now - at) * self._each_second)
        allowed = level >= 1
        self._levels[asker] = (level - 1 if allowed else level, now)
        if len(self._levels) > _REMEMBERED:
            # the one who was counted longest ago
            del self._levels[next(iter(self._levels))]
        return allowed

    def give_back(self, asker: str) -> None:
        """Take the last count back."""
        if asker in self._levels:
            level, at = self._levels[asker]
            self._levels[asker] = (min(float(self._size), level + 1), at)


class Limits:
    """The limits of one site."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._searches = Buckets(40, 10, clock)
        self._media = Buckets(300, 60, clock)
        self._lists = Buckets(60, 2, clock)
        self._answers = Buckets(120, 20, clock)
        self._wrong_tokens = Buckets(20, 1 / 5, clock)
        self._attempts = Buckets(10, 1 / 30, clock)
        self._all_attempts = Buckets(100, 1, clock)
        self._changes = Buckets(CHANGES_AT_ONCE, CHANGES / 60, clock)
        self._leaving = Buckets(CHANGES, CHANGES / 60, clock)
        self._copies = Buckets(3, 1 / 600, clock)

    def may_read(self, path: str, asker: str) -> bool:
        """Tell whether somebody may ask for this path once more, and count it."""
        if path.startswith("/api/") and not self._answers.take(asker):
            return False
        if path in ("/search", "/api/search"):
            return self._searches.take(asker)
        if path.startswith("/sitemap") or (path.endswith(_LISTS) and not path.startswith("/api/")):
            return self._lists.take(asker)
        return not path.startswith("/media/") or self._media.take(asker)

    def may_try(self, address: str) -> bool:
        """Tell whether an address may try once more to come in, and count it."""
        return self._attempts.take(address) and self._all_attempts.take("")

    def may_show(self, address: str) -> bool:
        """Tell whether an address may be told once more that its token does not work."""
        return self._wrong_tokens.take(address)

    def came_in(self, address: str) -> None:
        """Say that the try was none to be counted."""
        self._attempts.give_back(address)
        self._all_attempts.give_back("")

    def may_change(self, member: str) -> bool:
        """Tell whether a member may change once more what holds for them, and count it."""
        return self._changes.take(member)

    def may_leave(self, member: str) -> bool:
        """Tell whether a member may say once more that they stay out, and count it."""
        return self._leaving.take(member)

    def may_take(self, member: str) -> bool:
        """Tell whether a member may take a copy of their data once more, and count it."""
        return self._copies.take(member)


def address_of(request: Request, proxies: frozenset[str]) -> str:
    """Return the address of who asks; what a proxy says is believed of the `proxies` alone.

    Of IPv6 the network of a household counts.
    """
    address = request.client.host if request.client else ""
    said = ",".join(request.headers.getlist("x-forwarded-for"))
    hops = [hop.strip() for hop in said.split(",") if hop.strip()][-10:]
    while address in proxies and hops:
        address = hops.pop()
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    mapped = getattr(parsed, "ipv4_mapped", None) or parsed
    if mapped.version == 4:
        return str(mapped)
    return str(ip_network((mapped, 64), strict=False).network_address)
