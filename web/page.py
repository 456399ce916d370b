"""What every page is made from: who reads, in which words, and the template."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime
from datetime import time as clock_time
from functools import cached_property
from typing import Annotated, Any, Protocol, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from annotated_types import Interval
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive.access import Reader
from archive.database import Archive
from archive.people import DEFAULT_ZONE
from archive.query import filter_text
from archive.views import EssenceView
from web.access import Visitor, is_published, visitor_of
from web.addresses import Addresses, path_of
from web.dates import local
from web.described import Described, Head, head_of
from web.environment import TEMPLATES
from web.forms import token_for
from web.markdown import TWINS, twin_of
from web.membership import Roles
from web.sending import html_response, markdown_response
from web.sign_in import Way
from web.talk import Talk
from web.twins import BESIDE, is_twin
from web.words import LANGUAGES, asked_for

T = TypeVar("T")

_GIST = 150
_ENDING = re.compile("[。！？；，!?;,](?=.)")


TO = "chendian.addresses"
"""Where a page that is made for a file says how it links."""

_LARGEST = 2**53

Place = Annotated[int | None, Interval(ge=0, le=_LARGEST)]
"""Where a list goes on: the id of what was last shown."""

Number = Annotated[int, Interval(ge=0, le=_LARGEST)]
"""An id in an address; larger ones SQLite could not hold."""


class Write(Protocol):
    """Runs a piece of work in a write transaction of the archive, and returns once it is kept."""

    def __call__(self, does: Callable[[sqlite3.Connection], T]) -> Awaitable[T]: ...


class ConsentChanged(Protocol):
    """Sees to what follows once somebody opted out, by their key, or came back (None)."""

    def __call__(self, leaving: str | None, /) -> Awaitable[None]: ...


class Site(msgspec.Struct, frozen=True):
    """What one site is set up with."""

    archive: Archive
    title: str
    base_url: str
    loopback: bool
    secret: bytes
    """What forms and links of this site are signed with."""
    write: Write
    """Runs a piece of work in a write transaction of the archive."""
    consent_changed: ConsentChanged
    """Called after what a member decided about being kept is on the disk."""
    time_zone: str = DEFAULT_ZONE
    """In which a search's dates are understood."""
    roles: Roles | None = None
    """Asks the platforms who is in which group; None where nothing is connected to them."""
    proxies: frozenset[str] = frozenset()
    """Addresses of proxies that say truly for whom they ask."""
    operator: str = ""
    """Who runs it, and how to reach them; empty where nobody is named."""
    welcome: Mapping[str, str] = {}
    """What the configuration says to newcomers, by group key."""
    ways: Mapping[str, Way] = {}
    """By what other sites people may log in, by account."""
    longest: Mapping[str, int] = {}
    """How long a message may be on each platform, by the first part of its keys."""

    @property
    def is_secure(self) -> bool:
        """Tell whether the site is reached over HTTPS."""
        return self.base_url.startswith("https://")


