"""Says how an item was chosen, in Chinese or English: what was counted, and what people did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from archive.digest.weighing import Weight

Language = Literal["zh-Hans", "en"]
"""What the words around the quotations are in; quotations stay as they were said."""
CHINESE: Language = "zh-Hans"
"""The default."""

Note = tuple[str, str | int]
"""(what people did, with which words or how often): `("answers", 3)`."""

_NOTES = {
    "zh-Hans": {
        "essence": "标为精华", "reason": "理由：{}", "accepted": "已采纳回答",
        "answers": "{} 个回答", "again": "同样的话另有 {} 处",
    },
    "en": {
        "essence": "marked as essence", "reason": "because: {}", "accepted": "answer accepted",
        "answers": "{} answer{s}", "again": "the same {} more time{s}",
    },
}  # fmt: skip
_COUNTED = {
    "zh-Hans": ("{} 人参与", "{} 条消息", "{} 条回复", "{} 个表情"),
    "en": ("{} {people}", "{} message{s}", "{} {replies}", "{} reaction{s}"),
}


def why(notes: Sequence[Note], weight: Weight, again: int, language: Language) -> str:
    """Write the reasons in a line: notes, counts, how often the same was found again."""
    counts = (weight.people, weight.messages, weight.replies, weight.reactions)
    told = [_filled(_NOTES[language][name], value) for name, value in notes]
    told += [_filled(text, n) for text, n in zip(_COUNTED[language], counts, strict=True) if n]
    if again:
        told.append(_filled(_NOTES[language]["again"], again))
    return ("，" if language == CHINESE else ", ").join(told)


def _filled(text: str, value: str | int) -> str:
    one = value == 1
    return text.format(
        value, s="" if one else "s", people="person" if one else "people",
        replies="reply" if one else "replies",
    )  # fmt: skip
