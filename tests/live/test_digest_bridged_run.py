"""A digest of one group crosses to the other once, whatever is killed, and never in a pause."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from accounts import TECH_KEY, approved, telegram, telegram_group
from bot_api import FakeBotApi
from bot_api_updates import ALICE, TECH
from operated import Operated, until
from program import rows
from qq_gateway import GROUP, KEY, QqGateway

from archive import job_runs
from archive.database import open_archive
from archive.keep import keep
from archive.records import Group, Message, Reaction

WORDS = "部署的时候先拉镜像再重启"
TEXT = f"{WORDS}，回滚就用上一个标签，别直接删容器，这都是血的教训"
_AGO = 120
"""Seconds since the digests were due."""


def prepared(data: Path, now: int) -> str:
    """Make an archive whose digests of the day and week were due a moment ago; return its
    configuration."""
    archive = open_archive(data, create=True)
    # wherever it is evening, so that the day is not over before the hour
    ahead = min(14, 18 - datetime.fromtimestamp(now, UTC).hour)
    zone = f"Etc/GMT{-ahead:+}"
    with archive.writing() as db:
        said = Message(TECH_KEY, "9001", now - 1_800, "telegram:7", "李四", text=TEXT, quality=3,
                       reactions=(Reaction("❤", 9),))  # fmt: skip
        keep(db, [Group(TECH_KEY, "技术群", time_zone=zone), said])
        for job in ("daily digest", "weekly digest"):
            job_runs.turn_on(db, job, TECH_KEY, now - 3_600)
    due = datetime.fromtimestamp(now - _AGO, ZoneInfo(zone))
    lines = {"enabled": "true", "day": f'"{due:%A}"'.lower(), "time": f'"{due:%H:%M}"',
             "daily": "true", "daily_time": f'"{due:%H:%M}"',
             "groups": f'["{TECH_KEY}"]'}  # fmt: skip
    return "\n".join(("[digest]", *(f"{name} = {value}" for name, value in lines.items())))


class Two:
    """The two groups, and what the bot said in them."""

    def __init__(self, api: FakeBotApi, qq: QqGateway) -> None:
        self.api, self.qq = api, qq

    def config(self) -> str:
        bridge = f'[[bridge]]\ngroups = ["{TECH_KEY}", "{KEY}"]\nmode = "digest"'
        return "\n".join((bridge, telegram(self.api), self.qq.account(), approved(KEY)))

    def agree(self) -> None:
        """Let an admin of each group agree, and wait until it is told in both."""
        self.api.say("/桥接 开", TECH, ALICE)
        self.qq.do(lambda peer: peer.say(GROUP, 20001, "/桥接 开"))
        until(lambda: any("桥接开始了" in text for text in self.on_qq()), 30)

    def on_qq(self) -> list[str]:
        return self.qq.do(lambda _: self.qq.answers())

    def across(self) -> list[str]:
        return [text for text in self.on_qq() if WORDS in text]

    def at_home(self) -> list[str]:
        there = (one["text"] for one in list(self.api.sent) if one["chat_id"] == TECH["id"])
        return [text for text in there if WORDS in text and "草稿" not in text]


def settled(data: Path) -> None:
    """Wait until nothing waits to be said."""
    sql = "SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending') LIMIT 1"
    until(lambda: not rows(data, sql))


def test_a_digest_crosses_once_however_often_it_is_killed_and_not_in_a_pause(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    wanted = prepared(data, int(time.time()))
    with (
        telegram_group() as api, QqGateway() as qq,
        Operated(tmp_path, Two(api, qq).config(), wanted + "\n" + approved(TECH_KEY)) as one,
    ):  # fmt: skip
        two = Two(api, qq)
        one.start()
        until(lambda: one.said().count("connected account=") == 2, 20)
        two.agree()
        until(lambda: rows(data, "SELECT count(*) FROM editions")[0][0] == 2)
        # paused: what is sent now stays at home, also afterwards
        qq.do(lambda peer: peer.say(GROUP, 20001, "/桥接 暂停"))
        until(lambda: any("桥接暂停了" in text for text in two.on_qq()))
        api.say("/日报 通过", TECH, ALICE)
        until(two.at_home)
        qq.do(lambda peer: peer.say(GROUP, 20001, "/桥接 恢复"))
        until(lambda: any("恢复了" in text for text in two.on_qq()))
        # sent while QQ is away, and killed; then killed when it has just come across
        qq.stop()
        api.say("/周报 通过", TECH, ALICE)
        until(lambda: len(two.at_home()) == 2)
        one.kill()
        assert two.across() == []
        qq.start()
        one.start(ready=False)
        until(two.across)
        one.kill()
        one.start()
        settled(data)
        assert one.stop() == 0
        (crossed,) = two.across()
        assert crossed.startswith("〔Telegram〕") and len(two.at_home()) == 2
    assert rows(data, "SELECT count(*) FROM outbox WHERE purpose = 'bridge digest'") == [(1,)]
    assert rows(data, "SELECT state FROM editions") == [("sent",)] * 2
