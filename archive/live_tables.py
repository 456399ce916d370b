"""The tables of live capture, declared as those in archive/tables.py, which loads these too."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

_Id = BigInteger().with_variant(Integer, "sqlite")


class Consent(SQLModel, table=True):
    """A span in which a group agreed to be archived; the open one has no end."""

    __tablename__ = "consents"
    id: int | None = Field(default=None, primary_key=True)
    group_key: str = Field(index=True)
    since: int = Field(sa_type=BigInteger)
    until: int | None = Field(default=None, sa_type=BigInteger)
    notice: int
    """The version of the notice that was read."""
    started_by: str
    stopped_by: str | None = None


class OptOut(SQLModel, table=True):
    """A person of whom nothing is stored any more."""

    __tablename__ = "opt_outs"
    member_key: str = Field(primary_key=True)
    at: int = Field(sa_type=BigInteger)
    who: str


class ForgottenName(SQLModel, table=True):
    """A name, as a keyed hash, under which a person's words are known in a group: quotes of them
    are not kept."""

    __tablename__ = "forgotten_names"
    group_id: int = Field(primary_key=True)
    match: str = Field(primary_key=True)
    member_key: str = Field(primary_key=True)


class Pause(SQLModel, table=True):
    """A span for which a group asked not to be archived."""

    __tablename__ = "pauses"
    id: int | None = Field(default=None, primary_key=True)
    group_key: str = Field(index=True)
    since: int = Field(sa_type=BigInteger)
    until: int = Field(sa_type=BigInteger)
    who: str


class Handled(SQLModel, table=True):
    """An event whose command was obeyed."""

    __tablename__ = "handled"
    key: str = Field(primary_key=True)
    at: int = Field(sa_type=BigInteger)


class IntakeRow(SQLModel, table=True):
    """A file that is to be imported because an admin said so in a chat; gone once it is told how
    that went."""

    __tablename__ = "intakes"
    key: str = Field(primary_key=True)
    """The command's."""
    asked_at: int = Field(sa_type=BigInteger)
    tries: int = Field(sa_column_kwargs={"server_default": sql("0")})
    body: str
    """JSON, see bot/commands/command.py."""


class Code(SQLModel, table=True):
    """A short code for a message."""

    __tablename__ = "codes"
    code: str = Field(primary_key=True)
    message_id: int = Field(sa_type=_Id, index=True)


class Outbox(SQLModel, table=True):
    """Something to say on a platform, or a native mark to set: waiting, sending, sent, failed,
    unsure (a kill came between sending and knowing) or spare (said if another one is refused)."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "outbox_open",
            "account",
            "next_at",
            sqlite_where=sql("state = 'waiting'"),
            postgresql_where=sql("state = 'waiting'"),
        ),
        Index("outbox_by_state", "state", "account"),
        Index(
            "outbox_in_turn",
            "account",
            "brought",
            "group_key",
            "id",
            sqlite_where=sql("state = 'waiting'"),
            postgresql_where=sql("state = 'waiting'"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    account: str
    purpose: str
    state: str
    text: str
    """Empty once it is expired."""
    group_key: str | None = None
    member_key: str | None = None
    reply_to: str | None = None
    unique_key: str | None = Field(default=None, unique=True)
    essence_id: str | None = None
    """Platform id of the message to mark natively."""
    essence_marked: bool | None = None
    tries: int = Field(sa_column_kwargs={"server_default": sql("0")})
    made_at: int = Field(sa_type=BigInteger)
    next_at: int = Field(sa_type=BigInteger)
    ended_at: int | None = Field(default=None, sa_type=BigInteger)
    """When it was sent or given up."""
    message_id: str | None = None
    """Platform id it was given."""
    why: str | None = None
    edits: str | None = None
    """Platform id of what the bot said before, which this text takes the place of."""
    takes_back: str | None = None
    """Platform id of what the bot said before and takes back."""
    file: str | None = None
    """SHA-256 of a stored file that goes with the text."""
    file_name: str | None = None
    begun_at: int | None = Field(default=None, sa_type=BigInteger)
    """When it was last begun to be sent."""
    doubt: int | None = Field(default=None, sa_type=BigInteger)
    """It may have been said from this Unix time on; the platform is looked at first."""
    brought: bool = Field(sa_column_kwargs={"server_default": sql("0")})
    """It is from another group."""


class Connection(SQLModel, table=True):
    """A time in which an account heard what was said."""

    __tablename__ = "connections"
    __table_args__ = (Index("connections_of_account", "account", "settled"),)
    id: int | None = Field(default=None, primary_key=True)
    account: str
    platform: str
    opened_at: int = Field(sa_type=BigInteger)
    heard_at: int = Field(sa_type=BigInteger)
    closed_at: int | None = Field(default=None, sa_type=BigInteger)
    why: str | None = None
    held: bool = Field(sa_column_kwargs={"server_default": sql("0")})
    """The platform kept what was said after the end."""
    settled: bool = Field(sa_column_kwargs={"server_default": sql("0")})
    """Coverage says all there is to say of it."""


class Nomination(SQLModel, table=True):
    """A member's wish that a message become essence."""

    __tablename__ = "nominations"
    message_id: int = Field(primary_key=True, sa_type=_Id)
    who: str = Field(primary_key=True)
    reason: str
    at: int = Field(sa_type=BigInteger)


class ReactedRow(SQLModel, table=True):
    """What was last said of reactions to a message, by whom; `reactions` is made from it."""

    __tablename__ = "reacted"
    message_id: int = Field(primary_key=True, sa_type=_Id)
    who: str = Field(primary_key=True)
    """A member's key; `=` for the platform's counts, `+` for what sources said of the message."""
    at: int = Field(sa_type=BigInteger)
    said: str


class Mark(SQLModel, table=True):
    """What the platform last said of a message as essence."""

    __tablename__ = "marks"
    message_id: int = Field(primary_key=True, sa_type=_Id)
    at: int = Field(sa_type=BigInteger)
    removed: bool


class Orphan(SQLModel, table=True):
    """A reaction or mark for a message that is not here yet; joined when it comes."""

    __tablename__ = "orphans"
    group_id: int = Field(primary_key=True)
    platform_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    who: str = Field(primary_key=True)
    at: int = Field(sa_type=BigInteger)
    said: str
