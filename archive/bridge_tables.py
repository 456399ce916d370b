"""The tables of the bridge, declared as those in archive/tables.py, which loads these too."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

_Id = BigInteger().with_variant(Integer, "sqlite")


class Bridged(SQLModel, table=True):
    """A part of a message as it was, or will be, said in another group; ids only, no words."""

    __tablename__ = "bridged"
    __table_args__ = (
        UniqueConstraint("message_id", "target", "part"),
        Index("bridged_copies", "target", "copy_id"),
        Index(
            "bridged_unkept",
            "target",
            sqlite_where=sql("NOT kept"),
            postgresql_where=sql("NOT kept"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(sa_type=_Id)
    target: str
    """Key of the group it is said in."""
    part: int
    """0: the words, with a file where both are one message; then more words, then more files."""
    mode: str
    """`all` or `essence`: what took it across."""
    outbox_id: int | None = Field(default=None, unique=True)
    """None: it was said by another archive, of which this is a copy."""
    at: int = Field(sa_type=BigInteger)
    copy_id: str | None = None
    """Platform id it was given there; None: it was not said yet, or got none."""
    other_ids: str | None = None
    """JSON: more ids that the platform has for it."""
    said: int | None = Field(default=None, sa_type=BigInteger, index=True)
    """A keyed hash of the words said."""
    kept: bool = False
    """It stands in the archive of the other group, or cannot."""
    gone: bool = False
    """It was taken back there, or people were told that it was taken back."""


class BridgeConsent(SQLModel, table=True):
    """A span in which a group agreed to share with another one; the open one has no end."""

    __tablename__ = "bridge_consents"
    id: int | None = Field(default=None, primary_key=True)
    group_key: str = Field(index=True)
    other_key: str
    mode: str
    since: int = Field(sa_type=BigInteger)
    by: str
    until: int | None = Field(default=None, sa_type=BigInteger)
    ended_by: str | None = None


class BridgePause(SQLModel, table=True):
    """A group, or a whole bridge (`bridge:NAME`), for which nothing crosses for now; behind
    `ended:`, one for which it does again, since when."""

    __tablename__ = "bridge_pauses"
    what: str = Field(primary_key=True)
    since: int = Field(sa_type=BigInteger)
    by: str
