"""What the text under a QQ header says: a photo, a file, a notice of the system, or words."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from adapters.notices import action_of
from archive.records import Attachment

_PLACEHOLDERS = {
    "图片": "photo", "闪照": "photo", "表情": "sticker", "语音": "voice", "视频": "video",
    "文件": "file", "戳一戳": "poke", "窗口抖动": "poke", "QQ红包": "red_packet",
    "红包": "red_packet", "位置": "location", "语音通话": "call", "视频通话": "call",
}  # fmt: skip
_MEDIA = ("photo", "sticker", "voice", "video", "file")
_only_placeholders = re.compile(rf"(?:\[(?:{'|'.join(_PLACEHOLDERS)})\]\s*)+")
_placeholder = re.compile(r"\[([^\[\]]+)\]")
_share = re.compile(
    r"(?:\[图片\]\s*)?(?P<who>\S.*?)?\s*分享文件\s+\d{1,2}:\d{2}(?::\d{2})?\s+"
    r'"(?P<file>.+)"\s*下载',
    re.DOTALL,
)
_level = re.compile(r"【([^【】]{1,30})】(?=.)", re.DOTALL)
_ROLES = {"群主": "owner", "管理员": "admin"}


class Content(NamedTuple):
    """What a body holds."""

    kind: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    service: str | None = None
    who: str | None = None
    """The name of the sharer, where a system row tells of a shared file."""


class Card(NamedTuple):
    """A name in a group as the header shows it."""

    name: str
    title: str | None
    role: str | None


def card_of(written: str) -> Card:
    """Split the level or title that stands before a name: `【管理员】Alice`."""
    found = _level.match(written)
    if found is None:
        return Card(written.strip(), None, None)
    title = found[1]
    return Card(written[found.end() :].strip(), title, _ROLES.get(title, title))


def content_of(body: str, system: bool = False) -> Content:
    """Tell the kind of a body."""
    if system:
        return _notice(body)
    bare = body.strip()
    if not bare.startswith("[") or not _only_placeholders.fullmatch(bare):
        return Content("text", body)
    kinds = [_PLACEHOLDERS[name] for name in _placeholder.findall(bare)]
    kind = kinds[0]
    attachments = tuple(Attachment(k, missing="not exported") for k in kinds if k in _MEDIA)
    return Content(kind, "" if kind in _MEDIA else bare, attachments)


def _notice(body: str) -> Content:
    shared = _share.fullmatch(body.strip())
    if shared:
        file = Attachment("file", shared["file"], missing="not exported")
        return Content("file", "", (file,), "file", shared["who"])
    text = body.removeprefix("[图片]")
    return Content("service", text, service=action_of(text))


def badge_detail(card: Card) -> dict[str, Any]:
    """What a message keeps of the title that its sender wore."""
    return {"badge": card.title} if card.title else {}
