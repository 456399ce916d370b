"""Writes the lines of the chat as HTML; in Python, as a day has thousands of them.

What stands above and below a message's words is a macro of parts/line.html, called where there is
something.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from web.environment import TEMPLATES
from web.markup import escaped
from web.words import Words

if TYPE_CHECKING:
    from archive.views import MessageView, ReplyView
    from web.talk import AnyLine, Line, Parting, Talk

_FOCUS = ' tabindex="-1" autofocus'
_NEXT = "\n"
_MOST_NAMES = 5_000
"""Names whose markup is remembered."""
_MOST_BELOW = 1_000


class Rows:
    """Writes the lines of one visit."""

    def __init__(self, words: Words, talk: Talk) -> None:
        self._words = words
        self._talk = talk
        parts = TEMPLATES.get_template("parts/line.html").module
        self._above = parts.above  # type: ignore[attr-defined]
        self._below = parts.below  # type: ignore[attr-defined]
        self._names: dict[tuple[str, int], str] = {}
        self._belows: dict[tuple[object, ...], str] = {}
        self._unknown = escaped(words("message.unknown_sender"))
        self._recalled = escaped(words("message.recalled"))
        self._essence = escaped(words("site.essence"))
        self._colon = escaped(words("colon"))
        self._not_archived = escaped(words("message.not_archived"))

    def listed(self, lines: Iterable[AnyLine], label: str = "") -> str:
        """Return `<ol class="talk">` with these lines."""
        named = f' aria-label="{escaped(label)}"' if label else ""
        return self.together(map(self.written, lines), named)

    def together(self, rows: Iterable[str], named: str = "") -> str:
        """Return the list of rows that are written already."""
        return f'<ol class="talk" lang="zh-Hans"{named}>\n{_NEXT.join(rows)}\n</ol>'

    def folded(self, rows: Sequence[str]) -> str:
        """Return a fold of rows that are written already."""
        said = escaped(self._words("message.fold", n=len(rows)))
        return (
            f'<li class="fold"><details><summary lang="{self._words.lang}">{said}</summary>'
            f'<ol class="talk">\n{_NEXT.join(rows)}\n</ol></details></li>'
        )

    def parted(self, parting: Parting) -> str:
        """Return where a new day begins."""
        href, name = escaped(parting.href), escaped(parting.name)
        return f'<li class="part"><a href="{href}" lang="{self._words.lang}">{name}</a></li>'

    def written(self, line: AnyLine) -> str:
        """Return one line, fold or parting."""
        if line.form == "line":
            return self.one(line)  # type: ignore[arg-type]
        if line.form == "fold":
            return self.folded([*map(self.one, line.lines)])  # type: ignore[union-attr]
        return self.parted(line)  # type: ignore[arg-type]

    def one(self, line: Line) -> str:
        """Return the row of one message."""
        m = line.m
        if line.here:
            start = f'<li class="{line.css}" id="here" aria-current="true">'
        elif line.id:
            start = f'<li class="{line.css}" id="{line.id}">'
        else:
            start = f'<li class="{line.css}">'
        at = f'<a class="at" href="{escaped(line.href)}"><time>{line.time}</time></a>'
        if m.recalled:
            return f"{start}{'' if line.more else self._gone(line, at)}</li>"
        if m.kind == "service":
            below = self._under(line) if m.attachments else ""
            return f"{start}{at if line.more else self._notice(line, at)}{below}</li>"
        head = at if line.more else self._who(line, at)
        body = f'<div class="txt" dir="auto">{line.body}</div>' if line.body else ""
        if not (line.before or line.after):
            return f"{start}{head}{body}</li>"
        above = self._over(m) if line.before else ""
        below = self._under(line) if line.after else ""
        return f"{start}{head}{above}{body}{below}</li>"

    def _under(self, line: Line) -> str:
        """Return what stands below the words; most often it is what stood below others."""
        m = line.m
        if (
            line.rest or line.card or m.poll or m.nested or m.versions
            or any(file.sha256 for file in m.attachments)
        ):  # fmt: skip
            return str(self._below(line, self._words, self._talk))
        told = (
            m.attachments, m.reactions, bool(m.edited_at), m.time_guessed, m.truncated,
            m.kind if m.kind != "unknown" else self._talk.unknown(m), bool(m.text),
        )  # fmt: skip
        known = self._belows.get(told)
        if known is None:
            known = str(self._below(line, self._words, self._talk))
            if len(self._belows) < _MOST_BELOW:
                self._belows[told] = known
        return known

    def _who(self, line: Line, at: str) -> str:
        name = (line.m.sender, line.tint)
        known = self._names.get(name)
        if known is None:
            known = self.named(line.m.sender, line.initial, line.tint)
            if len(self._names) < _MOST_NAMES:
                self._names[name] = known
        if line.here:
            known = known.replace('<div class="who">', f'<div class="who"{_FOCUS}>', 1)
        if line.sealed and line.m.essence is not None:
            href = escaped(self._talk.to.post(line.m.essence))
            at = f'{at} <a class="seal" href="{href}" title="{self._essence}">精</a>'
        return f"{known} {at}</div>"

    def named(self, sender: str, initial: str, tint: int) -> str:
        """Return a person's initial and name; what follows the name is to be closed."""
        return (
            f'<span class="av t{tint}" aria-hidden="true">{escaped(initial)}</span>'
            f'<div class="who">{self._bdi(sender)}'
        )

    def _bdi(self, name: str) -> str:
        return f"<bdi>{escaped(name) if name else self._unknown}</bdi>"

    def _gone(self, line: Line, at: str) -> str:
        return (
            f'<span class="av" aria-hidden="true">—</span><div class="who"{_focus(line)}>'
            f"{self._recalled} {at}</div>"
        )

    def _notice(self, line: Line, at: str) -> str:
        name = line.m.sender
        who = f"<bdi>{escaped(name)}</bdi> " if name and name not in line.m.text else ""
        said = line.body or escaped(self._words.name("kind", "service"))
        return f'<div class="said"{_focus(line)}>{who}<span dir="auto">{said}</span> {at}</div>'

    def _over(self, m: MessageView) -> str:
        if m.forward is not None or m.kind in self._talk.named:
            return str(self._above(m, self._words, self._talk))
        return self.quote(m)

    def quote(self, m: MessageView) -> Markup:
        """Return what a message answers, where there is something to show of it."""
        if not self._talk.answers(m) or m.reply is None:
            return Markup()
        return Markup(self.answer(m.reply))

    def answer(self, reply: ReplyView) -> str:
        """Return what is answered, as it stands above an answer."""
        text = f'<span dir="auto">{escaped(reply.text or "…")}</span>'
        if reply.key:
            href, who = escaped(self._talk.to.message(reply.key)), self._bdi(reply.sender)
            return f'<a class="quote" href="{href}"><span>{who}{self._colon}{text}</span></a>'
        who = f"{self._bdi(reply.sender)}{self._colon}" if reply.sender else ""
        said = f"<span>{who}{text}</span> " if reply.text else ""
        return f'<div class="quote">{said}<small>{self._not_archived}</small></div>'


def _focus(line: Line) -> str:
    return _FOCUS if line.here else ""
