"""The pages of tags that few messages carry, as most do: their frame is rendered only once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

from markupsafe import Markup

from archive import tags
from archive.views import MessageView
from web.environment import TEMPLATES
from web.markdown import twin_of
from web.publish.book import Book, Page
from web.publish.frame import STEM, Frame, Marks
from web.publish.places import Places, file_of
from web.publish.views import ROWS

_NAME, _FOUND = "name", "found"
"""The parts of the frame."""


class TagPages:
    """Makes the pages of some tags: those without essence, that go on one page each."""

    def __init__(self, book: Book, names: Sequence[str]) -> None:
        self._book = book
        self._said: dict[str, list[MessageView]] = {}
        # with an address, each page tells search engines and feeds about itself
        if not book.base_url:
            ids = tags.newest_of(book.db, book.reader, names, ROWS + 1)
            few = {name: one for name, one in ids.items() if len(one) <= ROWS}
            views = {m.id: m for m in book.loader.by_ids({*chain.from_iterable(few.values())})}
            for name, one in few.items():
                self._said[name] = [views[i] for i in one if i in views]
        self._places = Places(book, "tag/x.html")
        self._visit = book.visit("/tag/x", self._places)
        self._found: Any = TEMPLATES.get_template("parts/post.html").module.found  # type: ignore[attr-defined]
        self._frame: Frame | None = None

    def has(self, name: str) -> bool:
        """Tell whether a tag's page is made here."""
        return bool(self._said.get(name))

    def page(self, name: str) -> Iterator[Page]:
        """Make it."""
        said, places = self._said[name], self._places
        places.forget()
        self._learn(said)
        lines = [self._visit.talk.line(m, whole=False) for m in said]
        v = self._visit
        found = [str(self._found(line, v.words, places, v)) for line in lines]
        if self._frame is None:
            self._frame = Frame((_NAME, STEM, _FOUND), partial(self._shell, lines[0], found[0]))
        file = file_of((("tag", name), ()))
        stem = file.rpartition("/")[2].removesuffix(".html")
        html = self._frame.filled({_NAME: name, STEM: stem, _FOUND: Markup("".join(found))})
        twin = twin_of("tag", {**self._values(name, lines), "t": v.words, "talk": v.talk})
        yield Page(file, html, twin)

    def _shell(self, line: Any, found: str, marks: Marks) -> str:
        """Render the page of one message, which is what differs from page to page."""
        self._places.here = f"tag/{marks[STEM]}.html"
        shell = bytes(self._visit.page("tag.html", **self._values(marks[_NAME], [line])).body)
        return shell.decode().replace(found, marks[_FOUND], 1)

    def _values(self, name: str, lines: Sequence[Any]) -> dict[str, Any]:
        return {
            "name": name, "essence": [], "rest": False, "lines": lines, "more": None,
            "to": self._places, "v": self._visit,
        }  # fmt: skip

    def _learn(self, said: Sequence[MessageView]) -> None:
        by_group: dict[str, list[str]] = {}
        for m in said:
            by_group.setdefault(m.group_key, []).append(m.key)
        for key, keys in by_group.items():
            group = self._book.standing.groups[key]
            self._places.learn(self._book.links(group, keys, self._places))
