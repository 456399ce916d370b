"""What to try where a search found nothing, or was not understood."""

from __future__ import annotations

import sqlite3
import time

import msgspec

from archive import groups, tags
from archive.compile import compile_query
from archive.consent import standing
from archive.errors import BadQuery
from archive.misses import kept_words
from archive.query import Query, describe, parse
from archive.query.reading import MAX_LENGTH
from archive.search import COUNTED, count_hits
from archive.views import GroupView, TagView
from web.page import Visit
from web.search_sides import Choice

_GROUPS = 3
_TERMS = 6


class Nothing(msgspec.Struct, frozen=True):
    """What may help somebody who found nothing."""

    wider: list[Choice]
    """Searches that ask for less and find something: without filters, word by word."""
    near: list[TagView]
    ask: str
    """The command that asks the group; empty where there is no group to ask."""
    groups: list[GroupView]
    missed: bool
    """May be counted."""


def nothing_found(db: sqlite3.Connection, visit: Visit, q: str) -> Nothing:
    """Return what to try instead of a query that found nothing."""
    now = int(time.time())
    asked = parse(q, now=now, time_zone=visit.zone)
    words = " ".join(" ".join(term.split()) for term in asked.terms)
    able = _who_could_be_asked(db, visit, asked) if words else []
    return Nothing(
        wider=_wider(db, visit, asked, now),
        near=_near_tags(db, visit, asked.terms),
        ask=visit.words("search.ask_command", words=words[:200]) if able else "",
        groups=able,
        missed=bool(visit.visitor.session) and kept_words(q, now) is not None,
    )


def as_text(visit: Visit, q: str) -> str:
    """Return the search for a query's characters as they stand, for one not understood; or ""."""
    plain = " ".join(q.translate({ord(quote): None for quote in '"“”＂'}).split())
    quoted = f'"{plain}"'
    if not plain or len(quoted) > MAX_LENGTH:
        return ""
    try:
        terms = parse(quoted, now=0).terms
    except BadQuery:
        return ""
    return visit.to.search(quoted) if terms else ""


def _wider(db: sqlite3.Connection, visit: Visit, asked: Query, now: int) -> list[Choice]:
    """Offer the words without any filter, then each word alone."""
    bare, chips = asked.text, describe(asked)
    while chips:
        bare = chips[0].text_without_it
        chips = describe(parse(bare, now=now, time_zone=visit.zone))
    tried = [bare] if bare != asked.text else []
    if len(asked.terms) > 1:
        tried += [term for term in asked.terms[:_TERMS] if " " not in term]
    found = []
    for text in dict.fromkeys(text for text in tried if text.strip()):
        compiled = compile_query(db, parse(text, now=now, time_zone=visit.zone), visit.reader)
        if number := count_hits(db, compiled):
            count = visit.words.counted("search.found", min(number, COUNTED), number <= COUNTED)
            found.append(Choice(text[:60], visit.to.search(text), count))
    return found


def _near_tags(db: sqlite3.Connection, visit: Visit, terms: tuple[str, ...]) -> list[TagView]:
    """Offer tags that share two characters with what was not found."""
    pairs = {term[i : i + 2] for term in terms for i in range(max(len(term) - 1, 0))}
    named = tags.list_tags(db, visit.reader)
    return [tag for tag in named if any(pair in tag.name for pair in pairs)][:8]


def _who_could_be_asked(db: sqlite3.Connection, visit: Visit, asked: Query) -> list[GroupView]:
    """Return groups the reader is in where somebody listens: those asked for, else the busiest."""
    now = standing(db)
    mine = [
        group
        for group in groups.list_groups(db, visit.reader)
        if visit.reader.inside(group.key) and now.keeps(group.key)
    ]
    named = {chip.value for chip in describe(asked) if chip.field == "in"}
    return ([g for g in mine if g.title in named or g.key in named] or mine)[:_GROUPS]
