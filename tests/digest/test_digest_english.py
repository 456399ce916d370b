"""A digest in English: the words around are English, what people said stays as it was."""

from __future__ import annotations

import re

import msgspec
import pytest
from saying import LONG, QQ, TG, digest_of, kept, said, talked, told

from archive.access import member
from archive.catchup import catch_up
from archive.database import Archive
from archive.digest import Digest
from archive.digest.reasons import why
from archive.digest.weighing import Weight
from web.digest_forms import CODE, as_html, as_mail, as_markdown, as_text, cited, subject

TITLES = {TG: "Tech", QQ: "Hikers"}
BASE = "https://site.example"
HAN = re.compile(r"[\u4e00-\u9fff]|[，。：；「」（）［］]")


@pytest.fixture
def english(archive: Archive) -> Digest:
    """A week in which everything was said in English."""
    talk = [
        msgspec.structs.replace(one, text=f"{words} the slow query log before you change it all")
        for one, words in zip(talked(), ("Who has", "Always read", "We did look at", "I will try"),
                              strict=True)
    ]  # fmt: skip
    told(archive, talk)
    kept(archive, 2, reason="saves a week")
    return digest_of(archive, language="en")


def test_every_form_is_english_around_what_was_said(english: Digest) -> None:
    forms = (
        *as_text(english, TITLES, BASE, 4096), *as_text(english, TITLES, "", 4096),
        as_markdown(english, TITLES, BASE), as_html(english, TITLES, BASE),
        as_mail(english, TITLES, BASE), subject(english, TITLES),
    )  # fmt: skip
    for text in forms:
        assert "Tech: weekly digest 2026-W42 (10-12 to 10-18)" in text.replace("\\", "")
        assert HAN.search(text.replace("人", "")) is None, text
    assert "How it was chosen: of 4 messages these 1" in forms[0]
    assert "marked as essence, because: saves a week, 4 people, 4 messages, 3 replies" in forms[0]
    assert "Thanks to" in forms[0] and "“Always read" in forms[4]
    assert forms[1].count(CODE) == len(cited(english))


def test_language_is_chinese_where_an_edition_does_not_say(archive: Archive) -> None:
    told(archive, talked())
    value = msgspec.to_builtins(digest_of(archive))
    assert value.pop("language") == "zh-Hans"
    again = msgspec.convert(value, Digest)
    assert "周报 2026-W42（10-12 至 10-18）" in subject(again, TITLES)


def test_daily_of_several_groups_and_an_empty_week(archive: Archive) -> None:
    told(archive, talked(), talked(100, "poles", QQ))
    both = digest_of(archive, groups=(TG, QQ), language="en")
    day = msgspec.structs.replace(both, period="2026-10-12")
    assert subject(day, TITLES) == "Tech, Hikers: daily digest 2026-10-12"
    many = msgspec.structs.replace(both, groups=(TG, QQ, "qq:3"))
    assert subject(many, TITLES).startswith("Tech and others, 3 groups: ")
    quiet = msgspec.structs.replace(both, items=())
    assert "Nothing in 8 messages" in as_mail(quiet, TITLES, BASE)


def test_reasons_count_one_and_many() -> None:
    one, many = Weight(1, 1, 1, 1, 0, 0), Weight(2, 1_000, 2, 2, 0, 0)
    assert why((), one, 1, "en") == "1 person, 1 message, 1 reply, 1 reaction, the same 1 more time"
    assert why([("answers", 2)], many, 2, "en") == (
        "2 answers, 2 people, 1000 messages, 2 replies, 2 reactions, the same 2 more times"
    )
    assert why([("accepted", "")], one, 0, "zh-Hans") == (
        "已采纳回答，1 人参与，1 条消息，1 条回复，1 个表情"
    )


def test_outside_nobody_is_named_in_either_language(archive: Archive) -> None:
    """TRUST 31: neither in quotations nor thanked, nor by what was said in marking it."""
    told(archive, talked())
    kept(archive, 2, title="小王的经验", reason="小王说得好")
    for language, nobody in (("en", "somebody: “"), ("zh-Hans", "匿名成员：「")):
        made = digest_of(archive, member(frozenset((TG,))), language=language, named=False)
        text = str(msgspec.to_builtins(made))
        assert nobody in text and "人2" not in text and "小王" not in text and made.thanks == ()


def test_catch_up_says_why_in_english(archive: Archive) -> None:
    told(archive, talked(), said(50, LONG, "2", 3))
    inside = member(frozenset((TG,)), "telegram:9")
    with archive.reading() as db:
        found = catch_up(
            db, inside, "telegram:9", [TG], now=2_000_000_000, count=9, language="en"
        )  # fmt: skip
    assert found.topics and all("people" in topic.why for topic in found.topics[:1])
