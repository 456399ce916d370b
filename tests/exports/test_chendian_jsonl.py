"""What `chendian export` writes is read; damaged lines are named and the rest is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.exports import chendian_jsonl
from adapters.exports.format import ExportError, Options
from adapters.exports.source import find_exports
from adapters.writers.chendian_jsonl import lines
from archive.records import (
    AnyRecord,
    Attachment,
    Carried,
    Complete,
    Group,
    Kept,
    Message,
    Origin,
    Rejected,
)

A = "ab" * 32
SAID = Message(
    "x:1", "1", 1_700_000_000, "x:7", "Ann", text="hi", kept=Kept(-(1 << 63), 15, "hlink")
)
ROW = Carried("saved", {"member_key": "x:7", "message_id": ("x:1", "1"), "at": 5})
ALL: list[AnyRecord] = [Group("x:1", "X"), SAID, ROW]


def records(path: Path) -> list[AnyRecord]:
    (export,) = find_exports(path)
    assert export.format is chendian_jsonl
    return list(export.read(Options()))


def written(path: Path, records: list[AnyRecord], origin: Origin | None = None) -> Path:
    path.write_bytes(b"".join(lines(origin or Origin("0a1b"), records)))
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "chendian.jsonl", ALL)
    assert records(path) == [Origin("0a1b"), *ALL, Complete(1, 1)]


def test_files_are_looked_for_beside_it_unless_they_were_left_out(tmp_path: Path) -> None:
    photo, gone = Attachment("photo", sha256=A, size=3), Attachment("voice", missing="expired")
    said = Message("x:1", "1", 1_700_000_000, attachments=(photo, gone), kept=Kept(1))
    _, read, _ = records(written(tmp_path / "a.jsonl", [said]))
    assert isinstance(read, Message)
    assert [a.path for a in read.attachments] == [f"media/ab/{A}", None]
    path = written(tmp_path / "b.jsonl", [said], Origin("0a1b", media=False))
    _, read, _ = records(path)
    assert isinstance(read, Message)
    assert [(a.sha256, a.missing) for a in read.attachments] == [
        (None, "not exported"), (None, "expired"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "not JSON"),
        ('{"type":"Nothing"}', "Invalid value"),
        ('{"type":"Message","group_key":"x:1","kept":{"digest":9999999999999999999}}', "$.kept"),
        ('{"type":"Carried","table":"a","values":{"b":{"c":1}}}', "$.values"),
        ('{"type":"Message","group_key":"x:1","detail":' + "[" * 5000, "at"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str, why: str) -> None:
    path = written(tmp_path / "a.jsonl", ALL)
    whole = path.read_text().splitlines()
    path.write_text("\n".join([*whole[:2], line, *whole[2:]]))
    read = records(path)
    (rejected,) = (one for one in read if isinstance(one, Rejected))
    assert rejected.where == "line 3" and why in rejected.why
    assert [one for one in read if one != rejected] == [Origin("0a1b"), *ALL, Complete(1, 1)]


def test_a_file_that_was_cut_off_or_lost_lines_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", ALL)
    whole = path.read_text().splitlines(keepends=True)
    path.write_text("".join(whole[:-1]))
    assert isinstance(records(path)[-1], Rejected)
    path.write_text("".join([*whole[:2], *whole[3:]]))
    assert records(path)[-1] == Rejected("the end", "lines are missing: 1 messages, 0 rows")


def test_a_newer_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"type": "Origin", "archive": "a", "version": 2}) + "\n")
    with pytest.raises(ExportError, match="newer"):
        records(path)
