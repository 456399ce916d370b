"""Places: what tells that two messages are the same article, kept true as messages change.

A message of some length is known by a hash of its search tokens, so that width, case, 繁/简, white
space and punctuation do not matter; a short one with a link by where that leads. Files are known
by their SHA-256 already.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from archive import text
from archive.ids import DAY, SHIFT
from archive.index import indexable
from archive.links import LINK, links_in

LONG = 60
"""Characters of a text's tokens from which on it is not said twice by chance: 20 of Han, or 60 of
letters and the spaces between words."""
_LONG_AFTER_GREETING = 3 * LONG

_GREETING = re.compile(
    r"\s*(?:@\S{1,32}\s+|【?(?:转发?|转载|分享|推荐|fwd?|fyi)[】:：\s]\s*"
    r"|(?:大家|各位|家人|朋友们|群友|小伙伴|老师|同学|你好|您好|早安|晚安|早上|上午|中午|下午|晚上"
    r"|hi\b|hello\b|hey\b)[^\n，,。！!：:～~]{0,12}[\n，,。！!：:～~]+)",
    re.I,
)
_MOST_GREETINGS = 3

_BITS = 49
"""Of a hash; the week stands before them, so that what is said together lies together: an index of
hashes alone is written everywhere at every commit, which cost imports a tenth of their speed."""
_UNUSED = 64 - _BITS
_WEEK = 7 * DAY << SHIFT
"""Ids of one week."""
_RECALLED = 2
"""As `archive.prepare` has it, which needs this."""

_TRACKING = frozenset((
    "fbclid", "gclid", "igshid", "yclid", "msclkid", "mc_cid", "mc_eid", "spm", "scm", "vd_source",
    "share_source", "share_medium", "share_plat", "share_session_id", "share_tag", "share_from",
    "share_token", "share_id", "sharer_shareid", "sharer_sharetime", "sharer_shareinfo", "shareid",
    "xhsshare", "scene", "subscene", "sessionid", "clicktime", "enterid", "ascene", "devicetype",
    "nettype", "pass_ticket", "wx_header", "exportkey", "abtest_cookie", "isappinstalled",
    "from_wecom", "weibo_id", "app_platform", "ref_src", "ref_url",
))  # fmt: skip
"""Parameters that say who shared an address and how, never what is there."""
_FROM = frozenset(("groupmessage", "singlemessage", "timeline", "share", "copy", "weixin"))


def mark_of(words: str, more: str | None, card: str | None, body: str, searched: str) -> int | None:
    """Return the mark of a message, None where it is too short to have one.

    `card` is the address of a shared card, `body` the tokens of `searched`, which is what is
    indexed of `words` and `more`.
    """
    if "://" in words:
        return _with_links(words, more, body, searched)
    if len(body) < LONG:
        return _of_link(card) if card else None
    if len(body) > _LONG_AFTER_GREETING:
        if greeting := _GREETING.match(words):
            body = _without_greeting(words, greeting.end(), more, body)
    elif more is None and len(searched) == len(words):
        return _mark(body)  # as most are
    return _of_words(body, words, more, searched)


def _with_links(words: str, more: str | None, body: str, searched: str) -> int | None:
    if "?" in words and (bare := LINK.sub(_untracked, words)) != words:
        words, searched = bare, indexable(bare, more)
        body = text.tokens(searched).body
    links = links_in(words)
    if len(body) - sum(map(len, links)) >= LONG:
        return _of_words(body, words, more, searched)
    return _of_link(links[0]) if links and len(set(links)) == 1 else None


def _of_link(address: str) -> int | None:
    """Return the mark of an address; that of a whole site is none."""
    found = canonical(address)
    return _mark(f"link {found}") if "/" in found.rstrip("/") else None


def _of_words(body: str, words: str, more: str | None, searched: str) -> int:
    """Return the mark of a text. Personal numbers in it have no tokens, and yet make all the
    difference between two forms: then every letter and digit counts."""
    if len(searched) == len(words) + (len(more) + 1 if more else 0):
        return _mark(body)
    whole = text.normalise(f"{words}\n{more or ''}")
    return _mark(body + "\n" + "".join(filter(str.isalnum, whole)))


def _without_greeting(words: str, end: int, more: str | None, body: str) -> str:
    for _ in range(_MOST_GREETINGS):
        following = _GREETING.match(words, end)
        if following is None:
            break
        end = following.end()
    bare = text.tokens(indexable(words[end:], more)).body
    return bare if len(bare) > _LONG_AFTER_GREETING else body


def _mark(said: str) -> int:
    digest = blake2b(said.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> _UNUSED


def _untracked(link: re.Match[str]) -> str:
    address, sign, query = link[0].partition("?")
    query, fragment_sign, fragment = query.partition("#")
    asked = [part for part in query.split("&") if _leads(*part.partition("=")[::2])]
    return address + (sign + "&".join(asked) if asked else "") + fragment_sign + fragment


def canonical(address: str) -> str:
    """Return where an address leads: without its scheme, `www.` and what only tracks readers."""
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
        asked = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if _leads(*pair)]
    except ValueError:
        return address
    # pages that a script makes are told apart behind the sign
    fragment = f"#{parts.fragment}" if parts.fragment.startswith(("/", "!")) else ""
    query = f"?{urlencode(sorted(asked))}" if asked else ""
    return f"{host}{port}{parts.path.rstrip('/')}{query}{fragment}"


def _leads(name: str, value: str) -> bool:
    folded = name.lower()
    if folded.startswith("utm_") or folded in _TRACKING:
        return False
    return not (folded == "from" and value.lower() in _FROM)


def card_of(detail: dict[str, Any]) -> str | None:
    """Return the address of a shared card, from what a message has beside its text."""
    inner = detail.get("link")
    told = inner if isinstance(inner, dict) else detail
    for name in ("url", "href"):
        if isinstance(address := told.get(name), str) and "://" in address:
            return address
    return None


def add(db: sqlite3.Connection, rows: Iterable[tuple[int, int]]) -> None:
    """Note marks of messages that have none: (message id, mark)."""
    db.executemany(
        "INSERT INTO places(message_id, mark) VALUES(?, ?)",
        [(row_id, in_week(row_id, mark)) for row_id, mark in rows],
    )


def in_week(row_id: int, mark: int) -> int:
    """Return a mark as `places` has it: behind the week of its message."""
    return row_id // _WEEK << _BITS | mark


def neighbours(mark: int) -> tuple[int, int, int]:
    """Return what a mark of `places` is in the week before, in its own and in the one after."""
    return mark - (1 << _BITS), mark, mark + (1 << _BITS)


def week_apart(mark: int) -> int:
    """Return what of a mark of `places` is the same in every week."""
    return mark & ((1 << _BITS) - 1)


def settle(db: sqlite3.Connection, row_id: int, row: dict[str, Any]) -> None:
    """Bring a message's mark in line with its row."""
    db.execute("DELETE FROM places WHERE message_id = ?", (row_id,))
    if row["service"] is None and not row["flags"] & _RECALLED:
        mark = _stored_mark(row["text"], row["more"], row["detail"])
        add(db, [(row_id, mark)] if mark is not None else [])


