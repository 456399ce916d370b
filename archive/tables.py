"""The tables, declared once: migrations are made from here and a test holds the two together.

Nothing imports this module at run time but the migrations: importing SQLModel costs a second,
more than a whole `chendian search` may take, so reading and writing speak SQL (docs/decisions.md).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from archive import (  # noqa: F401  (they declare theirs)
    bridge_tables,
    desk_tables,
    digest_tables,
    live_tables,
    question_tables,
    rights_tables,
    shelf_tables,
    undo_tables,
)

_Id = BigInteger().with_variant(Integer, "sqlite")


class Meta(SQLModel, table=True):
    """Facts about the archive itself: tokeniser version, secret, state of a reindex."""

    __tablename__ = "meta"
    name: str = Field(primary_key=True)
    value: str


class GroupRow(SQLModel, table=True):
    """A group, with counters kept in the same transaction as its messages."""

    __tablename__ = "groups"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    title: str
    kind: str
    time_zone: str
    visibility: str = Field(sa_column_kwargs={"server_default": text("'private'")})
    title_only: bool
    with_ids: bool = Field(sa_column_kwargs={"server_default": text("0")})
    without_ids: int = Field(sa_column_kwargs={"server_default": text("0")})
    """0 none, 1 some, 2 some whose time is known to the minute only."""
    messages: int = Field(sa_column_kwargs={"server_default": text("0")})
    first_at: int | None = Field(default=None, sa_type=BigInteger)
    last_at: int | None = Field(default=None, sa_type=BigInteger)


class MemberRow(SQLModel, table=True):
    """A person or bot; `name_only` when the source gave no id."""

    __tablename__ = "members"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    name: str
    username: str | None = None
    name_only: bool


class Membership(SQLModel, table=True):
    """What a group calls a member, and the member's role in it."""

    __tablename__ = "memberships"
    group_id: int = Field(primary_key=True, foreign_key="groups.id")
    member_id: int = Field(primary_key=True, foreign_key="members.id")
    name: str | None = None
    named_at: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    """When the name was last seen, so that the newest one is shown whatever came in first."""
    role: str | None = None


class MemberName(SQLModel, table=True):
    """Every name a member was seen with in a group, in comparable form, for `from:`."""

    __tablename__ = "member_names"
    __table_args__ = (Index("member_names_folded", "folded"),)
    group_id: int = Field(primary_key=True, foreign_key="groups.id")
    member_id: int = Field(primary_key=True, foreign_key="members.id", index=True)
    folded: str = Field(primary_key=True)
    name: str


