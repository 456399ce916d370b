"""What an operator does to a running `chendian`, and what happens around it."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from accounts import TECH_KEY, approved, telegram, telegram_group
from bot_api import FakeBotApi
from bot_api_updates import BOB
from operated import Operated, until
from program import refused, rows, run, whole
from talking import Talking, TelegramTalk


def operated(folder: Path, api: FakeBotApi, name: str = "tg") -> Operated:
    return Operated(folder, telegram(api, name), approved(TECH_KEY))


def assert_discreet(one: Operated, api: FakeBotApi, *words: str) -> None:
    """Assert that the log is lines of its own making: no traceback, token or words of people."""
    said = one.said()
    for line in said.splitlines():
        assert line.startswith("20") and line.split()[1] in ("info", "warning", "error"), line
    for secret in (api.token.partition(":")[2], *words):
        assert secret not in said


def test_a_second_run_on_the_same_archive_is_refused_until_the_first_is_gone(
    tmp_path: Path,
) -> None:
    """Fault 39: a holder that is stopped keeps its lease, one that is killed lets it go."""
    with telegram_group() as api, operated(tmp_path, api).start() as first:
        line = refused("run", "--config", first.config)
        assert f"another chendian (process {first.pid}) already runs" in line
        os.kill(first.pid, signal.SIGSTOP)
        assert refused("run", "--config", first.config) == line
        unheard = api.say("没有人听的时候", sender=BOB)
        first.kill()
        first.start()
        assert first.finds("没有人听的时候")["key"] == f"{TECH_KEY}:{unheard}"
        assert first.stop() == 0
        assert_discreet(first, api, "没有人听")


def test_a_peer_that_was_killed_is_heard_again_within_five_seconds(
    tmp_path: Path, slack: float
) -> None:
    with telegram_group() as api, operated(tmp_path, api).start() as one:
        until(lambda: [method for method, _ in api.calls if method == "getMe"])
        for text in ("第一次回来", "第二次回来"):
            until(lambda: 'connected{account="tg"} 1.0' in one.ask("/metrics"))
            api.stop()
            until(lambda: 'connected{account="tg"} 0.0' in one.ask("/metrics"))
            api.start()
            api.say(text)
            one.finds(text, 5 * slack)
        assert one.stop() == 0
        assert_discreet(one, api, "回来")


def test_health_and_metrics_are_for_the_operator_on_this_machine(
    tmp_path: Path, slack: float
) -> None:
    with telegram_group() as api, operated(tmp_path, api).start() as one:
        api.say("一句")
        one.finds("一句")
        assert one.ask("/healthz")["messages"] == 1
        metrics = dict(
            line.rpartition(" ")[::2]
            for line in one.ask("/metrics").splitlines()
            if not line.startswith("#")
        )
        assert metrics['chendian_stored_total{account="tg"}'] == "1.0"
        assert metrics['chendian_projected_total{account="tg"}'] == "1.0"
        assert metrics["chendian_lag_seconds_count"] == "1.0"
        assert 0 < float(metrics["chendian_lag_seconds_sum"]) < slack
        asked = urllib.request.Request(f"http://127.0.0.1:{one.port}/metrics")
        asked.add_header("X-Forwarded-For", "192.0.2.1")
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(asked, timeout=60)
        os.kill(one.pid, signal.SIGINT)
        until(lambda: one.ended() is not None)
        assert one.ended() == 0
        assert_discreet(one, api, "一句")


def test_it_stops_in_order_while_everybody_talks_and_callers_hang(
    tmp_path: Path, slack: float
) -> None:
    with telegram_group() as api:
        talk = TelegramTalk(api, seed=1)
        with operated(tmp_path, api).start() as one, Talking(talk.one):
            until(lambda: len(one.search("句")) > 50)
            calls = [socket.create_connection(("127.0.0.1", one.port)) for _ in range(3)]
            calls[0].sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            calls[1].sendall(b"GET /api/search?q=")
            began = time.monotonic()
            assert one.stop() == 0
            assert time.monotonic() - began < 5 * slack
            for call in calls:
                call.close()
        assert one.said().splitlines()[-1].endswith("info stopped")
        assert_discreet(one, api, "句")
        whole(one.data)


def test_an_event_that_cannot_be_read_stays_and_the_others_go_on(
    tmp_path: Path, slack: float
) -> None:
    """Fault 8, where the reason lies with us: its account was renamed in the configuration."""
    with telegram_group() as api, operated(tmp_path, api).start() as one:
        api.say("会读到的")
        one.finds("会读到的")
        with closing(sqlite3.connect(one.data / "archive.db")) as db:
            db.execute("BEGIN IMMEDIATE")
            api.say("存了还没读的", sender=BOB)
            api.say("这也是", sender=BOB)
            api.wait_until_confirmed(3)
            began = time.monotonic()
            assert one.stop() == 0  # it does not wait for who holds the archive
            assert time.monotonic() - began < 5 * slack
        renamed = operated(tmp_path, api, "main").start()
        with renamed:
            api.say("别的照常")
            renamed.finds("别的照常")
            assert renamed.search("存了还没读的") == []
            listing = ("inbox", "list", "--data", one.data, "--json")
            until(lambda: run(*listing, expect=0).json["waiting"] == 0)
            found = run(*listing, expect=0).json
            assert [(e["account"], e["group"], e["error"]) for e in found["failed"]] == [
                ("tg", TECH_KEY, "there is no account tg any more")
            ] * 2
            assert renamed.said().count("error alarm") == 1
            assert renamed.stop() == 0
        with operated(tmp_path, api).start() as again:
            run("inbox", "retry", "--data", one.data, expect=0)
            again.finds("存了还没读的")
            again.finds("这也是")
            assert again.stop() == 0
        assert rows(one.data, "SELECT count(*) FROM messages") == [(4,)]
        assert_discreet(again, api, "存了", "照常")
