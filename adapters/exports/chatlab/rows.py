"""What one member or message of a ChatLab file becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from adapters.exports.format import ExportFile, Options
from adapters.exports.proposal import proposed_group, stem
from adapters.notices import action_of
from archive.keys import name_key
from archive.records import AnyRecord, Attachment, Group, Member, Message, Rejected

KINDS = {
    0: "text", 1: "photo", 2: "voice", 3: "video", 4: "file", 5: "sticker", 7: "link",
    8: "location", 20: "red_packet", 21: "transfer", 22: "poke", 23: "call", 24: "card",
    25: "text", 26: "forward", 27: "contact", 80: "service", 81: "service", 99: "unknown",
}  # fmt: skip
RECALL = 81
SYSTEM = "SYSTEM"
"""The sender id reserved for rows that nobody sent."""
_PLATFORMS = {"weixin": "wechat", "wx": "wechat", "tg": "telegram"}
_MEDIA = ("photo", "voice", "video", "file", "sticker")
_ROLES = ("owner", "admin")
_placeholder = re.compile(
    r"[\[【](?:图片|圖片|语音|語音|视频|影片|文件|檔案|表情|动画表情|表情包|動態貼圖|"
    r"image|photo|voice|video|file|sticker|emoji)[\]】]",
    re.IGNORECASE,
)
_place = re.compile(r"[^\s:*?\"<>|]{1,800}[/\\][^\r\n/\\:*?\"<>|]{1,200}\.[0-9A-Za-z]{2,5}")
"""`media/IMG 1.jpg`: white space in a folder's name would be words."""
_LATEST = 1 << 53


def headed(meta: Any, file: ExportFile, options: Options) -> Group:
    """Make the group from the `meta` of a file; a wrong one leaves the file's name."""
    meta = meta if isinstance(meta, dict) else {}
    platform = re.sub(r"[^a-z0-9_-]", "", str(meta.get("platform") or "").lower())
    platform = _PLATFORMS.get(platform, platform) or "chatlab"
    title = _string(meta.get("name")) or stem(file)
    kind = "private" if meta.get("type") == "private" else "group"
    group_id = _string(meta.get("groupId"))
    if not group_id:
        return proposed_group(platform, title, options, kind)
    aliases: tuple[str, ...] = ()
    if platform == "wechat" and group_id.isdecimal():
        aliases = (f"wechat:{group_id}@chatroom",)
    return Group(f"{platform}:{group_id}", title, kind, aliases=aliases)


class Conversation:
    """Makes records of a file's rows; remembers who has been named."""

    def __init__(self, group: Group, file: ExportFile) -> None:
        self.group = group
        self._file = file
        self._platform = group.key.partition(":")[0]
        self._named: dict[str, tuple[str | None, str | None] | None] = {}

    def member(self, row: Any, where: str) -> Iterator[AnyRecord]:
        """Make a Member of a row of `members`."""
        key = self._key(row.get("platformId")) if isinstance(row, dict) else None
        if key is None:
            yield Rejected(where, "a member without platformId")
            return
        aliases = row.get("aliases")
        self._named[key] = None
        yield Member(
            key,
            name=_string(row.get("accountName")),
            group_key=self.group.key,
            group_name=_string(row.get("groupNickname")),
            role=_role(row.get("roles")),
            other_names=tuple(filter(None, map(_string, aliases)))
            if isinstance(aliases, list)
            else (),
        )

    def message(self, row: Any, where: str) -> Iterator[AnyRecord]:
        """Make a Message of a row of `messages`, before it its sender if not named so far."""
        if not isinstance(row, dict):
            yield Rejected(where, "not an object")
            return
        message_id, sent_at = _string(row.get("platformMessageId")), seconds(row.get("timestamp"))
        if message_id is None and sent_at is None:
            yield Rejected(where, "a message with neither platformMessageId nor timestamp")
            return
        name, nickname = _string(row.get("accountName")), _string(row.get("groupNickname"))
        sender = self._sender(row.get("sender"), name)
        if sender and self._named.get(sender, ()) not in ((name, nickname), None):
            self._named[sender] = (name, nickname)
            yield Member(sender, name, group_key=self.group.key, group_name=nickname)
        yield self._message(row, message_id, sent_at, sender, nickname or name)

    def _message(
        self,
        row: dict[str, Any],
        message_id: str | None,
        sent_at: int | None,
        sender: str | None,
        name: str | None,
    ) -> Message:
        number, content = row.get("type"), row.get("content")
        kind = KINDS.get(number, "unknown") if isinstance(number, int) else "unknown"
        text = content if isinstance(content, str) else ""
        detail: dict[str, Any] = {}
        if (kind == "unknown" and number != 99) or not isinstance(content, str | None):
            detail = {"raw": {"type": number, "content": content}}
        if row.get("sender") == SYSTEM:
            kind = "service"
        attachments = self._attachments(kind, text)
        if attachments and (
            attachments[0].path
            or _placeholder.fullmatch(text.strip())
            or _place.fullmatch(text.strip())
        ):
            text = ""  # it stands for the file
        recalled = number == RECALL
        service = None
        if kind == "service":
            service = "recall" if recalled else action_of(text)
        return Message(
            self.group.key, message_id, sent_at, sender, name if sender else None, kind, text,
            reply_to=_string(row.get("replyToMessageId")), recalled=recalled, service=service,
            attachments=attachments, detail=detail, quality=2,
        )  # fmt: skip

    def _attachments(self, kind: str, text: str) -> tuple[Attachment, ...]:
        if kind not in _MEDIA:
            return ()
        written = text.strip()
        if _placeholder.fullmatch(written) or len(written) > 1024 or "\n" in written:
            written = ""
        if written and "://" not in written:
            name = written.replace("\\", "/").rpartition("/")[2]
            # one that names a folder was a file's place even where the folder was lost since
            if self._file.beside(written):
                return (Attachment(kind, name, path=written),)
            if _place.fullmatch(written):
                return (Attachment(kind, name, missing="not exported"),)
        named = written if written and kind == "file" else None
        return (Attachment(kind, named, missing="not exported"),)

    def _sender(self, sender: Any, name: str | None) -> str | None:
        if sender == SYSTEM:
            return None
        return self._key(sender) or (name_key(self.group.key, name) if name else None)

    def _key(self, platform_id: Any) -> str | None:
        found = _string(platform_id)
        return f"{self._platform}:{found}" if found and found != SYSTEM else None


def seconds(value: Any) -> int | None:
    """Read a Unix time given in seconds or milliseconds, as a number or in digits."""
    try:
        number = int(value) if not isinstance(value, bool) else None
    except (TypeError, ValueError, OverflowError):
        return None
    if number is None or abs(number) >= _LATEST:
        return None
    return number // 1000 if abs(number) > 10**11 else number


def _string(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 1 << 127 else None
    return value.strip() or None if isinstance(value, str) else None


def _role(roles: Any) -> str | None:
    if not isinstance(roles, list):
        return None
    ids = [role.get("id") for role in roles if isinstance(role, dict)]
    for standard in _ROLES:
        if standard in ids:
            return standard
    names = [_string(r.get("name")) or _string(r.get("id")) for r in roles if isinstance(r, dict)]
    return next((name for name in names if name), None)
