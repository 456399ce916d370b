"""Accounts at the peers as the configuration has them, and the Telegram group of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot_api import FakeBotApi
from bot_api_updates import ALICE, BOB, CAROL, TECH
from gateway import ROOM, Gateway
from operated import until

TECH_KEY = f"telegram:{TECH['id']}"
ROOM_KEY = f"wechat:{ROOM}"


@contextmanager
def telegram_group(limits: bool = False) -> Iterator[FakeBotApi]:
    """Serve a Bot API with a group of three, whose owner is Alice."""
    with FakeBotApi().start() as api:
        api.meet(TECH, ALICE, BOB, CAROL)
        api.set_member(TECH, ALICE, "creator")
        api.world.limits = limits
        yield api


def all_acknowledged(api: FakeBotApi, seconds: float = 10) -> None:
    """Wait until every update queued so far is acknowledged."""
    until(lambda: not api.queue.waiting, seconds)


def telegram(api: FakeBotApi, name: str = "tg", poll_seconds: int = 2) -> str:
    """Return the lines of a Telegram account."""
    return (
        f'[accounts.{name}]\nplatform = "telegram"\ntoken = "{api.token}"\n'
        f'api_url = "{api.url}"\npoll_seconds = {poll_seconds}'
    )


def wechat(gateway: Gateway) -> str:
    """Return the lines of a WeChat account."""
    return (
        f'[accounts.wx]\nplatform = "wechat"\nendpoint = "{gateway.endpoint}"\n'
        f'token = "{gateway.token}"'
    )


def approved(group_key: str, *more: str) -> str:
    """Return the lines of a group that has agreed outside the chat."""
    return "\n".join((f'[groups."{group_key}"]', "archive = true", *more))
