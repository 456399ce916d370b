"""How many commands are obeyed, and that a flood is met with one polite word."""

from __future__ import annotations

import asyncio

from commanding import TG, Talk, told
from commanding import said as message

from archive import consent
from archive.database import Archive
from bot.commands.limits import EACH_GROUP, EACH_PERSON, IN_ALL, Limits


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_person_may_ask_five_times_a_minute_and_is_told_once() -> None:
    """TRUST 35: 1 000 commands in a minute from one person."""
    clock = Clock()
    limits = Limits(clock)
    said = []
    for number in range(1000):
        clock.now = number * 0.06
        said.append(limits.ask("telegram:1", TG))
    # five at once, and those that come back while the minute goes on
    assert said[:7] == ["go"] * 5 + ["slow", "silent"]
    assert said.count("go") <= 2 * EACH_PERSON and said.count("slow") == 1
    clock.now += 60
    assert limits.ask("telegram:1", TG) == "go"


def test_group_may_ask_fifteen_times_a_minute_and_is_told_once() -> None:
    limits = Limits(Clock())
    said = [limits.ask(f"telegram:{number}", TG) for number in range(30)]
    assert said == ["go"] * EACH_GROUP + ["slow"] + ["silent"] * 14
    assert limits.ask("telegram:0", "telegram:-9") == "go"


def test_fifty_groups_at_once_get_twenty_a_second() -> None:
    """TRUST 35: 50 groups at once stay under what a platform lets a bot say."""
    clock = Clock()
    limits = Limits(clock)
    for second in range(60):
        clock.now = float(second)
        said = [limits.ask(f"telegram:{n}", f"telegram:-{n % 50}") for n in range(200)]
        spoken = [verdict for verdict in said if verdict != "silent"]
        assert len(spoken) <= IN_ALL


def test_polite_word_counts_too_and_is_not_said_when_all_is_used_up() -> None:
    limits = Limits(Clock())
    for number in range(IN_ALL):
        assert limits.ask(f"telegram:{number}", f"telegram:-{number}") == "go"
    assert limits.ask("telegram:99", "telegram:-99") == "silent"


def test_leaving_and_stopping_get_through_a_flood() -> None:
    limits = Limits(Clock())
    for _ in range(1000):
        limits.ask("telegram:1", TG)
    assert limits.ask("telegram:1", TG, urgent=True) == "go"
    said = [limits.ask("telegram:1", TG, urgent=True) for _ in range(100)]
    assert said.count("go") == EACH_PERSON - 1


def test_clock_that_goes_back_gives_nothing_away_and_takes_nothing() -> None:
    clock = Clock()
    limits = Limits(clock)
    clock.now = 100.0
    assert [limits.ask("a", None) for _ in range(5)] == ["go"] * 5
    clock.now = 0.0
    assert limits.ask("a", None) == "slow"


def test_limits_forget_people_who_are_silent_again() -> None:
    clock = Clock()
    limits = Limits(clock)
    for number in range(30_000):
        clock.now += 1
        limits.ask(f"telegram:{number}", None)
    assert len(limits._buckets) < 15_000


def test_flood_leaves_one_polite_answer_and_few_others(archive: Archive) -> None:
    """TRUST 35: what a flood of commands leaves to be said."""
    talk = Talk(archive)
    told(archive, message("7", "部署"))

    async def flood() -> None:
        for _ in range(300):
            await talk.router.handle(talk.asked("/搜 部署"), talk.setting, talk.role_of)

    asyncio.run(flood())
    texts = [draft.text for draft in talk.drafts()]
    assert len(texts) == EACH_PERSON + 1
    assert [text for text in texts if "慢一点" in text] == [texts[-1]]
    assert talk.questions == []


def test_flood_where_nobody_agreed_is_silence(archive: Archive) -> None:
    talk = Talk(archive, archived=False)
    for _ in range(30):
        asyncio.run(talk.router.handle(talk.asked("/搜 部署"), talk.setting, talk.role_of))
    assert talk.drafts() == []


def test_opting_out_works_in_the_middle_of_a_flood(archive: Archive) -> None:
    talk = Talk(archive)
    for _ in range(40):
        asyncio.run(talk.router.handle(talk.asked("/help"), talk.setting, talk.role_of))
    answer = asyncio.run(talk.router.handle(talk.asked("/不要存我"), talk.setting, talk.role_of))
    assert answer is not None and answer.leaving == "telegram:2"
    with archive.reading() as db:
        assert "telegram:2" in consent.standing(db).opted_out
