"""Raw events as QQ sends them, by either way: `{"op": 0, "t": …, "s": …, "id": …, "d": {…}}`.

https://bot.q.qq.com/wiki/develop/api-v2/dev-prepare/interface-framework/event-emit.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.contract import AdapterError
from adapters.frames import decode
from adapters.qq_official import keys

IN_GROUP = ("GROUP_MESSAGE_CREATE", "GROUP_AT_MESSAGE_CREATE")
"""Every message, where a group lets the bot have them all; messages that mention the bot. Both may
tell of the same message."""
ALONE = "C2C_MESSAGE_CREATE"
MEMBER = {"GROUP_MEMBER_ADD": "join", "GROUP_MEMBER_REMOVE": "leave"}
ABOUT_BOT = ("GROUP_ADD_ROBOT", "GROUP_DEL_ROBOT", "GROUP_MSG_REJECT", "GROUP_MSG_RECEIVE")
PEOPLE = ("FRIEND_ADD", "FRIEND_DEL", "C2C_MSG_REJECT", "C2C_MSG_RECEIVE")
OURS = "CHENDIAN_GROUP"
"""Made by this adapter of what it looked up, never by QQ: what a group is called."""


class Event(msgspec.Struct, frozen=True):
    """An event, with its parts read as far as they have the form they should have."""

    kind: str
    """QQ's own name of it, `t`."""
    id: str
    body: dict[str, Any]
    op: int = 0
    sequence: int | None = None

    @property
    def author(self) -> dict[str, Any]:
        """Who said it."""
        return dictionary(self.body.get("author"))

    @property
    def group_key(self) -> str | None:
        """The group it happened in."""
        return keys.key_of(self.body.get("group_openid") or self.body.get("group_id"))

    @property
    def sent_at(self) -> int | None:
        """When it happened, in Unix seconds."""
        return keys.seconds(self.body.get("timestamp"))

    @property
    def is_message(self) -> bool:
        """Whether somebody said something in a group."""
        return self.kind in IN_GROUP

    @property
    def message_id(self) -> str:
        """The id of what was said; made of the event where QQ gives none."""
        found = keys.message_id(self.body.get("id"))
        return found or f"e{keys.fingerprint(self.id, self.sent_at, self.body.get('content'))}"


def read(raw: bytes) -> Event:
    """Read an event. Raises AdapterError for what is none."""
    value = decode(raw)
    if not isinstance(value, dict):
        raise AdapterError("a frame is no JSON object.")
    op, sequence = value.get("op", 0), value.get("s")
    return Event(
        kind=words(value.get("t")),
        id=words(value.get("id")),
        body=dictionary(value.get("d")),
        op=op if type(op) is int else -1,
        sequence=sequence if type(sequence) is int else None,
    )


def dictionary(value: Any) -> dict[str, Any]:
    """Return an object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def dictionaries(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, none for anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def words(value: Any) -> str:
    """Return a text, an empty one for anything else."""
    return value if isinstance(value, str) else ""
