"""Telegram Desktop HTML: text comes out as it was sent, letter by letter, with its formatting."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_telegram_html import AT_SECONDS, message, put, row

from adapters.exports import telegram_json
from adapters.exports.format import Options
from archive.records import Message, Span

_ENTITIES = {"\n": "<br>", '"': "&quot;", "&": "&amp;", "'": "&apos;", "<": "&lt;", ">": "&gt;"}
# HTML cannot carry halves of pairs; the exporter writes the two separators as <br>; U+FDD0 and on
# are no characters.
_LETTERS = st.characters(
    exclude_categories=["Cs"],
    exclude_characters=["\u2028", "\u2029", *(chr(c) for c in range(0xFDD0, 0xFDF0))],
)
_TEXTS = st.text(st.one_of(_LETTERS, st.sampled_from("\n\t \x00\x1b<>&'\"；；")), min_size=1)


def escaped(text: str) -> str:
    """Write text as the exporter does."""
    return "".join(
        _ENTITIES.get(char) or (f"&#x{ord(char):02X};" if char < " " else char) for char in text
    )


@settings(deadline=None, max_examples=300)
@given(_TEXTS.filter(lambda text: not text.endswith("\r")))
def test_any_text_comes_out_as_it_was_sent(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert message(Path(folder), row(1, escaped(text))).text == text


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(["", "strong", "em", "code", "pre", "u", "s"]), _TEXTS)))
def test_spans_cover_what_they_are_written_around(parts: list[tuple[str, str]]) -> None:
    parts = [*parts, ("", "end")]
    html = "".join(f"<{t}>{escaped(s)}</{t}>" if t else escaped(s) for t, s in parts)
    with tempfile.TemporaryDirectory() as folder:
        found = message(Path(folder), row(1, html))
    assert found.text == "".join(text for _, text in parts)
    covered = [found.text[s.start : s.start + s.length] for s in found.spans]
    assert covered == [text for tag, text in parts if tag]


def test_text_and_time_are_those_of_the_json_export(tmp_path: Path) -> None:
    parts = [
        "看 ",
        {"type": "bold", "text": "  这里\n<b>"},
        {"type": "link", "text": "a.cn"},
        " \t&amp;",
    ]
    html = '看 <strong>  这里<br>&lt;b&gt;</strong><a href="a.cn">a.cn</a> &#x09;&amp;amp;'
    said = {
        "id": 1,
        "type": "message",
        "date_unixtime": str(AT_SECONDS),
        "from": "张三",
        "text": parts,
    }
    chat = {"name": "技术群", "type": "private_supergroup", "id": 5, "messages": [said]}
    file = put(tmp_path, json.dumps(chat, ensure_ascii=False), "result.json")
    (other,) = [m for m in telegram_json.read(file, Options()) if isinstance(m, Message)]
    found = message(tmp_path, row(1, html))
    assert (found.id, found.sent_at, found.text) == (other.id, other.sent_at, other.text)
    assert found.sender_name == other.sender_name
    assert found.spans == other.spans


@pytest.mark.parametrize(
    ("html", "kind", "value"),
    [
        ("<strong>字</strong>", "bold", None),
        ("<em>字</em>", "italic", None),
        ("<u>字</u>", "underline", None),
        ("<s>字</s>", "strikethrough", None),
        ("<code>字</code>", "code", None),
        ("<pre>字</pre>", "pre", None),
        ("<blockquote>字</blockquote>", "blockquote", None),
        (
            '<span class="spoiler hidden" onclick="ShowSpoiler(this)">'
            '<span aria-hidden="true">字</span></span>',
            "spoiler",
            None,
        ),
        ('<a href="https://example.org/?a=1&amp;b=2">字</a>', "link", "https://example.org/?a=1&b=2"),
        ('<a href="字">字</a>', "link", "字"),
        ('<a href="" onclick="return ShowHashtag(&quot;x&quot;)">#x</a>', "hashtag", None),
        ('<a href="" onclick="return ShowMentionName()">字</a>', "mention_name", None),
        ('<a href="" onclick="return ShowBotCommand(&quot;x&quot;)">/x</a>', "bot_command", None),
        ('<a href="" onclick="return ShowCashtag(&quot;X&quot;)">$X</a>', "cashtag", None),
        ('<a href="https://t.me/zhang">@zhang</a>', "mention", None),
        ('<a href="mailto:a@b.cn">a@b.cn</a>', "email", None),
        ('<a href="tel:+8610">+8610</a>', "phone", None),
        ('<a href = "../../stickers/AnimatedSticker.tgs">👋</a>', "custom_emoji",
         "../../stickers/AnimatedSticker.tgs"),
        ('<a href="" onclick="return ShowNotLoadedEmoji();">👋</a>', "custom_emoji", None),
        ('<a href="javascript:alert(1)">字</a>', "link", "javascript:alert(1)"),
    ],
)  # fmt: skip
def test_formatting_is_told_by_kind(
    tmp_path: Path, html: str, kind: str, value: str | None
) -> None:
    found = message(tmp_path, row(1, f"😀 {html} 尾"))
    (span,) = found.spans
    inner = found.text[2:-2]
    assert span == Span(kind, 2, len(inner), value)


def test_formatting_within_formatting_is_told_from_outside_in(tmp_path: Path) -> None:
    found = message(
        tmp_path, row(1, "a<blockquote>b<strong>c<em>d</em></strong><br>e</blockquote>")
    )
    assert found.text == "abcd\ne"
    assert found.spans == (
        Span("blockquote", 1, 5),
        Span("bold", 2, 2),
        Span("italic", 3, 1),
    )


def test_indentation_of_the_template_is_not_text_but_that_of_code_is(tmp_path: Path) -> None:
    assert message(tmp_path, row(1, "def f():<br>    pass  <br>")).text == "def f():\n    pass  \n"


def test_page_with_windows_line_ends_has_the_same_text(tmp_path: Path) -> None:
    assert message(tmp_path, row(1, " a<br>b ").replace("\n", "\r\n")).text == " a\nb "


def test_message_without_text_has_none(tmp_path: Path) -> None:
    assert message(tmp_path, row(1, None)).text == ""
    assert message(tmp_path, row(1, "")).text == ""


def test_markup_sent_as_text_stays_text(tmp_path: Path) -> None:
    text = '</div><div class="message default" id="message6"><script>alert(1)</script>'
    found = message(tmp_path, row(1, escaped(text), name=escaped("<b>&amp;</b>")))
    assert (found.text, found.sender_name) == (text, "<b>&amp;</b>")
