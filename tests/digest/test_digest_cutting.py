"""Titles are cut where a person would cut them, and never within a word."""

from __future__ import annotations

import random

import pytest

from archive.digest.cutting import LINK, cut, safe_end
from archive.digest.wording import TITLE, title

FAMILY, FLAG, THUMB, ACCENT = "👨\u200d👩\u200d👧", "🇨🇳", "👍🏽", "e\u0301"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("换库之前先看慢查询，加索引再说。剩下的以后再讲吧", "换库之前先看慢查询，加索引再说。"),
        ("换库之前先看慢查询，加了索引，然后就好了没有别的", "换库之前先看慢查询，加了索引"),
        ("他说了：“先看慢查询再换库也来得及！”然后走了啊", "他说了：“先看慢查询再换库也来得及！”"),
        ("We should move the database", "We should move the"),
        ("甲" * 24, "甲" * 19 + "…"),
        ("短，不到三分之二" + "甲" * 16, "短，不到三分之二" + "甲" * 11 + "…"),
        ("不长不短刚刚好", "不长不短刚刚好"),
    ],
)  # fmt: skip
def test_line_ends_with_a_sentence_a_phrase_a_word_or_an_ellipsis(text: str, shown: str) -> None:
    assert cut(text, 20) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("请看 https://site.example/a,b?c=1!d&e=f 里的说明", "请看…"),
        ("这一条的编号在后面哦请你记好了 K7Q2MD 别忘了", "这一条的编号在后面哦请你记好了"),
        ("这一条的编号在后面哦请你记好了啊K7Q2MD别忘了", "这一条的编号在后面哦请你记好了啊…"),
        ("请先安装好然后再启动我们要用的docker-compose吧", "请先安装好然后再启动我们要用的…"),
        ("我家门牌号码是三〇二请打电话给我138****5678谢谢你", "我家门牌号码是三〇二请打电话给我…"),
    ],
)
def test_address_code_and_word_are_not_parted(text: str, shown: str) -> None:
    assert cut(text, 20) == shown


@pytest.mark.parametrize("sign", [FAMILY, FLAG, THUMB, ACCENT, "1\ufe0f\u20e3", "❤\ufe0f"])
def test_signs_of_several_characters_are_not_parted(sign: str) -> None:
    for length in range(8, 40):
        for before in ("", "一", "一二"):
            shown = cut(before + sign * 40, length).removesuffix("…").removeprefix(before)
            assert shown == sign * (len(shown) // len(sign)) and len(shown) < length


def test_whatever_is_cut_fits_and_is_the_beginning() -> None:
    chance = random.Random(1)
    pieces = [FAMILY, FLAG, THUMB, ACCENT, "，", "。", " ", "a", "Docker", "换库", "https://x.example/?a=b",
              "！", "\u200d", "K7Q2MD", "？", "”", "@all"]  # fmt: skip
    for _ in range(3_000):
        text = "".join(chance.choices(pieces, k=chance.randrange(1, 30)))
        length = chance.randrange(2, 50)
        shown = cut(text, length, chance.choice(("", "…")))
        assert len(shown) <= length and (shown == text or shown)
        assert text.startswith(shown.removesuffix("…"))
        assert 0 < safe_end(text, length) <= length


def test_title_does_not_end_within_an_address() -> None:
    assert title("看 https://x.example/?y=1 就知道了") == "看 https://x.example/?y=1 就知道了"
    long = title(f"先看这里 https://x.example/{'a' * 90}?b=1 再说")
    assert long == "先看这里…" and not LINK.search(long)
    assert len(title("a" * 500)) == TITLE
