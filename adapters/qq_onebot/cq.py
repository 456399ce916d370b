"""CQ strings, the older way to write a message: `你好[CQ:at,qq=10001] 看[CQ:image,file=a.jpg]`."""

from __future__ import annotations

import re
from typing import Any

_code = re.compile(r"\[CQ:([A-Za-z0-9_.-]+)((?:,[^\[\],]*)*)\]")
_ENTITIES = (("&#91;", "["), ("&#93;", "]"), ("&#44;", ","), ("&amp;", "&"))
"""`&amp;` last: what it gives back is no entity."""


def segments(text: str) -> list[dict[str, Any]]:
    """Read a CQ string as the segments it stands for; what is no code is text."""
    found: list[dict[str, Any]] = []
    at = 0
    for code in _code.finditer(text):
        if code.start() > at:
            found.append(_text(text[at : code.start()]))
        found.append({"type": code[1], "data": _parameters(code[2])})
        at = code.end()
    if at < len(text):
        found.append(_text(text[at:]))
    return found


def unescaped(text: str) -> str:
    """Give back the characters that stand escaped in a CQ string."""
    if "&" in text:
        for entity, character in _ENTITIES:
            text = text.replace(entity, character)
    return text


def escaped(text: str, within: bool = False) -> str:
    """Escape a text for a CQ string; `within` a code the comma too."""
    text = text.replace("&", "&amp;").replace("[", "&#91;").replace("]", "&#93;")
    return text.replace(",", "&#44;") if within else text


def _text(piece: str) -> dict[str, Any]:
    return {"type": "text", "data": {"text": unescaped(piece)}}


def _parameters(written: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in written.split(",")[1:])
    return {name: unescaped(value) for name, _, value in pairs if name}
