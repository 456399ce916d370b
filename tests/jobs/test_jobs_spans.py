"""From when to when a digest tells: from the last one's hour to this one's, whatever happens."""

from __future__ import annotations

import msgspec
import pytest
from scene import TG, Scene, at

from archive import editions
from archive.access import operator
from archive.database import Archive
from archive.editions import find_edition
from archive.records import Group
from bot.config import Config, DigestConfig
from bot.jobs.periods import Timetable

HOUR, DAY, WEEK = 3_600, 86_400, 604_800
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York")
EVENING = Timetable("20:00", "sunday")
SUNDAY = at(2025, 11, 23, 20, 0)
"""When the digest of 2025-W47 is due; what is said must not lie in the future."""


def weekly(time: str = "20:00", day: str = "sunday", **more: object) -> Config:
    wanted = {"enabled": True, "send": "unapproved", "day": day, "time": time}
    return Config(digest=DigestConfig(**(wanted | more)))  # type: ignore[arg-type]


def goes_on(scene: Scene, since: int, until: int, every: int = 17 * HOUR) -> list[int]:
    """Let time go on: something is said every few hours, and the process looks."""
    said: list[int] = []
    for moment in range(since, until, every):
        said.append(moment)
        name = str(moment)
        scene.said(name, f"第 {moment} 秒说的话", at=moment)
        scene.look(moment + every - 60)
    return said


def told(scene: Scene) -> list[tuple[str, int, int]]:
    """Return (period, since, until) of the editions there are."""
    with scene.archive.reading() as db:
        rows = db.execute("SELECT period, digest FROM editions ORDER BY period").fetchall()
    found = [(period, msgspec.json.decode(packed)) for period, packed in rows]
    return [(period, digest["since"], digest["until"]) for period, digest in found]


def told_once(scene: Scene, moments: list[int]) -> bool:
    """Tell whether what was said between the first digest's beginning and the last one's end lies
    in one digest each."""
    spans = told(scene)
    inside = [m for m in moments if spans[0][1] <= m < spans[-1][2]]
    assert inside
    return all(sum(since <= m < until for _, since, until in spans) == 1 for m in inside)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("name", "since", "until"),
    [
        ("2026-W42", (2026, 10, 11, 20), (2026, 10, 18, 20)),
        ("2026-W40", (2026, 9, 27, 20), (2026, 10, 4, 20)),  # across a month
        ("2026-W53", (2026, 12, 27, 20), (2027, 1, 3, 20)),  # across the year
        ("2027-W01", (2027, 1, 3, 20), (2027, 1, 10, 20)),
        ("2026-W13", (2026, 3, 22, 20), (2026, 3, 29, 20)),  # Berlin's spring
        ("2026-W44", (2026, 10, 25, 20), (2026, 11, 1, 20)),  # New York's autumn
    ],
)
def test_week_is_told_from_one_sunday_evening_to_the_next(
    zone: str, name: str, since: tuple[int, ...], until: tuple[int, ...]
) -> None:
    before = EVENING.before(zone, name)
    ends = (EVENING.cut(zone, before), EVENING.cut(zone, name))
    assert ends == (at(*since, 0, zone=zone), at(*until, 0, zone=zone))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("day", "time"), [("monday", "09:00"), ("wednesday", "00:30")])
def test_week_that_is_told_after_it_ended_is_the_plain_week(zone: str, day: str, time: str) -> None:
    table = Timetable(time, day)
    whole = table.whole(zone, "2026-W43")
    ends = (table.cut(zone, "2026-W42"), table.cut(zone, "2026-W43"))
    assert ends == (whole.since, whole.until)


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Asia/Shanghai", (2025, 12, 14)),
        ("Europe/Berlin", (2025, 10, 12)),
        ("America/New_York", (2025, 2, 23)),
    ],
)
def test_weeks_follow_each_other_over_every_border(
    archive: Archive, zone: str, first: tuple[int, ...]
) -> None:
    """TRUST 39: changes of clocks, months, the year."""
    scene = Scene(archive, weekly(), zone=zone)
    begin = at(*first, 12, 0, zone=zone)
    moments = goes_on(scene, begin, begin + 3 * WEEK + DAY)
    names = [name for name, _, _ in scene.spans()]
    assert len(names) == len(set(names)) == 3
    assert told_once(scene, moments)


