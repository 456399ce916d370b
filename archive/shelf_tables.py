"""Tables of threads, columns, saved messages, people, rosters; archive/tables.py loads them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

_Id = BigInteger().with_variant(Integer, "sqlite")


class Thread(SQLModel, table=True):
    """A run of messages gathered under a title, and the edited version beside it."""

    __tablename__ = "threads"
    id: int | None = Field(default=None, primary_key=True)
    group_id: int = Field(foreign_key="groups.id", index=True)
    title: str
    made_by: str
    made_at: int = Field(sa_type=BigInteger)
    edited: str | None = None
    edited_by: str | None = None
    edited_at: int | None = Field(default=None, sa_type=BigInteger)
    edited_over: int | None = None
    """How many of its messages could be read when it was edited; it is shown while that holds."""


class ThreadMessage(SQLModel, table=True):
    """A message of a thread; it may be in several."""

    __tablename__ = "thread_messages"
    thread_id: int = Field(primary_key=True, foreign_key="threads.id")
    message_id: int = Field(primary_key=True, sa_type=_Id, index=True)


class ColumnRow(SQLModel, table=True):
    """An ordered series of a group's essence."""

    __tablename__ = "columns"
    __table_args__ = (UniqueConstraint("group_id", "folded"),)
    id: int | None = Field(default=None, primary_key=True)
    group_id: int = Field(foreign_key="groups.id")
    folded: str
    title: str
    made_by: str
    made_at: int = Field(sa_type=BigInteger)


class ColumnMessage(SQLModel, table=True):
    """An essence in a column, by one of its messages: shown as long as that is essence."""

    __tablename__ = "column_messages"
    column_id: int = Field(primary_key=True, foreign_key="columns.id")
    message_id: int = Field(primary_key=True, sa_type=_Id, index=True)
    position: int
    note: str
    added_by: str


class Saved(SQLModel, table=True):
    """A message somebody keeps for themselves."""

    __tablename__ = "saved"
    member_key: str = Field(primary_key=True)
    message_id: int = Field(primary_key=True, sa_type=_Id, index=True)
    at: int = Field(sa_type=BigInteger)


class Introduction(SQLModel, table=True):
    """What a person says of themselves to a group; in no index."""

    __tablename__ = "introductions"
    group_id: int = Field(primary_key=True, foreign_key="groups.id")
    member_key: str = Field(primary_key=True)
    text: str
    at: int = Field(sa_type=BigInteger)


class Greeted(SQLModel, table=True):
    """A newcomer who was given the pack, once."""

    __tablename__ = "greeted"
    group_id: int = Field(primary_key=True, foreign_key="groups.id")
    member_key: str = Field(primary_key=True)
    at: int = Field(sa_type=BigInteger)


class RosterRow(SQLModel, table=True):
    """A line of a group's roster."""

    __tablename__ = "roster"
    group_id: int = Field(primary_key=True, foreign_key="groups.id")
    who: str = Field(primary_key=True)
    """The member's key; `~` and the comparable name where only that is known."""
    member_key: str | None = None
    name: str
    role: str
    expires_on: str | None = None
    """The last day (`YYYY-MM-DD`)."""
    note: str


class GroupText(SQLModel, table=True):
    """A text that a group's admins have set: `invitation`."""

    __tablename__ = "group_texts"
    group_id: int = Field(primary_key=True, foreign_key="groups.id")
    name: str = Field(primary_key=True)
    text: str
    set_by: str
    set_at: int = Field(sa_type=BigInteger)
