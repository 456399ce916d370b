"""What QQ tells of a group where it lets the bot ask: its title, and what the bot may hear."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from qq_open import QQPlatform
from qq_open_door import GROUP, ListDoor, connected, until

from archive.records import Group


@pytest.fixture
def qq() -> Iterator[QQPlatform]:
    with QQPlatform() as running:
        yield running


def test_title_is_looked_up_and_a_group_that_is_half_heard_is_an_alarm(
    qq: QQPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.qq_official.groups._PAUSE", 0.01)
    qq.api.groups[GROUP[6:]] = {
        "info": {"group_name": "技术群"},
        "bot_state": {"recv_msg_setting": "only_mention"},
    }

    async def run() -> None:
        async with connected(qq) as (door, _):
            await until(lambda: door.said("alarm"))
            assert [group.title for group in door.records() if isinstance(group, Group)] == [
                "技术群"
            ]
            assert "mentions it" in door.said("alarm")[0]

    asyncio.run(run())


def test_bot_that_may_not_look_groups_up_does_without(
    qq: QQPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.qq_official.groups._PAUSE", 0.01)

    async def run() -> None:
        async with connected(qq) as (door, _):
            await asyncio.sleep(0.2)
            assert door.events == [] and door.said("alarm") == []

    asyncio.run(run())


def test_a_group_the_bot_has_left_keeps_none_from_being_looked_up(
    qq: QQPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.qq_official.groups._PAUSE", 0.01)
    left = f"{GROUP}-left"
    qq.api.closed.add(left[6:])
    qq.api.groups[GROUP[6:]] = {"info": {"group_name": "技术群"}, "bot_state": {}}

    async def run() -> None:
        async with connected(qq, ListDoor(left, GROUP)) as (door, _):
            await until(lambda: any(isinstance(one, Group) for one in door.records()))

    asyncio.run(run())
