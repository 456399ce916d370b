"""kill -9 at any moment while two groups talk across a bridge: nothing is lost, nothing twice."""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from accounts import ROOM_KEY, TECH_KEY, approved, telegram, telegram_group, wechat
from bot_api_updates import ALICE, BOB, CAROL, TECH
from gateway import ROOM, Gateway, needed
from operated import Operated, until
from program import rows, whole
from qq_gateway import GROUP, KEY, QqGateway
from talking import Talking
from test_killed_run import ROUNDS, SEED, kill_at_any_moment, waiting

pytestmark = pytest.mark.timeout(max(180, 25 * ROUNDS))
_SELDOM = 2 if ROUNDS < 10 else 5
"""Of the turns to speak, one in so many is taken: a copy costs more than a message."""
_UNPACED = Path(__file__).with_name("unpaced.py")


class Talk:
    """People on both sides, who never say the same twice."""

    def __init__(self, api: object, qq: QqGateway) -> None:
        self.api, self.qq = api, qq
        self.said: dict[str, list[str]] = {TECH_KEY: [], KEY: []}
        self._turn = 0

    def one(self) -> None:
        """Say something in one of the groups, in turn; most of the time nothing."""
        self._turn += 1
        if self._turn % _SELDOM:
            return
        number = sum(map(len, self.said.values()))
        text = f"第 {number} 句话。"
        if number % 3:
            self.api.say(text, TECH, (ALICE, BOB, CAROL)[number % 3])  # type: ignore[attr-defined]
            self.said[TECH_KEY].append(text)
        else:
            self.qq.do(lambda peer: peer.say(GROUP, 20001 + number % 2, text))
            self.said[KEY].append(text)


def test_nothing_is_lost_or_twice_however_often_it_is_killed(tmp_path: Path) -> None:
    """Faults 1 and 39: each message once on the other side, those of one group in their order."""
    chance = Random(SEED)
    with telegram_group() as api, QqGateway() as qq:
        talk = Talk(api, qq)
        config = f'[[bridge]]\ngroups = ["{TECH_KEY}", "{KEY}"]\nmode = "all"'
        accounts = "\n".join((config, telegram(api), qq.account(), approved(KEY)))
        with Operated(tmp_path, accounts, approved(TECH_KEY)) as one:
            one.program = [sys.executable, _UNPACED]
            one.start()
            until(lambda: one.said().count("connected account=") == 2, 20)
            api.say("/桥接 开", TECH, ALICE)
            qq.do(lambda peer: peer.say(GROUP, 20001, "/桥接 开"))
            until(lambda: _told(api.sent) and _told_qq(qq), 20)
            # an answer, unlike a copy, is not looked for after a kill
            until(lambda: not _unsaid(one.data), 20)
            with Talking(talk.one):
                one.kill()
                for _ in range(ROUNDS):
                    kill_at_any_moment(one, chance)
            one.start()
            until(lambda: not waiting(one.data), 60 + 6 * ROUNDS)
            until(lambda: not _unsaid(one.data), 60 + 6 * ROUNDS)
            assert one.stop() == 0
        across = {
            TECH_KEY: [_words(text) for text in qq.answers()],
            KEY: [_words(sent["text"]) for sent in api.sent],
        }
    for source, texts in talk.said.items():
        found = [text for text in across[source] if text.startswith("第 ")]
        twice = [text for text, number in Counter(found).items() if number > 1]
        print(source, f"seed={SEED} kills={ROUNDS} said={len(texts)} across={len(found)}")
        assert twice == []
        assert sorted(found) == sorted(texts)
    assert [t for t in across[TECH_KEY] if t.startswith("第 ")] == talk.said[TECH_KEY]
    assert rows(one.data, "SELECT count(*) FROM outbox WHERE state IN ('failed', 'unsure')") == [
        (0,)
    ]
    whole(one.data)


def test_on_wechat_only_what_was_being_sent_at_a_kill_may_be_missing(tmp_path: Path) -> None:
    """Nobody can look there: it is known of each kill what is in doubt, and nothing is twice."""
    needed()
    chance, said = Random(SEED), 0
    with telegram_group() as api, Gateway() as gateway:
        config = f'[[bridge]]\ngroups = ["{TECH_KEY}", "{ROOM_KEY}"]\nmode = "all"'
        room = approved(ROOM_KEY, 'admins = ["wechat:wxid_lin"]')
        accounts = "\n".join((config, telegram(api), wechat(gateway), room))
        with Operated(tmp_path, accounts, approved(TECH_KEY)) as one:
            one.program = [sys.executable, _UNPACED]
            one.start()
            until(lambda: one.said().count("connected account=") == 2, 20)
            api.say("/桥接 开", TECH, ALICE)
            gateway.say("/桥接 开", sender="wxid_lin", room=ROOM)
            until(lambda: _told(api.sent), 20)
            until(lambda: not _unsaid(one.data), 20)
            for _ in range(ROUNDS):
                for _ in range(60):
                    said += 1
                    api.say(f"第 {said} 句话。", TECH, BOB)
                there = len(gateway.sent())
                until(lambda: len(gateway.sent()) > there + 5, 30)  # noqa: B023
                time.sleep(chance.uniform(0, 0.2))
                one.kill()
                one.start()
            until(lambda: not waiting(one.data) and not _unsaid(one.data), 60 + 6 * ROUNDS)
            assert one.stop() == 0
        texts = [sent["text"] for sent in gateway.sent() if "第 " in sent["text"]]
    numbers = [int(_words(text).split()[1]) for text in texts]
    assert numbers == sorted(set(numbers))
    ((doubtful,),) = rows(one.data, "SELECT count(*) FROM outbox WHERE state = 'unsure'")
    print(f"wechat seed={SEED} kills={ROUNDS} said={said} across={len(numbers)} {doubtful=}")
    assert said - len(numbers) <= doubtful <= ROUNDS
    whole(one.data)


def _words(text: str) -> str:
    return text.rpartition("：")[2]


def _told(sent: list[dict[str, object]]) -> bool:
    return any("桥接开始了" in str(one["text"]) for one in list(sent))


def _told_qq(qq: QqGateway) -> bool:
    return any("桥接开始了" in text for text in qq.do(lambda _: qq.answers()))


def _unsaid(data: Path) -> bool:
    sql = "SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending') LIMIT 1"
    return bool(rows(data, sql))
