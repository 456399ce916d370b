"""What a row of the table of every command says, and the refusals the rows have in common."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

Where = Literal["group", "new", "alone"]
"""In the archived group, in one nobody has agreed in yet, or to the bot alone."""
Both = tuple[str, str]
"""In English and in Chinese."""


class Refused(NamedTuple):
    """Who may not, and what they are told."""

    by: str
    where: Where
    told: Both
    """Patterns; `{name}` is the name as it was typed."""
    typed: Both | None = None
    """Where it is not what the others type."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One command as people type it, and what comes of it."""

    command: str
    """Its first name."""
    typed: Both
    """`{ask}` is the short code in the answer of that row."""
    told: Both
    """Patterns."""
    by: Both = ("member", "member2")
    """Who is permitted."""
    where: Where = "group"
    alone: bool = False
    """Asked in a group, answered to the person alone."""
    said: Both | None = None
    """What the author says before; with `about` that is the message meant."""
    about: bool = False
    files: bool = False
    """What is said before are the names of files."""
    of: str | None = None
    """It is about the messages that row was about."""
    refused: Refused | None = None
    kept: str = ""
    """What the archive is asked; `?1` is the group's key."""
    holds: tuple[object, ...] = ()
    """What it answers after the English and the Chinese one; between them, after the refusal."""
    also: Both | None = None
    """Patterns of what others are told of it."""
    wechat: Both | None = None
    """What is told there, where no gateway tells who is in a group; nothing is kept then."""


_NO_GROUP = (r"not (met you in any archived|tell me who is in which) group",
             r"(我在存档的群里还没见过你|平台不告诉我谁在哪个群)")  # fmt: skip
_NOT_THERE = ("That message is not in the archive", "存档里没有这条消息")
_IN_A_GROUP = (r"Please send /{name} in the group", r"/{name} 要在群里发")
_ADMINS = (r"Only the group's owner and admins can use /{name}\.", r"/{name} 要群主或管理员来发")
_AUTHOR = (r"/{name} is for your own messages", r"/{name} 只对自己说的话有用")

UNMET = Refused("stranger", "alone", _NO_GROUP)
BY_CODE = Refused("stranger", "alone", _NOT_THERE, ("{code}", "{code}"))
"""Who is not in the group gives the short code of a message in it."""
NOT_ALONE = Refused("stranger", "alone", _IN_A_GROUP)
NOT_ADMIN = Refused("member", "group", _ADMINS)
NOT_ADMIN_THERE = Refused("member", "new", _ADMINS)
NOT_AUTHOR = Refused("member", "group", _AUTHOR)


def of_group(table: str, where: str = "") -> str:
    """Return a question for the number of a group's rows in a table that has `group_id`."""
    return (
        f"SELECT count(*) FROM {table} WHERE group_id ="
        f" (SELECT id FROM groups WHERE key = ?1){' AND ' + where if where else ''}"
    )


def of_messages(table: str, where: str = "") -> str:
    """Return a question for the number of rows in a table about messages of the group."""
    return (
        f"SELECT count(*) FROM {table} WHERE message_id IN (SELECT m.id FROM messages m"
        f" JOIN groups g ON g.id = m.group_id WHERE g.key = ?1){' AND ' + where if where else ''}"
    )
