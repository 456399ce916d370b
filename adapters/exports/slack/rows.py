"""What one row of a Slack day file becomes."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from typing import Any

from adapters.exports.slack.mrkdwn import plain, read_text
from adapters.exports.slack.workspace import Workspace, name_of, object_of, text_of
from archive.keys import name_key
from archive.records import (
    AnyRecord,
    Attachment,
    EssenceMark,
    Group,
    Member,
    Message,
    Reaction,
    Recall,
    Rejected,
)

_TS = re.compile(r"(\d{9,11})\.\d{1,8}", re.ASCII)
_ACTIONS = {
    "channel_join": "join", "group_join": "join", "channel_leave": "leave", "group_leave": "leave",
    "channel_name": "title", "group_name": "title", "channel_topic": "topic",
    "group_topic": "topic", "channel_purpose": "purpose", "group_purpose": "purpose",
    "channel_archive": "archive", "channel_unarchive": "archive", "group_archive": "archive",
    "group_unarchive": "archive", "pinned_item": "pin_message", "reminder_add": "reminder",
    "bot_add": "invite", "bot_remove": "remove", "huddle_thread": "call", "sh_room_created": "call",
    "channel_convert_to_private": "system", "channel_posting_permissions": "system",
}  # fmt: skip
_SAID = (
    None, "bot_message", "me_message", "file_share", "file_comment", "file_mention",
    "thread_broadcast", "slackbot_response", "tombstone", "assistant_app_thread",
)  # fmt: skip
_KINDS = {"image": "photo", "video": "video", "audio": "audio"}
_KNOWN = frozenset((
    "type", "subtype", "text", "user", "ts", "team", "user_team", "source_team", "user_profile",
    "client_msg_id", "blocks", "files", "file", "upload", "display_as_bot", "reactions", "edited",
    "thread_ts", "parent_user_id", "reply_count", "reply_users", "reply_users_count",
    "latest_reply", "replies", "subscribed", "is_locked", "last_read", "bot_id", "bot_profile",
    "username", "icons", "app_id", "pinned_to", "pinned_info", "attachments", "inviter", "root",
    "hidden", "is_starred", "x_files", "topic", "purpose", "name", "old_name", "trigger_id",
    "permalink",
))  # fmt: skip
_MOST = 1000


class Rows:
    """Makes records of a channel's rows; remembers who has been named."""

    def __init__(self, group: Group, workspace: Workspace, folder: str) -> None:
        self._group = group
        self._workspace = workspace
        self._folder = folder
        self._named: dict[str, str | None] = {}

    def records(self, row: Any, where: str) -> Iterator[AnyRecord]:
        """Make what a row says: a message, a change of one, that one was taken back."""
        if not isinstance(row, dict):
            yield Rejected(where, "not an object")
            return
        subtype = text_of(row.get("subtype"))
        if subtype == "message_deleted" and (gone := text_of(row.get("deleted_ts"))):
            yield Recall(self._group.key, gone, seconds(row.get("ts")), _key(row.get("user")))
            return
        if subtype in ("message_changed", "message_replied"):
            inner = row.get("message")
            row = inner if isinstance(inner, dict) else row
            subtype = text_of(row.get("subtype"))
        number = text_of(row.get("ts"))
        if number is None:
            yield Rejected(where, "a message without ts")
            return
        yield from self._message(row, number, subtype)

    def _message(
        self, row: dict[str, Any], number: str, subtype: str | None
    ) -> Iterator[AnyRecord]:
        key, name = self._sender(row)
        if key and key not in self._named:
            self._named[key] = name
            member = self._workspace.member(key.partition(":")[2], self._group.key)
            bot = text_of(row.get("user")) is None
            yield member or Member(key, name, group_key=self._group.key, is_bot=bot)
        action = None if subtype in _SAID else _ACTIONS.get(subtype or "")
        written = row.get("text")
        text, spans = read_text(written if isinstance(written, str) else "", self._workspace.name)
        files = tuple(map(self._file, _files(row)))
        more, link = _attached(row.get("attachments"))
        kind = files[0].kind if files else "text"
        if not text and more:
            text, kind = more, kind if files else "link"
        service = action is not None and kind == "text"
        thread = text_of(row.get("thread_ts"))
        thread = thread if thread != number else None
        edited = object_of(row.get("edited"))
        message = Message(
            self._group.key, number, seconds(number), key, name,
            ("call" if action == "call" else "service") if service else kind, text,
            reply_to=thread, edited_at=seconds(edited.get("ts")),
            recalled=subtype == "tombstone", service=action if service else None,
            attachments=files, reactions=_reactions(row.get("reactions")), spans=spans,
            detail=_detail(row, subtype, action, link), quality=2,
        )  # fmt: skip
        yield message
        if isinstance(row.get("pinned_to"), list) and row["pinned_to"]:
            yield EssenceMark(self._group.key, number)

    def _sender(self, row: dict[str, Any]) -> tuple[str | None, str | None]:
        """Return key and shown name of a person or bot."""
        user = text_of(row.get("user"))
        if user:
            own = name_of(object_of(row.get("user_profile")))
            return f"slack:{user}", self._workspace.name(user) or own or user
        profile = object_of(row.get("bot_profile"))
        name = text_of(row.get("username")) or text_of(profile.get("name"))
        if bot := text_of(row.get("bot_id")):
            return f"slack:{bot}", name or bot
        comment = object_of(row.get("comment"))
        if user := text_of(comment.get("user")):
            return f"slack:{user}", self._workspace.name(user) or user
        return (name_key(self._group.key, name), name) if name else (None, None)

    def _file(self, item: dict[str, Any]) -> Attachment:
        name = text_of(item.get("name")) or text_of(item.get("title"))
        mime = text_of(item.get("mimetype"))
        sort = mime or mimetypes.guess_type(name or "")[0] or ""
        kind = _KINDS.get(sort.partition("/")[0], "file")
        if item.get("subtype") == "slack_audio":
            kind = "voice"
        missing = "not exported"
        if item.get("mode") in ("tombstone", "hidden_by_limit", "access_denied"):
            missing = "expired" if item["mode"] == "hidden_by_limit" else "unavailable"
        # programs that fetch the files lay them in the channel's folder
        path = self._beside(item, name)
        return Attachment(
            kind, name, path=path, missing=None if path else missing, mime=mime,
            size=_count(item.get("size")), width=_count(item.get("original_w")),
            height=_count(item.get("original_h")),
        )  # fmt: skip

    def _beside(self, item: dict[str, Any], name: str | None) -> str | None:
        number = text_of(item.get("id"))
        if number is None or name is None:
            return None
        written = (f"{number}-{name}", f"attachments/{number}-{name}", f"{number}/{name}")
        paths = [f"{self._folder}/{path}" for path in written]
        paths += [f"__uploads/{number}/{name}", f"files/{number}-{name}"]
        return next((path for path in paths if self._workspace.has(path)), None)


