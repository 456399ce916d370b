"""What the API answers with. Times are ISO 8601 in UTC; a person is named to those inside only."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class Shape(msgspec.Struct, frozen=True):
    """The base of all answers."""


Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Day = Annotated[str, Meta(description="`2026-11-18`, in the group's own time zone")]
Next = Annotated[str | None, Meta(description="`cursor` of what follows; null at the end")]
SenderId = Annotated[
    str | None,
    Meta(description="the same for all that a person says in one group, and nowhere else;"
         " null for readers outside the group"),
]  # fmt: skip
Names = Annotated[str, Meta(description="as the group calls them; 匿名成员 for readers outside")]


class Error(Shape, frozen=True):
    """Why there is no answer."""

    error: str
    hint: Annotated[str, Meta(description="what to do")]


class Group(Shape, frozen=True):
    """A group with its counts."""

    key: str
    title: str
    platform: str
    kind: str
    visibility: Literal["private", "members", "public"]
    time_zone: str
    messages: int
    members: int
    essence: int
    first: Time | None
    last: Time | None
    url: str


class Groups(Shape, frozen=True):
    """Groups, the most recently active first."""

    items: tuple[Group, ...]
    next: Next


class File(Shape, frozen=True):
    """A file of a message."""

    kind: str
    name: Annotated[str | None, Meta(description="as its sender called it")]
    sha256: str | None
    url: Annotated[str | None, Meta(description="of its bytes; read with the same token")]
    missing: Annotated[str | None, Meta(description="why there are no bytes")]
    mime: str | None
    size: Annotated[int | None, Meta(description="bytes")]
    width: int | None
    height: int | None
    duration: Annotated[int | None, Meta(description="seconds")]


class Reply(Shape, frozen=True):
    """The message that is answered."""

    key: Annotated[str | None, Meta(description="null where it was never archived")]
    sender: Names
    text: Annotated[str, Meta(description="its beginning")]


class Poll(Shape, frozen=True):
    """A question with counted options."""

    question: str
    options: Annotated[tuple[tuple[str, int], ...], Meta(description="text and voters")]
    voters: int | None
    closed: bool


class Forwarded(Shape, frozen=True):
    """Where a message was first said."""

    name: str | None
    sent_at: Time | None


class Record(Shape, frozen=True):
    """A message of a forwarded record (合并转发)."""

    sender: Names
    sent_at: Time | None
    kind: str
    text: str
    records: tuple[Record, ...]


class Message(Shape, frozen=True):
    """A message; one that was taken back has no words."""

    key: Annotated[str, Meta(description="its key and permalink, for ever")]
    group: str
    group_title: str
    sender: Names
    sender_id: SenderId
    sender_key: Annotated[str | None, Meta(description="for the operator alone")]
    sent_at: Time
    time_guessed: bool
    text: str
    url: str
    kind: str
    edited_at: Time | None
    former_texts: Annotated[int, Meta(description="how many former texts are kept")]
    recalled: bool
    truncated: bool
    service: Annotated[str | None, Meta(description="e.g. `join`; `text` has the words")]
    topic: str | None
    reply: Reply | None
    forward: Forwarded | None
    poll: Poll | None
    records: tuple[Record, ...]
    attachments: tuple[File, ...]
    links: Annotated[tuple[str, ...], Meta(description="http and https; nobody checked them")]
    reactions: Annotated[dict[str, int], Meta(description="emoji and how many")]
    tags: tuple[str, ...]
    essence: Annotated[int | None, Meta(description="id of the essence it is in")]


class Messages(Shape, frozen=True):
    """Messages in the order the endpoint says."""

    items: tuple[Message, ...]
    next: Next


class Former(Shape, frozen=True):
    """A former text of a message."""

    text: str
    at: Annotated[Time | None, Meta(description="when it was written; null: the first")]


class Context(Shape, frozen=True):
    """A message among its neighbours, oldest first."""

    before: tuple[Message, ...]
    message: Message
    after: tuple[Message, ...]
    replies: Annotated[tuple[Message, ...], Meta(description="answers further on")]
    former: Annotated[tuple[Former, ...], Meta(description="for readers inside the group")]


class Place(Shape, frozen=True):
    """Where else the same article stands."""

    key: str
    group: str
    group_title: str
    sent_at: Time
    url: str


class Hit(Shape, frozen=True):
    """A message that a search found."""

    key: str
    group: str
    group_title: str
    sender: Names
    sender_id: SenderId
    sender_key: Annotated[str | None, Meta(description="for the operator alone")]
    sent_at: Time
    text: str
    url: str
    also_in: Annotated[tuple[Place, ...], Meta(description="other groups that have it as well")]


class Found(Shape, frozen=True):
    """What a search found; `older` and `notes` only where there is something."""

    query: str
    count: Annotated[int, Meta(description="a lower bound where `exact` is false")]
    exact: bool
    hits: tuple[Hit, ...]
    next: Next
    older: Annotated[str | None, Meta(description="the same as `next`")] = None
    notes: tuple[str, ...] = ()
