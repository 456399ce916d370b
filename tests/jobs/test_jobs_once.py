"""A period's work is done once: whatever was killed, set back, or stood still in between."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest
from scene import SUNDAY, TG, WEEKLY, Scene, at

from archive import consent
from archive.database import Archive
from archive.errors import ArchiveError
from archive.forget import forget
from bot.config import Config, DigestConfig
from bot.live.leases import lease

HOUR, DAY, WEEK = 3_600, 86_400, 604_800


class Killed(BaseException):
    """What ends a process in the midst of its work."""


@pytest.fixture
def scene(archive: Archive) -> Scene:
    """A group with a weekly digest that was turned on in the week before."""
    scene = Scene(archive)
    scene.said("1", "部署用 docker compose，先拉镜像")
    scene.look()
    return scene


def test_digest_is_drafted_and_sent_once_when_it_is_due(scene: Scene) -> None:
    scene.look(SUNDAY - 1)
    assert scene.drafts() == [] and scene.computed == []
    for moment in (SUNDAY, SUNDAY + 5, SUNDAY + DAY):
        scene.look(moment)
    assert len(scene.computed) == 1
    assert [(d.group_key, d.unique) for d in scene.drafts()] == [
        (TG, f"digest:{TG}:week:2026-W47:1")
    ]
    assert scene.edition("2026-W47") == "sent"


def test_process_that_was_dead_at_the_hour_makes_up_for_it_once(scene: Scene) -> None:
    """TRUST 39."""
    for moment in (SUNDAY + 30 * HOUR, SUNDAY + 30 * HOUR + 5):
        scene.jobs = scene.process()
        scene.look(moment)
    assert len(scene.drafts()) == 1
    assert scene.edition("2026-W47") == "sent"


def test_after_months_only_the_last_two_weeks_are_made_up_for(scene: Scene) -> None:
    scene.look(SUNDAY + 10 * WEEK + HOUR)
    assert [words[-1] for words in scene.computed] == ["2027-W03", "2027-W04"]


def test_week_before_it_was_turned_on_is_not_told(scene: Scene) -> None:
    assert scene.computed == []
    off = scene.process(Config())
    asyncio.run(off.look())
    scene.look(SUNDAY + HOUR)  # on again, after the hour
    assert scene.computed == []
    scene.look(SUNDAY + WEEK)
    assert [words[-1] for words in scene.computed] == ["2026-W48"]


def test_kill_while_it_is_computed_costs_nothing(scene: Scene) -> None:
    """TRUST 39."""

    def kill() -> None:
        raise Killed

    scene.fails = kill
    with pytest.raises(Killed):
        scene.look(SUNDAY)
    assert scene.edition("2026-W47") is None
    scene.fails = lambda: None
    scene.jobs = scene.process()
    scene.look(SUNDAY + 60)
    scene.look(SUNDAY + 120)
    assert len(scene.drafts()) == 1
    run = scene.run_of("weekly digest", "2026-W47")
    assert run is not None and (run.state, run.tries) == ("done", 2)


@pytest.mark.parametrize("write", range(1, 6))
def test_kill_before_any_write_is_kept_leaves_one_digest(scene: Scene, write: int) -> None:
    """TRUST 39: between computing, drafting, noting and sending."""
    scene.now = SUNDAY
    real, count = scene.write, 0

    async def dies(does):  # type: ignore[no-untyped-def]
        nonlocal count
        count += 1
        if count == write:
            with scene.archive.writing() as db:
                does(db)
                raise Killed
        return await real(does)

    scene.write = dies  # type: ignore[method-assign]
    scene.jobs = scene.process()
    try:
        scene.look()
    except Killed:
        scene.write = real  # type: ignore[method-assign]
        scene.jobs = scene.process()
    scene.look(SUNDAY + 60)
    scene.look(SUNDAY + 120)
    assert len(scene.drafts()) == 1
    assert scene.edition("2026-W47") == "sent"


def test_what_fails_is_tried_again_with_growing_pauses(scene: Scene) -> None:
    def fail() -> None:
        raise ArchiveError("it took too long to compute.")

    scene.fails = fail
    for moment in (0, 60, 119, 120, 121, 359, 360, 361):
        scene.look(SUNDAY + moment)
    run = scene.run_of("weekly digest", "2026-W47")
    assert run is not None and (run.state, run.tries) == ("failed", 3)
    assert run.why == "it took too long to compute."
    scene.fails = lambda: None
    scene.look(SUNDAY + 2 * HOUR)
    assert len(scene.drafts()) == 1


def test_clock_that_is_set_back_repeats_nothing(scene: Scene) -> None:
    """TRUST 39: an hour, a day and a month."""
    scene.look(SUNDAY)
    for back in (HOUR, DAY, 30 * DAY):
        scene.look(SUNDAY - back)
        scene.look(SUNDAY + 60)
    assert len(scene.drafts()) == 1


def test_clock_that_ran_ahead_loses_nothing(archive: Archive) -> None:
    """TRUST 39: what a wrong clock drafted is drafted again in its time."""
    scene = Scene(archive, Config(digest=DigestConfig(enabled=True)))
    scene.said("1", "部署用 docker compose，先拉镜像")
    scene.look()
    scene.look(SUNDAY + 8 * WEEK)
    assert scene.edition("2027-W02") == "draft"
    scene.look(SUNDAY - DAY)
    assert scene.edition("2027-W02") is None
    for week in range(9):
        scene.look(SUNDAY + week * WEEK)
    assert scene.edition("2027-W02") == "draft"
    assert scene.edition("2026-W47") == "draft"


def test_digest_sent_by_a_wrong_clock_is_not_sent_again(scene: Scene) -> None:
    """TRUST 39."""
    scene.look(SUNDAY + 4 * HOUR + WEEK)
    sent = len(scene.drafts())
    scene.look(SUNDAY - DAY)
    for week in range(3):
        scene.look(SUNDAY + week * WEEK)
    assert len(scene.drafts()) == sent + 1  # 2026-W49
    assert len({draft.unique for draft in scene.drafts()}) == len(scene.drafts())


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Shanghai"])
def test_one_digest_a_day_over_both_changes_of_clocks(archive: Archive, zone: str) -> None:
    """TRUST 39: at half past two, an hour that is missing in spring and comes twice in autumn."""
    daily = Config(digest=DigestConfig(daily=True, daily_time="02:30", send="unapproved"))
    scene = Scene(archive, daily, zone=zone)
    scene.said("1", "部署用 docker compose，先拉镜像", at=at(2026, 3, 1, 0, 0))
    for start in (at(2026, 3, 7, 12, 0), at(2026, 10, 24, 12, 0)):
        scene.computed.clear()
        scene.look(start)
        scene.computed.clear()
        for step in range(0, 9 * DAY, 1_800):
            scene.look(start + step)
        days = [words[-1] for words in scene.computed]
        assert len(days) == len(set(days)) == 9
        assert days == sorted(days)


def test_second_process_stands_by_until_the_first_ends(scene: Scene) -> None:
    """TRUST 39: two schedulers, one digest."""
    scene.now = SUNDAY

    async def both() -> None:
        with ExitStack() as first:
            first.enter_context(lease(scene.archive.folder, "jobs"))
            second = asyncio.create_task(scene.jobs.run())
            await asyncio.sleep(0.05)
            assert scene.computed == []
            second.cancel()
        third = asyncio.create_task(scene.process().run())
        while not scene.drafts():
            await asyncio.sleep(0.01)
        third.cancel()

    asyncio.run(asyncio.wait_for(both(), 20))
    assert len(scene.computed) == 1


def test_group_that_withdrew_gets_no_digest(scene: Scene) -> None:
    """TRUST 37."""
    waits = scene.process(Config(digest=DigestConfig(enabled=True)))
    scene.now = SUNDAY
    asyncio.run(waits.look())
    scene.approve()
    with scene.archive.writing() as db:
        consent.stop(db, TG, by="telegram:1")
    scene.look(SUNDAY + 60)
    assert scene.drafts() == []
    assert scene.edition("2026-W47") == "draft"


def test_what_was_forgotten_after_approval_is_not_said(archive: Archive) -> None:
    """TRUST 5, 33."""
    scene = Scene(archive, Config(digest=DigestConfig(enabled=True)))
    scene.said("1", "部署用 docker compose，先拉镜像")
    scene.said("2", "我的手机号别传出去哦", "2")
    scene.look()
    scene.look(SUNDAY)
    scene.approve()
    with archive.writing() as db:
        forget(db, [f"{TG}:2"], "telegram:2")
    scene.look(SUNDAY + 60)
    (draft,) = scene.drafts()
    assert "docker" in draft.text and "手机号" not in draft.text


def test_quiet_week_bothers_nobody(archive: Archive) -> None:
    scene = Scene(archive, WEEKLY)
    scene.look()
    scene.look(SUNDAY)
    assert scene.drafts() == [] and scene.edition("2026-W47") == "quiet"
    run = scene.run_of("weekly digest", "2026-W47")
    assert run is not None and run.state == "done"
