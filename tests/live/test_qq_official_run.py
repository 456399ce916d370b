"""A QQ group with the official bot, from `/开启存档` to search and back, both ways QQ tells."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from commanding import rows
from operated import Operated, until
from program import whole
from qq_open import QQPlatform
from qq_open_events import openid
from talking import Talking

from archive.database import open_archive

GROUP = f"qqbot:{openid('dev')}"


@pytest.fixture
def qq() -> Iterator[QQPlatform]:
    with QQPlatform() as running:
        yield running
    assert running.gateway.complaints == []


def account(qq: QQPlatform, **options: str) -> str:
    lines = {"platform": "qq-official", "app_id": qq.app_id, "secret": qq.secret,
             "api_url": qq.url, **options}  # fmt: skip
    return "[accounts.qq]\n" + "\n".join(f'{name} = "{value}"' for name, value in lines.items())


def answered(qq: QQPlatform, **asked: Any) -> str:
    """Say something in the group and wait for the answer."""
    before = len(qq.taken)
    said = qq.say("dev", **asked)
    until(lambda: len(qq.taken) > before)
    answer = qq.taken[-1]
    assert answer["answers"] == said["id"] and answer["to"] == openid("dev")
    return str(answer["text"])


def test_a_group_is_archived_through_the_gateway_and_nothing_is_lost_by_a_kill(
    qq: QQPlatform, tmp_path: Path
) -> None:
    """Faults 1, 3 and 37: nothing before consent, each message once, none lost by kill -9."""
    with Operated(tmp_path, account(qq)).start() as one:
        until(lambda: "connected account=" in one.said())
        qq.say("dev", "阿强", "同意之前的话")
        assert "群主或管理员" in answered(qq, member="阿强", text="/开启存档")
        assert "阿珍" in answered(qq, member="老板", text="/开启存档", role="owner", to_bot="both")
        first = qq.say("dev", "阿强", "部署失败了怎么办", to_bot="both")
        one.finds("部署失败")
        one.kill()
        qq.say("dev", "阿珍", "先看日志", to=first)
        one.start()
        hit = one.finds("先看日志")
        assert len(one.search("部署失败")) == 1 and one.search("同意之前") == []
        # the id of what is answered is empty: its index names it
        page = one.ask(f"/m/{hit['key']}")
        assert "部署失败了怎么办" in page
        told = answered(qq, member="管理", text="/精华 #部署", role="admin", to=first)
        assert "http" not in told
        one.finds("is:精华 tag:部署")
        assert "部署失败了怎么办" in answered(qq, member="阿强", text="/搜 部署失败")
        assert one.stop() == 0
        for word in ("部署", qq.secret, "Traceback"):
            assert word not in one.said()
    whole(one.data)


def test_a_group_is_archived_through_the_webhook(qq: QQPlatform, tmp_path: Path) -> None:
    """Fault 36 on the site itself, and what is said alone is answered alone."""
    with Operated(tmp_path, account(qq, mode="webhook")).start() as one:
        until(lambda: "connected account=" in one.said())
        qq.courier.url = f"http://127.0.0.1:{one.port}/hooks/qq"
        answered(qq, member="老板", text="/开启存档", role="owner")
        said = qq.say("dev", "阿强", "用 PostgreSQL 吧")
        one.finds("PostgreSQL")
        # by sender and words, where QQ gives no index
        quote = {"message_type": 103, "message_scene": None, "msg_elements": [
            {"content": said["content"], "author": said["author"]}]}  # fmt: skip
        answered(qq, member="管理", text="/精华 选型", role="admin", **quote)
        one.finds("is:精华 PostgreSQL")
        before = len(qq.taken)
        qq.whisper("阿强", "/帮助")
        until(lambda: len(qq.taken) > before)
        assert (qq.taken[-1]["place"], qq.taken[-1]["to"]) == ("users", openid("阿强"))
        assert qq.courier.refused == []
        assert one.stop() == 0
        assert "Traceback" not in one.said()
    whole(one.data)


@pytest.mark.parametrize("mode", ["gateway", "webhook"])
def test_of_who_opts_out_no_byte_is_left(qq: QQPlatform, tmp_path: Path, mode: str) -> None:
    """Fault 33: their words in the text, in quotations of them and in raw events."""
    secret = "月亮背面"
    with Operated(tmp_path, account(qq, mode=mode)).start() as one:
        until(lambda: "connected account=" in one.said())
        if mode == "webhook":
            qq.courier.url = f"http://127.0.0.1:{one.port}/hooks/qq"
        answered(qq, member="老板", text="/开启存档", role="owner")
        first = qq.say("dev", "夏娃", f"先说 {secret}")
        qq.say("dev", "阿强", "他说得对", to=first)
        qq.say("dev", "阿强", "没说是谁", to=first, unnamed=True)
        one.finds("没说是谁")
        assert one.search(secret)
        answered(qq, member="夏娃", text="/不要存我")
        qq.say("dev", "夏娃", f"最后一句 {secret}")
        qq.say("dev", "阿强", "再引一次", to=first)
        qq.say("dev", "阿强", "又没说是谁", to=first, unnamed=True)
        one.finds("又没说是谁")
        one.finds("再引一次")
        until(lambda: not _holding(one.data, secret))
        assert one.stop() == 0
        assert _holding(one.data, secret) == [] and secret not in one.said()
    whole(one.data)


def test_nothing_is_lost_or_twice_though_killed_while_people_talk(
    qq: QQPlatform, tmp_path: Path
) -> None:
    """Faults 1 and 3: kill -9 again and again; order kept, both events of a message are one."""
    agreed = f'[groups."{GROUP}"]\narchive = true'
    with Operated(tmp_path, account(qq), agreed).start() as one:
        until(lambda: "connected account=" in one.said())
        numbers = count(1)

        def talk() -> None:
            number = next(numbers)
            qq.say("dev", f"m{number % 3}", f"第 {number} 句", to_bot="" if number % 5 else "both")

        with Talking(talk):
            for _ in range(3):
                time.sleep(0.5)
                one.kill()
                one.start()
        said = next(numbers) - 1
        archive = open_archive(one.data)
        until(lambda: rows(archive, "SELECT count(*) FROM messages") == [(said,)], 60)
        texts = [text for (text,) in rows(archive, "SELECT text FROM messages ORDER BY id")]
        assert texts == [f"第 {number} 句" for number in range(1, said + 1)]
        assert qq.gateway.identified == 1 and one.stop() == 0
    whole(one.data)


def _holding(data: Path, words: str) -> list[str]:
    files = (path for path in data.rglob("*") if path.is_file())
    return [path.name for path in files if words.encode() in path.read_bytes()]
