"""How a row of a WhatsApp text begins: date, time, and who says what."""

from __future__ import annotations

import re
from typing import NamedTuple

_DATE = r"(\d{1,4})(?:[./-]|年) ?(\d{1,2})(?:[./-]|月) ?(\d{1,4})日?\.?"
_HALVES = "上午|下午|凌晨|清晨|早上|中午|傍晚|晚上|午前|午後"
_TIME = (
    rf"({_HALVES})?\s?(\d{{1,2}})[:.](\d{{2}})(?:[:.](\d{{2}}))?"
    rf"\s?([AaPp]\.?\s?[Mm]\.?|{_HALVES})?"
)
_digits = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
FORMS = {
    "bracket": re.compile(rf"\[{_DATE},?\s{{1,2}}{_TIME}\] ?(.*)", re.DOTALL),
    "dash": re.compile(rf"{_DATE},?\s{{1,2}}{_TIME}\s[-–—]\s?(.*)", re.DOTALL),
}
"""What iPhones write, and what Android writes."""
MARKS = "\u200e\u200f\ufeff"
"""What stands unseen before a row: it tells a terminal in which direction to write."""
_INVISIBLE = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2068\u2069\ufeff"))
_LONGEST = 120
"""Characters of a row's beginning, and of a name."""
_EMPTY = 10
"""Empty lines that may stand before the first row."""
_QUOTING = re.compile(
    r"created (?:this )?group|changed the (?:subject|group (?:name|subject|description))|"
    r"创建了?(?:此|该)?群|建立了?(?:此|該)?群|(?:更改|變更|变更|修改|更新|将|將).{0,20}"
    r"(?:主题|主旨|主題|名称|名稱|说明|說明|描述)"
)
"""Words of WhatsApp's own before a text that people chose, which may hold a colon."""


class Header(NamedTuple):
    """The beginning of a row, read; `rest` is what stands behind it."""

    date: tuple[str, str, str]
    half: str
    hour: int
    minute: int
    second: int | None
    rest: str


def form_of(head: str) -> str | None:
    """Tell whether a text's rows are those of an iPhone or of Android; None for neither."""
    lines = head.split("\n", _EMPTY)[:_EMPTY]
    first = next((line for line in lines if line.strip(MARKS + " \r")), "")
    # a row somewhere in a text of another kind is no export
    return next((form for form in FORMS if header_of(first, form)), None)


def header_of(line: str, form: str) -> Header | None:
    """Read how a line begins; None if that is no beginning of a row."""
    if line[:1] in MARKS:
        line = line.lstrip(MARKS)
    if not line[:1].isdecimal() and line[:1] != "[":
        return None
    if not line[:2].isascii():
        line = line[:_LONGEST].translate(_digits) + line[_LONGEST:]
    found = FORMS[form].match(line)
    if found is None:
        return None
    first, second, third, before, hour, minute, seconds, after, rest = found.groups()
    half = (before or after or "").lower()
    clock = int(hour), int(minute), int(seconds) if seconds else None
    return Header((first, second, third), half, *clock, rest)


def said_by(rest: str) -> tuple[str | None, str]:
    """Split a row into who says it and what; nobody says what WhatsApp itself says."""
    name, colon, text = rest.partition(": ")
    if not colon:
        bare = rest.rstrip("\r\n ")
        if not bare.endswith(":") or ":" in bare[:-1]:
            return None, rest
        name, text = bare[:-1], ""
    if not name.strip() or len(name) > _LONGEST or "\n" in name or _QUOTING.search(name):
        return None, rest
    return name, text


def shown(name: str) -> str:
    """Return a name without what is not seen, and without the sign of an unknown number."""
    return name.translate(_INVISIBLE).strip().removeprefix("~").strip()


def visible(text: str) -> str:
    """Return a text without the marks of direction around names in it."""
    return text if text.isascii() else text.translate(_INVISIBLE)
