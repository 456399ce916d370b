"""A QQ group behind a OneBot gateway, from `/开启存档` to search and back."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from operated import Operated, until
from program import run, whole
from qq_gateway import GROUP, QqGateway

from archive.database import open_archive

OWNER, ADMIN, MEMBER = 20_001, 20_002, 20_003
SOON = 0.02
"""Minutes between two comparisons of the list of 群精华."""


@pytest.fixture
def qq() -> Iterator[QqGateway]:
    with QqGateway() as gateway:
        yield gateway


@pytest.fixture
def one(qq: QqGateway, tmp_path: Path) -> Iterator[Operated]:
    account = qq.account(essence_minutes=SOON, history_minutes=SOON)
    with Operated(tmp_path, account).start() as operated:
        until(lambda: "connected account=" in operated.said())
        yield operated


def say(qq: QqGateway, user: int, text: str, **more: object) -> dict[str, object]:
    return qq.do(lambda peer: peer.say(GROUP, user, text, **more))  # type: ignore[arg-type]


def agree(qq: QqGateway) -> None:
    """Let the owner agree, and wait until that is answered."""
    said = len(qq.answers())
    say(qq, OWNER, "/开启存档")
    until(lambda: len(qq.answers()) > said)


def compared(qq: QqGateway) -> None:
    """Wait for two more looks at the list of 群精华, the first of which may have begun before."""
    asked = qq.do(lambda peer: len(looks(peer.actions.calls)))
    until(lambda: qq.do(lambda peer: len(looks(peer.actions.calls))) > asked + 1)


def looks(calls: list[tuple[str, dict[str, object]]]) -> list[str]:
    return [action for action, _ in calls if action == "get_essence_msg_list"]


def test_nothing_is_kept_before_the_owner_agrees_and_everything_after(
    qq: QqGateway, one: Operated
) -> None:
    """Fault 37; a recall takes the words away, an answer goes back to who asked."""
    say(qq, MEMBER, "同意之前的话")
    say(qq, MEMBER, "/开启存档")
    until(qq.answers)
    assert "群主或管理员" in qq.answers()[0]
    agree(qq)
    assert "阿珍" in qq.answers()[1]
    asked = say(qq, MEMBER, "部署失败了怎么办")
    say(qq, ADMIN, "先看日志", reply=asked)
    wrong = say(qq, ADMIN, "说错了的话")
    hit = one.finds("部署失败")
    one.finds("说错了的话")
    qq.do(lambda peer: peer.recall(wrong))
    until(lambda: not one.search("说错了的话"))
    assert one.search("同意之前") == []
    question = say(qq, MEMBER, "/搜 部署失败")
    until(lambda: len(qq.answers()) == 3)
    _, told = qq.peer.sent[-1]
    assert "部署失败了怎么办" in qq.answers()[2] and "名片3" in qq.answers()[2]
    reply = told["message"][0]["data"]
    assert reply["id"] == str(question["message_id"])
    qq.do(lambda peer: peer.whisper(MEMBER, "/搜 日志"))
    until(lambda: len(qq.answers()) == 4)
    assert qq.peer.sent[-1][0] == "send_private_msg" and "先看日志" in qq.answers()[3]
    page = one.ask(f"/m/{hit['key']}")
    assert "部署失败了怎么办" in page and "先看日志" in page and "说错了" not in page
    assert one.stop() == 0
    for word in ("部署", "日志", qq.peer.token, "Traceback"):
        assert word not in one.said()
    whole(one.data)


def test_essence_goes_both_ways(qq: QqGateway, one: Operated) -> None:
    agree(qq)
    first, second = say(qq, MEMBER, "群里标的"), say(qq, MEMBER, "命令标的")
    one.finds("命令标的")
    qq.do(lambda peer: peer.essence(first))
    one.finds("is:精华 群里标的")
    compared(qq)
    qq.do(lambda peer: peer.unessence(first))
    until(lambda: not one.search("is:精华 群里标的"))
    say(qq, ADMIN, "/精华 #部署 讲得清楚", reply=second)
    one.finds("is:精华 tag:部署 命令标的")
    place = second["_place"]
    until(lambda: place in qq.do(lambda peer: peer.world.groups[GROUP].essence))
    compared(qq)
    say(qq, ADMIN, "/取消精华", reply=second)
    until(lambda: not qq.do(lambda peer: peer.world.groups[GROUP].essence))
    compared(qq)
    assert one.search("is:精华") == []
    assert one.stop() == 0


def test_a_file_is_fetched_found_and_shown(qq: QqGateway, one: Operated) -> None:
    agree(qq)
    content = b"%PDF-1.4 " + os.urandom(200_000)
    answer = {"base64": base64.b64encode(content).decode()}
    qq.do(lambda peer: peer.actions.files.update({"/手册.pdf-message": answer}))
    qq.do(lambda peer: peer.upload(GROUP, MEMBER, "手册.pdf", len(content)))
    key = one.finds("has:file 手册")["key"]
    media = open_archive(one.data).media
    until(lambda: list(media.folder.rglob("*/*")))
    (stored,) = media.folder.rglob("*/*")
    assert stored.read_bytes() == content
    until(lambda: "已存档" in one.ask(f"/m/{key}"))
    page = one.ask(f"/m/{key}")
    assert "手册.pdf" in page and f"/media/{stored.name}/" in page
    assert len(one.search("手册")) == 1
    missing = run("media", "missing", "--data", one.data, "--json", expect=0).json
    assert [group["missing"] for group in missing] == [{}]
    assert one.stop() == 0


def test_a_gateway_that_was_killed_is_heard_again_with_what_was_said_meanwhile(
    qq: QqGateway, one: Operated, slack: float
) -> None:
    """Fault 13, closed by the group's history: no gap is left."""
    agree(qq)
    say(qq, MEMBER, "断开之前")
    one.finds("断开之前")
    qq.stop()
    until(lambda: "lost account=" in one.said())
    say(qq, MEMBER, "没有人听的时候")
    time.sleep(1)
    qq.start()
    began = time.monotonic()
    one.finds("没有人听的时候", 5 * slack)
    say(qq, MEMBER, "连上以后")
    one.finds("连上以后", 5 * slack - (time.monotonic() - began))
    until(lambda: coverage(one.data)["gaps"] == [])
    assert one.stop() == 0
    whole(one.data)


def coverage(data: Path) -> dict[str, list[object]]:
    found: list[dict[str, list[object]]] = run("coverage", "--data", data, "--json").json
    return found[0]
