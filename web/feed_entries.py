"""What a feed says of an essence, an answered question and a digest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from markupsafe import Markup, escape

from archive.editions import EditionView
from archive.ids import is_sane
from archive.questions import QuestionView
from archive.sent_editions import Quotation
from archive.views import EssenceView, MessageView
from web.addresses import Addresses
from web.body import Painter
from web.feeds import Entry, lasting_id
from web.sitemap import absolute
from web.talk import gist_of
from web.words import Words

_LONGEST = 20_000
"""Characters of one entry; its page has all."""


class Teller(msgspec.Struct, frozen=True):
    """Makes entries: in which words, with whose addresses, under which site."""

    words: Words
    to: Addresses
    base_url: str
    secret: bytes

    def address(self, href: str) -> str:
        """Return a whole address."""
        return absolute(self.base_url, href)

    def essence(self, post: EssenceView) -> Entry:
        """Tell an essence in the words that were said."""
        said = [message for message in post.messages if not message.recalled]
        html, text = self._said(said, several=len(said) > 1)
        why = Markup("<p><em>{}</em></p>").format(post.reason) if post.reason else Markup()
        return Entry(
            lasting_id(self.secret, f"essence {post.id}"),
            self.address(self.to.post(post.id)),
            post.title or "…",
            str(why + html),
            f"{post.reason}\n\n{text}".strip(),
            _last(post.marked_at),
            _last(post.marked_at, *(m.edited_at for m in said)),
            tuple(dict.fromkeys(m.sender for m in said if m.sender)),
            post.tags,
        )

    def question(self, view: QuestionView, answer: MessageView) -> Entry:
        """Tell a question with the answer that was accepted."""
        html, text = self._said([answer], several=False)
        asked = view.text.strip() or "…"
        return Entry(
            lasting_id(self.secret, f"question {view.key}"),
            self.address(self.to.question(view.key)),
            asked[:160],
            str(Markup("<blockquote>{}</blockquote>").format(_broken(escape(asked))) + html),
            f"{asked}\n\n{text}",
            _last(answer.sent_at),
            _last(answer.sent_at, answer.edited_at),
            (answer.sender,) if answer.sender else (),
            answer.tags,
        )

    def digest(
        self, edition: EditionView, title: str, items: Sequence[tuple[str, Sequence[Quotation]]]
    ) -> Entry:
        """Tell a digest: a headline and quotations for each of its items."""
        at = edition.sent_at or edition.made_at
        rows = [
            Markup("<li><b>{}</b>{}</li>").format(
                head, Markup().join(Markup("<br>{}").format(said.text) for said in lines)
            )
            for head, lines in items
        ]
        text = "\n\n".join(
            "\n".join((head, *(said.text for said in lines))) for head, lines in items
        )
        return Entry(
            lasting_id(self.secret, f"digest {edition.id}"),
            self.address(self.to.digest(edition.id)),
            title,
            str(Markup("<ol>{}</ol>").format(Markup().join(rows))) if rows else "",
            text,
            at,
            at,
        )

    def _said(self, messages: Iterable[MessageView], several: bool) -> tuple[Markup, str]:
        """Return messages as HTML and as text; what has no words is named."""
        paint = Painter(self._tag, self.words("message.spoiler")).paint
        html, text, room = Markup(), [], _LONGEST
        for m in messages:
            words = m.text[: max(room, 0)]
            room -= len(words)
            gist = gist_of(m, self.words)
            painted = _broken(paint(words, m.spans)) if words else escape(gist)
            who = Markup("<b>{}</b><br>").format(m.sender) if several else Markup()
            html += Markup("<div>{}{}</div>").format(who, painted)
            name = f"{m.sender}{self.words('colon')}" if several else ""
            text.append(f"{name}{words or gist}")
            if room <= 0:
                break
        return html, "\n\n".join(text)

    def _tag(self, name: str) -> str:
        return self.address(self.to.tag(name))


def _last(*times: int | None) -> int:
    """Return the last of these times, 0 where there is none; what lies ahead would stay on top of
    the feed and does not count."""
    return max((at for at in times if at is not None and is_sane(at)), default=0)


def _broken(html: Markup) -> Markup:
    """Keep line breaks where no stylesheet does."""
    return Markup(str(html).replace("\n", "<br>"))
