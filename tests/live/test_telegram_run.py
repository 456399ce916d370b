"""A Telegram group from `/archive on` to search, through the installed program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bot_api import FakeBotApi
from bot_api_updates import ALICE, BOB, TECH
from operated import Operated, until


@pytest.fixture
def telegram() -> Iterator[FakeBotApi]:
    with FakeBotApi().start() as api:
        api.meet(TECH, ALICE, BOB)
        api.set_member(TECH, ALICE, "creator")
        yield api


def account(api: FakeBotApi) -> str:
    return (
        f'[accounts.main-tg]\nplatform = "telegram"\ntoken = "{api.token}"\n'
        f'api_url = "{api.url}"\npoll_seconds = 2'
    )


def test_nothing_is_kept_before_consent_and_everything_after(
    telegram: FakeBotApi, tmp_path: Path
) -> None:
    """Fault 37."""
    with Operated(tmp_path, account(telegram)).start() as run:
        telegram.say("这句话在同意之前说的", sender=BOB)
        telegram.say("/archive on", sender=BOB)
        until(lambda: telegram.sent)
        assert "群主" in telegram.sent[-1]["text"] or "owner" in telegram.sent[-1]["text"]
        telegram.say("/开启存档", sender=ALICE)
        until(lambda: len(telegram.sent) > 1)
        assert "阿珍" in telegram.sent[-1]["text"]
        first = telegram.say("部署失败了怎么办", sender=BOB)
        telegram.say("先看日志", sender=ALICE, reply_to=first)
        hit = run.finds("部署失败")
        assert hit["key"] == f"telegram:{TECH['id']}:{first}"
        assert run.search("同意之前") == []
        telegram.say("部署失败了，已解决", sender=BOB, edit=first)
        run.finds("已解决")
        telegram.say("/精华 #部署", sender=ALICE, reply_to=first)
        run.finds("is:精华 tag:部署")
        assert run.stop() == 0
    assert "同意之前" not in run.said()
    assert telegram.token not in run.said()
