"""A real group's HTML export, and the full export that would belong to it, in either order."""

from __future__ import annotations

import zlib
from itertools import permutations
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from logical import logical
from told import TG, assert_whole, full_group, undone

from adapters.exports.format import Options
from adapters.exports.source import Meter, find_exports
from archive.database import Archive
from archive.keep import keep
from archive.records import AnyRecord, Member, Message

FIXTURE = Path(__file__).resolve().parents[2] / "../shared/fixtures/telegram/qa_load_html"
MONTHS = ("2018-12", "2019-01", "2019-02")

pytestmark = pytest.mark.skipif(not FIXTURE.is_dir(), reason="the real exports are not here")


@pytest.fixture(scope="module")
def months() -> list[list[AnyRecord]]:
    options = Options(ZoneInfo("Asia/Shanghai"), None, None)
    return [
        list(export.read(options))
        for month in MONTHS
        for export in find_exports(FIXTURE / month, Meter())
    ]


def full(months: list[list[AnyRecord]], share: int) -> list[AnyRecord]:
    """Write what Telegram's JSON would say of the same messages, but for one of each `share`."""
    told: list[AnyRecord] = [full_group("QA — Load & Performance")]
    for record in (record for month in months for record in month):
        if not isinstance(record, Message) or int(record.id or 0) % share == 0:
            continue
        name = record.sender_name
        key = f"telegram:{zlib.crc32((name or '').encode())}" if record.sender_key else None
        if key is not None:
            told.append(Member(key, name, group_key=TG))
        service = record.service is not None
        told.append(
            msgspec.structs.replace(
                record, group_key=TG, sender_key=key, quality=2,
                text=f"{record.text}!" if service else record.text,
                sent_at=(record.sent_at or 0) + service,
                edited_at=(record.sent_at or 0) + 60 if int(record.id or 0) % 7 == 0 else None,
            )
        )  # fmt: skip
    return told


@pytest.mark.parametrize("share", (5,))
def test_html_and_json_of_a_real_group_come_out_the_same_in_any_order(
    archive: Archive, months: list[list[AnyRecord]], share: int
) -> None:
    sources = [full(months, share), months[0], months[2] + months[1][:200]]
    came_out = []
    for order in permutations(range(3)):
        with undone(archive) as db:
            for place in order:
                keep(db, sources[place])
            assert_whole(db)
            came_out.append(logical(db))
    assert [row[0] for row in came_out[0]["groups"]] == [TG]
    for other in came_out[1:]:
        for table in other:
            assert other[table] == came_out[0][table], table
