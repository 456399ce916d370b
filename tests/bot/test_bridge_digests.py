"""A digest on its way to another group: said where both agree at that moment, known as brought."""

from __future__ import annotations

import time

import pytest
from bridge_scene import ADAPTERS, QQ, TG, Joined

from archive import editions, interrupted, outbox
from archive.bridge_consents import pause, resume, withdraw
from archive.bridged import drop_waiting
from archive.database import Archive
from archive.digest import Digest, Item
from archive.forget import forget
from bot.bridge.marks import is_marked
from bot.config import Config
from bot.jobs.job import Place
from bot.jobs.posting import post

PERIOD = "2026-11-20"


async def _nothing(words: object) -> bytes:
    raise AssertionError


def sent(joined: Joined, *texts: str, why: str = "3 人回复") -> None:
    """Let a digest of what was said on Telegram be sent."""
    now = int(time.time())
    keys = [f"{TG}:{joined.say(text)}" for text in texts]
    items = tuple(
        Item("message", text[:20], f"张三：「{text}」", (key,), why, TG, 1)
        for key, text in zip(keys, texts, strict=True)
    )
    digest = Digest(PERIOD, now - 60, now, (TG,), items, (), (), 1, 1)
    place = Place(joined.archive, Config(bridge=(joined.bridge,)), ADAPTERS, _nothing)
    with joined.archive.writing() as db:
        edition = editions.draft(db, digest, TG, "day", PERIOD, now)
        editions.approve(db, edition, "test", now)
        assert post(db, place, edition, now)


def test_every_piece_is_marked_and_fits_and_nothing_else_crosses(archive: Archive) -> None:
    joined = Joined(archive, "digest", (TG, QQ))
    sent(joined, *(f"第 {n} 条经验" for n in range(12)), why="三个人回复了，" * 60)
    texts = joined.texts()[QQ]
    assert len(texts) > 1 and all(is_marked(text) for text in texts)
    assert all(len(text) <= ADAPTERS["qq"].pace.longest for text in texts)
    joined.say("平常的话")
    assert joined.texts() == {}


@pytest.mark.parametrize("how", ["left", "paused", "paused and resumed", "looked at late"])
def test_what_waits_is_not_said_where_the_bridge_was_closed(archive: Archive, how: str) -> None:
    joined = Joined(archive, "digest", (TG, QQ))
    sent(joined, "部署先拉镜像")
    with archive.writing() as db:
        if how == "left":
            withdraw(db, QQ, "admin")
        else:
            pause(db, TG, "admin")
        if how != "looked at late":
            assert drop_waiting(db, TG) == 1
        if how == "paused and resumed":
            resume(db, TG, "admin")
    joined.look()
    assert joined.texts() == {}


def test_a_pause_between_other_groups_drops_nothing(archive: Archive) -> None:
    joined = Joined(archive, "digest", (TG, QQ))
    sent(joined, "部署先拉镜像")
    with archive.writing() as db:
        assert drop_waiting(db, TG, (TG, "wechat:1@chatroom")) == 0
    assert "部署先拉镜像" in joined.texts()[QQ][0]


def test_after_a_kill_it_is_looked_for_where_that_can_be(archive: Archive) -> None:
    joined = Joined(archive, "digest", (TG, QQ))
    sent(joined, "部署先拉镜像")
    with archive.writing() as db:
        (parcel,) = outbox.due(db, "qq", joined.now + 60)
        assert joined.copies.begin(db, [parcel], ADAPTERS["qq"]).parcels
        assert interrupted.doubted(db, ["qq"], parcel.draft.purpose) == 1
        interrupted.unsure(db)
    (again,) = joined.spoken()[QQ]
    assert again.doubt is not None and again.text == parcel.draft.text


def test_what_is_forgotten_on_the_way_is_not_in_it(archive: Archive) -> None:
    joined = Joined(archive, "digest", (TG, QQ))
    sent(joined, "部署先拉镜像", "月亮背面的话")
    with archive.writing() as db:
        forget(db, [f"{TG}:2"], "author")
    assert joined.texts() == {}  # it is to be written anew
    with archive.writing() as db:
        ((edition, _),) = editions.to_send(db)
        place = Place(archive, Config(bridge=(joined.bridge,)), ADAPTERS, _nothing)
        post(db, place, edition, joined.now)
    (text,) = joined.texts()[QQ]
    assert "部署" in text and "月亮" not in text
