"""Tables of who may come in, and of what is decided at the desk; archive/tables.py loads them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, text
from sqlmodel import Field, SQLModel

_Id = BigInteger().with_variant(Integer, "sqlite")


class Login(SQLModel, table=True):
    """A link that lets one person in, once; what it says is kept only as a hash."""

    __tablename__ = "logins"
    mark: str = Field(primary_key=True)
    member_key: str = Field(index=True)
    account: str
    """The bot that was asked; it is asked again for the person's groups."""
    group_key: str | None = None
    """Where it was asked for; None in private."""
    at: int = Field(sa_type=BigInteger)
    ends_at: int = Field(sa_type=BigInteger)
    used_at: int | None = Field(default=None, sa_type=BigInteger)


class SessionRow(SQLModel, table=True):
    """Somebody who is in; the cookie is kept only as a hash."""

    __tablename__ = "sessions"
    id: int | None = Field(default=None, primary_key=True)
    mark: str = Field(unique=True)
    kind: str
    """`member`, `invited` or `operator`; `feed`: an address that reads feeds for a member."""
    member_key: str | None = Field(default=None, index=True)
    account: str | None = None
    invite_id: int | None = None
    at: int = Field(sa_type=BigInteger)
    seen_at: int = Field(sa_type=BigInteger)
    ends_at: int = Field(sa_type=BigInteger)
    ended_at: int | None = Field(default=None, sa_type=BigInteger)
    groups: str = Field(sa_column_kwargs={"server_default": text("'{}'")})
    """JSON: group key → role, as the platform said at `checked_at`."""
    checked_at: int = Field(sa_column_kwargs={"server_default": text("0")}, sa_type=BigInteger)


class Invite(SQLModel, table=True):
    """A link or passphrase by which people may read a group without an account of its platform."""

    __tablename__ = "invites"
    id: int | None = Field(default=None, primary_key=True)
    mark: str = Field(unique=True)
    group_id: int | None = Field(default=None, index=True)
    """None: every group that members of the archive may read."""
    label: str
    by: str
    at: int = Field(sa_type=BigInteger)
    ends_at: int | None = Field(default=None, sa_type=BigInteger)
    uses_left: int | None = None
    ended_at: int | None = Field(default=None, sa_type=BigInteger)


class ApiToken(SQLModel, table=True):
    """A token with which a program reads the API; kept only as a hash."""

    __tablename__ = "api_tokens"
    id: int | None = Field(default=None, primary_key=True)
    mark: str = Field(unique=True)
    label: str
    everything: bool
    """All groups; else those of `api_token_groups`."""
    names: bool
    """Reads them as their members do."""
    by: str
    at: int = Field(sa_type=BigInteger)
    ends_at: int = Field(sa_type=BigInteger)
    used_at: int | None = Field(default=None, sa_type=BigInteger)
    ended_at: int | None = Field(default=None, sa_type=BigInteger)


class ApiTokenGroup(SQLModel, table=True):
    """A group that a token reads."""

    __tablename__ = "api_token_groups"
    token_id: int = Field(primary_key=True)
    group_id: int = Field(primary_key=True)


class ItemLevel(SQLModel, table=True):
    """A message that fewer may read than its group: `members` or `admins`."""

    __tablename__ = "item_levels"
    message_id: int = Field(primary_key=True, sa_type=_Id)
    level: str
    by: str
    at: int = Field(sa_type=BigInteger)


class EssenceText(SQLModel, table=True):
    """An essence as it was edited at the desk; its messages stay as they were said."""

    __tablename__ = "essence_texts"
    essence_id: int = Field(primary_key=True, foreign_key="essence.id")
    text: str
    by: str
    at: int = Field(sa_type=BigInteger)


class Dismissed(SQLModel, table=True):
    """A message that an admin wants neither as essence nor as a question."""

    __tablename__ = "dismissed"
    message_id: int = Field(primary_key=True, sa_type=_Id)
    by: str
    at: int = Field(sa_type=BigInteger)


class Reviewed(SQLModel, table=True):
    """A message whose personal numbers somebody has looked at before it is public."""

    __tablename__ = "reviewed"
    message_id: int = Field(primary_key=True, sa_type=_Id)
    shown: int
    """1: may be public as it is masked; 0: is left out."""
    by: str
    at: int = Field(sa_type=BigInteger)


class GroupSetting(SQLModel, table=True):
    """What was decided for a group at the desk; it wins over the configuration."""

    __tablename__ = "group_settings"
    group_id: int = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: str
    by: str
    at: int = Field(sa_type=BigInteger)


class Act(SQLModel, table=True):
    """Something done at the desk, and what would undo it."""

    __tablename__ = "acts"
    id: int | None = Field(default=None, primary_key=True)
    at: int = Field(sa_type=BigInteger)
    by: str
    name: str
    target: str
    """A key or id, never a message's text."""
    undo: str | None = None
    """JSON: [name of the act that undoes it, its fields]."""
    undone_at: int | None = Field(default=None, sa_type=BigInteger)


class SearchMiss(SQLModel, table=True):
    """A search on the site that found nothing, on one day; who asked is not kept."""

    __tablename__ = "search_misses"
    day: str = Field(primary_key=True)
    query: str = Field(primary_key=True)
    times: int


class LastRead(SQLModel, table=True):
    """When a person last read a group on the site."""

    __tablename__ = "last_read"
    group_id: int = Field(primary_key=True)
    member_key: str = Field(primary_key=True, index=True)
    at: int = Field(sa_type=BigInteger)
