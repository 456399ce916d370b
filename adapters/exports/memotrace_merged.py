"""Unfolds a merged record that the new CSV writes as indented lines of text."""

from __future__ import annotations

import re

from adapters.wechat_xml.content import DEEPEST, NOT_EXPORTED, Place
from adapters.wechat_xml.record import MOST, local_time
from archive.records import Attachment, Message

_line = re.compile(
    r"(?P<indent> *)- (?P<time>\d{4}-\d{1,2}-\d{1,2} \S*? ?\d{1,2}:\d{2}(?::\d{2})?) "
    r"(?P<name>.{0,60}?): (?P<text>.*)"
)
_MEDIA = {"【图片】": "photo", "【视频】": "video", "【表情包】": "sticker", "【语音】": "voice"}
_RECORD = "【合并转发的聊天记录】"
_STEP = 4
"""Spaces that a record in a record is indented."""


def unfolded(written: str, place: Place) -> tuple[Message, ...]:
    """Read the lines under the heading of a record."""
    return _messages(written.split("\n")[: 4 * MOST], place)


def _messages(lines: list[str], place: Place) -> tuple[Message, ...]:
    starts = [n for n, line in enumerate(lines) if _starts(line, place.depth)]
    if place.depth >= DEEPEST:
        return ()
    ends = [*starts[1:], len(lines)]
    return tuple(
        _message(lines[start:end], place) for start, end in zip(starts[:MOST], ends, strict=False)
    )


def _starts(line: str, depth: int) -> bool:
    found = _line.fullmatch(line)
    return found is not None and len(found["indent"]) == depth * _STEP


def _message(lines: list[str], place: Place) -> Message:
    found = _line.fullmatch(lines[0])
    assert found is not None
    sent_at, precision = local_time(found["time"], place.time_zone)
    text = "\n".join([found["text"], *lines[1:]]).rstrip("\n")
    kind = "text"
    attachments: tuple[Attachment, ...] = ()
    nested: tuple[Message, ...] = ()
    if text.startswith(_RECORD):
        kind, nested, text = "forward", _messages(lines[1:], place.below()), ""
    else:
        kind = next((k for heading, k in _MEDIA.items() if text.startswith(heading)), "text")
        if kind != "text":
            attachments = (Attachment(kind, missing=NOT_EXPORTED),)
            text = text.partition("】")[2].strip()
    return Message(
        place.group_key,
        sent_at=sent_at,
        sender_name=found["name"] or None,
        kind=kind,
        text=text,
        attachments=attachments,
        nested=nested,
        precision=precision,
    )
