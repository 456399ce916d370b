"""Telegram Desktop JSON: real exports counted by other code; memory and time on a long one."""

from __future__ import annotations

import json
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from test_telegram_json import kinds_of, row, written

from adapters.exports.format import Options
from adapters.exports.telegram_json import read, sniff
from adapters.exports.tree import Folder, Meter
from archive.records import Group, Member, Message, Rejected

FIXTURES = Path(__file__).resolve().parents[2] / "../shared/fixtures/telegram"
REAL = sorted((*FIXTURES.glob("frozenspider/*/*.json"), *FIXTURES.glob("innerdvations/*.json")))
NOT_JSON = {"error.json": 2}
"""Files that are no valid JSON, and the messages a person counts in them."""

needs_fixtures = pytest.mark.skipif(not REAL, reason="the shared fixtures are not here")


def counted(path: Path) -> int:
    """The rows with an id or a date, counted without the reader."""
    if path.name in NOT_JSON:
        return NOT_JSON[path.name]
    content = json.loads(path.read_text("utf-8-sig"))
    lists = [content.get(name, {}).get("list", []) for name in ("chats", "left_chats")]
    chats = [content, *lists[0], *lists[1]]
    rows = [row for chat in chats for row in chat.get("messages", [])]
    return sum(1 for row in rows if "id" in row or "date" in row)


def opened(path: Path) -> Any:
    return Folder(path.parent, "", Meter()).find(path.name)


@needs_fixtures
@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_row_of_a_real_export_is_a_message(path: Path) -> None:
    file = opened(path)
    assert sniff(file, file.head())
    found = list(read(file, Options()))
    assert len(kinds_of(found, Message)) == counted(path)
    assert not kinds_of(found, Rejected)
    assert all(m.sent_at for m in kinds_of(found, Message))
    members = {m.key for m in kinds_of(found, Member)}
    groups = {g.key for g in kinds_of(found, Group)}
    for message in kinds_of(found, Message):
        assert message.sender_key in members | {None}
        assert message.group_key in groups
        assert (message.id is None) != (message.local_id is None) or "error" in path.name


@needs_fixtures
def test_zone_revealed_by_a_real_export_is_taken() -> None:
    found = read(opened(FIXTURES / "frozenspider/telegram_2020-01/result.json"), Options())
    first = next(r for r in found if isinstance(r, Message))
    # 2016-11-09T00:26:24 at +05:00, the zone of a message edited at 1970-01-01T05:00:00
    assert first.sent_at == 1478633184


def long_export(folder: Path, length: int) -> Any:
    rows = (row(n, f"今天的部署脚本好像有问题，谁看一下日志？{n}") for n in range(1, length + 1))
    body = b",\n".join(json.dumps(fields, ensure_ascii=False, indent=1).encode() for fields in rows)
    start = '{"name": "技术群", "type": "private_supergroup", "id": 123, "messages": ['.encode()
    return written(folder, start + body + b"]}")


def peak(file: Any) -> int:
    tracemalloc.start()
    try:
        assert sum(1 for _ in read(file, Options())) > 3_000
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    short = peak(long_export(tmp_path, 3_000))
    long = peak(long_export(tmp_path, 30_000))
    assert long < short * 1.2
    assert long < 8_000_000


def test_ordinary_message_takes_microseconds(tmp_path: Path) -> None:
    length = 50_000
    file = long_export(tmp_path, length)
    start = time.process_time()
    assert sum(1 for _ in read(file, Options())) == length + 2
    # Measured 2.7; the room is for slow machines, not for slow code.
    assert (time.process_time() - start) / length < 12e-6
