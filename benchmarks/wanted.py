"""What a query asks for, said apart from the query language so that an oracle can judge it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec


class Text(msgspec.Struct, frozen=True):
    """Han as a substring, Latin as whole words, mixtures as neighbours."""

    text: str
    prefix: bool = False
    """The last Latin word may go on (`docke*`)."""


class Filter(msgspec.Struct, frozen=True):
    """Group and person by key; times in Unix seconds, `since` ≤ time < `until`."""

    group: str | None = None
    person: str | None = None
    since: int | None = None
    until: int | None = None


class All(msgspec.Struct, frozen=True):
    """Every part holds."""

    parts: tuple[Wanted, ...]


class Any(msgspec.Struct, frozen=True):
    """At least one part holds."""

    parts: tuple[Wanted, ...]


class Not(msgspec.Struct, frozen=True):
    """The part does not hold."""

    part: Wanted


Wanted = Text | Filter | All | Any | Not


class Query(msgspec.Struct, frozen=True):
    """One query of the fixed set: as typed, and what it must find."""

    kind: str
    text: str
    wanted: Wanted
    order: str = "newest"

    @property
    def plain(self) -> bool:
        """Whether it asks for text alone, as other programs can too."""
        return not any(isinstance(node, Filter) for node in walk(self.wanted))


def walk(node: Wanted) -> Iterator[Wanted]:
    """Yield the node and everything below it."""
    yield node
    if isinstance(node, All | Any):
        for part in node.parts:
            yield from walk(part)
    elif isinstance(node, Not):
        yield from walk(node.part)
