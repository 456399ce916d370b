"""Tables of digests, suggestions and jobs; archive/tables.py loads them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

_Id = BigInteger().with_variant(Integer, "sqlite")


class JobRun(SQLModel, table=True):
    """The work of one job for one period, of one group or of all (`''`)."""

    __tablename__ = "job_runs"
    job: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    state: str
    """`started`, `done` or `failed`."""
    tries: int
    started_at: int = Field(sa_type=BigInteger)
    ended_at: int | None = Field(default=None, sa_type=BigInteger)
    why: str | None = None


class JobSwitch(SQLModel, table=True):
    """A job that is turned on, and since when: earlier periods are not its own."""

    __tablename__ = "job_switches"
    job: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    since: int = Field(sa_type=BigInteger)


class Edition(SQLModel, table=True):
    """The digest of a group, or of several together, and a period."""

    __tablename__ = "editions"
    __table_args__ = (UniqueConstraint("kind", "place", "period"),)
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    place: str
    period: str
    state: str = Field(index=True)
    digest: str
    """JSON; an item that had to leave is null, so that the numbers of the others stay."""
    edits: str = Field(sa_column_kwargs={"server_default": sql("'{}'")})
    """JSON: numbers that were dropped, titles that were changed, the numbers in another order."""
    made_at: int = Field(sa_type=BigInteger)
    approved_at: int | None = Field(default=None, sa_type=BigInteger)
    approved_by: str | None = None
    sent_at: int | None = Field(default=None, sa_type=BigInteger)


class EditionMessage(SQLModel, table=True):
    """A message that an edition rests on."""

    __tablename__ = "edition_messages"
    message_id: int = Field(primary_key=True, sa_type=_Id)
    edition_id: int = Field(primary_key=True, foreign_key="editions.id", index=True)


class Mail(SQLModel, table=True):
    """An edition on its way to one address; its text is written when it is sent."""

    __tablename__ = "mails"
    edition_id: int = Field(primary_key=True, foreign_key="editions.id")
    address: str = Field(primary_key=True)
    state: str
    """`waiting`, `sent` or `failed`."""
    tries: int = Field(sa_column_kwargs={"server_default": sql("0")})
    next_at: int = Field(sa_type=BigInteger)
    why: str | None = None


class CandidateRow(SQLModel, table=True):
    """A message that was suggested as essence."""

    __tablename__ = "candidates"
    message_id: int = Field(primary_key=True, sa_type=_Id)
    score: float
    why: str
    at: int = Field(sa_type=BigInteger)
