"""Writes a conversation as LINE exports it: a text of days, times, names and words."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from writers.conversation import Conversation, Said

_WORDS = {
    "zh": {"photo": "[照片]", "video": "[影片]", "voice": "[語音訊息]", "file": "[檔案]",
           "sticker": "[貼圖]"},
    "en": {"photo": "[Photo]", "video": "[Video]", "voice": "[Voice message]", "file": "[File]",
           "sticker": "[Sticker]"},
}  # fmt: skip
_DAYS = "一二三四五六日"


VARIANTS = ("zh", "en")


def write(conversation: Conversation, folder: Path, variant: str = "zh") -> Path:
    """Write the text in one of two languages; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    zone = ZoneInfo(conversation.time_zone)
    chinese = variant == "zh"
    title = conversation.name
    if chinese:
        rows = [f"[LINE] {title}的聊天记录", "保存日期：2026/1/30 12:00", ""]
    else:
        rows = [f"[LINE] Chat history in {title}", "Saved on: 2026.01.30 12:00", ""]
    last = ""
    for said in conversation.said:
        at = datetime.fromtimestamp(said.at, zone)
        day = _chinese(at) if chinese else f"{at:%Y.%m.%d %A}"
        if day != last:
            rows += [*([""] if last else []), day]
            last = day
        name = said.sender.name if said.sender else ""
        rows.append(f"{at:%H:%M}\t{name}\t{_body(said, variant)}")
    path = folder / (f"[LINE] {title}的聊天记录.txt" if chinese else f"[LINE] Chat in {title}.txt")
    path.write_text("\r\n".join(rows) + "\r\n", "utf-8-sig", newline="")
    return path


def _chinese(at: datetime) -> str:
    return f"{at.year}/{at.month}/{at.day}({_DAYS[at.weekday()]})"


def _body(said: Said, variant: str) -> str:
    if said.file:
        return _WORDS[variant].get(said.file.kind, _WORDS[variant]["file"])
    if "\n" in said.text:
        return '"' + said.text.replace('"', '""') + '"'
    return said.text
