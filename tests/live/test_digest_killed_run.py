"""kill -9 of `chendian run` around drafting and sending a digest: one draft, said once."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from accounts import TECH_KEY, approved, telegram, telegram_group
from bot_api_updates import TECH
from operated import Operated, until
from program import rows

from archive import job_runs
from archive.database import open_archive
from archive.keep import keep
from archive.records import Group, Message, Reaction

TEXT = "部署的时候先拉镜像再重启，回滚就用上一个标签，别直接删容器，这都是血的教训"
_AGO = 120
"""Seconds since the digest was due."""


def prepared(data: Path, now: int) -> str:
    """Make an archive whose daily digest was due a moment ago; return its configuration."""
    archive = open_archive(data, create=True)
    # wherever it is evening, so that the day is not over before the hour
    ahead = min(14, 18 - datetime.fromtimestamp(now, UTC).hour)
    zone = f"Etc/GMT{-ahead:+}"
    with archive.writing() as db:
        said = Message(TECH_KEY, "9001", now - 1_800, "telegram:7", "李四", text=TEXT, quality=3,
                       reactions=(Reaction("❤", 9),))  # fmt: skip
        keep(db, [Group(TECH_KEY, "技术群", time_zone=zone), said])
        job_runs.turn_on(db, "daily digest", TECH_KEY, now - 3_600)
    due = datetime.fromtimestamp(now - _AGO, ZoneInfo(zone))
    return f'[digest]\ndaily = true\ndaily_time = "{due:%H:%M}"\nsend = "unapproved"\n'


def asked(data: Path, statement: str) -> int:
    return int(rows(data, f"SELECT count(*) FROM {statement}")[0][0])


def test_digest_is_drafted_once_and_said_once_however_often_it_is_killed(tmp_path: Path) -> None:
    """TRUST 39: while it is computed, drafted, waits to be said, and right after it was."""
    data = tmp_path / "data"
    wanted = prepared(data, int(time.time()))
    with (
        telegram_group() as api,
        Operated(tmp_path, telegram(api), wanted + approved(TECH_KEY)) as operated,
    ):
        api.stop()  # so that it waits to be said
        for moment in (
            "job_runs WHERE state = 'started'",
            "editions",
            "outbox WHERE purpose = 'digest' AND state = 'waiting' AND tries > 0",
        ):
            operated.start(ready=False)
            until(lambda: asked(data, moment))  # noqa: B023
            operated.kill()
        assert asked(data, "outbox WHERE purpose = 'digest'") == 1
        api.start()
        operated.start(ready=False)
        until(lambda: [one for one in api.sent if TEXT[:12] in one["text"]])
        operated.kill()
        operated.start()
        before = len(operated.said())
        until(lambda: "connected account=" in operated.said(before - 2_000))
        time.sleep(1.5)  # a look of the jobs and some of the outbox
        assert operated.stop() == 0
        (said,) = [one for one in api.sent if one["chat_id"] == TECH["id"]]
    assert TEXT[:12] in said["text"]
    assert rows(data, "SELECT state FROM editions") == [("sent",)]
    assert asked(data, "audit WHERE action = 'digest drafted'") == 1
    assert asked(data, "outbox WHERE purpose = 'digest'") == 1
