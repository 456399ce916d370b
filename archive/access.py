"""Who is reading: every reading function takes a Reader and returns only what it may see."""

from __future__ import annotations

import msgspec

VISIBILITIES = ("private", "members", "public")
"""A group's visibility; `private` (the default) is for its members by login and the operator."""


class Reader(msgspec.Struct, frozen=True):
    """A person before the archive; make one with `operator()`, `member()` or `public()`."""

    everything: bool = False
    group_keys: frozenset[str] = frozenset()
    """Groups this reader is a member of, as of now; public groups need not be named."""
    member_key: str | None = None

    @property
    def inside(self) -> bool:
        """Whether names and personal numbers are shown as they are; the public sees masks."""
        return self.everything or bool(self.group_keys)


def operator() -> Reader:
    """Make the reader who may see everything."""
    return Reader(everything=True)


def member(group_keys: frozenset[str], member_key: str | None = None) -> Reader:
    """Make a reader who sees these groups and what is public."""
    return Reader(group_keys=group_keys, member_key=member_key)


def public() -> Reader:
    """Make the reader who sees public groups only, with masks."""
    return Reader()
