"""kill -9 at any moment of `chendian run` while a hundred things are said a second."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
from bot_api import FakeBotApi
from bot_api_updates import ALICE, BOB, CAROL, TECH
from gateway import ROOM, Gateway, needed
from operated import Operated, until
from program import rows, run, whole
from qq_gateway import KEY, QqGateway
from talking import QqTalk, Talking, TelegramTalk, WechatTalk

ROUNDS = int(os.environ.get("ROUNDS", "4"))
"""Kills on Telegram and QQ, a quarter of them on WeChat; 200 take some minutes."""
SEED = int(os.environ.get("SEED", "0")) or time.time_ns() & 0xFFFF

TELEGRAM_KEY, ROOM_KEY = f"telegram:{TECH['id']}", f"wechat:{ROOM}"

pytestmark = pytest.mark.timeout(max(120, 20 * ROUNDS))


def kill_at_any_moment(operated: Operated, chance: Random) -> None:
    """Start, and kill while it starts, catches up, or captures."""
    before = len(operated.said().encode())
    operated.start(ready=False)
    if chance.random() < 0.25:
        time.sleep(chance.uniform(0.5, 2))
    else:
        until(lambda: "connected account=" in operated.said(before), 60)
        time.sleep(chance.uniform(0, 0.6))
    operated.kill()


def stored(data: Path, group_key: str) -> dict[str, str]:
    """Return the texts of a group by the platform's id; rows of the platform's own are left out."""
    found = rows(
        data,
        "SELECT platform_id, text FROM messages JOIN groups ON groups.id = group_id"
        " WHERE key = ? AND service IS NULL",
        group_key,
    )
    return dict(found)


def waiting(data: Path) -> int:
    """Return how many events are stored and not projected."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(data / "inbox.db")) as db:
        return int(db.execute("SELECT count(*) FROM events WHERE state != 1").fetchone()[0])


def approved(group_key: str) -> str:
    return f'[groups."{group_key}"]\narchive = true'


@pytest.fixture
def telegram() -> Iterator[FakeBotApi]:
    with FakeBotApi().start() as api:
        api.meet(TECH, ALICE, BOB, CAROL)
        api.set_member(TECH, ALICE, "creator")
        api.world.limits = False
        yield api


def test_of_telegram_nothing_is_lost_or_doubled_however_often_it_is_killed(
    telegram: FakeBotApi, tmp_path: Path
) -> None:
    """Faults 1 and 39: every message, every edit in order, every command obeyed once."""
    account = (
        f'[accounts.tg]\nplatform = "telegram"\ntoken = "{telegram.token}"\n'
        f'api_url = "{telegram.url}"\npoll_seconds = 2'
    )
    talk, chance = TelegramTalk(telegram, SEED), Random(SEED)
    marked: dict[int, int] = {}
    with Operated(tmp_path, account, approved(TELEGRAM_KEY)) as operated:
        with Talking(talk.one):
            for _ in range(ROUNDS):
                kill_at_any_moment(operated, chance)
                best = list(talk.said)[-1]
                command = telegram.say("/精华", TECH, ALICE, reply_to=best)
                marked[command] = best
        operated.start()
        until(lambda: telegram.queue.confirmed == telegram.queue.next_id - 870_000_001, 120)
        until(lambda: not waiting(operated.data), 60)
        assert operated.stop() == 0
        data = operated.data
    texts = stored(data, TELEGRAM_KEY)
    assert {int(number): text for number, text in texts.items() if int(number) not in marked} == {
        number: versions[-1] for number, versions in talk.said.items()
    }
    former = rows(
        data,
        "SELECT platform_id, versions.text FROM versions JOIN messages"
        " ON messages.id = message_id ORDER BY versions.id",
    )
    edited = {n: v[:-1] for n, v in talk.said.items() if len(v) > 1}
    found: dict[int, list[str]] = {}
    for number, text in former:
        found.setdefault(int(number), []).append(text)
    assert found == edited
    essence = rows(data, "SELECT platform_id FROM essence_messages JOIN messages"
                         " ON messages.id = message_id")  # fmt: skip
    assert {int(number) for (number,) in essence} == set(marked.values())
    answered = [sent["reply_parameters"]["message_id"] for sent in telegram.sent]
    assert len(answered) == len(set(answered)) and set(answered) <= marked.keys()
    whole(data)


def test_of_qq_history_gives_back_what_a_kill_took(tmp_path: Path) -> None:
    """Fault 39: what the group's history has is archived, once."""
    with QqGateway() as qq:
        talk, chance = QqTalk(qq, SEED), Random(SEED)
        with Operated(tmp_path, qq.account(), approved(KEY)) as operated:
            operated.start()
            until(lambda: "connected account=" in operated.said())
            with Talking(talk.one):
                operated.kill()
                for _ in range(ROUNDS):
                    kill_at_any_moment(operated, chance)
            operated.start()
            log = qq.do(lambda peer: list(peer.world.groups[700].log))
            there = {event["real_seq"]: event["raw_message"] for event in log}
            until(lambda: there.items() <= stored(operated.data, KEY).items(), 60)
            until(lambda: not waiting(operated.data), 60)
            assert operated.stop() == 0
            data = operated.data
    kept = stored(data, KEY)
    assert len(kept) == len(set(kept.values()))
    whole(data)


def test_of_wechat_what_a_kill_took_is_a_gap(tmp_path: Path) -> None:
    """Faults 13 and 39: nobody keeps it, so that it is at least known to be missing."""
    needed()
    with Gateway() as gateway:
        account = (
            f'[accounts.wx]\nplatform = "wechat"\nendpoint = "{gateway.endpoint}"\n'
            f'token = "{gateway.token}"'
        )
        talk, chance = WechatTalk(gateway), Random(SEED)
        with Operated(tmp_path, account, approved(ROOM_KEY)) as operated:
            data = operated.data
            operated.start()
            until(lambda: "connected account=" in operated.said())
            with Talking(talk.one):
                for _ in range(max(1, ROUNDS // 4)):
                    latest = len(talk.said)
                    until(lambda: f"m{latest + 10}" in stored(data, ROOM_KEY), 60)  # noqa: B023
                    time.sleep(chance.uniform(0, 0.5))
                    operated.kill()
                    before = len(operated.said().encode())
                    operated.start(ready=False)
                    until(lambda: "connected account=" in operated.said(before), 60)  # noqa: B023
            last = gateway.say("最后一句", sender="wxid_lin")
            until(lambda: last in stored(data, ROOM_KEY), 60)
            assert operated.stop() == 0
    kept = stored(data, ROOM_KEY)
    assert {key: text for key, text in kept.items() if key != last}.items() <= {
        key: text for key, (_, text) in talk.said.items()
    }.items()
    lost = [at // 1000 for key, (at, _) in talk.said.items() if key not in kept]
    assert lost
    (group,) = run("coverage", "--data", data, "--json").json
    gaps = [(second(gap["since"]), second(gap["until"])) for gap in group["gaps"]]
    # the ledger knows whole seconds
    unknown = [at for at in lost if not any(since - 1 <= at <= until + 1 for since, until in gaps)]
    assert unknown == []
    whole(data)


def second(written: str) -> int:
    return int(datetime.fromisoformat(written).timestamp())
