"""Files, reactions and embeds of a Discord message."""

from __future__ import annotations

import mimetypes
from typing import Any

from archive.records import Attachment, Reaction

_FAMILIES = {"image": "photo", "video": "video", "audio": "audio"}
_MOST = 1000


def attachments(row: dict[str, Any]) -> tuple[Attachment, ...]:
    """Return files and stickers; `path` where the exporter downloaded them."""
    files = [_file(item) for item in _objects(row.get("attachments"))]
    return (*files, *(_sticker(item) for item in _objects(row.get("stickers"))))


def _file(item: dict[str, Any]) -> Attachment:
    name, size = _text(item.get("fileName")), item.get("fileSizeBytes")
    kind = mimetypes.guess_type(name or "")[0]
    family = _FAMILIES.get((kind or "").partition("/")[0], "file")
    if family == "audio" and name == "voice-message.ogg":
        family = "voice"
    path, missing = _place(_text(item.get("url")))
    whole = size if isinstance(size, int) and 0 <= size < 1 << 53 else None
    return Attachment(family, name, path=path, missing=missing, mime=kind, size=whole)


def _sticker(item: dict[str, Any]) -> Attachment:
    path, missing = _place(_text(item.get("sourceUrl")))
    return Attachment("sticker", _text(item.get("name")), path=path, missing=missing)


def _place(url: str | None) -> tuple[str | None, str | None]:
    if url is None:
        return None, "unavailable"
    if "://" in url:
        return None, "not exported"
    return url, None


def reactions(value: Any) -> tuple[Reaction, ...]:
    """Return the reactions with their counts and, where told, who gave them."""
    found = []
    for item in _objects(value):
        emoji = item.get("emoji")
        emoji = emoji if isinstance(emoji, dict) else {}
        number, name = _text(emoji.get("id")), _text(emoji.get("name"))
        count = item.get("count")
        people = [_text(user.get("id")) for user in _objects(item.get("users"))]
        members = tuple(f"discord:{person}" for person in people if person)
        if not isinstance(count, int) or not 0 < count < 1 << 31:
            count = max(len(members), 1)
        if name or number:
            shown = f"custom:{name or number}" if number else name or ""
            found.append(Reaction(shown, count, members))
    return tuple(found)


def embedded(value: Any) -> tuple[str, dict[str, Any] | None]:
    """Return what embeds say in words, and the link of the first."""
    words, link = [], None
    for embed in _objects(value):
        title, url = _text(embed.get("title")), _text(embed.get("url"))
        told = _text(embed.get("description"))
        fields = [_text(f.get(k)) for f in _objects(embed.get("fields")) for k in ("name", "value")]
        words += [part for part in (title, told, *fields) if part]
        if url and link is None:
            named = {"url": url, "name": title, "description": told}
            link = {field: text for field, text in named.items() if text}
    return "\n".join(words), link


def _objects(value: Any) -> list[dict[str, Any]]:
    items = value[:_MOST] if isinstance(value, list) else []
    return [item for item in items if isinstance(item, dict)]


def _text(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 127:
        return str(value)
    return value if isinstance(value, str) and value else None
