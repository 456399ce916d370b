"""Which messages are only stickers and greetings, and may be folded away in a run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from archive.views import MessageView

SHORTEST_RUN = 5
"""Fewer than this stay as they are."""

_LONGEST = 14
_PLACEHOLDER = re.compile(r"\[(?!图片|文件|视频|语音|链接|圖片|影片|語音)[^\[\]\s]{1,6}\]")
_NOISE = re.compile(r"[\W_]+")
_REPEATED = re.compile(
    r"(?:[哈嘿呵嘻嗯啊哦噢喔哇6赞牛强棒顶]+|h[ha]+|e?m{2,}|lo+l|1|ok+|yes)(?:了|啦|的|呀|吧)?",
    re.I,
)
_GREETINGS = frozenset((Path(__file__).parent / "words/greetings.txt").read_text("utf-8").split())


def is_slight(message: MessageView) -> bool:
    """Tell whether a message is a sticker, a greeting or a bare reaction nobody would miss."""
    if message.kind == "sticker":
        return _stands_alone(message)
    if message.kind != "text" or len(message.text) > _LONGEST or message.attachments:
        return False
    return _stands_alone(message) and _says_nothing(message.text)


def is_slight_text(text: str) -> bool:
    """Tell the same of a message that is nothing but this text."""
    return len(text) <= _LONGEST and _says_nothing(text)


def runs(slight: Sequence[bool]) -> Iterator[tuple[int, int, bool]]:
    """Part messages into runs: (first, end, to be folded), by which of them are slight."""
    start = 0
    slight_from: int | None = None
    for at, little in enumerate([*slight, False]):
        if little:
            slight_from = at if slight_from is None else slight_from
            continue
        if slight_from is not None and at - slight_from >= SHORTEST_RUN:
            if slight_from > start:
                yield start, slight_from, False
            yield slight_from, at, True
            start = at
        slight_from = None
    if start < len(slight):
        yield start, len(slight), False


def _stands_alone(message: MessageView) -> bool:
    return not (
        message.reply
        or message.essence
        or message.forward
        or message.recalled
        or message.poll
        or message.nested
        or message.tags
        or sum(reaction.count for reaction in message.reactions) > 2
    )


@lru_cache(maxsize=4_096)
def _says_nothing(text: str) -> bool:
    bare = _NOISE.sub("", _PLACEHOLDER.sub("", text)).lower()
    if not bare:
        return bool(text.strip())
    return bare in _GREETINGS or _REPEATED.fullmatch(bare) is not None
