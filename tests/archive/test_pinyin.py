"""Pinyin: a name is found by its characters, its syllables and their initials, in every reading."""

from __future__ import annotations

import random
import time

import pytest

from archive.pinyin import Names, typeable

NAMES = (
    "备份",
    "数据库备份",
    "林一舟",
    "重庆",
    "长安 docker",
    "吕布",
    "西安",
    "Ann Lee",
    "曾国",
    "上海",
)

BOTH = ["备份", "数据库备份"]


def named(typed: str) -> list[str]:
    asked = typeable(typed)
    return [match.name for match in Names((n, n) for n in NAMES).matching(asked)] if asked else []


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("bf", BOTH), ("beifen", BOTH), ("beif", BOTH), ("bfen", BOTH), ("ｂｆ", BOTH),
        ("備份", BOTH), ("备", BOTH), ("sjkbf", ["数据库备份"]), ("LYZ", ["林一舟"]),
        ("lin yi zhou", ["林一舟"]), ("linyizhou", ["林一舟"]), ("xi'an", ["西安"]),
        ("xian", ["西安"]), ("docker", ["长安 docker"]), ("cadocker", ["长安 docker"]),
        ("lee", ["Ann Lee"]), ("ee", []), ("annlee", ["Ann Lee"]), ("shh", ["上海"]),
        ("shhai", ["上海"]), ("beifenx", []), ("bx", []),
    ],
)  # fmt: skip
def test_name_is_found_as_it_is_typed(typed: str, names: list[str]) -> None:
    assert named(typed) == names


@pytest.mark.parametrize(
    ("typed", "name"),
    [("cq", "重庆"), ("chongqing", "重庆"), ("zhongqing", "重庆"), ("zg", "曾国"),
     ("cengguo", "曾国"), ("zengguo", "曾国"), ("lvbu", "吕布"), ("lubu", "吕布"),
     ("ca", "长安 docker"), ("zhangan", "长安 docker")],
)  # fmt: skip
def test_every_reading_of_a_character_counts(typed: str, name: str) -> None:
    assert name in named(typed)


def test_the_usual_reading_and_the_beginning_come_first() -> None:
    names = Names((name, name) for name in ("小重庆", "重庆", "曾强", "张重庆分部", "曹强"))
    assert [m.name for m in names.matching("cq")] == [
        "曹强",
        "曾强",
        "重庆",
        "小重庆",
        "张重庆分部",
    ]


@pytest.mark.parametrize(
    "typed", ["b", "", " ", "a:b", "from:x", '"bf"', "-x", "a" * 25, "!?", "\0"]
)
def test_what_can_be_no_name_is_not_looked_for(typed: str) -> None:
    assert typeable(typed) is None


@pytest.mark.parametrize("name", ["", "🎉", "\0", "这" * 500, "z" * 500, "\ud800", "‮abc", "々〇ㄅ"])
def test_odd_names_do_no_harm(name: str) -> None:
    names = Names([(name, 1), ("备份", 2)])
    assert [m.value for m in names.matching("bf")] == [2]
    names.matching("z" * 24)


def test_five_thousand_names_take_less_than_twenty_milliseconds(slack: float) -> None:
    pick = random.Random(1)
    chars = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动"
    names = Names(("".join(pick.choices(chars, k=pick.choice((2, 3, 4)))), i) for i in range(5000))
    for typed in ("zs", "shi", "dgsh", "zhongg", "yyyy", "的"):
        taken = []
        for _ in range(3):
            began = time.perf_counter()
            names.matching(typed)
            taken.append(time.perf_counter() - began)
        assert min(taken) < 0.020 * slack
