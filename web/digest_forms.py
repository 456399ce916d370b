"""A digest as it is sent and pasted: chat text, Markdown, HTML for an editor, mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import quote

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from archive.digest import Digest, Item
from archive.digest.cutting import safe_end
from web.words import Words, words_in

CODE = "\0"
"""Stands for a message's short code where there is no address; nothing from people has it."""

_KINDS = ("essence", "question", "discussion", "message", "file", "link")
_OPEN, _THANKED = 3, 12
"""Open questions and people that are named."""
_MOVING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_SIGNS = re.compile(r"([\\`*_\[\]>#|~!])")
_LINE_START = re.compile(r"^(\s*\d*)([-+=.)])")


class _Line(msgspec.Struct, frozen=True):
    """An item as the forms show it."""

    number: int
    kind: str
    title: str
    quotations: list[str]
    why: str
    url: str
    group: str
    """Title of its group; empty where there is only one."""


def as_text(digest: Digest, titles: Mapping[str, str], base_url: str, longest: int) -> list[str]:
    """Return the digest for a chat, in pieces of whole lines of at most `longest` UTF-16 units.

    Without an address `CODE` stands for the short codes of `cited(digest)` in turn, through all
    the pieces.
    """
    blocks = [_head(digest, titles, base_url)]
    for line in _lines(digest, titles, base_url):
        code = "" if base_url else f" · {CODE}"
        rows = [f"{_marked(line, digest)}{code}", f"　{line.why}"]
        blocks.append([*rows, line.url] if base_url else rows)
    blocks.append(_tail(digest, base_url))
    return _pieces([block for block in blocks if block], longest)


def cited(digest: Digest) -> tuple[str, ...]:
    """Return the keys of the messages whose codes `as_text` leaves room for, in order."""
    return tuple(item.keys[0] for item in digest.items) + digest.open_questions[:_OPEN]


def as_markdown(digest: Digest, titles: Mapping[str, str], base_url: str) -> str:
    """Return the digest as Markdown in which nothing from people is markup."""
    head, *notes = _head(digest, titles, base_url)
    original = _words(digest)("digest.original")
    parts = [f"# {_plain(head)}", *map(_plain, notes)]
    for line in _lines(digest, titles, base_url):
        group = f" · {_plain(line.group)}" if line.group else ""
        quoted = "\n>\n".join(f"> {_plain(said)}" for said in line.quotations)
        where = f"[{original}]({line.url})" if base_url else _plain(line.url)
        parts += [f"## {line.number}. {_plain(line.title)}", quoted]
        parts.append(f"{line.kind}{group} · {_plain(line.why)} · {where}")
    parts += [_plain(row) for row in _tail(digest, base_url, code=False)]
    return "\n\n".join(part for part in parts if part) + "\n"


def as_html(digest: Digest, titles: Mapping[str, str], base_url: str) -> str:
    """Return the digest as a piece of HTML with its styles in it, to be pasted into an editor; it
    loads nothing and everything from people is escaped."""
    head, *notes = _head(digest, titles, base_url)
    return _template().render(
        head=head,
        notes=notes,
        lines=_lines(digest, titles, base_url),
        tail=_tail(digest, base_url, code=False),
        linked=bool(base_url),
        original=_words(digest)("digest.original"),
    )


def as_mail(digest: Digest, titles: Mapping[str, str], base_url: str) -> str:
    """Return the digest as the plain text of a mail."""
    parts = ["\n".join(_head(digest, titles, base_url))]
    for line in _lines(digest, titles, base_url):
        rows = [_marked(line, digest), *(f"   {said}" for said in line.quotations)]
        parts.append("\n".join([*rows, f"   {line.why}", f"   {line.url}"]))
    parts.append("\n".join(_tail(digest, base_url, code=False)))
    return "\n\n".join(part for part in parts if part) + "\n"


def subject(digest: Digest, titles: Mapping[str, str]) -> str:
    """Return one line that says what it is of: groups, day or week."""
    return _head(digest, titles, "")[0]


def _head(digest: Digest, titles: Mapping[str, str], base_url: str) -> list[str]:
    words, where = _words(digest), _where(digest, titles)
    found = re.fullmatch(r"(\d{4})-W(\d\d)", digest.period)
    if found is None:
        title = words("digest.daily", where=where, period=digest.period)
    else:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        first, last = f"{monday:%m-%d}", f"{monday + timedelta(6):%m-%d}"
        title = words("digest.weekly", where=where, period=digest.period, first=first, last=last)
    how = words(
        "digest.how" if digest.items else "digest.nothing",
        messages=digest.messages,
        items=len(digest.items),
        where=words("digest.by_link" if base_url else "digest.by_code"),
    )
    said = words("digest.said", people=digest.people, messages=digest.messages)
    return [title, said, how]


