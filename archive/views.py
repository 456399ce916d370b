"""What reading functions return: plain values, ready for a page, a command or JSON."""

from __future__ import annotations

from typing import Any

import msgspec

from archive.records import Attachment, Forward, Poll, Reaction, Span


class View(msgspec.Struct, frozen=True):
    """The base of all views. Times are Unix seconds in UTC."""


class GroupView(View, frozen=True):
    """A group with its counts, as this reader sees it."""

    key: str
    title: str
    platform: str
    kind: str
    visibility: str
    time_zone: str
    messages: int
    members: int
    """As `stats.stats` counts them."""
    essence: int
    first: int | None
    last: int | None


class ReplyView(View, frozen=True):
    """The message a reply answers; `key` is None when it was never archived (原文未归档)."""

    key: str | None
    sender: str
    text: str


class MessageView(View, frozen=True):
    """One message, as this reader sees it; a recalled one has no text, attachments or quotes."""

    id: int
    key: str
    group_key: str
    group_title: str
    platform: str
    time_zone: str
    sent_at: int
    time_guessed: bool
    sender: str
    """Shown name, `""` for service rows without a person."""
    sender_key: str | None
    kind: str
    text: str
    more: str
    """What is searchable beside the text: file names, poll options, nested records …"""
    edited_at: int | None
    recalled: bool
    service: str | None
    topic: str | None
    reply: ReplyView | None
    forward: Forward | None
    poll: Poll | None
    spans: tuple[Span, ...]
    attachments: tuple[Attachment, ...]
    reactions: tuple[Reaction, ...]
    nested: tuple[dict[str, Any], ...]
    """Unfolded forwarded records: `name`, `sent_at`, `unit`, `kind`, `text`, `nested`; `key` of the
    message itself where `originals` has found it."""
    detail: dict[str, Any]
    essence: int | None
    """Id of the essence this message belongs to."""
    tags: tuple[str, ...]
    versions: int
    """How many former texts are kept."""
    truncated: bool


class ContextView(View, frozen=True):
    """A message among its neighbours in the group, oldest first."""

    before: tuple[MessageView, ...]
    message: MessageView
    after: tuple[MessageView, ...]
    replies: tuple[MessageView, ...]
    """Direct answers that are not among `after`."""


class DayView(View, frozen=True):
    """A part of one day of a group, oldest first."""

    date: str
    messages: tuple[MessageView, ...]
    next: int | None
    """Pass as `after` for the following part; None at the day's end."""
    earlier_day: str | None
    later_day: str | None
    total: int


class VersionView(View, frozen=True):
    """A former text of a message."""

    text: str
    edited_at: int | None
    """When this text was written; None for the first."""


class LayerView(View, frozen=True):
    """A day (`2026-11-18`) or month (`2026-11`) of the strata."""

    name: str
    messages: int
    essence: int
    essence_days: tuple[int, ...] = ()
    """In a month: the days (1–31) on which essence lies."""


class GapView(View, frozen=True):
    """A span in which messages are known to be missing; both ends are in it."""

    since: int
    until: int
    why: str


class TagView(View, frozen=True):
    """A tag and how often it is used in what this reader may see."""

    name: str
    messages: int
    essence: int


class AlsoIn(View, frozen=True):
    """Another group in which the same article stands, and the message there."""

    group_key: str
    group_title: str
    key: str
    sent_at: int


class EssenceView(View, frozen=True):
    """A message or a run of messages marked as worth keeping."""

    id: int
    title: str
    reason: str
    marked_by: str
    marked_at: int
    source: str
    """`command`, `pin`, `qq` …"""
    tags: tuple[str, ...]
    messages: tuple[MessageView, ...]
    also_in: tuple[AlsoIn, ...] = ()


class Hit(View, frozen=True):
    """A search hit: the message and the piece of its text to show."""

    message: MessageView
    excerpt: str
    marks: tuple[tuple[int, int], ...]
    """(start, end) of what matched, in code points of `excerpt`."""
    also_in: tuple[AlsoIn, ...] = ()


class Results(View, frozen=True):
    """The answer to a search; `count` is exact, or a lower bound when `exact` is False."""

    query: str
    hits: tuple[Hit, ...]
    count: int
    exact: bool
    milliseconds: float
    older: str | None
    """Pass as `cursor` for the next page; None at the end."""
    notes: tuple[str, ...] = ()
    """What the reader should know: an unknown name in `from:`, words without letters …"""


class Count(View, frozen=True):
    """A number beside a name: a group, a sender, a month in the search's filters."""

    key: str
    name: str
    messages: int
    exact: bool = True


class Stats(View, frozen=True):
    """What the archive holds, as this reader sees it."""

    groups: int
    messages: int
    members: int
    media: int
    first: int | None
    last: int | None


class MediaView(View, frozen=True):
    """A stored file; `name` and `mime` as the sender claimed, hostile until checked."""

    sha256: str
    name: str
    mime: str
    size: int
