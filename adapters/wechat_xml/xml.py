"""Parses WeChat's XML, which is often not quite XML, without trusting it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import XMLParser, _Element

LARGEST = 8 * 2**20
"""Characters of XML that are parsed."""
_control = re.compile(r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));?", re.I)
_declaration = re.compile(r"<\?xml[^>]{0,200}\?>")
_bare_ampersand = re.compile(r"&(?!#?\w{1,10};)")


def parse(text: str) -> _Element | None:
    """Parse a piece of XML, text before its first tag left out; None if there is none in it.

    Entities are not expanded and nothing is fetched; a document type is refused."""
    start = text.find("<")
    return _parsed(text[start:]) if start >= 0 else None


def words(text: str) -> str:
    """Return a text without the tags in it."""
    root = _parsed(text) if "<" in text else None
    return "".join(str(t) for t in root.itertext()) if root is not None else text


def said(element: _Element | None, path: str) -> str:
    """Return the text of the first element at the path, stripped."""
    found = element.find(path) if element is not None else None
    return "".join(str(t) for t in found.itertext()).strip() if found is not None else ""


def number(text: str | None) -> int | None:
    """Read a whole number of sane length."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _parsed(text: str) -> _Element | None:
    if len(text) > LARGEST or "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    from lxml import etree

    written = _declaration.sub("", _control.sub("", text)).replace("\0", "")
    try:
        return etree.fromstring(f"<x>{_escaped(written)}</x>".encode("utf-8", "replace"), _parser())
    except (etree.XMLSyntaxError, ValueError):
        return None


def _escaped(text: str) -> str:
    """Escape each bare & that is not in a CDATA section."""
    pieces: list[str] = []
    at = 0
    while True:
        start = text.find("<![CDATA[", at)
        end = text.find("]]>", start) if start >= 0 else -1
        if end < 0:
            return "".join([*pieces, _bare_ampersand.sub("&amp;", text[at:])])
        pieces += [_bare_ampersand.sub("&amp;", text[at:start]), text[start:end]]
        at = end


@cache
def _parser() -> XMLParser:
    from lxml import etree

    return etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False,
        remove_comments=True, remove_pis=True, huge_tree=False,
    )  # fmt: skip
