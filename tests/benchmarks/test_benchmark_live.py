"""The live benchmark, small: it finds what it said, and tells when nothing is found."""

from __future__ import annotations

from random import Random

import pytest

from benchmarks.__main__ import main
from benchmarks.live import Scene, measure_live
from benchmarks.live.probing import Prober
from benchmarks.live.saying import beats
from benchmarks.live.talk import probe_word
from benchmarks.processes import Failed
from benchmarks.report import tell


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("live")
    assert main(["--size", "2000", "--keep", str(folder), "--only", "import"]) == 0
    (chat,) = folder.glob("chat-*/result.json")
    return Scene(folder / "live", folder / "data", chat, 1.0, ["的", "问题"], 1)


def test_what_is_said_is_found_and_commands_are_answered(scene: Scene) -> None:
    numbers = measure_live(scene, ["telegram"])
    assert numbers["telegram"]["number"] == 10 and 0 < numbers["telegram"]["p50"] < 10_000
    assert numbers["answered"]["number"] == 3
    assert not scene.folder.exists() and (scene.archive / "archive.db").exists()
    assert "| command to answer at 200/s, p99 ms |" in tell({"live": numbers})


def test_part_that_was_left_out_has_no_line() -> None:
    assert "QQ event" not in tell({"live": {"telegram": {"p50": 1.0, "p99": 2.0}}})


def test_what_is_never_found_ends_the_benchmark(scene: Scene) -> None:
    prober = Prober(scene.archive, 1, "no")
    with pytest.raises((Failed, OSError)):
        prober.wait(1, 0.2)


def test_messages_come_at_the_rate_asked_for() -> None:
    for rate in (200, 5_000):
        times = list(beats(rate, 10 * rate, Random(1)))
        assert sum(count for _, count in times) == 10 * rate
        assert times[-1][0] == pytest.approx(10, rel=0.1)


def test_probes_are_words_that_occur_nowhere_else() -> None:
    words = {probe_word("tg", number) for number in range(2_000)}
    assert len(words) == 2_000 and all(word.isalpha() and word.isascii() for word in words)
