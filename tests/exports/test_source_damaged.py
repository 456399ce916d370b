"""A ZIP in which one entry is damaged: what stands before the damage, and all other entries, are
read."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from adapters.exports.format import ExportError, Options
from adapters.exports.source import find_exports
from archive.records import Message

HEAD = {
    "_type": "header",
    "chatlab": {"version": "0.0.2"},
    "meta": {"name": "群", "platform": "qq"},
}


def _lines(first: int, count: int) -> str:
    rows = [
        {"_type": "message", "sender": "1", "accountName": "张三", "timestamp": 1_700_000_000 + n,
         "type": 0, "content": f"第{n}条 {n * 7919 % 1000003}"}
        for n in range(first, first + count)
    ]  # fmt: skip
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in (HEAD, *rows))


def _zip(path: Path, **entries: str) -> bytearray:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(f"{name}.jsonl", content)
    return bytearray(path.read_bytes())


def _read(path: Path) -> tuple[list[str], list[str]]:
    texts: list[str] = []
    faults: list[str] = []
    for export in find_exports(path):
        try:
            for record in export.read(Options()):
                if isinstance(record, Message):
                    texts.append(record.text)
        except ExportError as error:
            faults.append(error.what)
    return texts, faults


def test_what_is_unpacked_before_a_damage_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    data = _zip(path, bad=_lines(0, 20_000), good=_lines(50_000, 3))
    middle = data.find(b"good.jsonl") // 2
    data[middle : middle + 40] = b"\xff" * 40
    path.write_bytes(data)
    texts, faults = _read(path)
    assert texts[-3:] == [f"第{n}条 {n * 7919 % 1000003}" for n in range(50_000, 50_003)]
    assert len(texts) > 5000 and texts[0].startswith("第0条")
    assert len(faults) == 1


def test_an_entry_whose_head_is_damaged_does_not_hide_the_others(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    data = _zip(path, bad=_lines(0, 3), good=_lines(5, 3))
    data[data.find(b"bad.jsonl")] = 0xFF
    path.write_bytes(data)
    texts, faults = _read(path)
    assert len(texts) == 3 and len(faults) == 1


@pytest.mark.parametrize("flag", [0, 0x800])
def test_a_name_that_is_no_text_is_damage(tmp_path: Path, flag: int) -> None:
    path = tmp_path / "a.zip"
    data = _zip(path, bad=_lines(0, 3))
    at = data.find(b"PK\x03\x04")
    data[at + 6 : at + 8] = flag.to_bytes(2, "little")
    data[at + 30] = 0xFF
    path.write_bytes(data)
    with pytest.raises(ExportError, match="is damaged"):
        find_exports(path)