@pytest.mark.parametrize(
    ("first", "then", "changed"),
    [
        (("20:00", "sunday"), ("22:30", "sunday"), HOUR),
        (("22:30", "sunday"), ("18:00", "sunday"), HOUR),
        (("20:00", "sunday"), ("09:00", "monday"), 3 * DAY),
        (("09:00", "monday"), ("20:00", "sunday"), 3 * DAY),
        (("20:00", "sunday"), ("18:00", "friday"), 3 * DAY),
        (("18:00", "friday"), ("20:00", "sunday"), WEEK + 2 * HOUR),
    ],
)
def test_another_hour_leaves_nothing_out_and_tells_nothing_twice(
    archive: Archive, first: tuple[str, str], then: tuple[str, str], changed: int
) -> None:
    scene = Scene(archive, weekly(*first))
    moments = goes_on(scene, SUNDAY - 3 * DAY, SUNDAY + changed)
    scene.jobs = scene.process(weekly(*then))
    moments += goes_on(scene, SUNDAY + changed, SUNDAY + 2 * WEEK + 2 * DAY)
    names = [name for name, _, _ in scene.spans()]
    assert len(names) == len(set(names)) >= 3
    assert told_once(scene, moments)


def test_process_dead_over_the_hour_tells_until_the_hour(archive: Archive) -> None:
    scene = Scene(archive, weekly())
    moments = goes_on(scene, SUNDAY - 5 * DAY, SUNDAY - DAY)
    for late in (SUNDAY + 30 * HOUR, SUNDAY + WEEK + 5):
        for moment in range(late - 40 * HOUR, late, 7 * HOUR):
            scene.said(str(moment), "说了", at=moment)
            moments.append(moment)
        scene.jobs = scene.process()
        scene.look(late)
    assert [until for _, _, until in told(scene)] == [SUNDAY, SUNDAY + WEEK]
    assert told_once(scene, moments)


def test_quiet_week_is_a_link_between_the_others(archive: Archive) -> None:
    """What was looked through at the old hour is not looked through again at the new one."""
    scene = Scene(archive, weekly())
    scene.look(SUNDAY - DAY)
    scene.look(SUNDAY)
    assert scene.edition("2025-W47") == "quiet" and scene.drafts() == []
    scene.said("1", "晚上九点说的", at=SUNDAY + HOUR)
    scene.said("2", "下一周说的", at=SUNDAY + 3 * DAY)
    scene.jobs = scene.process(weekly("22:00"))
    scene.look(SUNDAY + WEEK + 3 * HOUR)
    assert scene.spans()[-1][1] == SUNDAY
    with archive.reading() as db:
        assert find_edition(db, operator(), TG, "week") is not None


@pytest.mark.parametrize("ahead", [4 * DAY, 40 * 60])
def test_digest_a_wrong_clock_sent_leaves_the_rest_to_the_next(
    archive: Archive, ahead: int
) -> None:
    """TRUST 39: a clock that ran days or minutes ahead, and is set right again."""
    scene = Scene(archive, weekly())
    moments = goes_on(scene, SUNDAY - 6 * DAY, SUNDAY - ahead - 14 * HOUR)
    scene.look(SUNDAY + 60)
    moments += goes_on(scene, SUNDAY - ahead, SUNDAY + WEEK + DAY, 16 * 60 + 12 * HOUR)
    assert [name for name, _, _ in told(scene)] == ["2025-W47", "2025-W48"]
    assert told_once(scene, moments)


def test_days_follow_each_other_too(archive: Archive) -> None:
    scene = Scene(archive, weekly(daily=True, enabled=False))
    moments = goes_on(scene, SUNDAY - 2 * DAY, SUNDAY + 3 * DAY, 5 * HOUR)
    assert len(told(scene)) == 4
    assert told_once(scene, moments)


def test_edition_of_before_this_rule_ends_where_it_was_made(archive: Archive) -> None:
    """It was to tell until midnight, and was made four hours before."""
    scene = Scene(archive, weekly())
    scene.look(SUNDAY - DAY)
    scene.said("1", "周日说的", at=SUNDAY - HOUR)
    with archive.writing() as db:
        old = {"until": SUNDAY + 4 * HOUR, "items": [{"title": "x", "keys": [f"{TG}:1"]}]}
        editions.draft(db, old, TG, "week", "2025-W47", SUNDAY + 3)
    scene.said("2", "晚上说的", at=SUNDAY + HOUR)
    scene.look(SUNDAY + HOUR)
    scene.look(SUNDAY + WEEK)
    assert scene.spans()[-1][1] == SUNDAY + 3


def test_group_with_another_zone_has_its_own_hours(archive: Archive) -> None:
    scene = Scene(archive, weekly(), zone="Europe/Berlin")
    scene.keep(Group(TG, "技术群", time_zone="Europe/Berlin"))
    goes_on(scene, SUNDAY - DAY, SUNDAY + DAY, HOUR)
    assert scene.spans()[0][2] == at(2025, 11, 23, 20, 0, zone="Europe/Berlin")
