"""Writes a conversation as DiscordChatExporter writes a channel in JSON."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from writers.conversation import Conversation, File, Person, Said

GUILD = "900000000000000001"


VARIANTS = ("json",)


def write(conversation: Conversation, folder: Path, variant: str = "json") -> Path:
    """Write the JSON and the files it names; return the JSON's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"Server - {conversation.name} [{conversation.id}].json"
    zone = ZoneInfo(conversation.time_zone)
    rows = [_message(said, conversation, path, zone) for said in conversation.said]
    told = {
        "guild": {"id": GUILD, "name": "Server", "iconUrl": "https://cdn.example/icon.png"},
        "channel": {"id": conversation.id, "type": "GuildTextChat", "categoryId": "1",
                    "category": "Text", "name": conversation.name, "topic": None},
        "dateRange": {"after": None, "before": None},
        "exportedAt": "2026-01-01T00:00:00.0000000+00:00",
        "messages": rows,
        "messageCount": len(rows),
    }  # fmt: skip
    path.write_text(json.dumps(told, ensure_ascii=False, indent=2), "utf-8")
    return path


def _message(said: Said, conversation: Conversation, path: Path, zone: ZoneInfo) -> dict[str, Any]:
    at = datetime.fromtimestamp(said.at, zone).isoformat(timespec="milliseconds")
    kind = "Default" if said.sender else "GuildMemberJoin"
    row: dict[str, Any] = {
        "id": said.id, "type": "Reply" if said.reply_to else kind, "timestamp": at,
        "timestampEdited": None, "callEndedTimestamp": None, "isPinned": False,
        "content": said.text, "author": _author(said.sender),
        "attachments": [_attachment(said.file, said.id, path)] if said.file else [],
        "embeds": [], "stickers": [], "reactions": [], "mentions": [], "inlineEmojis": [],
    }  # fmt: skip
    if said.reply_to:
        row["reference"] = {"type": "Default", "messageId": said.reply_to,
                            "channelId": conversation.id, "guildId": GUILD}  # fmt: skip
    return row


def _author(person: Person | None) -> dict[str, Any]:
    who = person or Person("900000000000000002", "Somebody new")
    return {"id": who.id, "name": who.name, "discriminator": "0000", "nickname": who.name,
            "color": None, "isBot": False, "roles": [],
            "avatarUrl": "https://cdn.example/avatar.png"}  # fmt: skip


def _attachment(file: File, said: str, path: Path) -> dict[str, Any]:
    url = f"https://cdn.example/attachments/{said}/{file.name}"
    if file.data:
        beside = path.with_name(f"{path.name}_Files")
        beside.mkdir(exist_ok=True)
        (beside / file.name).write_bytes(file.data)
        url = f"{beside.name}/{file.name}"
    return {"id": f"8{said}", "url": url, "fileName": file.name, "fileSizeBytes": len(file.data)}
