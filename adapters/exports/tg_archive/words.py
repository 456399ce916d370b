"""What database and site of tg-archive share: notices in words, files by their names, links."""

from __future__ import annotations

from typing import Any

from archive.records import Attachment

_NOTICES = {
    "user_joined": ("join", "{who} 加入了群聊"),
    "user_joined_by_link": ("join", "{who} 通过邀请链接加入了群聊"),
    "user_left": ("leave", "{who} 退出了群聊"),
}
_KINDS = {
    "jpg": "photo", "jpeg": "photo", "png": "photo", "webp": "sticker", "tgs": "sticker",
    "webm": "sticker", "mp4": "video", "mov": "video", "gif": "animation", "oga": "voice",
    "ogg": "voice", "mp3": "audio", "m4a": "audio", "flac": "audio",
}  # fmt: skip


def notice(kind: str, who: str) -> tuple[str, str] | None:
    """Return action and words of a row that tells who came or went; None for any other."""
    found = _NOTICES.get(kind)
    return (found[0], found[1].format(who=who or "有人")) if found else None


def attached(path: str | None, name: str | None) -> Attachment:
    """Return a file; tg-archive calls all of them photos, so their names tell what they are."""
    suffix = (path or name or "").rpartition(".")[2].lower()
    kind = _KINDS.get(suffix, "file")
    return Attachment(kind, name, path=path, missing=None if path else "not exported")


def link_of(url: str | None, title: str | None, description: str | None) -> dict[str, Any]:
    """Return what is known of a page that a message links to."""
    named = {"url": url, "name": title, "description": description}
    return {field: text for field, text in named.items() if text}
