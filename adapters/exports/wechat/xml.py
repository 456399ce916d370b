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
_declaration = re.compile(r"<\?xml[^>]*\?>")
_bare_ampersand = re.compile(r"<!\[CDATA\[.*?\]\]>|&(?!#?\w{1,10};)", re.DOTALL)


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
    written = _bare_ampersand.sub(lambda m: m[0] if len(m[0]) > 1 else "&amp;", written)
    try:
        return etree.fromstring(f"<x>{written}</x>".encode("utf-8", "replace"), _parser())
    except (etree.XMLSyntaxError, ValueError):
        return None


@cache
def _parser() -> XMLParser:
    from lxml import etree

    return etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False,
        remove_comments=True, remove_pis=True, huge_tree=False,
    )  # fmt: skip
