"""Tables of what imports changed; archive/tables.py loads them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer
from sqlmodel import Field, SQLModel

_Id = BigInteger().with_variant(Integer, "sqlite")


class FormerState(SQLModel, table=True):
    """A message as it was before an import changed it; gone as soon as anything is forgotten."""

    __tablename__ = "former_states"
    __table_args__ = (Index("former_states_of_run", "run_id"),)
    message_id: int = Field(primary_key=True, sa_type=_Id)
    run_id: int = Field(primary_key=True)
    was: str
    """JSON, see archive/former_states.py."""
    digest: int = Field(sa_type=BigInteger)
    """`messages.digest` as the import left it: with another one somebody changed it since."""


class ToldAgain(SQLModel, table=True):
    """Messages that an import told of though they were here, a batch a row."""

    __tablename__ = "told_again"
    id: int | None = Field(default=None, primary_key=True)
    run_id: int
    ids: bytes
    """Row ids, packed."""
