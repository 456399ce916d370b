"""Writes what EchoTrace writes of a WeChat chat, and what WeFlow makes of the same."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from writers.conversation import Conversation, Said

VARIANTS = ("echotrace", "weflow")
_TYPES = {
    "text": ("文本消息", 1), "photo": ("图片消息", 3), "voice": ("语音消息", 34),
    "video": ("视频消息", 43), "file": ("文件消息", 49), "sticker": ("动画表情", 47),
}  # fmt: skip


def write(conversation: Conversation, folder: Path, variant: str = "echotrace") -> Path:
    """Write one JSON file; what was sent lies in a folder beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    said = conversation.said
    whole: dict[str, Any] = {}
    if variant == "weflow":
        whole["weflow"] = {"version": "1.0.3", "exportedAt": said[-1].at, "generator": "WeFlow"}
    whole["session"] = {
        "wxid": conversation.id, "nickname": conversation.name, "remark": "",
        "displayName": conversation.name, "type": "群聊", "lastTimestamp": said[-1].at,
        "messageCount": len(said),
    }  # fmt: skip
    whole["messages"] = [_row(s, n, conversation, folder) for n, s in enumerate(said, 1)]
    people = {s.sender.id: s.sender.name for s in said if s.sender}
    if variant == "weflow":
        whole["avatars"] = dict.fromkeys(people, "data:image/png;base64,AAAA")
    else:
        whole["avatars"] = {
            wxid: {"displayName": name, "base64": "AAAA"} for wxid, name in people.items()
        }
        whole["exportTime"] = said[-1].at
    path = folder / f"{conversation.name}.json"
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=2), "utf-8")
    return path


def _row(said: Said, number: int, conversation: Conversation, folder: Path) -> dict[str, Any]:
    named, kind = _TYPES[said.file.kind if said.file else "text"]
    if said.sender is None:
        named, kind = "系统消息", 10000
    at = datetime.fromtimestamp(said.at, ZoneInfo(conversation.time_zone))
    row: dict[str, Any] = {
        "localId": number, "createTime": said.at, "formattedTime": at.strftime("%Y-%m-%d %H:%M:%S"),
        "type": named, "localType": kind, "content": said.text if not said.file else f"[{named}]",
        "isSend": 0 if said.sender else None,
        "senderUsername": said.sender.id if said.sender else None,
        "senderDisplayName": said.sender.name if said.sender else "", "source": "",
    }  # fmt: skip
    if said.sender:
        row["senderAvatarKey"] = said.sender.id
    if said.file:
        row["mediaPath"] = f"media/{said.file.name}"
        (folder / "media").mkdir(exist_ok=True)
        (folder / "media" / said.file.name).write_bytes(said.file.data)
    return row
