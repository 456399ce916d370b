"""kill -9 at any moment of `chendian run` while a hundred things are said a second."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
from accounts import (
    ROOM_KEY,
    TECH_KEY,
    all_acknowledged,
    approved,
    telegram,
    telegram_group,
    wechat,
)
from bot_api_updates import TECH, user
from gateway import Gateway, needed
from operated import Operated, until
from program import rows, run, whole
from qq_gateway import KEY, QqGateway
from talking import QqTalk, Talking, TelegramTalk, WechatTalk

ROUNDS = int(os.environ.get("ROUNDS", "3"))
"""Kills on Telegram and QQ, a quarter of them on WeChat; 200 take some minutes."""
SEED = int(os.environ.get("SEED", "0")) or time.time_ns() & 0xFFFF

ADMINS = [user(3000 + number, f"管理员{number}") for number in range(10)]
"""Several, for one person's commands are limited to five a minute."""

pytestmark = pytest.mark.timeout(max(120, 20 * ROUNDS))


def kill_at_any_moment(operated: Operated, chance: Random) -> None:
    """Start, and kill while it starts, catches up, or captures."""
    before = len(operated.said().encode())
    operated.start(ready=False)
    if chance.random() < 0.25:
        time.sleep(chance.uniform(0.5, 2))
    else:
        until(lambda: "connected account=" in operated.said(before))
        time.sleep(chance.uniform(0, 0.6) if chance.random() < 0.9 else chance.uniform(1, 3))
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
    with closing(sqlite3.connect(data / "inbox.db")) as db:
        return int(db.execute("SELECT count(*) FROM events WHERE state != 1").fetchone()[0])


def test_of_telegram_nothing_is_lost_or_doubled_however_often_it_is_killed(
    tmp_path: Path,
) -> None:
    """Faults 1 and 39: every message, every edit in order, every command obeyed once."""
    chance = Random(SEED)
    marked: dict[int, int] = {}
    with (
        telegram_group() as api,
        Operated(tmp_path, telegram(api), approved(TECH_KEY)) as operated,
    ):
        talk = TelegramTalk(api, SEED)
        for admin in ADMINS:
            api.set_member(TECH, admin, "administrator")
        with Talking(talk.one):
            for _ in range(ROUNDS):
                kill_at_any_moment(operated, chance)
                best = list(talk.said)[-1]
                admin = ADMINS[len(marked) % len(ADMINS)]
                marked[api.say("/精华", TECH, admin, reply_to=best)] = best
        operated.start()
        all_acknowledged(api, 60 + ROUNDS)
        until(lambda: not waiting(operated.data))
        assert operated.stop() == 0
        data = operated.data
        answered = [sent["reply_parameters"]["message_id"] for sent in api.sent]
    texts = {int(number): text for number, text in stored(data, TECH_KEY).items()}
    assert {number: text for number, text in texts.items() if number not in marked} == {
        number: versions[-1] for number, versions in talk.said.items()
    }
    assert former(data) == {n: texts[:-1] for n, texts in talk.said.items() if len(texts) > 1}
    essence = rows(data, f"SELECT platform_id FROM essence_messages {OF_MESSAGE}")
    assert sorted(int(number) for (number,) in essence) == sorted(marked.values())
    assert len(answered) == len(set(answered)) and set(answered) <= marked.keys()
    report("telegram", said=len(talk.said), edits=sum(len(t) - 1 for t in talk.said.values()),
           commands=len(marked), answers=len(answered))  # fmt: skip
    whole(data)


OF_MESSAGE = "JOIN messages ON messages.id = message_id"


def former(data: Path) -> dict[int, list[str]]:
    """Return the former texts of the edited messages, oldest first."""
    found: dict[int, list[str]] = {}
    sql = f"SELECT platform_id, versions.text FROM versions {OF_MESSAGE} ORDER BY versions.id"
    for number, text in rows(data, sql):
        found.setdefault(int(number), []).append(text)
    return found


def report(platform: str, **numbers: int) -> None:
    """Print what was done, for runs by hand: pytest -s."""
    print(f"{platform} seed={SEED} kills={ROUNDS}", *(f"{n}={v}" for n, v in numbers.items()))


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
            until(lambda: there.items() <= stored(operated.data, KEY).items(), 60 + ROUNDS)
            until(lambda: not waiting(operated.data))
            assert operated.stop() == 0
            data = operated.data
    kept = stored(data, KEY)
    assert len(kept) == len(set(kept.values()))
    report("qq", said=len(log), kept=len(kept))
    whole(data)


def test_of_wechat_what_a_kill_took_is_a_gap(tmp_path: Path) -> None:
    """Faults 13 and 39: nobody keeps it, so that it is at least known to be missing."""
    needed()
    with Gateway() as gateway:
        talk, chance = WechatTalk(gateway), Random(SEED)
        with Operated(tmp_path, wechat(gateway), approved(ROOM_KEY)) as operated:
            data = operated.data
            operated.start()
            until(lambda: "connected account=" in operated.said())
            with Talking(talk.one):
                for _ in range(max(1, ROUNDS // 4)):
                    latest = len(talk.said)
                    until(lambda: f"m{latest + 10}" in stored(data, ROOM_KEY))  # noqa: B023
                    # the ledger knows whole seconds
                    time.sleep(chance.uniform(2, 2.5))
                    operated.kill()
                    time.sleep(1.5)
                    before = len(operated.said().encode())
                    operated.start(ready=False)
                    until(lambda: "connected account=" in operated.said(before))  # noqa: B023
            last = gateway.say("最后一句", sender="wxid_lin")
            until(lambda: last in stored(data, ROOM_KEY))
            assert operated.stop() == 0
    kept = stored(data, ROOM_KEY)
    assert {key: text for key, text in kept.items() if key != last}.items() <= {
        key: text for key, (_, text) in talk.said.items()
    }.items()
    lost = [at // 1000 for key, (at, _) in talk.said.items() if key not in kept]
    assert lost
    (group,) = run("coverage", "--data", data, "--json").json
    gaps = [(second(gap["since"]), second(gap["until"])) for gap in group["gaps"]]
    unknown = [at for at in lost if not any(since - 1 <= at <= until + 1 for since, until in gaps)]
    assert unknown == []
    report("wechat", said=len(talk.said), lost=len(lost), gaps=len(gaps))
    whole(data)


def second(written: str) -> int:
    return int(datetime.fromisoformat(written).timestamp())
