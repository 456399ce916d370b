"""Writes what qq-chat-exporter writes: V5, V4, and V5 in chunks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from writers.conversation import Conversation, File, Said

VARIANTS = ("v5", "v4", "chunked")
_ELEMENTS = {"photo": "image", "video": "video", "voice": "audio", "file": "file"}
_FOLDERS = {"photo": "images", "video": "videos", "voice": "audios", "file": "files"}


def write(conversation: Conversation, folder: Path, variant: str = "v5") -> Path:
    """Write one JSON file with its resources, or manifest.json and its chunks."""
    folder.mkdir(parents=True, exist_ok=True)
    for said in conversation.said:
        if said.file:
            path = folder / _place(said.file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(said.file.data)
    make = _v4 if variant == "v4" else _v5
    rows = [make(said, number, conversation) for number, said in enumerate(conversation.said, 1)]
    if variant == "chunked":
        return _chunked(conversation, rows, folder)
    head = _head(conversation, variant)
    path = folder / f"group_{conversation.id}_20240101.json"
    path.write_text(json.dumps({**head, "messages": rows}, ensure_ascii=False, indent=2), "utf-8")
    return path


def _head(conversation: Conversation, variant: str) -> dict[str, Any]:
    said = conversation.said
    people = {s.sender.id: s.sender.name for s in said if s.sender}
    version = "4.9.0" if variant == "v4" else "5.0.0"
    return {
        "metadata": {"name": "QQChatExporter / QQ", "copyright": "", "version": version},
        "chatInfo": {
            "name": conversation.name, "type": "group", "avatar": "", "participantCount":
            len(people), "selfUid": "u_self", "selfUin": "10001", "selfName": "我",
            "peerUid": conversation.id, "peerUin": conversation.id,
        },
        "statistics": {
            "totalMessages": len(said),
            "timeRange": {"start": _iso(said[0].at), "end": _iso(said[-1].at), "durationDays": 1},
            "messageTypes": {},
            "senders": [{"uid": f"u_{i}", "name": n, "messageCount": 1, "percentage": 1}
                        for i, n in people.items()],
            "resources": {"total": 0, "byType": {}, "totalSize": 0},
        },
    }  # fmt: skip


def _chunked(conversation: Conversation, rows: list[dict[str, Any]], folder: Path) -> Path:
    chunks, most = [], max(1, (len(rows) + 1) // 2)
    (folder / "chunks").mkdir()
    for index, start in enumerate(range(0, len(rows), most), 1):
        part = rows[start : start + most]
        name = f"c{index:06d}.jsonl"
        written = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in part)
        (folder / "chunks" / name).write_text(written, "utf-8")
        chunks.append({
            "index": index, "fileName": name, "relativePath": f"chunks/{name}",
            "start": part[0]["time"], "end": part[-1]["time"], "count": len(part),
            "bytes": len(written.encode()), "startTsMs": part[0]["timestamp"],
            "endTsMs": part[-1]["timestamp"],
        })  # fmt: skip
    manifest = _head(conversation, "v5") | {
        "chunked": {
            "format": "chunked-jsonl", "chunksDir": "chunks", "chunkFileExt": ".jsonl",
            "maxMessagesPerChunk": most, "maxBytesPerChunk": 1 << 25, "chunks": chunks,
        },
    }  # fmt: skip
    path = folder / "manifest.json"
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=2), "utf-8")
    return path


def _v5(said: Said, number: int, conversation: Conversation) -> dict[str, Any]:
    sender = said.sender
    told = {"uid": f"u_{sender.id}", "uin": sender.id, "name": sender.name} if sender else {
        "uid": "", "uin": "0", "name": "系统消息"}  # fmt: skip
    elements: list[dict[str, Any]] = []
    answered = _answered(said, conversation)
    if answered:
        elements.append({"type": "reply", "data": {
            "referencedMessageId": answered.id, "replyMsgId": answered.id, "msgId": "0",
            "senderName": answered.sender.name if answered.sender else "",
            "content": answered.text, "timestamp": answered.at, "elements": [],
        }})  # fmt: skip
    if said.text:
        elements.append({"type": "text" if sender else "system", "data": {"text": said.text}})
    if said.file:
        elements.append({"type": _ELEMENTS[said.file.kind], "data": {"filename": said.file.name}})
    return {
        "id": said.id, "seq": str(number), "timestamp": said.at * 1000,
        "time": _local(said.at, conversation), "sender": told, "type": "type_1",
        "content": {
            "text": said.text, "html": "", "elements": elements,
            "resources": [_resource(said.file)] if said.file else [], "mentions": [],
        },
        "recalled": False, "system": sender is None,
    }  # fmt: skip


def _v4(said: Said, number: int, conversation: Conversation) -> dict[str, Any]:
    row = _v5(said, number, conversation)
    sender, answered = said.sender, _answered(said, conversation)
    content = {**row["content"], "raw": ""}
    content["elements"] = [e for e in content["elements"] if e["type"] != "reply"]
    if answered:
        content["reply"] = {
            "messageId": answered.id, "referencedMessageId": answered.id,
            "senderName": answered.sender.name if answered.sender else "",
            "content": answered.text,
        }  # fmt: skip
    return {
        "messageId": said.id, "messageSeq": str(number), "timestamp": _iso(said.at),
        "messageType": 2, "isSystemMessage": sender is None, "isRecalled": False,
        "sender": row["sender"], "content": content,
        "rawMessage": {"senderUin": sender.id if sender else "0", "sendMemberName": "",
                       "sendNickName": sender.name if sender else ""},
    }  # fmt: skip


def _answered(said: Said, conversation: Conversation) -> Said | None:
    return next((s for s in conversation.said if s.id == said.reply_to), None)


def _resource(file: File) -> dict[str, Any]:
    return {"type": _ELEMENTS[file.kind], "filename": file.name, "size": len(file.data),
            "url": "", "localPath": _place(file), "width": 0, "height": 0}  # fmt: skip


def _place(file: File) -> str:
    return f"resources/{_FOLDERS[file.kind]}/{file.name}"


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _local(at: int, conversation: Conversation) -> str:
    zone = ZoneInfo(conversation.time_zone)
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M:%S")
