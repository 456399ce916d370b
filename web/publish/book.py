"""One publishing as one process knows it: who reads, the moment, and what its pages link."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from archive import essence, tags
from archive.database import Archive
from archive.day_rows import DayLoader
from archive.errors import NotFound
from archive.groups import published_reader
from archive.published import GroupDays, Moment, Standing
from archive.tombstones import secret_of
from web.access import Visitor, let_read
from web.page import TO, Site, Visit
from web.pages import errors
from web.publish.media_files import ending_of, small_file
from web.publish.places import PART, Places, anchor, day_file, file_of
from web.publish.state import Asked, Query, Settings
from web.publish.views import arguments, rows_of, view_of
from web.thumbnails import ready, thumbnail
from web.twins import BESIDE

_ALMOST = PART // 2
"""Messages from which a day may have several parts; the counters of days are by their own clock."""


class Page(msgspec.Struct, frozen=True):
    """A file of the site."""

    file: str
    body: bytes
    twin: bytes = b""
    """The same as Markdown, where there is something to say in it."""


class Book:
    """Makes pages; one for each process."""

    def __init__(self, archive: Archive, settings: Settings) -> None:
        self.settings = settings
        self.base_url = settings.base_url.rstrip("/")
        self.archive = archive if isinstance(archive, Moment) else Moment(archive)
        with self.archive.reading() as db:
            self.db = db
        self.reader = published_reader(self.db, settings.members)
        self.secret = secret_of(self.db)
        self.standing = Standing(self.db, self.reader)
        self.loader = DayLoader(self.db, self.reader)
        self.tags = tags.tag_names(self.db, self.reader)
        self.posts = essence.visible_ids(self.db, self.reader)
        self.wanted: dict[Asked, None] = {}
        """Pages that are linked, in order."""
        self.linked: dict[Asked, None] = {}
        """Those that are linked since it was last emptied."""
        self.files: dict[str, str] = {}
        """Media that are shown: SHA-256 by file."""
        self._language = settings.language.encode()
        self._months: dict[str, dict[str, int]] = {}
        site = Site(
            self.archive, settings.title, self.base_url, False, b"", _unable, _unable,
            time_zone=settings.time_zone, operator=settings.operator, welcome=settings.welcome,
        )  # fmt: skip
        self._app = SimpleNamespace(state=SimpleNamespace(site=site))

    def close(self) -> None:
        """Let the moment of the archive go."""
        self.archive.close()

    def visit(self, path: str, places: Places) -> Visit:
        """Return a visit whose page is made for a file."""
        return Visit(self._request(path, places))

    def _request(self, path: str, places: Places, query: Query = ()) -> Request:
        scope: dict[str, Any] = {
            "type": "http", "method": "GET", "scheme": "http", "path": path, "root_path": "",
            "query_string": urlencode(query).encode(),
            "headers": [(b"accept-language", self._language)], "app": self._app, TO: places,
        }  # fmt: skip
        kind = "member" if self.settings.members else "public"
        let_read(scope, Visitor(self.reader, kind=kind))
        return Request(scope)

    def page(self, asked: Asked) -> Page:
        """Make a page; what is not there says so, as links may lead to it."""
        parts, query = asked
        view = view_of(parts, self.settings.members)
        file = file_of(asked)
        assert view is not None
        rows = rows_of(view, asked, self.db, self.reader)
        places = Places(self, file, view.goes_on, rows)
        request = self._request("/" + "/".join(parts), places, query)
        twin: list[bytes] = []
        request.scope[BESIDE] = twin.append
        try:
            response: Response = view.show(request, **arguments(view, asked))
        except NotFound:
            response = errors.answer(request, 404)
        return Page(file, bytes(response.body), b"".join(twin))

    def takes(self, asked: Asked) -> bool:
        """Tell whether a page with this query is published."""
        parts, query = asked
        view = view_of(parts, self.settings.members)
        return view is not None and {name for name, _ in query} <= set(view.query)

    def want(self, asked: Asked) -> None:
        """Note that a page is linked."""
        self.linked[asked] = None
        self.wanted[asked] = None

    def has(self, path: str) -> bool:
        """Tell whether pages at this path of the site are published."""
        parts = tuple(part for part in path.split("/") if part)
        parts = ("digests",) if parts == ("digest",) else parts
        return view_of(parts, self.settings.members) is not None

    def message(self, key: str) -> tuple[str, str] | None:
        """Return the file and the id in it of a message; None where it cannot be seen."""
        stand = self.standing.of(key, _ALMOST)
        if stand is None:
            return None
        part = stand.number // PART + 1
        return day_file(stand.group_key, stand.day, part), anchor(stand.key)

    def links(self, group: GroupDays, keys: Iterable[str], places: Places) -> dict[str, str]:
        """Return the way to messages of a group, by their keys, for one page."""
        found = {}
        for stand in self.standing.of_group(group, keys, _ALMOST):
            file = day_file(stand.group_key, stand.day, stand.number // PART + 1)
            found[stand.key] = f"{places.file(file)}#{anchor(stand.key)}"
        return found

    def media(self, sha256: str, name: str) -> str:
        """Return the file of something stored, which is then shown."""
        file = f"media/{sha256}.{ending_of(self.archive.media.path(sha256), name)}"
        self.files[file] = sha256
        return file

    def small(self, sha256: str) -> str:
        """Return the file of a picture's thumbnail, which is then shown; empty: it is broken."""
        store = self.archive.media
        if not thumbnail(store, sha256):
            return ""
        if ready(store, sha256) is None:  # there is nowhere to keep it
            return self.media(sha256, "")
        file = small_file(sha256)
        self.files[file] = sha256
        return file

    def tag(self, name: str) -> str | None:
        """Return the tag a name stands for; None where nothing that may be seen bears it."""
        return self.tags.get(tags.comparable(name))

    def post(self, number: int) -> bool:
        """Tell whether an essence may be seen."""
        return number in self.posts

    def days(self) -> Iterator[tuple[str, str]]:
        """Return each file of a day on which something can be read, and the day."""
        for group in self.standing.groups.values():
            for day in group.days:
                said = self.standing.said_on(group, day, _ALMOST)
                for part in range(1, -(-said // PART) + 1):
                    yield day_file(group.key, day, part), day

    def day(self, key: str, date: str) -> bool:
        """Tell whether a group has a page of a day."""
        group = self.standing.groups.get(key)
        return group is not None and date in group.days

    def month(self, key: str, name: str) -> bool:
        """Tell whether a group has a page of a month, `2026-11`."""
        if key not in self._months:
            group = self.standing.groups.get(key)
            self._months[key] = group.months() if group is not None else {}
        return name in self._months[key]


def _unable(does: object) -> Any:
    raise AssertionError("what is published writes nothing")
