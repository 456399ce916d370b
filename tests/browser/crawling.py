"""Finds every kind of page there is, as a reader would: by following links."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

import httpx
from hostile_text import CALLS, ONE, SCRIPTS
from lxml import html

EACH = 6
"""Pages read of one kind; a message is a message."""
KEPT = {"lang", "big"}
"""What links keep once it is asked for; each page is seen with one of them, and not with more."""
USUAL = 25_000
"""Bytes of a page that is looked at closely; longer ones are more of the same."""
ROUTE = "x-route"

TORN = re.compile(
    rb"<p\b[^>]*>(?:(?!</p>).)*?<(?:form|div|p|ul|ol|dl|table|section|h\d|details|pre|nav)\b.{60}",
    re.DOTALL,
)
Kind = tuple[str, tuple[str, ...]]
"""A route and the names of what its address asks for."""


class Found(NamedTuple):
    """A page that was read."""

    path: str
    kind: Kind
    status: int
    mime: str
    size: int
    """Bytes of the page itself, unpacked."""
    weight: int
    """Bytes of a first load as they are sent, with styles and scripts, without pictures."""

    torn: str
    """A paragraph that a block within it ends too early, as it is written."""
    is_page: bool
    """A whole page; a script may also fetch a part of one."""
    is_sealed: bool = False
    """Its policy lets nothing run in it, what looks around for us neither."""


class Named:
    """Says in a header which route answered, so that a crawl knows what it has seen."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(
        self, scope: Any, receive: Any, send: Callable[..., Awaitable[None]]
    ) -> None:
        async def named(message: Any) -> None:
            route = scope.get("route")
            if message["type"] == "http.response.start" and route is not None:
                message["headers"] = [*message["headers"], (b"x-route", route.path.encode())]
            await send(message)

        await self.app(scope, receive, named)


def routes_of(routes: Iterable[Any]) -> Iterator[str]:
    """Name every route of an app that can be read."""
    for route in routes:
        if "GET" in (getattr(route, "methods", None) or ()):
            yield route.path


def seeds() -> list[str]:
    """Where a crawl begins: the first pages, what nothing links to, and what people type."""
    asked = [
        "has:图片",
        "has:文件",
        "数据库",
        "from:陆野",
        "alert",
        "befor:2026",
        "没有这样的话",
        ONE,
        SCRIPTS[2],
        CALLS[0],
    ]
    searches = [f"/search?q={quote(text)}" for text in asked]
    searches.append(f"/search?q={quote(ONE)}&part=results")
    wrong = [f"/{quote(ONE, safe='')}", f"/search?q=x&order={quote(ONE)}", "/m/nobody:1"]
    robots = ["/robots.txt", "/sitemap.xml", "/sitemap/days-1.xml"]
    return ["/", "/desk", "/logout", "/api/openapi.json", "/healthz", *robots, *searches, *wrong]


