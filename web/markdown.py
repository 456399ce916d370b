"""Hostile text as Markdown that is only text, and the pages that are made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from archive.records import Attachment, Span
from archive.sent_editions import Quotation
from archive.views import EssenceView
from web.addresses import Addresses
from web.body import addresses_in
from web.dates import local
from web.files import Cabinet
from web.links import safe_url
from web.talk import Fold, Line, Parting
from web.words import Words

_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_STEERS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ODD = re.compile(f"{_BAD.pattern}|{_STEERS.pattern}")
# a scheme's colon too: some readers make links of bare addresses
_SPECIAL = re.compile(r"[\\`*_\[\]{}<>&~|$^]|(?<=[A-Za-z]):(?=\S)")
_START = re.compile(r"(?:[#+=:%\-]|\d{1,9}(?=[.)]))")
_UNLINKED = {ord(char): f"%{ord(char):02X}" for char in "<>\\ \n\r\t"}
_DEEPEST = 4
_ROWS = 200
_MOST_MISSING = 1_000


class Markdown(str):
    """Text that is Markdown already."""

    __slots__ = ()


def escaped(value: object) -> Markdown:
    """Return a value as one line of text in which nothing means anything to Markdown."""
    if isinstance(value, Markdown):
        return value
    return Markdown(_safe(" ".join(str(value).split())))


def link(text: object, href: str) -> Markdown:
    """Return a link to an address that was made here or is known to be safe; only the text where
    there is no page to lead to."""
    if not href:
        return escaped(text) or Markdown("…")
    where = href.translate(_UNLINKED).replace("&", "\\&")
    return Markdown(f"[{escaped(text) or '…'}](<{where}>)")


def written(text: str, spans: Sequence[Span] = ()) -> str:
    """Return a text of many lines; its addresses are links, http, https and mailto only."""
    if not spans and "://" not in text:
        return _special(text)
    out, at = [], 0
    for start, end, url in _links(text, spans):
        out += [_special(text[at:start]), link(text[start:end], url)]
        at = end
    return "".join([*out, _special(text[at:])])


def quoted(text: str, spans: Sequence[Span] = (), depth: int = 1) -> str:
    """Return a text as a quotation, line by line; of what it holds nothing gets out of it."""
    rows = written(text.replace("\r\n", "\n").replace("\r", "\n"), spans).split("\n")
    mark = "> " * depth
    out = []
    for row, following in zip(rows, [*rows[1:], ""], strict=True):
        kept = _begun(row)
        out.append(f"{mark}{kept}\\" if kept and following.strip() else f"{mark}{kept}".rstrip())
    return "\n".join(out)


def _begun(row: str) -> str:
    """Keep a line from being a heading, an item or code by how it begins."""
    bare = row.strip(" \t")
    indent = len(row) - len(row.lstrip(" \t"))
    found = _START.match(bare)
    if found and found[0].isdigit():
        bare = f"{found[0]}\\{bare[len(found[0]) :]}"
    elif found:
        bare = f"\\{bare}"
    return f"{chr(0xA0) * min(indent, 40)}{bare}" if bare else ""


def _safe(line: str) -> str:
    begun = _begun(_special(line))
    # a heading may end in signs of its own
    return f"{begun[:-1]}\\#" if begun.endswith("#") and begun != "\\#" else begun


def _special(text: str) -> str:
    if _ODD.search(text):
        text = _STEERS.sub("", _BAD.sub("\ufffd", text))
    return _SPECIAL.sub(_marked, text)


def _marked(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


def _links(text: str, spans: Sequence[Span]) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, address) of what is a link, in order and apart."""
    found = [
        (span.start, min(span.start + span.length, len(text)), url)
        for span in spans[:400]
        if span.kind in ("link", "email") and span.length > 0 and 0 <= span.start < len(text)
        and (url := safe_url(_target(text, span)))
    ]  # fmt: skip
    at = 0
    for start, end, url in sorted([*found, *addresses_in(text)]):
        if start >= at:
            yield start, end, url
            at = end


def _target(text: str, span: Span) -> str:
    said = text[span.start : span.start + span.length]
    return span.value or (f"mailto:{said}" if span.kind == "email" else said)


