"""Writes what PyWxDump writes: pages of CSV or JSON, and users.json."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from writers.conversation import Conversation, Said

VARIANTS = ("csv", "json")
PAGE = 5000
_COLUMNS = ("id", "MsgSvrID", "type_name", "is_sender", "talker", "room_name", "msg", "src",
            "CreateTime")  # fmt: skip
_NAMES = {"photo": "图片", "voice": "语音", "video": "视频", "file": "文件", "sticker": "表情"}


def write(conversation: Conversation, folder: Path, variant: str = "csv") -> Path:
    """Write the folder of a chat, named by its id."""
    place = folder / conversation.id
    place.mkdir(parents=True)
    people = {said.sender.id: said.sender.name for said in conversation.said if said.sender}
    users = {wxid: {"wxid": wxid, "nickname": name, "remark": "", "account": ""}
             for wxid, name in {**people, conversation.id: conversation.name}.items()}  # fmt: skip
    (place / "users.json").write_text(json.dumps(users, ensure_ascii=False), "utf-8")
    rows = [_row(said, number, conversation, place)
            for number, said in enumerate(conversation.said, 1)]  # fmt: skip
    for start in range(0, len(rows), PAGE):
        part = rows[start : start + PAGE]
        path = place / f"{conversation.id}_{start}_{start + PAGE}.{variant}"
        if variant == "json":
            path.write_text(json.dumps(part, ensure_ascii=False, indent=4), "utf-8")
            continue
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            table = csv.DictWriter(file, _COLUMNS)
            table.writeheader()
            table.writerows(part)
    return place


def _row(said: Said, number: int, conversation: Conversation, place: Path) -> dict[str, object]:
    kind, message, source = "文本", said.text, ""
    if said.file:
        kind = message = _NAMES[said.file.kind]
        source = f"media/{said.file.name}"
        (place / "media").mkdir(exist_ok=True)
        (place / source).write_bytes(said.file.data)
    if said.sender is None:
        kind = "系统通知"
    at = datetime.fromtimestamp(said.at, ZoneInfo(conversation.time_zone))
    return {
        "id": number, "MsgSvrID": said.id, "type_name": kind, "is_sender": 0,
        "talker": said.sender.id if said.sender else "系统", "room_name": conversation.id,
        "msg": message, "src": source, "CreateTime": at.strftime("%Y-%m-%d %H:%M:%S"),
    }  # fmt: skip
