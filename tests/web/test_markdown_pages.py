"""Pages as Markdown: the same reader and content, and hostile text is only text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from asking import Asker, Fill
from hostile_archive import fill_hostile
from hostile_text import BAD_ADDRESSES, CALLS, ONE, SCRIPTS
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html
from markdown_it import MarkdownIt
from markdown_it.token import Token

from archive.database import Archive
from archive.records import Group, Message, Span
from web.app import create_app
from web.markdown import Markdown, escaped, link, quoted

READS = MarkdownIt("commonmark", {"html": True})
MINE = "telegram:-1001"
NOON = 1_790_000_000
INLINE = {
    "text",
    "softbreak",
    "hardbreak",
    "strong_open",
    "strong_close",
    "link_open",
    "link_close",
}
BLOCKS = {"paragraph_open", "paragraph_close", "heading_open", "heading_close", "inline",
          "blockquote_open", "blockquote_close", "bullet_list_open", "bullet_list_close",
          "list_item_open", "list_item_close"}  # fmt: skip


def tokens(text: str) -> Iterator[Token]:
    for block in READS.parse(text):
        yield block
        yield from block.children or ()


def assert_inert(text: str, path: str = "") -> None:
    """Nothing in it is HTML, a picture or code; links lead within the site or to safe schemes."""
    for token in tokens(text):
        assert token.type in INLINE | BLOCKS, (path, token.type, token.content[:80])
        if token.type == "link_open":
            assert re.match(r"(?:https?://|mailto:|/(?!/))", str(token.attrs["href"])), path


def shown(text: str) -> str:
    return "".join(t.content if t.type == "text" else "\n" for t in tokens(text)
                   if t.type in ("text", "hardbreak", "softbreak"))  # fmt: skip


@pytest.mark.parametrize("text", [*SCRIPTS, *CALLS, *BAD_ADDRESSES, ONE])
def test_what_people_write_is_only_text(text: str) -> None:
    """TRUST 25, 26."""
    for made in (
        f"# {escaped(text)}",
        f"- {link(text, '/x')}",
        quoted(text),
        quoted(text, depth=2),
    ):
        assert_inert(made, text)
    spans = (Span("link", 0, 3, text),)
    assert_inert(quoted(f"点我吧 {text}", spans), text)


@given(st.text("abc 1.)#>-+*_`~|[]()<>!\\\n\t:/&;=点é\u202e", max_size=60))
@example("1. a\n- b\n    c\n===\n# d\n\n> e\n```\nf\n| - |")
@example("a\\\n\nb\\")
@example("[a]: http://x\n[a]")
@example("![a](http://x)")
def test_any_text_reads_as_it_was_written(text: str) -> None:
    assert_inert(quoted(text))
    assert_inert(f"# {escaped(text)}")
    assert_inert(f"- {escaped(text)}")
    bare = re.sub(r"[\s\u202e]", "", text)
    assert re.sub(r"\s", "", shown(quoted(text)).replace("\xa0", "")) == bare
    assert re.sub(r"\s", "", shown(f"# {escaped(text)}").replace("\xa0", "")) == bare


def test_addresses_become_links_and_nothing_else_does() -> None:
    made = quoted("看 https://a.example/x?b=1&copy;=2。或 www.b.example javascript:alert(1)")
    hrefs = [t.attrs["href"] for t in tokens(made) if t.type == "link_open"]
    assert hrefs == ["https://a.example/x?b=1&copy;=2"] or hrefs[0].startswith(
        "https://a.example/x"
    )
    assert "javascript\\:alert" in made
    named = quoted("点我", (Span("link", 0, 2, "https://a.example/ (b)<c>"),))
    assert "](<https://a.example/%20(b)%3Cc%3E>)" in named
    assert isinstance(link("a", "/b"), Markdown)


@pytest.fixture
def talk(archive: Archive, fill: Fill) -> Asker:
    fill(
        Group(MINE, "群 *一*"),
        Message(MINE, "1", NOON, "telegram:11", "安_安", text="# 一\n- 二\n\n三 https://a.example"),
        Message(MINE, "2", NOON + 60, "telegram:12", "本本", text="四", reply_to="1"),
    )
    return Asker(create_app(archive, loopback=True))


def test_a_day_reads_like_the_page(talk: Asker) -> None:
    answer = talk.get(f"/g/{MINE}/d/2026-09-21.md?lang=en")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.headers["x-robots-tag"] == "noindex"
    text = answer.text
    assert text.startswith("# 21 Sep 2026 · 群 \\*一\\*\n")
    assert "**安\\_安** · [22:13](</m/telegram:-1001:1?lang=en>)" in text
    assert "> \\# 一\\\n> \\- 二\n>\n> 三 [https\\://a.example](<https://a.example>)" in text
    assert_inert(text)


def test_pages_lead_to_their_twin_and_others_have_none(talk: Asker) -> None:
    page = talk.page(f"/g/{MINE}/d/2026-09-21?after=1&lang=en")
    (twin,) = page.xpath("//link[@type='text/markdown']/@href")
    assert twin == f"/g/{MINE}/d/2026-09-21.md?after=1&lang=en"
    assert talk.page("/").xpath("//link[@type='text/markdown']/@href") == ["/index.md"]
    for path in ("/search", "/about", "/login"):
        assert talk.page(path).xpath("//link[@type='text/markdown']") == []
        assert talk.get(f"{path}.md").status_code == 404
    assert talk.get(f"/m/{MINE}:9.md").status_code == 404
    assert talk.post(f"/m/{MINE}:1.md", {}).status_code in (404, 405)


def linked(page: html.HtmlElement) -> list[Any]:
    return [a.get("href") for a in page.iter("a") if (a.get("href") or "").startswith("/")]


def test_every_twin_of_a_hostile_archive_is_inert(archive: Archive) -> None:
    """TRUST 25, 26."""
    fill_hostile(archive)
    asker = Asker(create_app(archive, loopback=True))
    waiting, seen, templates = (
        ["/", "/digests", "/questions?tab=all", "/links", "/people", "/calendar"],
        set[str](),
        set[str](),
    )
    while waiting and len(seen) < 90:
        path = waiting.pop(0)
        if path in seen or re.match(
            r"/(?:media|static|desk|search|report)\b|.*[?&](?:lang|big)=", path
        ):
            continue
        seen.add(path)
        page = asker.page(path)
        waiting += linked(page)
        for twin in page.xpath("//link[@type='text/markdown']/@href"):
            answer = asker.get(twin)
            assert answer.status_code == 200, twin
            assert_inert(answer.text, twin)
            templates.add(path.split("/")[1].partition("?")[0])
    assert templates >= {"", "g", "m", "essence", "tag", "tags", "contents", "t", "column", "q",
                         "questions", "digest", "threads", "files", "links", "start", "people",
                         "calendar"}  # fmt: skip