class MessageRow(SQLModel, table=True):
    """A message; `id` is in order of time (archive/ids.py), `facet` is what the index holds."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("group_id", "platform_id"),
        Index("messages_in_group", "group_id"),
        Index(
            "messages_replying",
            "group_id",
            "reply_to",
            sqlite_where=text("reply_to IS NOT NULL"),
            postgresql_where=text("reply_to IS NOT NULL"),
        ),
    )
    id: int = Field(primary_key=True, sa_type=_Id)
    group_id: int = Field(foreign_key="groups.id")
    platform_id: str
    sender_id: int | None = Field(default=None, foreign_key="members.id")
    sender_name: str | None = None
    sent_at: int = Field(sa_type=BigInteger)
    edited_at: int | None = Field(default=None, sa_type=BigInteger)
    kind: int
    text: str
    more: str | None = None
    reply_to: str | None = None
    topic: str | None = None
    service: str | None = None
    detail: str | None = None
    flags: int
    quality: int
    digest: int = Field(sa_type=BigInteger)
    facet: str
    run_id: int | None = None


class Version(SQLModel, table=True):
    """A former text of an edited message."""

    __tablename__ = "versions"
    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(sa_type=_Id, index=True)
    text: str
    edited_at: int | None = Field(default=None, sa_type=BigInteger)


class Place(SQLModel, table=True):
    """What tells that a message is the same article as another one; see `archive.places`."""

    __tablename__ = "places"
    __table_args__ = (Index("places_by_mark", "mark"),)
    message_id: int = Field(primary_key=True, sa_type=_Id)
    mark: int = Field(sa_type=BigInteger)


class AttachmentRow(SQLModel, table=True):
    """A file of a message: stored (`sha256`) or missing with its reason."""

    __tablename__ = "attachments"
    message_id: int = Field(primary_key=True, sa_type=_Id)
    position: int = Field(primary_key=True)
    kind: str
    name: str | None = None
    sha256: str | None = Field(default=None, index=True)
    missing: str | None = None
    mime: str | None = None
    size: int | None = Field(default=None, sa_type=BigInteger)
    width: int | None = None
    height: int | None = None
    duration: int | None = None


class Media(SQLModel, table=True):
    """A stored file, once however often it was sent."""

    __tablename__ = "media"
    sha256: str = Field(primary_key=True)
    size: int = Field(sa_type=BigInteger)


class ReactionRow(SQLModel, table=True):
    """How many answered a message with an emoji."""

    __tablename__ = "reactions"
    message_id: int = Field(primary_key=True, sa_type=_Id)
    emoji: str = Field(primary_key=True)
    count: int
    members: str | None = None


class Essence(SQLModel, table=True):
    """A message or a run of messages marked as worth keeping."""

    __tablename__ = "essence"
    id: int | None = Field(default=None, primary_key=True)
    group_id: int = Field(foreign_key="groups.id", index=True)
    title: str
    reason: str
    marked_by: str
    marked_at: int = Field(sa_type=BigInteger)
    source: str


class EssenceMessage(SQLModel, table=True):
    """The messages of an essence, in order."""

    __tablename__ = "essence_messages"
    essence_id: int = Field(primary_key=True, foreign_key="essence.id")
    message_id: int = Field(primary_key=True, sa_type=_Id, unique=True)


class Tag(SQLModel, table=True):
    """A tag; a synonym points at the tag that stands for it."""

    __tablename__ = "tags"
    id: int | None = Field(default=None, primary_key=True)
    folded: str = Field(unique=True)
    name: str
    synonym_of: int | None = Field(default=None, foreign_key="tags.id")


class MessageTag(SQLModel, table=True):
    """A tag on a message: said in its text, or added by a person."""

    __tablename__ = "message_tags"
    __table_args__ = (
        Index("message_tags_by_tag", "tag_id", "message_id"),
        Index("message_tags_by_group", "group_id", "tag_id"),
    )
    message_id: int = Field(primary_key=True, sa_type=_Id)
    tag_id: int = Field(primary_key=True, foreign_key="tags.id")
    group_id: int = Field(foreign_key="groups.id")
    """The message's, so that a group's tags are counted from an index alone."""
    added_by: str | None = None


class Alias(SQLModel, table=True):
    """Another key of a group, member or message; `target` is the row's id.

    Other kinds: `title` a title a group was seen with, `unmarked` a message whose essence mark was
    taken away (both: `target` is the time), `recall` a message taken back before it was here,
    `union` a union under way.
    """

    __tablename__ = "aliases"
    __table_args__ = (Index("aliases_by_target", "kind", "target"),)
    kind: str = Field(primary_key=True)
    group_id: int = Field(primary_key=True)
    other: str = Field(primary_key=True)
    target: int = Field(sa_type=BigInteger)


class Tombstone(SQLModel, table=True):
    """A forgotten message: its id and a keyed hash of its content hold against every source."""

    __tablename__ = "tombstones"
    group_id: int = Field(primary_key=True)
    match: str = Field(primary_key=True)
    forgotten_at: int = Field(sa_type=BigInteger)


class Run(SQLModel, table=True):
    """One import, with its report."""

    __tablename__ = "runs"
    id: int | None = Field(default=None, primary_key=True)
    started_at: int = Field(sa_type=BigInteger)
    finished_at: int | None = Field(default=None, sa_type=BigInteger)
    state: str
    source: str
    report: str | None = None


class Coverage(SQLModel, table=True):
    """A span for which a source was complete, or a gap."""

    __tablename__ = "coverage"
    id: int | None = Field(default=None, primary_key=True)
    group_id: int = Field(foreign_key="groups.id", index=True)
    since: int = Field(sa_type=BigInteger)
    until: int = Field(sa_type=BigInteger)
    complete: bool
    source: str
    why: str
    connection_id: int | None = None
    """The connection it comes from, whose end it follows."""
    run_id: int | None = None
    """The import it comes from."""


class Day(SQLModel, table=True):
    """How many messages a group had on a local day (`YYYY-MM-DD`)."""

    __tablename__ = "days"
    group_id: int = Field(primary_key=True, foreign_key="groups.id")
    day: str = Field(primary_key=True)
    messages: int


class Audit(SQLModel, table=True):
    """Who changed what, for the desk's history and undo."""

    __tablename__ = "audit"
    id: int | None = Field(default=None, primary_key=True)
    at: int = Field(sa_type=BigInteger)
    who: str
    action: str
    target: str
    detail: str
