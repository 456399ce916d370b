"""The fields of the search language: names, values, and what a slip of the pen means."""

from __future__ import annotations

from archive.errors import BadQuery
from archive.query import dates
from archive.query.nodes import From, Has, In, Is, Node, Since, Tag, Until, all_of
from archive.text import normalise

FIELDS: dict[str, tuple[str, ...]] = {
    "from": ("来自",),
    "in": ("群",),
    "tag": ("标签",),
    "is": ("是",),
    "has": ("有",),
    "before": ("之前",),
    "after": ("之后",),
    "on": ("日期",),
}
"""Canonical field name to its other names."""

IS: dict[str, tuple[str, ...]] = {
    "essence": ("精华", "加精"),
    "recalled": ("撤回", "已撤回"),
    "edited": ("编辑过", "已编辑", "编辑"),
    "question": ("问题", "提问"),
    "pinned": ("置顶", "已置顶"),
    "service": ("系统", "系统消息"),
    "forwarded": ("转发", "已转发"),
    "reply": ("回复",),
}
"""Values of `is:`; the first other name is the one shown in Chinese."""

HAS: dict[str, tuple[str, ...]] = {
    "link": ("链接", "网址", "links"),
    "file": ("文件", "files"),
    "photo": ("图片", "照片", "photos", "image", "images", "picture"),
    "video": ("视频", "videos"),
    "voice": ("语音",),
    "audio": ("音频", "音乐"),
    "sticker": ("表情", "贴纸", "表情包", "stickers"),
    "poll": ("投票", "polls"),
    "location": ("位置", "定位"),
}
"""Values of `has:`, like `IS`."""

_EXAMPLES = {
    "from": "from:张三", "in": "in:技术群", "tag": "tag:干货", "is": "is:精华", "has": "has:链接",
    "before": "before:2026-01", "after": "after:7d", "on": "on:昨天",
}  # fmt: skip
_SLIPS = {
    "来自": "来至 来子 来字 来此",
    "标签": "标鉴 标前 标千 标钱 标迁 表签",
    "之前": "之钱 之签 之迁 只前 知前 直前",
    "之后": "之候 之厚 只后 知后 直后",
    "日期": "日其 日起 日奇 日七 曰期",
}
"""What keyboards make of the Chinese names; other words near to them are words of their own."""


def _index(names: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {normalise(other): name for name, others in names.items() for other in (name, *others)}


_FIELD, _IS, _HAS = _index(FIELDS), _index(IS), _index(HAS)
_SLIP = {slip: name for name, slips in _SLIPS.items() for slip in slips.split()}


def field_named(written: str) -> str | None:
    """Return the canonical name of a field; width, case and 繁/简 do not matter."""
    return _FIELD.get(normalise(written))


def misspelt(written: str) -> str | None:
    """Return the field that an unknown word before a colon was surely meant to be."""
    word = normalise(written)
    if len(word) < 3 or not word.isascii():
        return _SLIP.get(word)
    near = sorted((_distance(word, name), name) for name in FIELDS if _near(word, name))
    return near[0][1] if near else None


def doubtful(written: str) -> str | None:
    """Return the field that a word before a colon, taken as text, may have been meant to be."""
    word = normalise(written)
    for name in _FIELD:
        before = word.removesuffix(name)
        if before != word and len(name) > 1 and not before[-1:].isascii():
            return name
        if len(name) == 2 and not name.isascii() and 1 < len(word) < 4 and _near(word, name):
            return name
    return None


def _near(word: str, name: str) -> bool:
    if len(name) < 3 and name.isascii():
        return False  # every word of two letters is near to in: is: on:
    far = 2 if len(name) >= 5 and word[0] == name[0] else 1
    return abs(len(word) - len(name)) <= far and _distance(word, name) <= far


def _distance(one: str, other: str) -> int:
    """Count insertions, deletions, replacements and swaps of neighbours between two words."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def make(field: str, value: str, now: int, time_zone: str) -> Node:
    """Make the filter for a field and its value; BadQuery names what is wrong with the value."""
    value = value.strip().strip('"“”＂「」『』').strip()
    if not value:
        raise missing(field)
    match field:
        case "from":
            return From(value.lstrip("@＠") or value)
        case "in":
            return In(value)
        case "tag":
            return Tag(_bare_tag(value))
        case "is":
            return Is(_value("is", value, _IS, IS))
        case "has":
            return Has(_value("has", value, _HAS, HAS))
    return _dates(field, value, now, time_zone)


def _bare_tag(value: str) -> str:
    if value[0] not in "#＃":
        return value
    # `#干货#` is how some platforms write it, but the sign of `C#` belongs to the name
    return value.strip("#＃") or value


def _value(field: str, value: str, known: dict[str, str], shown: dict[str, tuple[str, ...]]) -> str:
    found = known.get(normalise(value))
    if found is None:
        possible = "、".join(f"{others[0]} {name}" for name, others in shown.items())
        raise BadQuery(
            f"「{field}:」不认识「{clip(value)}」（unknown value {clip(value)} for {field}:）",
            f"可用（use）：{possible}",
        )
    return found


def _dates(field: str, value: str, now: int, time_zone: str) -> Node:
    span = dates.span(value, now, time_zone)
    if span is None:
        raise BadQuery(
            f"「{field}:」看不懂日期「{clip(value)}」（cannot read the date {clip(value)}）",
            f"可用（use）：{dates.EXAMPLES}",
        )
    if field == "before":
        return Until(span.edge)
    if field == "after":
        return Since(span.edge)
    return all_of((Since(span.start), Until(span.end))) or Since(span.start)


def missing(field: str) -> BadQuery:
    """Make the error for a field without a value."""
    return BadQuery(
        f"「{field}:」后面没有内容（{field}: has no value）", f"例如（e.g.）{_EXAMPLES[field]}"
    )


def unknown(written: str, meant: str) -> BadQuery:
    """Make the error for a misspelt field."""
    names = " ".join(f"{name}:" for name in FIELDS)
    return BadQuery(
        f"没有「{written}:」这个字段（unknown field {written}:）",
        f"是不是（did you mean）{meant}: ？可用（use）：{names}；"
        f'要按文字搜就加引号（to search it as text, quote it）："{written}:…"',
    )


def clip(text: str) -> str:
    """Shorten what a person typed for a message."""
    return text if len(text) <= 40 else f"{text[:40]}…"
