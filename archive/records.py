"""What a platform or an export can tell us, as plain frozen values keyed by text."""

from __future__ import annotations

from typing import Any

import msgspec

from archive.kept import Kept as Kept

KINDS = (
    "text", "photo", "video", "voice", "audio", "file", "sticker", "animation", "link",
    "location", "contact", "poll", "forward", "card", "call", "red_packet", "transfer",
    "poke", "game", "service", "unknown",
)  # fmt: skip
"""Message kinds; the position is stored, so the tuple only grows at its end."""


class Record(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The base of every record; `tag` lets a batch of mixed records travel between processes."""


class Group(Record, frozen=True):
    """A chat: group, channel or conversation."""

    key: str
    """`platform:id`, e.g. `telegram:-100123`, `qq:88990011`, `wechat:123@chatroom`."""
    title: str | None = None
    kind: str = "group"
    """`group`, `channel` or `private`."""
    time_zone: str | None = None
    """IANA name, only where the source states it."""
    title_only: bool = False
    """The source names no id: the key was made by `title_key` and only proposes the group."""
    continues: bool = False
    """The file says that it goes on where another one ends: with `title_only`, the same group as
    the file of this import that made the same key."""
    aliases: tuple[str, ...] = ()
    """Other keys the same group has had."""
    at: int | None = None
    """When the title was seen (Unix seconds); None: at the newest message of the group that is told
    with it, or when it came in. Without any of these it only fills what is not known."""


class Member(Record, frozen=True):
    """A person or bot, and what one group calls them."""

    key: str
    """`platform:id`, or `name_key(...)` where the source gives only a name."""
    name: str | None = None
    username: str | None = None
    group_key: str | None = None
    group_name: str | None = None
    """Card, group nickname."""
    role: str | None = None
    """`owner`, `admin`, `member`, `left`, or the platform's own title."""
    other_names: tuple[str, ...] = ()
    at: int | None = None
    """When names and role were seen (Unix seconds); None: as with `Group.at`."""
    is_bot: bool = False
    """The source says so; most do not."""


class Attachment(Record, frozen=True):
    """A file that belongs to a message, present (`sha256`), to be fetched (`path`) or missing."""

    kind: str = "file"
    """photo video voice audio file sticker animation, as in `KINDS`."""
    name: str | None = None
    """As the sender named it; hostile text, never used as a path."""
    path: str | None = None
    """Where the export says it lies, relative to the export file's folder."""
    sha256: str | None = None
    missing: str | None = None
    """Why the bytes are not there: `not exported`, `too large`, `unavailable`, `not found` …"""
    mime: str | None = None
    size: int | None = None
    """Bytes."""
    width: int | None = None
    height: int | None = None
    """Pixels."""
    duration: int | None = None
    """Seconds."""
    source: str | None = None
    """Where the adapter that made this can fetch the bytes; means nothing to anyone else."""


class Reaction(Record, frozen=True):
    """How many answered a message with one emoji."""

    emoji: str
    """The emoji, or `custom:<document id>`, or `paid`."""
    count: int = 1
    members: tuple[str, ...] = ()
    """Member keys, as far as the source names them."""


class Span(Record, frozen=True):
    """Formatting of a piece of the text; `start` and `length` in code points."""

    kind: str
    """bold italic underline strikethrough code pre spoiler blockquote link mention hashtag email
    phone custom_emoji …"""
    start: int
    length: int
    value: str | None = None
    """href of a link, language of pre, member key of a mention."""


class Forward(Record, frozen=True):
    """Where a forwarded message came from, as far as it is known."""

    name: str | None = None
    key: str | None = None
    """Member or group key."""
    sent_at: int | None = None


class Quote(Record, frozen=True):
    """The quoted text of a reply whose target the source does not identify by id."""

    text: str
    name: str | None = None
    sent_at: int | None = None


class Poll(Record, frozen=True):
    """A question with counted options."""

    question: str
    options: tuple[tuple[str, int], ...] = ()
    """(text, voters)."""
    voters: int | None = None
    closed: bool = False


class Message(Record, frozen=True):
    """One row of a conversation."""

    group_key: str
    id: str | None = None
    """The platform's id, stable within the group whoever exports it; None: match by content."""
    sent_at: int | None = None
    """Unix seconds, UTC; None or absurd: the neighbour's time is taken and flagged."""
    sender_key: str | None = None
    sender_name: str | None = None
    """As shown beside this message."""
    kind: str = "text"
    text: str = ""
    reply_to: str | None = None
    """Id of the message answered, in the same group; `group_key:id` if in another."""
    local_id: str | None = None
    """An id that holds within this one file only (basic groups, rows without a stable id)."""
    local_reply_to: str | None = None
    quote: Quote | None = None
    topic: str | None = None
    """Id of the message that opened the topic."""
    edited_at: int | None = None
    recalled: bool = False
    service: str | None = None
    """The action of a service row, e.g. `join`, `pin_message`; `text` holds it in words."""
    attachments: tuple[Attachment, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    spans: tuple[Span, ...] = ()
    forward: Forward | None = None
    poll: Poll | None = None
    nested: tuple[Message, ...] = ()
    """The messages of a merged record (合并转发), in order."""
    detail: dict[str, Any] = {}
    """Everything else the source tells, JSON values only (location, contact, link title, buttons,
    `raw` for what no reader knows)."""
    quality: int = 1
    """How much the source knows: 3 live, 2 full export, 1 reduced export (HTML), 0 plain text."""
    precision: int = 1
    """The time's unit in seconds: 60 where a source gives only minutes, 86,400 for days."""
    time_guessed: bool = False
    """`sent_at` is only a place in the order: the source has no time."""
    other_ids: tuple[str, ...] = ()
    """Other names the platform has for this message, e.g. the short one in replies and recalls:
    each becomes an alias, and where two messages have the same, the later one owns it. Alike other
    ids do not make two messages one; an other id that is the own `id` of a row names that row."""
    kept: Kept | None = None
    """Only what an archive has written out says this; `detail` then has all that was told of the
    message in pieces (spans, quote, poll …) as it is stored."""

    def with_attachments(self, found: tuple[Attachment, ...]) -> Message:
        """Return the message with its files as they were found."""
        kept = self.kept
        if kept and any(
            a.missing and not b.missing for a, b in zip(found, self.attachments, strict=True)
        ):
            # with them it would be another one
            kept = msgspec.structs.replace(kept, digest=0)
        return msgspec.structs.replace(self, attachments=found, kept=kept)


class Reacted(Record, frozen=True):
    """One person's reactions to a message are these now; or, without a person, the counts are."""

    group_key: str
    id: str
    member_key: str | None = None
    reactions: tuple[Reaction, ...] = ()
    at: int | None = None


class Recall(Record, frozen=True):
    """A message was taken back by its sender or an admin."""

    group_key: str
    id: str
    at: int | None = None
    by: str | None = None


class EssenceMark(Record, frozen=True):
    """The platform itself says that a message is essence (群精华, pin)."""

    group_key: str
    id: str
    by: str | None = None
    at: int | None = None
    removed: bool = False


class Gap(Record, frozen=True):
    """A span for which a source was complete (`complete`) or known to have missed messages."""

    group_key: str
    since: int
    until: int
    complete: bool = False
    why: str = ""


class Rejected(Record, frozen=True):
    """A part of a source that could not be read; never silent."""

    where: str
    """Line, row, message id or byte offset, for a person: `line 12`, `message 881`."""
    why: str
    """Names the fault, never quotes message text."""


class Note(Record, frozen=True):
    """What whoever brought a source should know about what was read, in words; nothing is lost."""

    text: str


class Origin(Record, frozen=True):
    """What follows was written out by an archive; comes before everything else."""

    archive: str
    """What an archive and its copies are known by."""
    version: int = 1
    at: int | None = None
    whole: bool = True
    """All of it, from the beginning on."""
    media: bool = True
    """The files lie beside it, in `media/`."""


class Carried(Record, frozen=True):
    """A row of a table of that archive, with keys instead of row ids (archive/carry/tables.py)."""

    table: str
    values: dict[str, str | int | float | tuple[str, str] | None]


class Complete(Record, frozen=True):
    """All was written out: so many messages and rows; without it the file was cut off."""

    messages: int
    rows: int


AnyRecord = (
    Group | Member | Message | Reacted | Recall | EssenceMark | Gap | Rejected
    | Note | Origin | Carried | Complete
)  # fmt: skip