def _stored_mark(words: str, more: str | None, detail: str | None) -> int | None:
    searched = indexable(words, more)
    body = text.tokens(searched).body
    may_be_card = detail is not None and "://" in detail and len(body) < LONG
    card = card_of(json.loads(detail or "{}")) if may_be_card else None
    return mark_of(words, more, card, body, searched)


def marks(db: sqlite3.Connection, after: int, last: int) -> Iterator[tuple[int, int]]:
    """Compute the marks of all messages with ids behind `after` up to `last`: (id, mark)."""
    rows = db.execute(
        "SELECT id, text, more, detail FROM messages WHERE id > ? AND id <= ?"
        " AND service IS NULL AND flags & ? = 0 AND (length(text) + length(coalesce(more, ''))"
        " >= 18 OR instr(text, '://') OR detail IS NOT NULL) ORDER BY id",
        (after, last, _RECALLED),
    )
    for row_id, *stored in rows.fetchall():
        mark = _stored_mark(*stored)
        if mark is not None:
            yield row_id, mark


def refill(db: sqlite3.Connection, after: int, last: int) -> None:
    """Note the marks of all messages with ids behind `after` up to `last` anew."""
    db.execute("DELETE FROM places WHERE message_id > ? AND message_id <= ?", (after, last))
    add(db, marks(db, after, last))
