"""Writes what the chatlog program answers about a chat: JSON, CSV, and text."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from writers.conversation import Conversation, Said

VARIANTS = ("json", "csv", "text")
_TYPES = {"photo": 3, "voice": 34, "video": 43, "sticker": 47}
_NAMES = {"photo": "图片", "voice": "语音", "video": "视频", "sticker": "动画表情"}


def write(conversation: Conversation, folder: Path, variant: str = "json") -> Path:
    """Write one file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"chatlog.{'txt' if variant == 'text' else variant}"
    if variant == "json":
        rows = [_object(said, number, conversation)
                for number, said in enumerate(conversation.said)]  # fmt: skip
        path.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    elif variant == "csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(("Time", "SenderName", "Sender", "TalkerName", "Talker", "Content"))
            for said in conversation.said:
                name, sender = _who(said)
                table.writerow((_local(said, conversation), name, sender, conversation.name,
                                conversation.id, _content(said)))  # fmt: skip
    else:
        path.write_text("".join(_text(said, conversation) for said in conversation.said), "utf-8")
    return path


def _object(said: Said, number: int, conversation: Conversation) -> dict[str, Any]:
    kind = _TYPES.get(said.file.kind, 49) if said.file else 1
    name, sender = _who(said)
    at = datetime.fromtimestamp(said.at, ZoneInfo(conversation.time_zone))
    return {
        "seq": said.at * 1000 + number % 1000, "time": at.isoformat(), "talker": conversation.id,
        "talkerName": conversation.name, "isChatRoom": True, "sender": sender, "senderName": name,
        "isSelf": False, "type": kind if said.sender else 10000,
        "subType": 6 if kind == 49 else 0, "content": "" if said.file else said.text,
        "contents": {"title": said.file.name} if said.file and kind == 49 else {},
    }  # fmt: skip


def _text(said: Said, conversation: Conversation) -> str:
    name, sender = _who(said)
    head = f"{name}({sender}) [{conversation.name}({conversation.id})]"
    return f"{head} {_local(said, conversation)}\n{_content(said)}\n\n"


def _who(said: Said) -> tuple[str, str]:
    return (said.sender.name, said.sender.id) if said.sender else ("", "系统消息")


def _content(said: Said) -> str:
    if said.file is None:
        return said.text
    if said.file.kind == "photo":
        return "![图片](http://127.0.0.1:5030/image/0123456789abcdef)"
    if said.file.kind == "file":
        return f"[文件|{said.file.name}](http://127.0.0.1:5030/file/0123456789abcdef)"
    return f"[{_NAMES[said.file.kind]}]"


def _local(said: Said, conversation: Conversation) -> str:
    at = datetime.fromtimestamp(said.at, ZoneInfo(conversation.time_zone))
    return at.strftime("%Y-%m-%d %H:%M:%S")
