"""Dates of a search: every way of writing one, in any time zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.query.dates import Span, span

SHANGHAI = "Asia/Shanghai"


def at(moment: str, zone: str = SHANGHAI) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone)).timestamp())


NOW = at("2026-11-18 12:00")  # a Wednesday


@pytest.mark.parametrize(
    ("written", "first", "after"),
    [
        ("今天 今日 today", "2026-11-18", "2026-11-19"),
        ("昨天 昨日 yesterday", "2026-11-17", "2026-11-18"),
        ("前天", "2026-11-16", "2026-11-17"),
        ("大前天", "2026-11-15", "2026-11-16"),
        ("本周 这周 這週 这个星期 thisweek this-week 2026-W47 2026w47", "2026-11-16", "2026-11-23"),
        ("上周 上星期 上个礼拜 lastweek LastWeek last_week", "2026-11-09", "2026-11-16"),
        ("上上周", "2026-11-02", "2026-11-09"),
        ("本月 这个月 thismonth 2026-11 2026/11 2026.11", "2026-11-01", "2026-12-01"),
        ("2026年11月 11月 11月份", "2026-11-01", "2026-12-01"),
        ("上月 上个月 lastmonth 2026-10 10月", "2026-10-01", "2026-11-01"),
        ("12月 2025年12月份", "2025-12-01", "2026-01-01"),
        ("今年 本年 thisyear 2026 2026年 ２０２６", "2026-01-01", "2027-01-01"),
        ("去年 lastyear 2025", "2025-01-01", "2026-01-01"),
        ("前年", "2024-01-01", "2025-01-01"),
        ("2026-11-20 2026/11/20 2026.11.20 20261120", "2026-11-20", "2026-11-21"),
        ("2026年11月20日 2026年11月20号", "2026-11-20", "2026-11-21"),
        ("11月20日 11-20 11/20 11月20号", "2025-11-20", "2025-11-21"),
        ("11月18日 11-18 周三 星期三 礼拜三 wed wednesday", "2026-11-18", "2026-11-19"),
        ("周一 星期一 monday Mon 本周一", "2026-11-16", "2026-11-17"),
        ("周日 星期天 sunday", "2026-11-15", "2026-11-16"),
        ("上周三", "2026-11-11", "2026-11-12"),
        ("本周五 这周五", "2026-11-20", "2026-11-21"),
        ("2-29 2月29日", "2024-02-29", "2024-03-01"),
        ("2026-01-05", "2026-01-05", "2026-01-06"),
        ("2026-1-5", "2026-01-05", "2026-01-06"),
    ],
)  # fmt: skip
def test_calendar_date(written: str, first: str, after: str) -> None:
    for value in written.split():
        assert span(value, NOW, SHANGHAI) == Span(at(first), at(after), at(first)), value


@pytest.mark.parametrize(
    ("written", "since"),
    [
        ("7d 7天 7D 七天 7days 1w 一周", "2026-11-11 12:00"),
        ("最近7天 近7天 7天内 7天以内 7天之内 last7days", "2026-11-11 12:00"),
        ("24h 24小时 1d 1天 24hours 24个小时", "2026-11-17 12:00"),
        ("2w 2周 两周 两周内 两个星期 2weeks 14d", "2026-11-04 12:00"),
        ("3m 3个月 三个月 3months", "2026-08-18 12:00"),
        ("半年 6m", "2026-05-18 12:00"),
        ("半个月 15d", "2026-11-03 12:00"),
        ("半天 12h", "2026-11-18 00:00"),
        ("1y 1年 一年 12个月", "2025-11-18 12:00"),
        ("30分钟 30min", "2026-11-18 11:30"),
    ],
)  # fmt: skip
def test_time_up_to_now(written: str, since: str) -> None:
    for value in written.split():
        assert span(value, NOW, SHANGHAI) == Span(at(since), NOW + 1, at(since)), value


@pytest.mark.parametrize(
    ("written", "first", "after", "edge"),
    [
        ("3天前 3d前 三天以前 3daysago", "2026-11-15", "2026-11-16", "2026-11-15 12:00"),
        ("2周前", "2026-11-02", "2026-11-09", "2026-11-04 12:00"),
        ("3个月前", "2026-08-01", "2026-09-01", "2026-08-18 12:00"),
        ("1年前", "2025-01-01", "2026-01-01", "2025-11-18 12:00"),
        ("2小时前", "2026-11-18 10:00", "2026-11-18 11:00", "2026-11-18 10:00"),
    ],
)
def test_time_ago(written: str, first: str, after: str, edge: str) -> None:
    for value in written.split():
        assert span(value, NOW, SHANGHAI) == Span(at(first), at(after), at(edge)), value


def test_blanks_between_words_do_not_matter() -> None:
    for value in ("last week", "LAST  WEEK", "7 days ago", "2026 年 11 月", "上 周"):
        assert span(value, NOW, SHANGHAI) == span(value.replace(" ", ""), NOW, SHANGHAI)


NO_DATES = """
    7 abc 2026-13 2026-00 2026-02-30 2月30日 13月 2026-W54 20261332 0000 9999 99999y 9999y d 天 日
    一 前 半 半周 2026- -7d 7dd mond 3:30 2026-11-20T10 昨 -1 1.5 五
"""


@pytest.mark.parametrize("value", NO_DATES.split())
def test_this_is_no_date(value: str) -> None:
    assert span(value, NOW, SHANGHAI) is None


def test_month_counted_back_from_its_last_days() -> None:
    assert span("1m", at("2026-03-31 09:00"), SHANGHAI) == Span(
        at("2026-02-28 09:00"), at("2026-03-31 09:00") + 1, at("2026-02-28 09:00")
    )


@pytest.mark.parametrize(
    ("zone", "day", "hours", "begins"),
    [
        ("America/New_York", "2026-03-08", 23, "2026-03-08T05:00+00:00"),
        ("America/New_York", "2026-11-01", 25, "2026-11-01T04:00+00:00"),
        # the clock jumped at midnight: the day began at 01:00
        ("America/Sao_Paulo", "2018-11-04", 23, "2018-11-04T03:00+00:00"),
        ("Asia/Shanghai", "2026-11-01", 24, "2026-10-31T16:00+00:00"),
    ],
)
def test_days_are_as_long_as_the_zone_makes_them(
    zone: str, day: str, hours: int, begins: str
) -> None:
    found = span(day, NOW, zone)
    assert found is not None
    assert found.start == int(datetime.fromisoformat(begins).timestamp())
    assert found.end - found.start == hours * 3600


def test_today_depends_on_the_zone() -> None:
    now = int(datetime.fromisoformat("2026-11-18T20:00+00:00").timestamp())
    assert span("今天", now, SHANGHAI) == span("2026-11-19", now, SHANGHAI)
    assert span("今天", now, "America/New_York") == span("2026-11-18", now, "America/New_York")


@given(st.dates(min_value=datetime(1980, 1, 1).date(), max_value=datetime(2100, 1, 1).date()))
def test_days_of_a_week_month_and_year_lie_within_them(day: object) -> None:
    whole = span(str(day), NOW, SHANGHAI)
    assert whole is not None
    for wider in (str(day)[:7], str(day)[:4]):
        around = span(wider, NOW, SHANGHAI)
        assert around is not None
        assert around.start <= whole.start < whole.end <= around.end


@given(st.text(max_size=12) | st.from_regex(r"[0-9]{1,5}[-/.年]?[0-9]{0,3}[-/月天周dwmy前]?"))
def test_any_text_is_a_date_or_not(value: str) -> None:
    found = span(value, NOW, SHANGHAI)
    assert found is None or found.start < found.end
