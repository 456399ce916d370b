"""The interface's words: both languages say everything, and the right one is chosen."""

from __future__ import annotations

import re
import string
from datetime import date
from pathlib import Path

import pytest

from web.words import asked_for, words_in

WEB = Path(__file__).resolve().parents[2] / "web"
ZH, EN = words_in("zh"), words_in("en")


def fields(text: object) -> set[str]:
    texts = text.values() if isinstance(text, dict) else [text]
    return {name for t in texts for _, name, _, _ in string.Formatter().parse(str(t)) if name}


def test_every_text_is_in_both_languages_with_the_same_values():
    assert ZH.texts.keys() == EN.texts.keys()
    free = {"date.month", "date.months", "date.weekdays", "date.year_month", "date.day"}
    for key in ZH.texts.keys() - free - {"date.full"}:
        assert fields(ZH.texts[key]) == fields(EN.texts[key]), key


def test_every_text_the_pages_ask_for_is_there():
    source = "".join(
        p.read_text("utf-8") for p in sorted(WEB.rglob("*")) if p.suffix in (".html", ".py")
    )
    asked = set(
        re.findall(
            r"""\b(?:t|words|t\.(?:rich|typed)|rich|counted)\(\s*["']([a-z_]+\.[\w ]+)["']""",
            source,
        )
    )
    assert len(asked) > 60
    assert {key for key in asked if not key.endswith("_")} - ZH.texts.keys() == set()


@pytest.mark.parametrize(
    ("lang", "accept", "code"),
    [
        (None, None, "zh"),
        ("en", "zh-CN", "en"),
        ("zh", "en", "zh"),
        ("xx", None, "zh"),
        (None, "zh-TW,zh;q=0.9,en;q=0.8", "zh"),
        (None, "en-US,en;q=0.9,zh;q=0.8", "en"),
        (None, "fr-FR,zh;q=0.2,en;q=0.5", "en"),
        (None, "fr-FR,de", "en"),
        (None, "*", "zh"),
        (None, ";;;q=,,en;q=x", "zh"),
    ],
)
def test_language_is_asked_for_or_taken_from_the_browser(lang, accept, code):
    assert asked_for(lang, accept).code == code


def test_two_of_something_is_not_the_second():
    counted = ZH("edition.head_week", count=ZH.texts["edition.counts"][2])
    assert (counted, ZH.texts["edition.numbers"][2]) == ("这一周，值得留下的两条", "二")


def test_no_line_ends_within_a_command():
    assert '写「<span class="typed">/采纳</span>」' in ZH.typed("questions.how_accept")
    assert "<span" not in EN.typed("site.search")


def test_days_and_counts_are_written_as_each_language_does():
    day = date(2026, 11, 18)
    assert ZH.day(day).replace("\u00a0", " ") == "2026 年 11 月 18 日"
    assert ZH.day(day, date(2026, 1, 1)).replace("\u00a0", " ") == "11 月 18 日"
    assert EN.day(day).replace("\u00a0", " ") == "18 Nov 2026"
    assert ZH.weekday(day) == "星期三" and EN.weekday(day) == "Wednesday"
    assert (
        EN("count.messages", n=1) == "1 message"
        and EN("count.messages", n=2000) == "2,000 messages"
    )
    assert ZH.counted("search.found", 10_000, exact=False) == "10,000+ 条"


def test_a_text_with_names_escapes_them():
    html = ZH.rich("essence.kept_by_because", name="<b>", reason="{name}")
    assert html == "<bdi>&lt;b&gt;</bdi> 收录：<bdi>{name}</bdi>"


def test_links_keep_the_language_that_was_asked_for(site):
    page = site.page("/?lang=en")
    inner = [a.get("href") for a in page.iter("a") if a.get("href", "").startswith("/")]
    assert page.get("lang") == "en"
    assert all("lang=" in href for href in inner) and any("lang=zh" in href for href in inner)
    assert not any("lang=zh" in a.get("href", "") for a in site.page("/").iter("a"))
