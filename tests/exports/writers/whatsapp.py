"""Writes a conversation as WhatsApp exports it: a text, with its files beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from writers.conversation import Conversation, File, Said

_LRM, _NARROW = "\u200e", "\u202f"


def _half(at: datetime, names: tuple[str, str]) -> tuple[str, str]:
    return str(at.hour % 12 or 12), names[at.hour >= 12]


def _android_en(at: datetime) -> str:
    return f"{at.month}/{at.day}/{at:%y, %H:%M} - "


def _android_en_12(at: datetime) -> str:
    hour, half = _half(at, ("AM", "PM"))
    return f"{at.month}/{at.day}/{at:%y}, {hour}:{at:%M}{_NARROW}{half} - "


def _android_zh(at: datetime) -> str:
    hour, half = _half(at, ("上午", "下午"))
    return f"{at.year}/{at.month}/{at.day} {half}{hour}:{at:%M} - "


def _ios_en(at: datetime) -> str:
    return f"[{at:%d/%m/%Y, %H:%M:%S}] "


def _ios_zh(at: datetime) -> str:
    hour, half = _half(at, ("上午", "下午"))
    return f"[{at.year}/{at.month}/{at.day} {half}{hour}:{at:%M:%S}] "


VARIANTS: dict[str, Callable[[datetime], str]] = {
    "android-en": _android_en,
    "android-en-12": _android_en_12,
    "android-zh": _android_zh,
    "ios-en": _ios_en,
    "ios-zh": _ios_zh,
}
"""How a row begins; Android's times are of minutes."""


def write(conversation: Conversation, folder: Path, variant: str = "android-en") -> Path:
    """Write the text and its files; return the text's path."""
    begin, zone = VARIANTS[variant], ZoneInfo(conversation.time_zone)
    folder.mkdir(parents=True, exist_ok=True)
    mark = _LRM if variant.startswith("ios") else ""
    rows = []
    for said in conversation.said:
        at = datetime.fromtimestamp(said.at, zone)
        if said.sender is None:
            rows.append(f"{mark}{begin(at)}{mark}{said.text}")
            continue
        rows.append(f"{begin(at)}{said.sender.name}: {_body(said, folder, variant)}")
    path = folder / _name(conversation.name, variant)
    end = "\r\n" if variant.startswith("ios") else "\n"
    path.write_text("".join(row + end for row in rows), "utf-8", newline="")
    return path


def _name(title: str, variant: str) -> str:
    if variant.startswith("ios"):
        return "_chat.txt"
    chinese = variant.endswith("zh")
    return f"与{title}的 WhatsApp 聊天.txt" if chinese else f"WhatsApp Chat with {title}.txt"


def _body(said: Said, folder: Path, variant: str) -> str:
    if said.file is None:
        return said.text
    told = _file(said.file, folder, variant)
    return f"{told}\n{said.text}" if said.text else told


def _file(file: File, folder: Path, variant: str) -> str:
    chinese = variant.endswith("zh")
    if not file.data:
        return "<省略多媒体文件>" if chinese else "<Media omitted>"
    (folder / file.name).write_bytes(file.data)
    if variant.startswith("ios"):
        return f"{_LRM}<附件：{file.name}>" if chinese else f"{_LRM}<attached: {file.name}>"
    return f"{file.name} (文件附件)" if chinese else f"{file.name} (file attached)"
