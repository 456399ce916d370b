"""What a page tells of itself in its head: to search engines, and to whoever is sent its link."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from markupsafe import Markup

from archive.day_rows import AnyRow
from archive.questions import QuestionView
from archive.threads import ThreadView
from archive.views import EssenceView, MessageView
from web.feeds import clean
from web.sitemap import absolute, stamp

Data = dict[str, Any]

_HOME = ("/", "index.html")

_GIST = 200
_LONGEST = 5_000
"""Characters of a text in the data."""
_BEGINNING = 500
"""Of a day, whose page says the rest."""
_ANSWERS = 10
_SCRIPT = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


class Described(msgspec.Struct, frozen=True):
    """A page that strangers may find: its address for ever, its name and its beginning."""

    path: str
    name: str
    text: str = ""
    kind: str = "website"
    """As og:type has it: `website` or `article`."""
    data: Data | None = None
    """What it is in schema.org's words; None: a list."""


class Head(msgspec.Struct, frozen=True):
    """What stands in the head of a page that may be found."""

    address: str
    name: str
    text: str
    kind: str
    data: Markup


def head_of(page: Described, base_url: str, lang: str) -> Head:
    """Return the head of a page; its data are of exactly one type."""
    address = absolute(base_url, page.path)
    kind: Data = page.data or {"@type": "WebSite" if page.path in _HOME else "CollectionPage"}
    told = {"@context": "https://schema.org", **kind, "url": address, "inLanguage": lang}
    if page.data is None:
        told["name"] = clean(page.name)
    written = json.dumps(told, ensure_ascii=False).translate(_SCRIPT)
    return Head(address, gist(page.name), gist(page.text or page.name), page.kind, Markup(written))


def gist(text: str) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(clean(text[: 4 * _GIST]).split())
    return line if len(line) <= _GIST else f"{line[: _GIST - 1]}…"


def of_essence(post: EssenceView, path: str) -> Described:
    """Describe an essence."""
    return _posting(post.title, post.messages, path)


def of_thread(thread: ThreadView, path: str) -> Described:
    """Describe a thread."""
    return _posting(thread.title, thread.messages, path)


def of_day(name: str, said: Sequence[AnyRow], path: str) -> Described | None:
    """Describe a day of a group, or a part of one, by what was said first; None where nothing was
    said."""
    return _posting(name, said, path, _BEGINNING) if said else None


def of_question(
    view: QuestionView,
    asked: MessageView,
    accepted: MessageView | None,
    others: Iterable[MessageView],
    path: str,
) -> Described:
    """Describe a question: with answers where somebody wrote one, else as something that was
    said."""
    suggested = [m for m in others if _says(m)][:_ANSWERS]
    best = accepted if accepted is not None and _says(accepted) else None
    if best is None and not suggested:
        return _posting(view.text[:160], [asked], path)
    question: Data = {
        "@type": "Question",
        "name": clean(view.text[:300]) or "…",
        "text": clean(view.text[:_LONGEST]),
        "answerCount": len(suggested) + (best is not None),
        "datePublished": stamp(asked.sent_at),
        "author": _person(asked),
    }
    if best is not None:
        question["acceptedAnswer"] = _answer(best)
    if suggested:
        question["suggestedAnswer"] = [_answer(m) for m in suggested]
    told = best.text if best is not None else suggested[0].text
    return Described(path, view.text, told, "article", {"@type": "QAPage", "mainEntity": question})


def _posting(title: str, said: Sequence[AnyRow], path: str, longest: int = _LONGEST) -> Described:
    written = [m for m in said if _says(m)]
    if not written:
        return Described(path, title)
    text = "\n\n".join(m.text for m in written)[:longest]
    data: Data = {
        "@type": "DiscussionForumPosting",
        "headline": clean(title[:110]) or "…",
        "text": clean(text),
        "author": _person(written[0]),
        "datePublished": stamp(written[0].sent_at),
    }
    if changed := max((m.edited_at or 0 for m in written), default=0):
        data["dateModified"] = stamp(changed)
    return Described(path, title, text, "article", data)


def _says(message: AnyRow) -> bool:
    return not message.recalled and bool(message.text.strip())


def _answer(message: MessageView) -> Data:
    return {
        "@type": "Answer",
        "text": clean(message.text[:_LONGEST]),
        "datePublished": stamp(message.sent_at),
        "author": _person(message),
    }


def _person(message: AnyRow) -> Data:
    return {"@type": "Person", "name": clean(message.sender) or "-"}
