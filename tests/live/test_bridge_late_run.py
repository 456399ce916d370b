"""A group that could not be spoken to for too long is told once, afterwards, what it missed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from accounts import TECH_KEY, approved, telegram, telegram_group
from bot_api_updates import ALICE, BOB, TECH
from impatient import SECONDS
from operated import Operated, until
from program import rows
from qq_gateway import GROUP, KEY, QqGateway

_WORDS = "没有及时传过来"


def _settled(data: Path) -> None:
    sql = "SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending') LIMIT 1"
    until(lambda: not rows(data, sql))


def test_what_waited_too_long_is_told_in_one_line_across_kills(tmp_path: Path) -> None:
    bridge = f'[[bridge]]\ngroups = ["{TECH_KEY}", "{KEY}"]\nmode = "all"'
    with telegram_group() as api, QqGateway() as qq:
        accounts = "\n".join((bridge, telegram(api), qq.account(), approved(KEY)))
        with Operated(tmp_path, accounts, approved(TECH_KEY)) as one:
            one.program = [sys.executable, Path(__file__).with_name("impatient.py")]
            one.start()
            until(lambda: one.said().count("connected account=") == 2, 20)
            api.say("/桥接 开", TECH, ALICE)
            qq.do(lambda peer: peer.say(GROUP, 20001, "/桥接 开"))
            until(lambda: any("桥接开始了" in text for text in _on_qq(qq)), 30)
            qq.stop()
            for number in range(4):
                api.say(f"QQ 断线时说的第 {number} 句", TECH, BOB)
            until(lambda: rows(one.data, "SELECT count(*) FROM bridged")[0][0] == 4)
            one.kill()
            # said while nothing runs, and heard too late
            api.say("停机时说的一句", TECH, BOB)
            time.sleep(SECONDS + 1.5)
            one.start(ready=False)
            until(lambda: rows(one.data, "SELECT 1 FROM outbox WHERE purpose = 'bridge late'"))
            until(lambda: rows(one.data, "SELECT count(*) FROM bridged")[0][0] == 5)
            one.kill()
            qq.start()
            one.start(ready=False)
            until(lambda: [text for text in _on_qq(qq) if _WORDS in text])
            one.kill()
            one.start()
            _settled(one.data)
            until(lambda: qq.do(lambda peer: bool(peer.connections)))
            api.say("又通了", TECH, BOB)
            until(lambda: any("又通了" in text for text in _on_qq(qq)))
            assert one.stop() == 0
        told = [text for text in _on_qq(qq) if "〔Telegram〕" in text and "桥接" not in text]
        assert len(told) == 2 and told[0].startswith(f"〔Telegram〕5 条消息{_WORDS}"), told
        assert not [sent for sent in api.sent if _WORDS in sent["text"]]


def _on_qq(qq: QqGateway) -> list[str]:
    return qq.do(lambda _: qq.answers())
