"""Writes ChatLab 0.0.2 as JSON and JSONL, and reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from adapters.exports.format import Options
from adapters.exports.source import find_exports
from archive.records import AnyRecord, Group, Member, Message, Rejected

HEAD = {"version": "0.0.2", "exportedAt": 1703001600, "generator": "test"}
META = {"name": "技术交流群", "platform": "wechat", "type": "group", "groupId": "38988428513"}
MEMBERS: list[dict[str, Any]] = [
    {"platformId": "abc", "accountName": "张三", "groupNickname": "群主-张三", "aliases": ["老张"],
     "avatar": "data:,", "roles": [{"id": "vip", "name": "VIP"}, {"id": "owner"}]},
    {"platformId": "def", "accountName": "李四", "roles": [{"id": "tech", "name": "技术组"}]},
]  # fmt: skip
ROW = {
    "sender": "abc",
    "accountName": "张三",
    "timestamp": 1703001600,
    "type": 0,
    "content": "大家好",
}


def written(rows: list[Any], meta: Any = META, members: Any = MEMBERS) -> str:
    """Write the JSON form."""
    whole = {"chatlab": HEAD, "meta": meta, "members": members, "messages": rows}
    return json.dumps(whole, ensure_ascii=False, indent=1)


def lined(rows: list[Any], meta: Any = META) -> str:
    """Write the JSONL form."""
    head = {"_type": "header", "chatlab": HEAD, "meta": meta}
    lines = [head, *({"_type": "member", **m} for m in MEMBERS)]
    lines += [{"_type": "message", **row} for row in rows]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def read(path: Path, content: str | bytes, **options: Any) -> list[AnyRecord]:
    """Read what is found at a path after writing it there."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (export,) = find_exports(path)
    assert export.format.NAME == "chatlab"
    return list(export.read(Options(**options)))


T = TypeVar("T", Group, Member, Message, Rejected)


def of(records: list[AnyRecord], kind: type[T]) -> list[T]:
    """Pick the records of a kind."""
    return [record for record in records if isinstance(record, kind)]
