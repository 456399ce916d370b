"""How long a large week takes."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest
from saying import TG, WEEK
from transcripts import KEYS, lines

from archive.access import member, operator
from archive.catchup import catch_up
from archive.database import Archive
from archive.digest import make_digest
from archive.keep import keep
from archive.records import Group, Message, Reaction

WEEKLY, CATCHING_UP = 12_500, 10_000


@pytest.fixture
def busy(archive: Archive) -> Archive:
    """A quarter of a week of 50,000 messages, as people in the golden week talk."""
    with archive.writing() as db:
        keep(db, [Group(TG, "大群"), *messages()])
    return archive


def messages() -> Iterator[Message]:
    chance = random.Random(1)
    texts = [line.message.text for group in KEYS for line in lines(group)]
    for number in range(WEEKLY):
        who = chance.randrange(200)
        yield Message(
            TG, str(number), WEEK.since + number * 40, f"telegram:{who}", f"人{who}",
            text=chance.choice(texts) + (str(number) if chance.random() < 0.5 else ""),
            reply_to=str(max(0, number - chance.randrange(1, 20)))
            if chance.random() < 0.3 else None,
            reactions=(Reaction("👍", 2),) if chance.random() < 0.1 else (), quality=3,
        )  # fmt: skip


def best_of(times: int, archive: Archive, does: object) -> float:
    assert callable(does)
    took = []
    for _ in range(times):
        with archive.reading() as db:
            began = time.perf_counter()
            does(db)
            took.append(time.perf_counter() - began)
    return min(took)


def test_weekly_digest_and_catch_up_take_no_longer_than_they_may(
    busy: Archive, slack: float
) -> None:
    weekly = best_of(2, busy, lambda db: make_digest(db, operator(), [TG], WEEK))
    assert weekly <= 3.0 * WEEKLY / 50_000 * slack
    inside = member(frozenset((TG,)), "telegram:7")
    missed = best_of(
        3,
        busy,
        lambda db: catch_up(db, inside, "telegram:7", [TG], now=WEEK.until, count=CATCHING_UP),
    )
    assert missed <= 0.3 * slack