class Crawl:
    """What one reader finds on one site."""

    def __init__(
        self, base: str, wanted: Iterable[str] = (), cookies: Mapping[str, str] | None = None
    ) -> None:
        self.base = base
        self.pages: dict[str, Found] = {}
        self._times: Counter[str] = Counter()
        self._weights: dict[str, int] = {}
        self._wanted = set(wanted)
        self.named = {*seeds(), *self._wanted}
        """Addresses no page linked to."""
        self._waiting = [*seeds(), *wanted]
        headers = {"accept-encoding": "gzip", "accept-language": "zh-CN"}
        with httpx.Client(base_url=base, headers=headers, cookies=dict(cookies or {})) as client:
            self._client = client
            while self._waiting:
                self._visit(self._waiting.pop(0))

    @cached_property
    def routes(self) -> set[str]:
        """The routes that answered with something."""
        return {page.kind[0] for page in self.pages.values() if page.status < 400}

    def kinds(self) -> list[Found]:
        """Return HTML pages: of each kind the heaviest one, the heaviest of a usual size, and what
        was asked for by name."""
        of: dict[tuple[object, ...], list[Found]] = {}
        for page in sorted(self.pages.values(), key=lambda page: -page.size):
            if page.is_page:
                of.setdefault((*page.kind, page.status), []).append(page)
        chosen = [page for pages in of.values() for page in pages[:1]]
        chosen += [next((p for p in pages if p.size < USUAL), pages[0]) for pages in of.values()]
        chosen += [p for p in self.pages.values() if p.path in self._wanted and p.is_page]
        return list(dict.fromkeys(chosen))

    def _visit(self, path: str) -> None:
        if path in self.pages or self._is_enough(path):
            return
        answer, raw = self._asked(path)
        packed = len(raw)
        if answer.headers.get("content-encoding") == "gzip":
            raw = httpx.Response(200, headers=answer.headers, content=raw).content
        route = answer.headers.get(ROUTE) or (path if answer.status_code < 400 else "")
        kind = (route, tuple(sorted({name for name, _ in parse_qsl(urlsplit(path).query)})))
        mime = answer.headers.get("content-type", "").partition(";")[0]
        whole = mime == "text/html" and raw[:9].lower() == b"<!doctype"
        found = TORN.search(raw) if mime == "text/html" else None
        torn = found[0].decode("utf-8", "replace") if found else ""
        links: list[str] = []
        if mime == "text/html" and raw:
            links = self._links(raw)
            if answer.status_code >= 400:
                # it leads to itself in another language
                here = urlsplit(path).path
                self.named.update(link for link in links if urlsplit(link).path == here)
            packed += sum(self._weight(link) for link in set(self._loads(raw)))
        self.pages[path] = Found(
            path, kind, answer.status_code, mime, len(raw), packed, torn, whole,
            "sandbox" in answer.headers.get("content-security-policy", ""),
        )  # fmt: skip
        location = answer.headers.get("location", "")
        self._waiting += [*links, *([location] if location.startswith("/") else [])]

    def _asked(self, path: str) -> tuple[httpx.Response, bytes]:
        """Ask for a page as it is sent; a little later where the site says that it was too fast."""
        for _ in range(40):
            with self._client.stream("GET", path, follow_redirects=False) as answer:
                raw = b"".join(answer.iter_raw())
            if answer.status_code != 429:
                break
            time.sleep(0.25)
        return answer, raw

    def _is_enough(self, path: str) -> bool:
        """Tell whether pages that look like this one have been read often enough."""
        parts = urlsplit(path)
        names = {name for name, _ in parse_qsl(parts.query)}
        if path in self._wanted:
            return False
        if names & KEPT and len(names) > 1:
            return True
        shape = f"{_shape(parts.path)}?{'&'.join(sorted(names))}"
        self._times[shape] += 1
        return self._times[shape] > EACH

    def _links(self, raw: bytes) -> list[str]:
        page = html.document_fromstring(raw.replace(b"\0", b""))
        found = [e.get("href") for e in page.xpath("//a[@href] | //link[@href]")]
        found += page.xpath("//img/@src | //video/@src | //audio/@src")
        # what a script fetches
        found += page.xpath("//@*[starts-with(name(), 'data-') and starts-with(., '/')]")
        return [
            link.partition("#")[0]
            for link in found
            if link.startswith("/") and not link.startswith("//")
        ]

    def _loads(self, raw: bytes) -> list[str]:
        page = html.document_fromstring(raw.replace(b"\0", b""))
        return [*page.xpath("//link[@rel='stylesheet']/@href"), *page.xpath("//script/@src")]

    def _weight(self, path: str) -> int:
        if path not in self._weights:
            self._weights[path] = len(self._asked(path)[1])
        return self._weights[path]


def _shape(path: str) -> str:
    """Return a path with what is particular to one page left out."""
    first, *rest = path.lstrip("/").split("/")
    if first == "static" or not rest:
        return path
    return "/".join([first, *(_particular(part) for part in rest)])


def _particular(part: str) -> str:
    if part.isascii() and part.isalpha():
        return part
    ending = part.rpartition(".")[2]
    return f"*.{ending}" if ending != part and ending.isalnum() and len(ending) < 5 else "*"
