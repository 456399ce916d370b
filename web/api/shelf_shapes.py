"""What the API answers of what was made of messages: essence, tags, series, questions, digests."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from web.api.shapes import Day, File, Message, Names, Next, SenderId, Shape, Time


class EssenceLine(Shape, frozen=True):
    """An essence in a list."""

    id: int
    title: str
    reason: str
    marked_by: Names
    marked_at: Time
    source: str
    tags: tuple[str, ...]
    group: str | None
    first: Annotated[Message | None, Meta(description="its first message")]
    messages: Annotated[int, Meta(description="how many it has")]
    url: str


class Essences(Shape, frozen=True):
    """Essence, the newest mark first."""

    items: tuple[EssenceLine, ...]
    next: Next


class Named(Shape, frozen=True):
    """A thread or column by its title."""

    id: int
    title: str
    url: str


class Essence(Shape, frozen=True):
    """An essence with all of its messages, oldest first."""

    id: int
    title: str
    reason: str
    marked_by: Names
    marked_at: Time
    source: str
    tags: tuple[str, ...]
    group: str | None
    url: str
    edited_text: Annotated[str | None, Meta(description="for readers inside the group")]
    edited_at: Time | None
    columns: tuple[Named, ...]
    messages: tuple[Message, ...]


class Tag(Shape, frozen=True):
    """A tag and how often it is used in what this reader may see."""

    name: str
    messages: int
    essence: int
    url: str


class Tags(Shape, frozen=True):
    """Tags, the most used first."""

    items: tuple[Tag, ...]
    next: Next


class Column(Shape, frozen=True):
    """A column: essence in series."""

    id: int
    title: str
    group: str
    group_title: str
    essences: int
    url: str


class Columns(Shape, frozen=True):
    """Columns, the newest first."""

    items: tuple[Column, ...]
    next: Next


class Item(Shape, frozen=True):
    """An essence in a column."""

    essence: EssenceLine
    note: str


class ColumnItems(Shape, frozen=True):
    """A column and what is in it, in the order somebody chose."""

    column: Column
    items: tuple[Item, ...]
    next: Next


class ThreadLine(Shape, frozen=True):
    """A thread in a list."""

    id: int
    title: str
    group: str
    group_title: str
    made_at: Time
    messages: int
    first: Message
    url: str


class Threads(Shape, frozen=True):
    """Threads, the newest first."""

    items: tuple[ThreadLine, ...]
    next: Next


class Speaker(Shape, frozen=True):
    """Who speaks in a thread."""

    name: str
    messages: int


class Thread(Shape, frozen=True):
    """A thread with all of its messages, oldest first."""

    id: int
    title: str
    group: str
    group_title: str
    made_at: Time
    since: Time
    until: Time
    people: Annotated[tuple[Speaker, ...], Meta(description="none for readers outside")]
    edited: Annotated[str | None, Meta(description="for readers inside the group")]
    edited_at: Time | None
    messages: tuple[Message, ...]
    url: str


class Question(Shape, frozen=True):
    """A question; the newest state of it."""

    key: str
    text: str
    status: Literal["open", "answered", "accepted"]
    asked_at: Time
    group: str
    answers: Annotated[tuple[str, ...], Meta(description="keys, what was accepted first")]
    assigned: Annotated[str, Meta(description="whom it was put to, for readers inside")]
    url: str


class Questions(Shape, frozen=True):
    """Questions: open ones the oldest first, all others the newest first."""

    items: tuple[Question, ...]
    next: Next


class Answered(Shape, frozen=True):
    """A question with the messages that answer it, what was accepted first."""

    question: Question
    message: Message
    answers: tuple[Message, ...]


class DigestLine(Shape, frozen=True):
    """A digest that was sent."""

    id: int
    kind: Literal["week", "day"]
    period: str
    groups: Annotated[tuple[str, ...], Meta(description="those this reader is inside of")]
    sent_at: Time | None
    url: str


class Digests(Shape, frozen=True):
    """Digests, the last sent first."""

    items: tuple[DigestLine, ...]
    next: Next


class Quoted(Shape, frozen=True):
    """A line of a digest's item, and the message it is from where that still says so."""

    text: str
    key: str | None
    sender: Names


class Told(Shape, frozen=True):
    """A thing a digest tells."""

    kind: str
    title: str
    why: Annotated[str, Meta(description="how it was chosen, counted")]
    group: str
    key: Annotated[str, Meta(description="the message to open first")]
    lines: tuple[Quoted, ...]


class Digest(Shape, frozen=True):
    """A digest as it would be sent now: without what was forgotten since."""

    digest: DigestLine
    items: tuple[Told, ...]
    open_questions: Annotated[tuple[str, ...], Meta(description="keys, as of then")]
    thanks: Annotated[tuple[str, ...], Meta(description="whose words were kept or helped")]


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
