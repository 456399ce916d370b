"""What the API answers of files, links, people, days and numbers."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from web.api.shapes import Day, File, Message, Next, SenderId, Shape, Time


class SentFile(Shape, frozen=True):
    """A file and the message it came with."""

    file: File
    message: Message


class Files(Shape, frozen=True):
    """Files, music and videos."""

    items: tuple[SentFile, ...]
    count: Annotated[int, Meta(description="a lower bound where `exact` is false")]
    exact: bool
    next: Next


class Link(Shape, frozen=True):
    """An address where it was last shared."""

    url: Annotated[str, Meta(description="http or https; nobody checked it")]
    times: Annotated[int, Meta(description="a lower bound where `exact` is false")]
    exact: bool
    message: Message


class Links(Shape, frozen=True):
    """Addresses, the last shared first; `messages` have some, all pages together."""

    items: tuple[Link, ...]
    messages: int
    exact: bool
    next: Next


class Introduction(Shape, frozen=True):
    """What a person says of themselves to a group."""

    group: str
    name: str
    text: str
    at: Time


class Introductions(Shape, frozen=True):
    """Introductions, the newest first."""

    items: tuple[Introduction, ...]
    next: Next


class Thanked(Shape, frozen=True):
    """A person whose words a group kept."""

    name: str
    sender_id: SenderId
    messages: int
    topics: tuple[str, ...]
    examples: Annotated[tuple[str, ...], Meta(description="keys of some of the messages")]


class Thanks(Shape, frozen=True):
    """Whose words a group kept, most first."""

    items: tuple[Thanked, ...]


class Layer(Shape, frozen=True):
    """How much was said, and marked, in a month or on a day."""

    name: Annotated[str, Meta(description="`2026-11` or `2026-11-18`, in the groups' own time")]
    messages: int
    essence: int


class Layers(Shape, frozen=True):
    """Months, the newest first, or days, the oldest first; silent ones are left out."""

    items: tuple[Layer, ...]


class FormerDay(Shape, frozen=True):
    """The same day of a former year in a group, and what of it is worth another look."""

    group: str
    group_title: str
    day: Day
    years: int
    messages: int
    picked: tuple[Message, ...]


class FormerDays(Shape, frozen=True):
    """The same day of former years, the nearest year first."""

    items: tuple[FormerDay, ...]


class Span(Shape, frozen=True):
    """A stretch of time; both ends are in it."""

    since: Time
    until: Time
    why: Annotated[str, Meta(description="why something is missing; empty where nothing is")]


class Covered(Shape, frozen=True):
    """What is complete in a group's record, what is missing, and which files are not there."""

    group: str
    complete: tuple[Span, ...]
    gaps: tuple[Span, ...]
    missing_files: Annotated[dict[str, int], Meta(description="reason and how many")]


class Coverage(Shape, frozen=True):
    """Of the reader's groups, by key."""

    items: tuple[Covered, ...]
    next: Next


class Stats(Shape, frozen=True):
    """What the archive holds, as this reader sees it."""

    groups: int
    messages: int
    members: int
    media: int
    first: Time | None
    last: Time | None
