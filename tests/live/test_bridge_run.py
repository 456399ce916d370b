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
        # an answer on QQ to the copy there is an answer to the original on Telegram
        copy = four.said_on_qq("部署失败了")
        four.qq.do(lambda peer: peer.say(GROUP, 20002, "我看看日志", reply=copy))
        four.until_said("〔QQ · 测试群〕名片2：我看看日志", TECH_KEY, ROOM_KEY, DEV_KEY)
        assert four.on_telegram("我看看日志")["reply_parameters"]["message_id"] == first
        assert "↩ Bob 王：部署失败了" in four.line(ROOM_KEY, "我看看日志")
        # killed while somebody speaks
        one.kill()
        four.official.say("dev", "阿强", "磁盘满了")
        one.start()
        four.gateway.say("清一下就好", sender="wxid_chen", room=ROOM)
        four.until_said("〔QQ · ", TECH_KEY, ROOM_KEY)
        four.until_said("磁盘满了", TECH_KEY, QQ_KEY, ROOM_KEY, seconds=60)
        four.until_said("〔微信〕默默：清一下就好", TECH_KEY, QQ_KEY, DEV_KEY)
        # changed where it can be, said beside it where it cannot
        four.api.say("部署失败了两次，谁有空看一下？日志在群文件里", TECH, BOB, edit=first)
        four.until_said("（改为 / changed to）部署失败了两次", QQ_KEY, ROOM_KEY, DEV_KEY)
        # taken back everywhere
        wrong = four.qq.do(lambda peer: peer.say(GROUP, 20003, "发错群了"))
        four.until_said("发错群了", TECH_KEY, ROOM_KEY, DEV_KEY)
        four.qq.do(lambda peer: peer.recall(wrong))
        until(lambda: four.gone("发错群了"), 20)
        # read on the site: found once, and it stands in every group it was said in
        (hit,) = one.search("磁盘满了")
        assert hit["key"].startswith(DEV_KEY) and len(one.search("清一下就好")) == 1
        day = time.strftime("%Y-%m-%d")
        for key in KEYS:
            page = one.ask(f"/g/{key}/{day}") or one.ask(f"/g/{key}")
            assert "磁盘满了" in page and "清一下就好" in page, key
            assert "发错群了" not in page
        assert one.stop() == 0 and "没有同意之前" not in four.there()[QQ_KEY]
        for word in ("磁盘", "Traceback"):
            assert word not in one.said()
    whole(one.data)
