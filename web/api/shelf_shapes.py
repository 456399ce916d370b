"""What the API answers of what was made of messages: essence, tags, series, questions, digests."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from web.api.shapes import Message, Names, Next, Shape, Time


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
