"""Two processes on one account and data folder: one speaks at a time, nothing lost or twice."""

from __future__ import annotations

import shutil
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from accounts import TECH_KEY, approved, telegram, telegram_group
from bot_api_updates import TECH, user
from operated import Operated, until
from program import rows, run, whole
from talking import Talking
from two_processes import Two, go_on, stop_in_its_tracks

pytestmark = pytest.mark.timeout(180)

ADMINS = [user(3000 + number, f"群友{number}") for number in range(5)]
PLATFORMS = ["telegram", "qq-onebot", "qq-gateway", "qq-webhook", "wechat"]
WORDS = ["苹果", "香蕉", "樱桃", "榴莲", "荔枝"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_whichever_is_killed_or_stopped_one_speaks_and_nothing_is_lost_or_twice(
    tmp_path: Path, platform: str
) -> None:
    """Fault 39: killed, stopped for good and continued, stopped for a moment and continued."""
    with ExitStack() as held:
        two = Two(tmp_path, platform, held)
        two.begin()
        with Talking(two.say, rate=20):
            ask(two, WORDS[0])
            two.peer.say(f"/搜 {WORDS[1]}")
            two.change(Operated.kill)
            ask(two, WORDS[2])
            two.stand_by()
            two.change(stop_in_its_tracks)
            # it went on too late: it does not live any more
            go_on(two.waits)
            assert two.waits.ended() == -9
            ask(two, WORDS[3])
            stop_in_its_tracks(two.speaks)
            refused = run("run", "--config", two.speaks.config, expect=1)
            assert f"process {two.speaks.pid}" in refused.err
            two.peer.say(f"/搜 {WORDS[4]}")
            time.sleep(1)
            go_on(two.speaks)
            until(lambda: times_answered(two, WORDS[4]))
        two.say()
        check(two)


def ask(two: Two, word: str) -> None:
    """Ask for a word and wait for the answer."""
    two.peer.say(f"/搜 {word}")
    until(lambda: times_answered(two, word))


def times_answered(two: Two, word: str) -> int:
    return sum(word in text for text in two.peer.answers())


def check(two: Two) -> None:
    """Everything said is there once, every question was answered once."""
    data, last = two.speaks.data, two.said[-1]
    sql = "SELECT text FROM messages WHERE service IS NULL AND text LIKE '第%' ORDER BY id"
    until(lambda: (last,) in rows(data, sql), 60)
    if two.peer.keeps:
        until(lambda: len(rows(data, sql)) == len(two.said), 60)
    assert two.speaks.stop() == 0
    kept = [text for (text,) in rows(data, sql)]
    assert len(kept) == len(set(kept)) and set(kept) <= set(two.said)
    assert not two.peer.keeps or set(kept) == set(two.said)
    assert not two.peer.in_order or kept == sorted(kept, key=two.said.index)
    # of the one asked at the kill it may be unknown whether it was answered
    known = [word for word in WORDS if word != WORDS[1]]
    assert [times_answered(two, word) for word in known] == [1] * len(known)
    unsure = len(run("outbox", "list", "--data", data, "--json").json)
    answers = times_answered(two, WORDS[1])
    assert answers <= 1 and (answers + unsure >= 1 or not two.peer.keeps)
    for one in (two.speaks, two.waits):
        assert "Traceback" not in one.said()
    whole(data)


def test_who_goes_on_when_another_folder_has_taken_its_place_says_and_takes_nothing(
    tmp_path: Path,
) -> None:
    """Fault 39: stopped, its data folder put aside and given back from a copy, then continued."""
    with (
        telegram_group() as api,
        Operated(tmp_path, telegram(api), approved(TECH_KEY)).start() as one,
        Operated(tmp_path, telegram(api), approved(TECH_KEY), log="second.txt") as other,
    ):
        until(lambda: "connected account=" in one.said())
        stop_in_its_tracks(one)
        aside = tmp_path / "aside"
        one.data.rename(aside)
        shutil.copytree(aside, one.data)
        before = len(rows(aside, "SELECT 1 FROM messages"))
        for number in range(5):
            api.say(f"/搜 苹果{number}", TECH, ADMINS[number])
        go_on(one)
        until(lambda: one.ended() is not None)
        assert "is not the folder any more" in one.said()
        assert api.sent == [] and len(rows(aside, "SELECT 1 FROM messages")) == before
        other.start()
        until(lambda: len(api.sent) == 5)
        assert other.stop() == 0


def test_a_process_is_alone_though_its_lock_files_are_deleted(tmp_path: Path) -> None:
    with telegram_group() as api, Operated(tmp_path, telegram(api)).start() as one:
        for path in (one.data / "run").iterdir():
            path.unlink()
        assert "already runs capture" in run("run", "--config", one.config, expect=1).err
