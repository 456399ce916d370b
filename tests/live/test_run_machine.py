"""A machine in trouble: its clock, its processes, its files."""

from __future__ import annotations

import os
import resource
import signal
import time
from pathlib import Path

from accounts import TECH_KEY, all_acknowledged, approved, telegram, telegram_group
from bot_api import FakeBotApi
from bot_api_updates import ALICE
from operated import Operated, until
from program import rows, run, whole

CLOCK = """
import os, time

real, looked, behind = time.time, 0.0, 0


def set_back():
    global looked, behind
    if time.monotonic() - looked > 0.05:
        looked, behind = time.monotonic(), 3600 if os.path.exists({path!r}) else 0
    return real() - behind


time.time = set_back
"""


def operated(folder: Path, api: FakeBotApi) -> Operated:
    return Operated(folder, telegram(api), approved(TECH_KEY))


def test_a_clock_set_back_an_hour_neither_loses_nor_delays(tmp_path: Path) -> None:
    """Fault 39: what was to be said before the jump, and what is said and asked after it."""
    jumped = tmp_path / "jumped"
    with telegram_group() as api, operated(tmp_path, api) as one:
        (tmp_path / "sitecustomize.py").write_text(CLOCK.format(path=str(jumped)), "utf-8")
        one.environment = {"PYTHONPATH": str(tmp_path)}
        one.start()
        api.say("跳之前")
        one.finds("跳之前")
        jumped.touch()
        time.sleep(0.2)
        number = api.say("跳之后")
        one.finds("跳之后")
        api.say("/精华", sender=ALICE, reply_to=number)
        one.finds("is:精华")
        until(lambda: api.sent)
        one.kill()
        jumped.unlink()
        api.say("又跳回来")
        one.start()
        one.finds("又跳回来")
        assert one.stop() == 0
        assert [text for (text,) in rows(one.data, SAID)] == [
            "跳之前", "跳之后", "/精华", "又跳回来",
        ]  # fmt: skip
        whole(one.data)


SAID = "SELECT text FROM messages WHERE service IS NULL ORDER BY platform_id + 0"


def test_a_process_that_is_frozen_keeps_its_account_and_goes_on(tmp_path: Path) -> None:
    """Fault 39: SIGSTOP of who holds the lease."""
    with telegram_group() as api, operated(tmp_path, api).start() as one:
        api.say("冻住之前")
        one.finds("冻住之前")
        os.kill(one.pid, signal.SIGSTOP)
        api.say("冻住的时候")
        refused = run("run", "--config", one.config, expect=1)
        assert "already" in refused.err or "is running" in refused.err, refused.err
        os.kill(one.pid, signal.SIGCONT)
        one.finds("冻住的时候")
        all_acknowledged(api)
        assert one.stop() == 0
        whole(one.data)


def test_without_files_to_open_nothing_is_acknowledged_and_nothing_lost(tmp_path: Path) -> None:
    """Fault 39: file descriptors are exhausted for a while."""
    with telegram_group() as api, operated(tmp_path, api).start() as one:
        api.say("还有的时候")
        one.finds("还有的时候")
        before = resource.prlimit(one.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(one.pid, resource.RLIMIT_NOFILE, (3, before[1]))
        for number in range(30):
            api.say(f"没有的时候 {number}")
        time.sleep(2)
        resource.prlimit(one.pid, resource.RLIMIT_NOFILE, before)
        api.say("又有了")
        one.finds("又有了", 60)
        until(lambda: len(one.search("没有的时候")) == 30, 60)
        assert one.stop() == 0
        whole(one.data)
