"""Telegram Desktop HTML: the ways times were written over the years, and rows without one."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from test_telegram_html import AT, AT_SECONDS, SEPARATOR, message, messages, row, service

from adapters.exports.format import Options

NOON_UTC = 1542888000
LATER = AT.replace(":28 ", ":59 ")


@pytest.mark.parametrize(
    ("title", "seconds"),
    [
        ("22.11.2018 12:00:00 UTC", NOON_UTC),
        ("22.11.2018 16:00:00 UTC+04:00", NOON_UTC),
        ("22.11.2018 15:30:00 UTC+03:30", NOON_UTC),
        ("22.11.2018 07:00:00 UTC-05:00", NOON_UTC),
        ("22.11.2018 15:00:00 GMT+3", NOON_UTC),
        ("22.11.2018 14:00:00 EET", NOON_UTC),
        ("22.11.2018 15:00:00 MSK", NOON_UTC),
        ("22.11.2018 13:00:00 CET", NOON_UTC),
        ("22.11.2018 20:00:00", NOON_UTC),
        ("22.11.2018 20:00:00 ", NOON_UTC),
        ("22.11.2018 20:00:00 CST", NOON_UTC),
        ("22.11.2018 20:00:00 中国标准时间", NOON_UTC),
    ],
)
def test_time_is_read_with_its_offset_or_in_the_zone_of_the_group(
    tmp_path: Path, title: str, seconds: int
) -> None:
    assert message(tmp_path, row(1, at=title)).sent_at == seconds


def test_summer_time_of_the_zone_is_kept(tmp_path: Path) -> None:
    options = Options(time_zone=ZoneInfo("Europe/Berlin"))
    winter, summer = messages(
        tmp_path,
        row(1, at="22.11.2018 13:00:00"),
        row(2, at="22.07.2018 14:00:00"),
        options=options,
    )
    assert (winter.sent_at, summer.sent_at) == (NOON_UTC, 1532260800)


@pytest.mark.parametrize(
    "title",
    [
        "32.01.2018 12:00:00",
        "01.13.2018 12:00:00 UTC",
        "01.01.2018 24:00:00",
        "01.01.1970 00:00:00",
        "01.01.2099 12:00:00 UTC+08:00",
        "00.00.0000 00:00:00",
        "31.12.9999 23:59:59",
        "99999999999999999999.1.2018 1:00:00",
        "yesterday",
    ],
)
def test_absurd_time_is_none_and_shown_as_it_was(tmp_path: Path, title: str) -> None:
    found = message(tmp_path, row(1, at=title))
    assert found.sent_at is None
    assert found.detail == {"date": title}


def test_time_in_words_is_known_to_the_minute(tmp_path: Path) -> None:
    text = row(1).replace(f'title="{AT}"', "").replace("18:04", "Nov 22, 2018, 8:00 PM")
    found = message(tmp_path, text)
    assert (found.sent_at, found.precision) == (NOON_UTC, 60)


def test_event_takes_the_time_of_the_row_before(tmp_path: Path) -> None:
    _, event, _ = messages(tmp_path, row(1), service(2, "张三 invited 李四"), row(3, at=LATER))
    assert event.sent_at == AT_SECONDS
    assert event.detail == {"time_from": "neighbour"}


def test_first_events_take_the_time_of_the_next_row(tmp_path: Path) -> None:
    found = messages(
        tmp_path,
        service(-1, SEPARATOR),
        service(1, "张三 invited 李四"),
        service(2, "张三 invited 王五"),
        row(3),
    )
    assert [(m.id, m.sent_at) for m in found] == [(str(i), AT_SECONDS) for i in (1, 2, 3)]


def test_event_of_a_day_without_messages_is_at_the_beginning_of_it(tmp_path: Path) -> None:
    found = messages(
        tmp_path,
        service(-1, "7 November 2018"),
        service(1, "张三 invited 李四"),
        service(-2, SEPARATOR),
        row(2),
        service(-3, "23 November 2018"),
        service(3, "张三 invited 王五"),
    )
    assert [m.sent_at for m in found] == [1541534400, AT_SECONDS, 1542916800]
    assert found[2].detail == {"time_from": "neighbour"}


def test_event_after_a_page_break_takes_the_time_of_the_page_before(tmp_path: Path) -> None:
    found = messages(tmp_path, row(1), service(-9, SEPARATOR), service(2, "张三 removed 李四"))
    assert found[1].sent_at == AT_SECONDS


def test_events_without_any_neighbour_keep_their_order(tmp_path: Path) -> None:
    found = messages(tmp_path, *(service(n, "张三 invited 李四") for n in range(1, 1500)))
    assert [m.id for m in found] == [str(n) for n in range(1, 1500)]
    assert {m.sent_at for m in found} == {None}
