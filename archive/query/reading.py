"""One query being read: it makes the leaves, counts them, and remembers what was ignored."""

from __future__ import annotations

import re
from functools import lru_cache

from archive import text as index
from archive.errors import BadQuery
from archive.query import fields
from archive.query.nodes import (
    And,
    Node,
    Phrase,
    Prefix,
    Query,
    Since,
    Term,
    Until,
    Written,
    all_of,
    positive_terms,
    top,
)

MAX_LENGTH = 2000
"""Characters of a query."""
MAX_TERMS = 64
"""Words, phrases and filter values of a query."""
MAX_DEPTH = 16
"""Parentheses within parentheses."""

_SYNTAX = re.compile(
    r"[:：(（\"“”＂「『]|(?<!\S)(?:[-+－−＋]\S|(?:AND|OR|NOT|或|[&＆|｜]{1,2})(?![^\s)）]))"
)
"""What only the whole language understands; without it, a query is words between blanks."""


@lru_cache(256)  # a page reads the same query, and the filters it offers, several times over
def parse(text: str, *, now: int, time_zone: str = "Asia/Shanghai") -> Query:
    """Understand a query, or raise BadQuery; `now` (Unix seconds) and the zone settle its dates."""
    _check_length(text)
    reading = Reading(_scrub(text), now, time_zone)
    if not _SYNTAX.search(reading.text):
        return reading.query(all_of(map(reading.counted_word, reading.text.split())))
    # imported late: Whoosh takes about 0.1 s to load, and most queries are plain words
    from archive.query.language import understand

    return reading.query(understand(reading))


def is_plain(text: str) -> bool:
    """Tell whether a query is words between blanks, so few that a filter can be added to them."""
    return (
        len(text) < MAX_LENGTH // 4
        and text.count(" ") < MAX_TERMS // 4
        and not (_SYNTAX.search(text))
    )


class Reading:
    """What is known while one query is read."""

    def __init__(self, text: str, now: int, time_zone: str) -> None:
        self.text = text
        self.now = now
        self.time_zone = time_zone
        self.written: list[Written] = []
        self._notes: dict[str, None] = {}
        self._ignored: dict[str, None] = {}
        self._leaves = self._groups = 0

    def note(self, note: str) -> None:
        """Remember something that the person who asked should know, once."""
        self._notes[note] = None

    def ignore(self, piece: str) -> None:
        """Remember a piece of the query in which there is nothing to look for."""
        self._ignored[fields.clip(piece)] = None

    def counted_word(self, word: str) -> Node | None:
        """Count a word and make its node."""
        self.count()
        return self.word(word)

    def word(self, word: str) -> Node | None:
        """Make the node of an unquoted word; a star at its end lets it go on."""
        body = word.rstrip("*＊")
        found = index.phrase(body)
        if found is None:
            self.ignore(word)
            return None
        if body == word:
            return Term(word)
        going_on = index.prefix(body)
        # Han words are found inside longer ones anyway; only words of letters go on
        if going_on != found and len(found.tokens[-1]) < 2:
            self.note(
                f"「{fields.clip(word)}」前缀至少两个字母（a prefix needs two letters or more）"
            )
            return Term(body)
        return Prefix(body)

    def phrase(self, text: str) -> Node | None:
        """Make the node of a quoted text."""
        if index.phrase(text) is None:
            self.ignore(f'"{text}"')
            return None
        return Phrase(text)

    def filter(self, field: str, value: str) -> Node:
        """Make the node of a filter."""
        return fields.make(field, value, self.now, self.time_zone)

    def query(self, node: Node | None) -> Query:
        """Finish: what the whole text means."""
        whole = top(node)
        if _never(whole):
            self.note("这些日期没有交集，不会有结果（no time fits all the dates）")
        if self._ignored:
            pieces = " ".join(list(self._ignored)[:5])
            self.note(f"没有可搜的字，已忽略（nothing to search for, ignored）：{pieces}")
        return Query(whole, self.text, positive_terms(whole), (*self._notes,), (*self.written,))

    def count(self) -> None:
        """Count a word, phrase or value as soon as it is seen; BadQuery at too many."""
        self._leaves += 1
        if self._leaves > MAX_TERMS:
            raise BadQuery(
                f"查询太长（query too long）：多于 {MAX_TERMS} 个词（more than {MAX_TERMS} terms）",
                "请减少几个词（use fewer）",
            )

    def count_group(self, depth: int) -> None:
        """Count an opening parenthesis; BadQuery at more, or deeper, than anyone would write."""
        self._groups += 1
        if depth > MAX_DEPTH or self._groups > MAX_TERMS:
            raise BadQuery(
                "括号太多或套得太深（too many parentheses, or nested too deep）",
                f"最多 {MAX_TERMS} 对、{MAX_DEPTH} 层（at most {MAX_TERMS}, {MAX_DEPTH} deep）",
            )


def _never(node: Node) -> bool:
    members = node.nodes if isinstance(node, And) else ()
    since = [member.at for member in members if isinstance(member, Since)]
    until = [member.at for member in members if isinstance(member, Until)]
    return bool(since and until) and max(since) >= min(until)


def _check_length(text: str) -> None:
    """Raise BadQuery when a query is longer than anyone would write."""
    if len(text) > MAX_LENGTH:
        raise BadQuery(
            f"查询太长（query too long）：{len(text):,} 字，最多 {MAX_LENGTH:,} 字"
            f"（at most {MAX_LENGTH:,} characters）",
            "请缩短（shorten it）",
        )


def _scrub(text: str) -> str:
    """Replace what no database can hold: lone surrogates and NULs."""
    return re.sub("[\ud800-\udfff\0]", "\ufffd", text)