class Pen:
    """Writes messages of one page."""

    def __init__(self, words: Words, cabinet: Cabinet, to: Addresses) -> None:
        self._words = words
        self._cabinet = cabinet
        self._to = to
        self._missing: dict[Attachment, str] = {}
        """How files that are not there are told of: often in the same words."""

    def lines(self, lines: Sequence[Line | Fold | Parting]) -> Markdown:
        """Write what was said, with the days it was said on."""
        out = []
        for line in lines:
            if isinstance(line, Parting):
                out.append(f"### {link(line.name, line.href)}")
            elif isinstance(line, Fold):
                out += [self.said(one) for one in line.lines]
            else:
                out.append(self.said(line))
        return Markdown("\n\n".join(out))

    def said(self, line: Line, dated: bool = False) -> Markdown:
        """Write one message: who, when, and in a quotation the words and what hangs on them."""
        m, t = line.m, self._words
        moment = local(m.sent_at, m.time_zone)
        when = f"{moment:%Y-%m-%d %H:%M}" if dated else line.time
        seal = f" · {link('精', self._to.post(m.essence))}" if m.essence else ""
        head = f"**{escaped(m.sender or t('message.unknown_sender'))}** · {link(when, line.href)}"
        body = [quoted(t("message.recalled"))] if m.recalled else [*self._body(line)]
        return Markdown("\n\n".join([head + seal, "\n>\n".join(body)]))

    def post(self, post: EssenceView, beginning: str) -> Markdown:
        """Write an essence in a list: its title, whose it is, and how it begins."""
        rows = [f"## {link(post.title, self._to.post(post.id))}"]
        if post.messages:
            m = post.messages[0]
            when = f"{local(m.sent_at, m.time_zone):%Y-%m-%d}"
            tags = (link(f"#{tag}", self._to.tag(tag)) for tag in post.tags)
            place = link(m.group_title, self._to.group(m.group_key))
            rows.append(" · ".join([escaped(m.sender), place, when, *tags]))
        if beginning:
            rows.append(quoted(beginning))
        if why := self.why(post):
            rows.append(why)
        return Markdown("\n\n".join(rows))

    def why(self, post: EssenceView) -> Markdown:
        """Say who kept an essence and why, as far as it is known."""
        name, reason = post.marked_by, post.reason
        if name and reason:
            return escaped(self._words("essence.kept_by_because", name=name, reason=reason))
        if name or reason:
            known = "essence.because" if reason else "essence.kept_by"
            return escaped(self._words(known, name=name, reason=reason))
        return Markdown()

    def quotation(self, said: Quotation) -> Markdown:
        """Write a quotation of a digest, with whom it is from where that can still be read."""
        if said.message is None:
            return Markdown(quoted(said.text))
        who = said.message.sender or self._words("message.unknown_sender")
        return Markdown(f"{link(who, self._to.message(said.message.key))}\n\n{quoted(said.text)}")

    def text(self, text: str) -> Markdown:
        """Write a text of its own, as an edited version is."""
        return Markdown(quoted(text))

    def _body(self, line: Line) -> Iterator[str]:
        m, t = line.m, self._words
        if m.forward:
            who = m.forward.name
            yield quoted(
                f"{t('message.forwarded')} {who}" if who else t("message.forwarded_unknown")
            )
        if m.reply and line.before:
            yield quoted(f"{m.reply.sender}{t('colon')}{m.reply.text or '…'}", depth=2)
        if m.text:
            yield quoted(m.text, m.spans)
        yield from map(self._attached, m.attachments)
        if line.card and line.card.title not in m.text:
            card = line.card
            yield f"> {link(card.title, card.href) if card.href else escaped(card.title)}"
        if m.poll:
            yield quoted(
                "\n".join([m.poll.question, *(f"· {text} {n}" for text, n in m.poll.options)])
            )
        if m.nested:
            yield from self._nested(m.nested, 2)
        if not (m.text or m.attachments or m.poll or m.nested or line.card):
            yield f"> \\[{escaped(t.name('kind', m.kind))}\\]"

    def _attached(self, one: Attachment) -> str:
        known = self._missing.get(one)
        if known is not None:
            return known
        file = self._cabinet.shown(one)
        name = file.name or file.label
        row = link(name, file.href) if file.href else escaped(name)
        told = f"> \\[{escaped(file.label)}\\] {row} {escaped(file.facts)}".rstrip()
        if not one.sha256 and len(self._missing) < _MOST_MISSING:
            self._missing[one] = told
        return told

    def _nested(self, rows: Sequence[Mapping[str, Any]], depth: int) -> Iterator[str]:
        for row in rows[:_ROWS]:
            name = str(row["name"] or self._words("message.unknown_sender"))
            said = str(row["text"] or "") or f"[{self._words.name('kind', str(row['kind']))}]"
            yield quoted(f"{name}{self._words('colon')}{said}", depth=depth)
            if row["nested"] and depth < _DEEPEST:
                yield from self._nested(row["nested"], depth + 1)


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates" / "md"),
        # every value is escaped for Markdown by `finalize`, unless it is Markdown already
        autoescape=False,
        finalize=escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        keep_trailing_newline=True,
    )
    made.globals["link"] = link
    made.globals["when"] = lambda at, zone: f"{local(at, zone):%Y-%m-%d %H:%M}"
    return made


_TEMPLATES = _environment()
TWINS = frozenset(name.removesuffix(".md") for name in _TEMPLATES.list_templates())
"""The pages that have a twin, by template."""


def twin_of(template: str, values: Mapping[str, Any]) -> bytes:
    """Return a page as Markdown from the values its template is made with."""
    pen = Pen(values["t"], values["talk"].cabinet, values["to"])
    text = _TEMPLATES.get_template(f"{template.removesuffix('.html')}.md").render(
        {**values, "pen": pen}
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip().encode("utf-8", "replace") + b"\n"
