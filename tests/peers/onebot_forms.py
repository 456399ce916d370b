"""How NapCat, LLOneBot and Lagrange differ: numbers, history pages, what they forget and tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Manner(NamedTuple):
    """The ways of one gateway."""

    app_name: str
    numbers: Callable[[int, int], dict[str, Any]]
    """(true place, short id) → the numbers a message carries beside `message_id`."""
    names_group: bool
    forgets: bool
    """Short ids live in memory, 5,000 of them."""
    tells_unmarking: bool
    history: str
    """`napcat`, `llonebot` or `lagrange`."""
    inline_records: bool
    """Merged records come with their content."""
    refuses_by_http: bool
    """A wrong token gets 401, not a frame."""


MANNERS = {
    "napcat": Manner(
        "NapCat.Onebot",
        lambda place, short: {"message_seq": short, "real_id": short, "real_seq": str(place)},
        True, True, False, "napcat", True, False,
    ),
    "napcat-old": Manner(
        "NapCat.Onebot", lambda place, short: {"message_seq": short, "real_id": short},
        False, True, False, "napcat", False, False,
    ),
    "llonebot": Manner(
        "LLOneBot", lambda place, short: {"message_seq": place},
        True, False, False, "llonebot", False, False,
    ),
    "lagrange": Manner(
        "Lagrange.OneBot", lambda place, short: {}, False, False, True, "lagrange", False, True
    ),
}  # fmt: skip


def cq_string(segments: list[Any]) -> str:
    """Write segments as a CQ string."""
    return "".join(map(_code, segments))


def _code(segment: dict[str, Any]) -> str:
    kind, data = segment["type"], segment.get("data", {})
    if kind == "text":
        return _escaped(data["text"])
    plain = {k: v for k, v in data.items() if isinstance(v, str | int)}
    written = "".join(f",{k}={_escaped(str(v)).replace(',', '&#44;')}" for k, v in plain.items())
    return f"[CQ:{kind}{written}]"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("[", "&#91;").replace("]", "&#93;")
