"""TRUST 25 and 26: hostile text in every field, every page parsed, nothing in it alive."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import pytest
from hostile_archive import fill_hostile
from hostile_text import BAD_ADDRESSES, ONE, SCRIPTS
from lxml import html

ELEMENTS = {
    "html", "head", "meta", "title", "link", "body", "a", "header", "main", "footer", "nav",
    "form", "input", "button", "svg", "circle", "path", "rect", "div", "span", "section",
    "article", "aside", "h1", "h2", "h3", "p", "ol", "ul", "li", "dl", "dt", "dd", "b", "em", "s",
    "u", "small", "bdi", "mark", "time", "code", "pre", "blockquote", "details", "summary", "img",
    "video", "audio", "script", "table", "caption", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "name", "content", "media", "rel", "href", "type", "class", "id", "role",
    "action", "value", "maxlength", "autocomplete", "autocapitalize", "spellcheck", "enterkeyhint",
    "placeholder", "viewbox", "viewBox", "preserveaspectratio", "preserveAspectRatio", "cx", "cy",
    "r", "d", "width", "height", "dir", "datetime", "tabindex", "autofocus", "hreflang", "src",
    "loading", "decoding", "alt", "controls", "preload", "title", "download",
    "hidden", "data-copy", "data-done", "data-share", "scope", "abbr",
}  # fmt: skip


NOT_FOLLOWED = re.compile(r"/(?:media|static|desk)\b|.*[?&](?:lang|big)=")


def assert_inert(page: html.HtmlElement, path: str) -> None:
    """Nothing runs, nothing is fetched from elsewhere, nothing leads to a bad scheme."""
    for element in page.iter():
        if not isinstance(element.tag, str):
            raise AssertionError(f"a comment in {path}")
        assert element.tag in ELEMENTS, (path, element.tag)
        odd = {n for n in element.attrib if n not in ATTRIBUTES and not n.startswith("aria-")}
        assert not odd, (path, element.tag, odd)
        own = "/static/" if element.tag == "script" else "/media/"
        assert (element.get("src") or own).startswith(own)
        assert element.tag != "script" or not (element.text or "").strip()
        assert re.match(r"/(?!/)", element.get("action") or "/search"), path
        href = element.get("href")
        if (
            href is not None
            and href not in ("#main", "#sides")
            and (href[0] != "/" or href[:2] == "//")
        ):
            assert urlsplit(href).scheme.lower() in ("http", "https", "mailto"), (path, href)
            assert element.get("rel") == "noopener noreferrer nofollow ugc"
    assert page.find("head/meta[@http-equiv]") is None


ELEMENTS |= {"label", "textarea"}
ATTRIBUTES |= {"method", "rows", "for"}
# how one searches as one types (web/static/search.js)
ELEMENTS.add("kbd")
ATTRIBUTES |= {
    "defer", "hidden", "data-search", "data-token", "data-failed", "data-copied", "data-part",
    "data-title", "data-said", "data-missed", "data-words",
}  # fmt: skip


def crawled(site, start: list[str], most: int = 160) -> dict[str, html.HtmlElement]:
    """Follow every link inside the site."""
    pages: dict[str, html.HtmlElement] = {}
    waiting = list(start)
    while waiting and len(pages) < most:
        path = waiting.pop(0)
        if path in pages or NOT_FOLLOWED.match(path):
            continue
        pages[path] = site.page(path)
        waiting += [
            a.get("href") for a in pages[path].iter("a") if a.get("href", "").startswith("/")
        ]
    return pages


@pytest.fixture
def hostile(archive, site):
    fill_hostile(archive)
    return site


def test_every_page_of_a_hostile_archive_is_inert(hostile):
    pages = crawled(hostile, ["/", "/search?q=" + quote("alert"), "/search?q=" + quote(ONE)])
    kinds = {path.split("/")[1].partition("?")[0] for path in pages}
    assert kinds >= {
        "", "g", "m", "essence", "tag", "tags", "search", "about", "coverage", "contents",
        "calendar",
    }  # fmt: skip
    assert len(pages) > 60
    for path, page in pages.items():
        assert_inert(page, path)


def test_pages_in_english_are_inert_too(hostile):
    for path in ("/", "/essence/1", "/essence", "/tags", "/search?q=alert"):
        assert_inert(hostile.page(f"{path}{'&' if '?' in path else '?'}lang=en"), path)


def test_hostile_names_are_shown_as_they_were_written(hostile):
    text = hostile.page("/").text_content()
    assert ONE in text and "<script>alert(1)</script>" in text


@pytest.mark.parametrize("query", [*SCRIPTS, *BAD_ADDRESSES, ONE])
def test_query_is_shown_and_marked_without_running(hostile, query):
    page = hostile.page(f"/search?q={quote(query)}")
    assert_inert(page, query)
    if query.strip():
        shown = page.cssselect("input[type=search]")[0].get("value")
        assert shown == query[:500].replace("\x07", "\ufffd").replace("\0", "\ufffd").replace(
            "\x01", "\ufffd"
        )


@pytest.mark.parametrize("text", SCRIPTS)
def test_error_pages_and_unknown_addresses_are_inert(hostile, text):
    for path in (f"/{quote(text, safe='')}", f"/m/{quote(text, safe='')}", f"/tag/{quote(text)}"):
        assert_inert(hostile.page(path, 404), path)
    for path in (f"/search?q=x&order={quote(text)}", f"/essence?before={quote(text)}"):
        assert_inert(hostile.page(path, 400), path)
    assert_inert(hostile.page(f"/search?q=x&cursor={quote(text)}"), text)


def test_json_is_no_page(hostile):
    answer = hostile.get(f"/api/search?q={quote('alert')}")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["hits"]


def test_names_stand_in_a_direction_of_their_own(hostile):
    """TRUST 9: what turns the direction of writing stays within the name or the message."""
    page = hostile.page("/search?q=alert")
    for name in page.cssselect(".hit .meta b"):
        assert [child.tag for child in name] == ["bdi"]
    assert all(words.get("dir") == "auto" for words in page.find_class("words"))
