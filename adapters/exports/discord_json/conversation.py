"""What a channel and its messages become, of DiscordChatExporter's fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from adapters.exports.discord_json.content import attachments, embedded, reactions
from adapters.exports.format import ExportFile, Options
from adapters.exports.proposal import proposed_group, stem
from archive.keys import name_key
from archive.records import AnyRecord, EssenceMark, Forward, Group, Member, Message, Rejected

_PRIVATE = ("DirectTextChat", "DirectGroupTextChat")
_ACTIONS = {
    "RecipientAdd": "invite", "RecipientRemove": "remove", "Call": "call",
    "ChannelNameChange": "title", "ChannelIconChange": "photo",
    "ChannelPinnedMessage": "pin_message", "GuildMemberJoin": "join", "ThreadCreated": "topic",
    "ThreadStarterMessage": "topic",
}  # fmt: skip
_SAID = ("Default", "Reply", "ApplicationCommand", "ContextMenuCommand", "19", "20", "23")
"""Types of messages that somebody wrote; newer ones come as numbers."""
_PLAIN = frozenset((
    "id", "type", "timestamp", "timestampEdited", "content", "author", "attachments", "reactions",
    "reference", "forwardedMessage", "isPinned", "callEndedTimestamp", "mentions", "inlineEmojis",
    "embeds", "stickers",
))  # fmt: skip
_MOST_KNOWN = 100_000
_ROLES = ("owner", "admin")


def group_of(own: dict[str, Any], file: ExportFile, options: Options) -> Group:
    """Make the group of the head of a file: `Guild / channel`."""
    channel, guild = _object(own.get("channel")), _object(own.get("guild"))
    written = string(channel.get("type")) or ""
    names = [] if written in _PRIVATE else [string(guild.get("name"))]
    if written.endswith("Thread"):  # the category of a thread is its channel
        names.append(string(channel.get("category")))
    names.append(string(channel.get("name")))
    title = " / ".join(filter(None, names)) or stem(file)
    kind = "private" if written == "DirectTextChat" else "group"
    number = string(channel.get("id"))
    if number is None:
        return proposed_group("discord", title, options, kind)
    return Group(f"discord:{number}", title, kind)


class Conversation:
    """Makes records of a channel's messages; remembers who has been named."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self._named: dict[str, tuple[str | None, ...]] = {}

    def records(self, row: Any, where: str) -> Iterator[AnyRecord]:
        """Make a message, and before it its author when new or called otherwise."""
        if not isinstance(row, dict):
            yield Rejected(where, "not an object")
            return
        number, sent_at = string(row.get("id")), moment(row.get("timestamp"))
        if number is None and sent_at is None:
            yield Rejected(where, "a message with neither id nor timestamp")
            return
        author = _object(row.get("author"))
        name = string(author.get("nickname")) or string(author.get("name"))
        key = self._key(author, name)
        if key:
            yield from self._met(key, author)
        yield self._message(row, number, sent_at, key, name)
        if number and row.get("isPinned") is True:
            yield EssenceMark(self.group.key, number)

    def _key(self, author: dict[str, Any], name: str | None) -> str | None:
        if number := string(author.get("id")):
            return f"discord:{number}"
        return name_key(self.group.key, name) if name else None

    def _met(self, key: str, author: dict[str, Any]) -> Iterator[Member]:
        username, nickname = string(author.get("name")), string(author.get("nickname"))
        roles = author.get("roles")
        named = [string(r.get("name")) for r in roles if isinstance(r, dict)] if (
            isinstance(roles, list)
        ) else []  # fmt: skip
        lower = {name.lower(): name for name in named if name}
        role = next((r for r in _ROLES if r in lower), next(iter(lower.values()), None))
        told = (username, nickname, role)
        if self._named.get(key) == told:
            return
        if len(self._named) >= _MOST_KNOWN:
            self._named.clear()
        self._named[key] = told
        yield Member(
            key, username, username=username, group_key=self.group.key,
            group_name=nickname if nickname != username else None, role=role,
            is_bot=author.get("isBot") is True,
        )  # fmt: skip

    def _message(
        self,
        row: dict[str, Any],
        number: str | None,
        sent_at: int | None,
        key: str | None,
        name: str | None,
    ) -> Message:
        written = row.get("type")
        action = _ACTIONS.get(written) if isinstance(written, str) else None
        said = action is None and (written in _SAID or written is None)
        text = string(row.get("content"), strip=False) or ""
        files, forward, detail = attachments(row), None, self._detail(row, written, said or action)
        forwarded = row.get("forwardedMessage")
        if isinstance(forwarded, dict):
            text = text or string(forwarded.get("content"), strip=False) or ""
            files += attachments(forwarded)
            forward = Forward(sent_at=moment(forwarded.get("timestamp")))
        reply_to, source = self._reference(row.get("reference"), forward is not None)
        if forward and source:
            forward = Forward(key=source, sent_at=forward.sent_at)
        embed_text, link = embedded(row.get("embeds"))
        kind = files[0].kind if files else "text"
        if not text and embed_text:
            text, kind = embed_text, kind if files else "link"
        if link:
            detail["link"] = link
        if not said:
            kind = "call" if action == "call" else "service" if action or not text else kind
        return Message(
            self.group.key, number, sent_at, key, name if key else None, kind, text,
            reply_to=reply_to if said else None, edited_at=moment(row.get("timestampEdited")),
            service=(action or "system") if kind == "service" else None, attachments=files,
            reactions=reactions(row.get("reactions")), forward=forward, detail=detail, quality=2,
        )  # fmt: skip

    def _detail(self, row: dict[str, Any], written: Any, known: Any) -> dict[str, Any]:
        detail: dict[str, Any] = {}
        if row.get("embeds"):
            detail["embeds"] = row["embeds"]
        if row.get("callEndedTimestamp"):
            detail["call_ended_at"] = row["callEndedTimestamp"]
        raw = {field: value for field, value in row.items() if field not in _PLAIN and value}
        if not known:
            raw["type"] = written
        return {**detail, "raw": raw} if raw else detail

    def _reference(self, told: Any, forwarded: bool) -> tuple[str | None, str | None]:
        """Return the message a message answers, and the channel a forward is from."""
        reference = _object(told)
        message, channel = string(reference.get("messageId")), string(reference.get("channelId"))
        place = f"discord:{channel}" if channel else self.group.key
        if forwarded or reference.get("type") == "Forward":
            return None, place if channel else None
        if message is None:
            return None, None
        return message if place == self.group.key else f"{place}:{message}", None


def moment(value: Any) -> int | None:
    """Read `2023-06-30T16:14:05.123+08:00`; without an offset it is UTC. None for anything else."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(value)
        return int((found if found.tzinfo else datetime.fromisoformat(f"{value}Z")).timestamp())
    except (ValueError, OverflowError):
        return None


def string(value: Any, strip: bool = True) -> str | None:
    """Return a string that is not empty, or a whole number as one; else None."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 127:
        return str(value)
    if not isinstance(value, str):
        return None
    return (value.strip() if strip else value) or None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
