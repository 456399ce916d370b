"""What kind of update an event is, and the part of it that tells."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from adapters.contract import AdapterError
from adapters.telegram.values import decode, dictionary

MESSAGES = {
    "message": "message",
    "channel_post": "message",
    "edited_message": "edit",
    "edited_channel_post": "edit",
}
"""Updates that are a message, or a message after an edit."""
REACTIONS = ("message_reaction", "message_reaction_count")
MEMBERS = ("chat_member", "my_chat_member", "chat_join_request")
IN_CHATS = ("callback_query", "chat_boost", "removed_chat_boost")
"""Updates that name a group, but of which nothing is archived."""
ELSEWHERE = (
    "inline_query", "chosen_inline_result", "shipping_query", "pre_checkout_query", "poll",
    "poll_answer", "business_connection", "business_message", "edited_business_message",
    "deleted_business_messages", "purchased_paid_media", "managed_bot", "guest_message",
)  # fmt: skip
"""Updates that belong to no group the bot is in; nothing of them is archived."""
ALL = (*MESSAGES, *REACTIONS, *MEMBERS, *IN_CHATS, *ELSEWHERE)
"""All updates known, for `allowed_updates`; a newer server may know more."""

Sort = Literal["message", "reaction", "member", "chat", "elsewhere", "unknown"]


class Part(msgspec.Struct, frozen=True):
    """The one part of an update that tells something."""

    name: str
    body: dict[str, Any]

    @property
    def sort(self) -> Sort:
        """How the update is to be read."""
        if self.name in MESSAGES:
            return "message"
        if self.name in REACTIONS:
            return "reaction"
        if self.name in MEMBERS:
            return "member"
        if self.name in IN_CHATS:
            return "chat"
        return "elsewhere" if self.name in ELSEWHERE else "unknown"

    @property
    def chat(self) -> dict[str, Any]:
        """The chat it happened in, empty where none is named."""
        inner = dictionary(self.body.get("message"))
        return dictionary(self.body.get("chat")) or dictionary(inner.get("chat"))

    @property
    def number(self) -> Any:
        """The Bot API's number of the message it is about."""
        inner = dictionary(self.body.get("message"))
        return self.body.get("message_id", inner.get("message_id"))


def part(raw: bytes) -> Part:
    """Return the part of a raw update that tells something. Raises AdapterError if none does."""
    update = decode(raw)
    for name in ALL:
        if type(update.get(name)) is dict:
            return Part(name, update[name])
    for name, body in update.items():
        if type(body) is dict:
            return Part(name, body)
    raise AdapterError("the update tells nothing.")
