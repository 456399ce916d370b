"""Look-alikes: how often the same question in other words is known, and another one is not."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from told import TG, full_group, said, told

from archive.access import operator
from archive.database import Archive
from archive.questions import similar
from archive.similar import THRESHOLD, score, words_of

PAIRS = json.loads(Path(__file__).with_name("similar_pairs.json").read_text("utf-8"))
LATER = json.loads(Path(__file__).with_name("similar_pairs_later.json").read_text("utf-8"))
Pair = list[str]


def measured(same: list[Pair], different: list[Pair]) -> tuple[float, float]:
    """Return precision and recall at the threshold."""
    known = sum(score(*pair) >= THRESHOLD for pair in same)
    wrong = sum(score(*pair) >= THRESHOLD for pair in different)
    return known / (known + wrong), known / len(same)


def test_precision_and_recall_on_paraphrases_and_hard_negatives() -> None:
    same, different = PAIRS["same"], PAIRS["different"]
    assert len(same) >= 60 and len(different) >= 60
    halves = {
        "all": (same, different),
        # weights and words were chosen by these
        "even rows": (same[::2], different[::2]),
        "odd rows": (same[1::2], different[1::2]),
    }
    for name, pairs in halves.items():
        precision, recall = measured(*pairs)
        print(f"{name}: precision {precision:.3f}, recall {recall:.3f}")
        assert precision >= 0.90 and recall >= 0.70, name


def test_pairs_written_after_the_scorer_on_other_subjects_keep_their_level() -> None:
    precision, recall = measured(LATER["same"], LATER["different"])
    print(f"later: precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= 0.90 and recall >= 0.60


def test_score_does_not_depend_on_who_asked_first() -> None:
    for pair in (*PAIRS["same"], *PAIRS["different"]):
        assert score(*pair) == score(*reversed(pair)), pair
        assert 0 <= score(*pair) <= 1, pair


def test_width_case_and_script_do_not_matter() -> None:
    assert score("Ｄｏｃｋｅｒ 怎麼看容器日誌？", "docker怎么看容器日志") == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    (
        ("nginx 502 怎么解决", "nginx 504 怎么解决"),
        ("照片怎么导入手机", "照片怎么导出手机"),
        ("第三期什么时候开始", "第4期什么时候开始"),
        ("课程多少钱", "课程多久"),
        ("", ""),
        ("怎么办？", "怎么弄？"),
        ("\0\ud800" * 50, "怎么办"),
    ),
)
def test_what_contradicts_or_says_nothing_is_not_alike(one: str, other: str) -> None:
    assert score(one, other) < THRESHOLD


def test_long_and_hostile_text_is_compared_in_a_moment() -> None:
    began = time.perf_counter()
    for text in ("怎么" * 100_000, "a" * 500_000, "(" * 100_000, "\u0301" * 100_000):
        words_of(text)
        score(text, "docker 怎么看日志")
    assert time.perf_counter() - began < 1


def test_look_alikes_are_found_in_a_moment_among_many_messages(
    archive: Archive, slack: float
) -> None:
    asked = [one for one, _ in PAIRS["same"]]
    talk = ("今天部署了新的服务器", "docker 真好用", "这个课程的作业我交了", "微信群里说过了")
    told(
        archive,
        full_group(),
        (said(str(n), f"{talk[n % 4]} {n}") for n in range(1, 12_001)),
        (said(str(20_000 + n), text) for n, text in enumerate(asked)),
    )
    taken = []
    with archive.reading() as db:
        similar(db, operator(), "docker 怎么装", TG)  # reads the list of words
        for _, other in PAIRS["same"]:
            began = time.perf_counter()
            similar(db, operator(), other, TG)
            taken.append(time.perf_counter() - began)
    assert sorted(taken)[len(taken) // 2] < 0.05 * slack
