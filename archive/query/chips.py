"""A query's filters one by one, so that a page can show each with a ✕ and add others."""

from __future__ import annotations

import re
import time
from typing import NamedTuple

from archive.errors import BadQuery
from archive.query.nodes import Query, Written
from archive.query.reading import parse

_ALONE = ("before", "after", "on")
"""Fields of which a second one replaces the first."""
_BARE = re.compile(r"[\w@#.-][\w@#.:+-]*")
_QUOTES = ('""', "「」", "『』", "“”")
_INFIX = "(?:AND|OR|或|[&＆|｜]{1,2})"
_LEADING = re.compile(rf"\s*(?:{_INFIX}(?![^\s)）])\s*)*")
_LAST = re.compile(rf"(?<![^\s()（）]){_INFIX}$")
_ONLY_OPERATORS = re.compile(rf"(?:(?:{_INFIX}|NOT)(?!\S)\s*)*")


class Chip(NamedTuple):
    """A filter that holds for the whole query."""

    field: str
    """from in tag is has before after on; with `-` before it when it excludes."""
    value: str
    """As typed, without quotes."""
    text_without_it: str


def describe(query: Query) -> list[Chip]:
    """List the filters of a query's top level in the order written."""
    return [
        Chip(f"{'-' * part.negated}{part.field}", part.value, _without(query.text, part))
        for part in query.filters
    ]


def with_filter(text: str, addition: str) -> str:
    """Add one filter (`is:精华`, `-from:张三`) to a query's text, which may be a bad one.

    The same filter is not added twice; its opposite gives way, and so does another date of its
    field.
    """
    now = int(time.time())
    wanted = _only(addition, now)
    try:
        parts = parse(text, now=now).filters
    except BadQuery:
        return f"{text} {addition}".strip()
    if any(part.node == wanted.node and part.negated == wanted.negated for part in parts):
        return text
    for part in reversed(parts):
        alone = part.field == wanted.field and part.field in _ALONE
        if alone or part.node == wanted.node:
            text = _without(text, part)
    if not _ONLY_OPERATORS.fullmatch(text.strip()):
        text = _trim_start(_trim_end(text))
    after, before = f"{text} {addition}".strip(), f"{addition} {text}".strip()
    # an open parenthesis or a NOT at the end would swallow what is written after it
    return after if _holds(after, wanted, now) else before


def without_filter(text: str, unwanted: str) -> str:
    """Take one filter out of a query's text, however it is written there; BadQuery as `parse`."""
    now = int(time.time())
    gone = _only(unwanted, now)
    for part in reversed(parse(text, now=now).filters):
        if part.node == gone.node and part.negated == gone.negated:
            text = _without(text, part)
    return text


def filter_text(field: str, value: str) -> str:
    """Write a filter for a value that may hold blanks, quotes or signs: `tag:"a b"`."""
    if _BARE.fullmatch(value):
        return f"{field}:{value}"
    for pair in _QUOTES:
        if not set(pair + "＂" * (pair == '""')) & set(value):
            return f"{field}:{pair[0]}{value}{pair[1]}"
    bare = re.sub('["＂]', "", value)
    return f'{field}:"{bare}"'


def _only(addition: str, now: int) -> Written:
    filters = parse(addition, now=now).filters
    if len(filters) != 1:
        raise ValueError(f"not one filter: {addition!r}")
    return filters[0]


def _holds(text: str, wanted: Written, now: int) -> bool:
    parts = parse(text, now=now).filters
    return any(part.node == wanted.node and part.negated == wanted.negated for part in parts)


def _without(text: str, part: Written) -> str:
    """Cut a filter out with what joined it to its neighbours, which a blank does as well."""
    before, after = _trim_end(text[: part.start]), _trim_start(text[part.end :])
    rest = f"{before} {after}".strip()
    return "" if _ONLY_OPERATORS.fullmatch(rest) else rest


def _trim_start(text: str) -> str:
    return _LEADING.sub("", text, count=1)


def _trim_end(text: str) -> str:
    text = text.rstrip()
    # AND is the longest operator, and one character before it decides
    while found := _LAST.search(text[-4:]):
        text = text[: -len(found[0])].rstrip()
    return text
