"""Telegram Desktop JSON: when a message was sent, however the export says it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from test_telegram_json import chat, messages, one, row


def at(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp())  # type: ignore[arg-type]


def dated(date: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "type": "message",
        "date": date,
        "from": "a",
        "from_id": 7,
        "text": "",
    } | fields


def test_unix_time_is_trusted_more_than_local_time(tmp_path: Path) -> None:
    message = one(tmp_path, row(1, edited="2024-03-01T10:00:00", edited_unixtime="1709258500"))
    assert (message.sent_at, message.edited_at) == (1709258401, 1709258500)


def test_local_time_is_in_the_zone_of_the_person_importing(tmp_path: Path) -> None:
    date = dated("2020-07-01T12:00:00")
    assert one(tmp_path, date).sent_at == at(2020, 7, 1, 4)
    berlin = ZoneInfo("Europe/Berlin")
    assert one(tmp_path, date, time_zone=berlin).sent_at == at(2020, 7, 1, 10)


@pytest.mark.parametrize(
    ("epoch", "zone", "hour"),
    [
        ("1970-01-01T05:00:00", "Asia/Shanghai", 7),
        ("1969-12-31T19:00:00", "Asia/Shanghai", 17),
        ("1969-12-31T19:00:00", "America/New_York", 16),
        ("1970-01-01T08:00:00", "Asia/Shanghai", 4),
    ],
)
def test_edit_at_the_epoch_reveals_the_zone(
    tmp_path: Path, epoch: str, zone: str, hour: int
) -> None:
    rows = dated("2019-07-01T12:00:00", id=1), dated("2019-07-01T12:00:00", id=2, edited=epoch)
    for message in messages(tmp_path, chat(*rows), time_zone=ZoneInfo(zone)):
        assert message.sent_at == at(2019, 7, 1, hour)
        assert message.edited_at is None


def absurd() -> Iterator[dict[str, Any]]:
    for time in ("-1", "99999999999999", 1709258400000, "4070908800", "x", None, True, [], 1e400):
        yield row(1, date="nonsense", date_unixtime=time)
    for date in ("0001-01-01T00:00:00", "9999-12-31T23:59:59", "2024-13-01T00:00:00", 5, {}, None):
        yield row(1, date=date, date_unixtime="")


@pytest.mark.parametrize("odd", list(absurd()))
def test_absurd_time_is_none_and_kept_as_it_was(tmp_path: Path, odd: dict[str, Any]) -> None:
    message = one(tmp_path, odd)
    assert message.sent_at is None
    assert {"date", "date_unixtime"} <= message.detail["raw"].keys()
