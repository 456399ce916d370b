"""Writes titles and lines: pieces of messages, masked, in one line, and nothing of its own."""

from __future__ import annotations

import re
import unicodedata

from archive.digest.cutting import cut
from archive.digest.reasons import CHINESE, Language
from archive.digest.said import Heard, Said
from archive.links import LINK
from archive.loading import ANONYMOUS
from archive.masks import mask

TITLE = 40
QUOTED = 120
"""Characters of a title and of a quotation."""

NAME = 20
"""Characters of a person's name."""
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SENTENCE = re.compile(rf"(?>{LINK.pattern}|.){{8,}}?(?:[。！？!?；;]|$)", re.I)
_NOBODY = {"zh-Hans": ANONYMOUS, "en": "somebody"}


def piece(text: str, length: int, trail: str = "") -> str:
    """Reduce a text to the beginning of it in one line, without personal numbers; `trail` follows
    where a sentence is parted."""
    line = _BIDI.sub("", mask(text)[: 4 * length + 40])
    line = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in line)
    return cut(" ".join(line.split()), length, trail)


def title(text: str) -> str:
    """Return the first sentence of a text, cut where it is long."""
    line = piece(text, 4 * TITLE)
    found = _SENTENCE.match(line)
    return piece(found[0] if found else line, TITLE)


def quotation(one: Said, heard: Heard, language: Language = CHINESE) -> str:
    """Return who said it and what, in a line."""
    said = piece(one.text or heard.files.get(one.id, ""), QUOTED, "…")
    name = piece(heard.name(one), NAME)
    if name == ANONYMOUS:
        name = _NOBODY[language]
    if language == CHINESE:
        return f"{name}：「{said}」" if name else f"「{said}」"
    return f"{name}: “{said}”" if name else f"“{said}”"
