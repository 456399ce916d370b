"""Writes what MemoTrace writes as text: time and name, the text, an empty line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from writers.conversation import Conversation

VARIANTS = ("txt",)
_WORDS = {"photo": "【图片】", "voice": "【语音】", "video": "【视频】", "sticker": "【表情包】",
          "file": "【文件】"}  # fmt: skip


def write(conversation: Conversation, folder: Path, variant: str = "txt") -> Path:
    """Write the folder that names chat and id, with one file."""
    place = folder / f"{conversation.name}({conversation.id})"
    place.mkdir(parents=True)
    written = []
    for said in conversation.said:
        at = datetime.fromtimestamp(said.at, ZoneInfo(conversation.time_zone))
        head = at.strftime("%Y-%m-%d %H:%M:%S")
        head += f" {said.sender.name}" if said.sender else ""
        written.append(f"{head}\n{_WORDS[said.file.kind] if said.file else said.text}\n\n")
    path = place / f"{conversation.name}.{variant}"
    path.write_text("".join(written), "utf-8")
    return path