class Visit:
    """One request for a page: the archive, the reader, the words and the links."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.site: Site = request.app.state.site
        self.archive = self.site.archive
        self.visitor: Visitor = visitor_of(request, self.site)
        self.reader: Reader = self.visitor.reader
        self.zone = self.site.time_zone
        lang = request.query_params.get("lang")
        self.words = asked_for(lang, request.headers.get("accept-language"))
        big = request.query_params.get("big") == "1"
        given: Addresses | None = request.scope.get(TO)
        self.to = given or Addresses(lang if lang in LANGUAGES else None, big)

    @cached_property
    def talk(self) -> Talk:
        """Make lines of messages in this visit's words."""
        return Talk(self.archive.media, self.words, self.to)

    @property
    def token(self) -> str:
        """Return what this visitor's forms carry; empty for the public, who has no forms."""
        session = self.visitor.session
        return token_for(self.site.secret, session) if session else ""

    @property
    def reads_as(self) -> str:
        """Return the key of the words that say as whom this visitor reads."""
        return f"reads.{'local' if self.visitor.is_local else self.visitor.kind}"

    @property
    def here(self) -> str:
        """Return this page's own path and query, to come back to."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    def has(self, path: str) -> bool:
        """Tell whether there is a page at this path, so that no link leads nowhere."""
        if self.to.published:
            return self.to.has(path)
        state = self.request.app.state
        if not hasattr(state, "paths"):
            state.paths = {getattr(route, "path", "") for route in self.request.app.routes}
        return path in state.paths

    @property
    def other_language(self) -> str:
        """Return this page's address in the other language."""
        return self._again(Addresses(self.words("site.other_code"), self.to.big))

    @property
    def other_size(self) -> str:
        """Return this page's address in large type, or in type of the usual size."""
        if self.to.published:
            # the page's script changes the size; without it there is nothing to go to
            return "#main"
        lang = dict(self.to.kept).get("lang")
        return self._again(Addresses(lang, not self.to.big))

    def _again(self, to: Addresses) -> str:
        pairs = self.request.query_params.multi_items()
        asked = {name: value for name, value in pairs if name not in ("lang", "big")}
        return to(quote(self.request.url.path, safe="/:@%"), **asked)

    def date_of(self, at: int, time_zone: str) -> str:
        """Return `11 月 18 日` of a moment, with the year where it is not this one."""
        return self.words.day(local(at, time_zone).date(), self.today)

    def beginning(self, post: EssenceView) -> str:
        """Return the first words of an essence, unless its title already says them."""
        words = " ".join(m.text for m in post.messages[:3] if m.text)
        gist = " ".join(words[:400].split())
        if len(gist) <= len(post.title) + 12 and gist.startswith(post.title.rstrip("…。")):
            return ""
        if len(gist) <= _GIST + 10:
            return gist
        ends = [at.end() for at in _ENDING.finditer(gist, _GIST - 50, _GIST)]
        return gist[: ends[-1] if ends else _GIST].rstrip("。；，;,") + self.words("ellipsis")

    def month(self, name: str) -> str:
        """Return the search for everything said in a month, `2026-11`."""
        return self.to.month(name)

    def within(self, key: str, titles: dict[str, str]) -> str:
        """Return the filter for one group: by its title, where no other group bears it."""
        title = titles[key]
        alone = list(titles.values()).count(title) == 1 and title.strip()
        return filter_text("in", title if alone else key)

    def day_of(self, at: int, time_zone: str) -> date:
        """Return the local day of a moment."""
        return local(at, time_zone).date()

    @cached_property
    def now(self) -> int:
        """Return the Unix time at which the page is made; what is published knows the day only, so
        that it stays as it is for as long."""
        if not self.to.published:
            return int(time.time())
        return int(datetime.combine(datetime.now(UTC).date(), clock_time(), UTC).timestamp())

    @property
    def today(self) -> date:
        """Return today, beside which dates of this year need no year."""
        return datetime.fromtimestamp(self.now, UTC).date()

    @property
    def is_published(self) -> bool:
        """Tell whether the site has an address that everybody can reach."""
        return is_published(self.site.base_url)

    @property
    def origin(self) -> str:
        """Return what whole addresses begin with: the site's own, or what was asked for."""
        return self.site.base_url or str(self.request.base_url).rstrip("/")

    def page(
        self, template: str, status: int = 200, listing: Described | None = None, **values: Any
    ) -> Response:
        """Render a template into a response; `listing` where strangers may find the page. Where
        its twin is asked for: into Markdown, or HTTPException 404 where it has none."""
        values |= {
            "v": self, "t": self.words, "to": self.to, "site": self.site, "talk": self.talk,
        }  # fmt: skip
        name = template.removesuffix(".html")
        if status == 200 and is_twin(self.request.scope):
            if name not in TWINS:
                raise HTTPException(404)
            return markdown_response(self.request, twin_of(name, values))
        twin = self.to.twin(self._here()) if status == 200 and name in TWINS else ""
        if twin and (beside := self.request.scope.get(BESIDE)) is not None:
            beside(twin_of(name, values))
        html = TEMPLATES.get_template(template).render(
            values, listing=self.listed(listing), twin=twin
        )
        return html_response(self.request, html, status)

    def listed(self, page: Described | None) -> Markup:
        """Write what a page tells search engines: what it is as strangers find it, or that they
        must not list it."""
        parts: Any = TEMPLATES.get_template("parts/listing.html").module
        return Markup(parts.listing(self._head(page), self.site))

    def _head(self, page: Described | None) -> Head | None:
        kept = {name for name, _ in self.request.query_params.multi_items()} - {"lang", "big"}
        if page is None or kept or self.visitor.kind != "public" or not self.is_published:
            return None
        return head_of(page, self.site.base_url, self.words.lang)

    def _here(self) -> str:
        pairs = self.request.query_params.multi_items()
        path = path_of(self.request.scope["path"])
        return f"{path}?{urlencode(pairs)}" if pairs else path
