"""Tables of what people asked of their data, and reports; archive/tables.py loads them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

_Id = BigInteger().with_variant(Integer, "sqlite")


class ShownName(SQLModel, table=True):
    """The name under which a person is shown in a group, instead of their own."""

    __tablename__ = "shown_names"
    group_id: int = Field(primary_key=True)
    member_key: str = Field(primary_key=True, index=True)
    name: str
    folded: str
    """In comparable form, for `from:`."""
    at: int = Field(sa_type=BigInteger)


class PublishConsent(SQLModel, table=True):
    """A person who agrees that their essence is shown to everybody."""

    __tablename__ = "publish_consents"
    member_key: str = Field(primary_key=True)
    at: int = Field(sa_type=BigInteger)


class Report(SQLModel, table=True):
    """A member's wish that admins look at a message, once a person and message."""

    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("message_id", "who"),)
    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(sa_type=_Id, index=True)
    who: str
    reason: str
    at: int = Field(sa_type=BigInteger)
    handled_at: int | None = Field(default=None, sa_type=BigInteger)
    handled_by: str | None = None


class ErasedPerson(SQLModel, table=True):
    """A person all of whom was erased, as a keyed hash, and when it was last done."""

    __tablename__ = "erased_people"
    mark: str = Field(primary_key=True)
    at: int = Field(sa_type=BigInteger)