def _where(digest: Digest, titles: Mapping[str, str]) -> str:
    """Name the groups, all where they are few."""
    words, named = _words(digest), [_quiet(titles.get(key, key)) for key in digest.groups]
    if len(named) > 2:
        return words("digest.groups", one=named[0], n=len(named))
    if len(named) == 2:
        return words("digest.two_groups", one=named[0], other=named[1])
    return "".join(named)


def _lines(digest: Digest, titles: Mapping[str, str], base_url: str) -> list[_Line]:
    words, several = _words(digest), len(digest.groups) > 1
    return [
        _Line(
            number,
            words(f"digest.kind_{item.kind if item.kind in _KINDS else 'message'}"),
            _quiet(item.title),
            [_quiet(said) for said in item.text.splitlines() if said.strip()],
            _quiet(item.why),
            _url(item, base_url),
            _places(item, titles, words) if several else "",
        )
        for number, item in enumerate(digest.items, 1)
    ]


def _places(item: Item, titles: Mapping[str, str], words: Words) -> str:
    """Name an item's group, and those that have the same."""
    also = [
        title for key in item.also_in for group, title in titles.items()
        if key.startswith(f"{group}:")
    ]  # fmt: skip
    group = _quiet(titles.get(item.group_key, item.group_key))
    named = words("digest.between").join(_quiet(title) for title in also)
    return words("digest.also_in", group=group, others=named) if named else group


def _tail(digest: Digest, base_url: str, code: bool = True) -> list[str]:
    rows, words = [], _words(digest)
    if digest.open_questions:
        rows.append(words("digest.open", n=len(digest.open_questions)))
        shown = digest.open_questions[:_OPEN]
        for key in shown:
            where = CODE if code and not base_url else address(key, base_url)
            said = _quiet(digest.asked.get(key, ""))
            rows.append(f"· {said} {where}" if said else f"· {where}")
    if digest.thanks:
        between, number = words("digest.between"), len(digest.thanks)
        names = between.join(_quiet(one.name) for one in digest.thanks[:_THANKED])
        key = "digest.thanks_more" if number > _THANKED else "digest.thanks"
        rows.append(words(key, names=names, n=number))
    return rows


def _words(digest: Digest) -> Words:
    return words_in("en" if digest.language == "en" else "zh")


def _marked(line: _Line, digest: Digest) -> str:
    """Return an item's first line: its number, kind, title and group."""
    words = _words(digest)
    group = words("digest.group_mark", group=line.group) if line.group else ""
    return f"{line.number}. {words('digest.kind_mark', kind=line.kind)}{line.title}{group}"


def _url(item: Item, base_url: str) -> str:
    return address(item.keys[0], base_url)


def address(key: str, base_url: str) -> str:
    """Return a message's permalink; its key where there is no site."""
    return f"{base_url.rstrip('/')}/m/{quote(key, safe=':@')}" if base_url else key


def _quiet(text: str) -> str:
    """Let a text be one line that calls nobody and holds no placeholder."""
    one_line = " ".join(_MOVING.sub(" ", text).split())
    return one_line.replace("@", "@\u200b").replace("＠", "＠\u200b")


def _plain(text: str) -> str:
    """Let a text mean itself in Markdown."""
    # not every reader of Markdown knows `\<`
    text = _SIGNS.sub(r"\\\1", text).replace("&", "&amp;").replace("<", "&lt;")
    return _LINE_START.sub(r"\1\\\2", text)


def _pieces(blocks: list[list[str]], longest: int) -> list[str]:
    """Lay blocks of lines into pieces; a block is parted only where it is longer than a piece."""
    pieces: list[list[str]] = [[]]
    for block in blocks:
        rows = [cut for row in block for cut in _cut(row, longest)]
        if pieces[-1] and _length([*pieces[-1], *rows]) > longest:
            pieces.append([])
        for row in rows:
            if pieces[-1] and _length([*pieces[-1], row]) > longest:
                pieces.append([])
            pieces[-1].append(row)
    return ["\n".join(rows) for rows in pieces if rows]


def _length(rows: list[str]) -> int:
    return len("\n".join(rows).encode("utf-16-le")) // 2


def _cut(row: str, longest: int) -> list[str]:
    """Shorten a line that is longer than a piece; a code at its end stays."""
    if _length([row]) <= longest:
        return [row]
    end = f"… · {CODE}" if row.endswith(CODE) else "…"
    kept = row
    while kept and _length([kept + end]) > longest:
        kept = kept[: safe_end(kept, len(kept) - 1)]
    return [kept + end]


@cache
def _template() -> Template:
    folder = Path(__file__).parent / "templates"
    made = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return made.get_template("digest_article.html")