def seconds(ts: Any) -> int | None:
    """Read the seconds of a `ts`."""
    found = _TS.fullmatch(ts) if isinstance(ts, str) else None
    return int(found[1]) if found else None


def _key(user: Any) -> str | None:
    return f"slack:{user}" if text_of(user) else None


def _files(row: dict[str, Any]) -> list[dict[str, Any]]:
    listed = row.get("files") or ([row["file"]] if isinstance(row.get("file"), dict) else [])
    items = listed[:_MOST] if isinstance(listed, list) else []
    return [item for item in items if isinstance(item, dict)]


def _reactions(value: Any) -> tuple[Reaction, ...]:
    found = []
    for item in value[:_MOST] if isinstance(value, list) else ():
        name = text_of(item.get("name")) if isinstance(item, dict) else None
        if name is None:
            continue
        users = item.get("users")
        keys = tuple(filter(None, map(_key, users))) if isinstance(users, list) else ()
        found.append(Reaction(f":{name}:", _count(item.get("count")) or len(keys) or 1, keys))
    return tuple(found)


def _attached(value: Any) -> tuple[str, dict[str, Any] | None]:
    """Return what unfurled links and bots' cards say, and the first link."""
    words, link = [], None
    for item in value[:_MOST] if isinstance(value, list) else ():
        if not isinstance(item, dict):
            continue
        told = [text_of(item.get(field)) for field in ("pretext", "title", "text")]
        told = told if any(told) else [text_of(item.get("fallback"))]
        words += [plain(part) for part in told if part]
        url = text_of(item.get("title_link")) or text_of(item.get("from_url"))
        if url and link is None:
            named = {"url": url, "name": told[1] if len(told) > 1 else None}
            link = {field: part for field, part in named.items() if part}
    return "\n".join(words), link


def _detail(
    row: dict[str, Any], subtype: str | None, action: str | None, link: dict[str, Any] | None
) -> dict[str, Any]:
    detail: dict[str, Any] = {"link": link} if link else {}
    if row.get("attachments"):
        detail["attachments"] = row["attachments"]
    if subtype == "me_message":
        detail["me"] = True
    if row.get("edited") and seconds(object_of(row["edited"]).get("ts")) is None:
        detail["edited"] = True
    raw = {field: value for field, value in row.items() if field not in _KNOWN and value}
    if subtype not in _SAID and action is None:
        raw["subtype"] = subtype
    if row.get("blocks") and not row.get("text"):
        raw["blocks"] = row["blocks"]
    return {**detail, "raw": raw} if raw else detail


def _count(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 < value < 1 << 53 else None
