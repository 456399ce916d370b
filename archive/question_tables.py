"""Tables of questions and answers; archive/tables.py loads them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer
from sqlmodel import Field, SQLModel

_Id = BigInteger().with_variant(Integer, "sqlite")


class Question(SQLModel, table=True):
    """A message that asks something; its text, time and asker are the message's."""

    __tablename__ = "questions"
    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(sa_type=_Id, unique=True)
    event_key: str | None = None
    """The command that opened it: the bot's answer to that may be replied to as well."""
    assigned_to: str | None = None
    """A member's key."""
    token: str | None = Field(default=None, index=True)
    """Who asked through the bot without a name, as a keyed hash."""


class Answer(SQLModel, table=True):
    """What people said of a message as an answer; replies to a question are answers without it.

    A trigger removes it with its question.
    """

    __tablename__ = "answers"
    message_id: int = Field(primary_key=True, sa_type=_Id)
    question_id: int = Field(index=True)
    counts: bool
    """False: a reply that is none."""
    accepted: bool


class AnonymousQuestion(SQLModel, table=True):
    """A question given to the bot in private, from the outbox until long after it was posted."""

    __tablename__ = "anonymous_questions"
    outbox_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    group_key: str
    token: str = Field(index=True)
    at: int = Field(sa_type=BigInteger)


class MutedAsker(SQLModel, table=True):
    """A keyed hash whose questions without a name are not posted any more."""

    __tablename__ = "muted_askers"
    token: str = Field(primary_key=True)
    at: int = Field(sa_type=BigInteger)
    who: str


class QuestionOffer(SQLModel, table=True):
    """Whether a group wants look-alikes offered for what looks like a question, and when last."""

    __tablename__ = "question_offers"
    group_key: str = Field(primary_key=True)
    enabled: bool
    offered_at: int | None = Field(default=None, sa_type=BigInteger)
