"""A conversation over four platforms at once, killed in the middle and read on the site."""

from __future__ import annotations

import time
from pathlib import Path

from bridged_scene import (
    BOB,
    DEV_KEY,
    GROUP,
    KEYS,
    QQ_KEY,
    ROOM,
    ROOM_KEY,
    TECH,
    TECH_KEY,
    four_peers,
)
from gateway import needed
from operated import Operated, until
from program import whole


def test_a_conversation_over_four_platforms_killed_in_the_middle(tmp_path: Path) -> None:
    needed()
    with four_peers() as four, Operated(tmp_path, four.config()).start() as one:
        until(lambda: one.said().count("connected account=") == 4, 20)
        four.api.say("没有同意之前的话", TECH, BOB)
        four.agree()
        four.until_said("桥接开始了", *KEYS, seconds=30)
        first = four.api.say("部署失败了，谁有空看一下？", TECH, BOB)
        four.until_said("〔Telegram〕Bob", QQ_KEY, ROOM_KEY, DEV_KEY)
        print(four.there())
