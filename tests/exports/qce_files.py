"""Writes what qq-chat-exporter writes, V5, V4 and in chunks, and reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from adapters.exports.format import Options
from adapters.exports.source import find_exports
from archive.records import AnyRecord, Message

INFO = {"name": "技术群", "type": "group", "peerUid": "88990011", "peerUin": "88990011",
        "selfUid": "u_me", "selfUin": "10001", "selfName": "我"}  # fmt: skip
ALICE = {"uid": "u_alice", "uin": "11111", "name": "小爱", "nickname": "Alice", "groupCard": "小爱"}
AT = 1704067200


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "data": {"text": said}}


def row(number: int = 1, *elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Write a V5 message."""
    content = {"text": "…", "html": "", "elements": list(elements) or [text("你好")],
               "resources": more.pop("resources", []), "mentions": []}  # fmt: skip
    return {"id": f"73{number:017d}", "seq": str(5000 + number), "timestamp": (AT + number) * 1000,
            "time": "2024-01-01 08:00:00", "sender": ALICE, "type": "type_1", "content": content,
            "recalled": False, "system": False, **more}  # fmt: skip


def whole(rows: list[Any], info: Any = INFO) -> str:
    """Write the single file of V5."""
    head = {"metadata": {"name": "QQChatExporter V5", "copyright": "x", "version": "5.0.0"},
            "chatInfo": info, "statistics": {"totalMessages": len(rows)}}  # fmt: skip
    told = {**head, "messages": rows, "avatars": {"11111": "data:image/png;base64,AAAA"}}
    return json.dumps(told, ensure_ascii=False, indent=2)


def chunked(folder: Path, parts: list[list[Any]], info: Any = INFO) -> Path:
    """Write a manifest with its chunks."""
    (folder / "chunks").mkdir(parents=True)
    listed = []
    for number, rows in enumerate(parts, 1):
        name = f"c{number:06d}.jsonl"
        lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows)
        (folder / "chunks" / name).write_text(lines)
        listed.append({"index": number, "fileName": name, "relativePath": f"chunks/{name}",
                       "count": len(rows)})  # fmt: skip
    told = {"metadata": {"name": "QQChatExporter V5", "version": "5"}, "chatInfo": info,
            "chunked": {"format": "chunked-jsonl", "chunksDir": "chunks",
                        "chunkFileExt": ".jsonl", "chunks": listed},
            "avatars": {"file": "avatars.json", "count": 0}}  # fmt: skip
    path = folder / "manifest.json"
    path.write_text(json.dumps(told, ensure_ascii=False))
    return path


def read(path: Path, content: str | None = None, **options: Any) -> list[AnyRecord]:
    """Read what is found at a path after writing it there."""
    if content is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (export,) = find_exports(path)
    assert export.format.NAME == "qq-chat-exporter"
    return list(export.read(Options(**options)))


def said(records: list[AnyRecord]) -> list[Message]:
    return [record for record in records if isinstance(record, Message)]


def one(folder: Path, *elements: dict[str, Any], **more: Any) -> Message:
    """Read one message of these elements."""
    (message,) = said(read(folder / "a.json", whole([row(1, *elements, **more)])))
    return message
