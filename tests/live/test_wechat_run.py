"""A WeChat group behind a real Wechaty gateway, from `/开启存档` to search and back."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import ROOM_KEY, wechat
from gateway import BOT, Gateway, file_bytes, needed
from operated import Operated, until
from program import run, whole

OWNER, MEMBER, OTHER = "wxid_lin", "wxid_chen", "wxid_zhao"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    needed()
    with Gateway() as started:
        yield started


@pytest.fixture
def one(gateway: Gateway, tmp_path: Path) -> Iterator[Operated]:
    with Operated(tmp_path, wechat(gateway)).start() as operated:
        until(lambda: "connected account=" in operated.said())
        yield operated


def answered(gateway: Gateway, text: str, sender: str, **more: object) -> dict[str, str]:
    """Say something that is answered; return what the bot says."""
    before = len(gateway.sent())
    gateway.say(text, sender=sender, **more)
    until(lambda: len(gateway.sent()) > before)
    found: dict[str, str] = gateway.sent()[-1]
    return found


def test_a_group_is_archived_from_consent_to_search_and_answers(
    gateway: Gateway, one: Operated
) -> None:
    """Fault 37; answers name whom they are for, a short code stands for a reply."""
    gateway.say("同意之前的话", sender=MEMBER)
    assert "群主或管理员" in answered(gateway, "/开启存档", MEMBER)["text"]
    assert "阿珍" in answered(gateway, "/开启存档", OWNER)["text"]
    asked = gateway.say("部署失败了怎么办", sender=MEMBER)
    wrong = gateway.say("说错了的话", sender=MEMBER)
    assert one.finds("部署失败")["key"] == f"{ROOM_KEY}:{asked}"
    one.finds("说错了的话")
    gateway.recall(wrong, sender=MEMBER)
    until(lambda: not one.search("说错了的话"))
    assert one.search("同意之前") == []
    found = answered(gateway, "/搜 部署失败", OTHER)
    assert found["text"].startswith("@赵晴\u2005") and found["mentions"] == [OTHER]
    assert "部署失败了怎么办" in found["text"]
    code = re.search(r" · (\w{6})", found["text"])
    assert code is not None
    assert "收进精华" in answered(gateway, f"/精华 {code[1]} #部署", OWNER)["text"]
    one.finds("is:精华 tag:部署")
    # no gateway tells who is in a group, so that nothing is shown to a person alone
    alone = answered(gateway, "/搜 部署失败", MEMBER, to=BOT)
    assert alone["conversation"] == MEMBER and "请在群里发" in alone["text"]
    page = one.ask(f"/m/{ROOM_KEY}:{asked}")
    assert "部署失败了怎么办" in page and "说错了" not in page
    assert one.stop() == 0
    for word in ("部署", gateway.token, "Traceback"):
        assert word not in one.said()
    whole(one.data)


def test_a_file_is_fetched_and_a_gateway_that_was_killed_is_heard_again(
    gateway: Gateway, one: Operated, slack: float
) -> None:
    """Fault 13: what was said while it was away is a gap."""
    answered(gateway, "/开启存档", OWNER)
    gateway.file("手册.pdf", size=300_000, type="Attachment")
    key = one.finds("has:file 手册")["key"]
    until(lambda: "已存档" in one.ask(f"/m/{key}"))
    (stored,) = (one.data / "media").rglob("*/*")
    assert stored.read_bytes() == file_bytes(300_000)
    assert f"/media/{stored.name}/" in one.ask(f"/m/{key}")
    gateway.kill()
    until(lambda: "lost account=" in one.said())
    time.sleep(2)
    gateway.start()
    began = time.monotonic()
    while not one.search("回来了"):
        gateway.say("回来了", sender=MEMBER)
        time.sleep(0.1)
    assert time.monotonic() - began < 5 * slack
    assert one.stop() == 0
    (group,) = run("coverage", "--data", one.data, "--json").json
    gap, *_ = group["gaps"]  # the other one begins with the stop
    assert "is not reachable" in gap["why"]
    whole(one.data)
