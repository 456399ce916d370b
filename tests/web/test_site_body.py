"""Message text as HTML: formatted, linked, and inert."""

from __future__ import annotations

import time

import pytest
from hostile_text import BAD_ADDRESSES, SCRIPTS
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from archive.prepare import tags_in
from archive.records import Span
from web.addresses import Addresses
from web.body import Painter, highlighted

PAINTER = Painter(Addresses().tag, "剧透")
KINDS = [
    "bold", "italic", "underline", "strikethrough", "code", "pre", "spoiler", "blockquote",
    "link", "mention", "hashtag", "email", "phone", "custom_emoji", "made up",
]  # fmt: skip
ALLOWED = {
    "div", "a", "b", "em", "u", "s", "code", "pre", "blockquote", "details", "summary", "small",
    "bdi", "mark",
}  # fmt: skip


def painted(text: str, *spans: Span) -> html.HtmlElement:
    return html.fragment_fromstring(PAINTER.paint(text, spans), create_parent="div")


def test_address_in_chinese_text_ends_where_chinese_begins():
    (link,) = painted("看https://example.org/a?b=1，很好").findall("a")
    assert link.get("href") == link.text == "https://example.org/a?b=1"
    assert link.get("rel") == "noopener noreferrer nofollow ugc"


def test_hashtags_lead_to_their_page():
    links = painted("#干货分享# 和 #tool 以及 #1 与 a#b").findall("a")
    assert [link.text for link in links] == ["#干货分享#", "#tool"]
    assert links[1].get("href") == "/tag/tool"


@given(st.text(alphabet="#ab1标签 /&;\n_", max_size=30))
def test_linked_hashtags_are_the_tags_the_archive_knows(text):
    links = [link.text.strip("#") for link in painted(text).iter("a")]
    assert list(dict.fromkeys(links)) == list(tags_in(text))


def test_spans_nest_and_overlap():
    body = painted(
        "一二三四五六", Span("bold", 0, 4), Span("italic", 1, 2), Span("underline", 3, 3)
    )
    assert body.text_content() == "一二三四五六"
    assert [e.text_content() for e in body.iter("b", "em", "u")] == [
        "一二三四",
        "二三",
        "四",
        "五六",
    ]


def test_link_with_its_own_text_names_where_it_leads():
    body = painted("点这里", Span("link", 0, 3, "https://www.example.org/x"))
    assert body.find("a").get("href") == "https://www.example.org/x"
    assert body.find("small").text_content() == "example.org"


def test_code_is_not_linked_and_line_break_behind_a_block_is_one():
    body = painted("pip #x https://a.org\n完", Span("pre", 0, 20))
    assert body.find("pre").text == "pip #x https://a.org" and body.findall(".//a") == []
    assert body.find("pre").tail == "完"


def test_spoiler_is_closed_until_opened():
    body = painted("结局是", Span("spoiler", 0, 3))
    assert body.find("details").get("open") is None and "结局是" in body.text_content()


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_span_with_an_unsafe_address_is_plain_text(address):
    """TRUST 26."""
    body = painted("点我", Span("link", 0, 2, address or "javascript:x"))
    assert body.findall(".//a") == [] and body.text_content() == "点我"


@pytest.mark.parametrize("text", SCRIPTS)
def test_hostile_text_is_text(text):
    """TRUST 25."""
    body = painted(text.replace("\0", "").replace("\x07", ""))
    assert {element.tag for element in body.iter()} <= ALLOWED
    assert "alert" not in text or "alert" in body.text_content()


@given(
    st.text(alphabet="<>\"'&#/a https://标\n", max_size=40),
    st.lists(
        st.builds(
            Span,
            st.sampled_from(KINDS),
            st.integers(-3, 50),
            st.integers(-3, 50),
            st.sampled_from([None, "https://a.org/", "javascript:alert(1)", '"><script>']),
        ),
        max_size=8,
    ),
)
def test_any_spans_over_any_text_give_well_formed_inert_html(text, spans):
    body = painted(text, *spans)
    assert {element.tag for element in body.iter()} <= ALLOWED
    for element in body.iter():
        assert set(element.attrib) <= {"href", "rel", "class"}
        assert element.get("href", "/tag/").startswith(("/tag/", "http://", "https://", "mailto:"))
    for opened in body.iter("summary", "small"):
        opened.drop_tree()
    squeezed = "".join(body.text_content().split())
    assert squeezed == "".join(text.split())


def test_many_nested_spans_are_no_danger():
    text = "深" * 5000
    spans = [Span("bold", i, 5000 - 2 * i) for i in range(2400)]
    began = time.perf_counter()
    assert painted(text, *spans).text_content() == text
    assert time.perf_counter() - began < 1


def test_highlights_are_marks_whatever_their_places():
    shown = highlighted('<b>"部署"</b>部署', ((4, 6), (4, 5), (99, 120), (11, 13)))
    assert shown.count("<mark>") == shown.count("</mark>") == 3
    assert "<b>" not in shown and html.fromstring(f"<p>{shown}</p>").text_content().endswith("部署")
