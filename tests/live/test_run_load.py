"""What a flood of commands and a big import leave of the speed of capture."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

from accounts import TECH_KEY, approved, telegram, telegram_group
from bot_api import FakeBotApi
from bot_api_updates import ALICE, BOB, TECH, supergroup
from chat_files import telegram_flood
from operated import PROGRAM, Operated, until
from program import environment, rows, whole
from talking import Talking

OTHER = supergroup(-1_009_999_888_777, "旁边的群")
SUM, COUNT = "chendian_lag_seconds_sum", "chendian_lag_seconds_count"
HISTORY = 20_000
ASKED = 60


class Lag:
    """How long what came between two moments took from the door to searchable."""

    def __init__(self, one: Operated) -> None:
        self._one = one
        self._before = self._read()

    def _read(self) -> dict[str, float]:
        lines = (line.rpartition(" ") for line in self._one.ask("/metrics").splitlines())
        return {name: float(value) for name, _, value in lines if name in (SUM, COUNT)}

    def mean(self) -> float:
        """Return the mean since it was made, in seconds."""
        now = self._read()
        took, number = (now[name] - self._before.get(name, 0.0) for name in (SUM, COUNT))
        return took / number


def talk(api: FakeBotApi, said: list[int], chat: dict[str, object]) -> Talking:
    return Talking(lambda: said.append(api.say(f"第 {len(said)} 句", chat, ALICE)))


def test_a_flood_of_commands_gets_one_request_to_slow_down_and_slows_nobody(
    tmp_path: Path,
) -> None:
    """Fault 35: a thousand commands a minute of one person."""
    with (
        telegram_group(limits=True) as api,
        Operated(tmp_path, telegram(api), approved(TECH_KEY)).start() as one,
    ):
        said: list[int] = []
        api.say("先来一句")
        one.finds("先来一句")
        with talk(api, said, TECH):
            calm = Lag(one)
            until(lambda: len(said) > 100)
            usual = calm.mean()
            flooded = Lag(one)
            for number in range(ASKED):
                api.say(f"/搜 第 {number}", sender=BOB)
                time.sleep(60 / 1000)
            slowed = flooded.mean()
        until(lambda: len(rows(one.data, "SELECT 1 FROM handled")) >= 6)
        until(lambda: one.search(f'"第 {len(said) - 1} 句"'))
        answers = [sent["text"] for sent in api.sent]
        assert len(answers) == 6
        assert sum("慢" in text for text in answers) == 1
        assert slowed < 3 * usual + 0.25, (usual, slowed)
        assert one.stop() == 0
        assert rows(one.data, "SELECT count(*) FROM messages") == [(1 + len(said) + ASKED,)]


def test_a_big_import_beside_capture_keeps_nobody_waiting(tmp_path: Path, slack: float) -> None:
    history = telegram_flood(tmp_path / "result.json", HISTORY)
    with (
        telegram_group() as api,
        Operated(
            tmp_path, telegram(api), approved(f"telegram:{OTHER['id']}")
        ).start() as one,
    ):  # fmt: skip
        said: list[int] = []
        api.say("先来一句", OTHER)
        one.finds("先来一句")
        with talk(api, said, OTHER):
            lag = Lag(one)
            done = subprocess.run(
                [PROGRAM, "import", history, "--data", one.data, "--json"],
                env=environment(), capture_output=True, check=True, timeout=100,
            )  # fmt: skip
            slowed = lag.mean()
        assert json.loads(done.stdout)["messages"]["new"] == HISTORY
        assert slowed < slack  # writers that do not take turns make it wait for seconds
        until(lambda: one.search(f'"第 {len(said) - 1} 句"'))
        assert one.stop() == 0
        assert rows(one.data, "SELECT count(*) FROM messages") == [(HISTORY + 1 + len(said),)]
        assert one.said().count("error") == 0
        whole(one.data)
