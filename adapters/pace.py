"""How fast, how long and how often a platform lets a bot speak; part of the contract."""

from __future__ import annotations

import msgspec


class Answers(msgspec.Struct, frozen=True):
    """How often and for how long a message can be answered; anything else is said unasked."""

    seconds: int
    most: int
    seconds_alone: int
    """In a conversation with the bot alone."""
    most_alone: int


class Pace(msgspec.Struct, frozen=True):
    """How fast and how long a platform lets a bot speak."""

    longest: int
    """Units of one message, as `length` counts them."""
    each_second: float
    """Messages in all."""
    each_minute: float
    """Messages in one group."""
    utf16: bool = False
    """`longest` counts UTF-16 code units instead of characters."""
    answers: Answers | None = None
    """None: it is one to the platform whether a bot answers or speaks unasked."""
    unasked_each_minute: float | None = None
    """Messages in all that are no answers; None: as many as others."""
    unasked_each_day: float | None = None
    """The same in one group, or to one person."""
    links: frozenset[str] | None = None
    """Domains whose addresses may be said; None: all."""
