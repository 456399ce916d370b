"""ChatLab files that are cut, broken, deep or in another encoding (faults 9, 10, 20, 21)."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from chatlab_files import META, ROW, lined, of, read, written
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.exports import json_stream
from adapters.exports.format import Options
from adapters.exports.source import find_exports
from archive.records import (
    Group,
    Message,
    Rejected,
)


def test_fault_20_bad_lines_are_named_and_the_good_are_kept(tmp_path: Path) -> None:
    good = lined([ROW]).splitlines()
    lines = [*good, "# a comment", "", "not json", good[-1], '{"_type":"member"}', "[]",
             '{"_type":"message","content":"no time"}', '{"_type":"reaction"}',
             good[-1], good[-1][: len(good[-1]) // 2]]  # fmt: skip
    records = read(tmp_path / "a.jsonl", "\n".join(lines))
    assert len(of(records, Message)) == 3
    assert [r.where for r in of(records, Rejected)] == [
        "line 7", "line 9", "line 10", "line 11", "line 12", "line 14",
    ]  # fmt: skip


def test_fault_20_a_wrong_header_leaves_the_rows(tmp_path: Path) -> None:
    lines = lined([ROW, ROW]).splitlines()
    records = read(tmp_path / "读书群.jsonl", "\n".join(['{"_type": "header", bro', *lines[1:]]))
    (group,) = of(records, Group)
    assert (group.title, group.title_only) == ("读书群", True)
    assert len(of(records, Message)) == 2
    assert [r.where for r in of(records, Rejected)] == ["line 1"]


def test_fault_20_two_exports_in_one_file_are_two_groups(tmp_path: Path) -> None:
    other = lined([ROW], {**META, "groupId": "2", "name": "二"})
    records = read(tmp_path / "a.jsonl", lined([ROW]) + other)
    assert [m.group_key for m in of(records, Message)] == ["wechat:38988428513", "wechat:2"]


def test_fault_20_json_cut_in_the_middle_keeps_what_came_before(tmp_path: Path) -> None:
    rows = [{**ROW, "platformMessageId": str(n)} for n in range(5000)]
    whole = written(rows)
    records = read(tmp_path / "a.json", whole[: len(whole) - 300])
    assert [m.id for m in of(records, Message)] == [str(n) for n in range(4997)]
    (rejected,) = of(records, Rejected)
    assert rejected == Rejected("message 4998", json_stream.CUT)


def test_fault_20_a_broken_message_in_json_leaves_its_neighbours(tmp_path: Path) -> None:
    rows = [{**ROW, "platformMessageId": str(n), "content": f"c{n}"} for n in range(100)]
    whole = written(rows).replace('"c7"', '"c"7"').replace('"c50"', "oops").replace("c60", "\x01")
    records = read(tmp_path / "a.json", whole)
    assert [m.id for m in of(records, Message)] == [str(n) for n in range(100) if n not in (7, 50)]
    assert [r.where for r in of(records, Rejected)] == ["message 8", "message 51"]


def test_fault_10_depth_and_size_do_no_harm(tmp_path: Path) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    rows = [{**ROW, "platformMessageId": "1"}, {**ROW, "platformMessageId": "2"}]
    whole = lined(rows).replace('"platformMessageId": "1"', f'"x": {deep}')
    records = read(tmp_path / "a.jsonl", whole)
    assert [m.id for m in of(records, Message)] == ["2"]
    whole = written(rows).replace('"platformMessageId": "1"', f'"x": {deep}')
    records = read(tmp_path / "a.json", whole)
    assert [m.id for m in of(records, Message)] == ["2"]
    assert of(records, Rejected) == [Rejected("message 1", "nested too deeply")]
    long = {**ROW, "content": "长" * 2**20}
    assert len(of(read(tmp_path / "b.json", written([long])), Message)[0].text) == 2**20
    assert len(of(read(tmp_path / "b.jsonl", lined([long])), Message)[0].text) == 2**20


def test_fault_9_strange_characters_are_kept_as_they_are(tmp_path: Path) -> None:
    strange = "a\0b\u202e\ud800c" + "\u0301" * 1000 + "👨‍👩‍👧"
    row = {**ROW, "content": strange}
    for name, form in (("a.json", written), ("a.jsonl", lined)):
        content = json.dumps(json.loads(form([ROW]))) if name == "a.json" else form([ROW])
        content = content.replace(json.dumps("大家好"), json.dumps(strange))
        content = content.replace('"大家好"', json.dumps(strange))
        (message,) = of(read(tmp_path / name, content), Message)
        assert message.text == row["content"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(("name", "form"), [("a.json", written), ("a.jsonl", lined)])
def test_fault_21_other_encodings_are_read(
    tmp_path: Path, name: str, form: Any, encoding: str
) -> None:
    records = read(tmp_path / name, form([ROW] * 3).encode(encoding))
    assert [m.text for m in of(records, Message)] == ["大家好"] * 3
    assert not of(records, Rejected)


@pytest.mark.parametrize(("name", "form"), [("a.json", written), ("a.jsonl", lined)])
def test_fault_21_a_wrong_byte_rejects_one_message(tmp_path: Path, name: str, form: Any) -> None:
    rows = [{**ROW, "content": f"消息{n}"} for n in range(50)]
    content = form(rows).encode().replace("消息30".encode(), b"\xb0\xa1\xff")
    records = read(tmp_path / name, content)
    assert len(of(records, Message)) == 49
    (rejected,) = of(records, Rejected)
    assert "byte 0xB0 is not utf-8" in rejected.why


@settings(max_examples=150, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(form=st.sampled_from([written, lined]), cut=st.floats(0.3, 1), noise=st.binary(max_size=4),
       at=st.floats(0.3, 1))  # fmt: skip
def test_no_cut_and_no_noise_loses_what_comes_before(
    tmp_path: Path, form: Any, cut: float, noise: bytes, at: float
) -> None:
    rows = [{**ROW, "platformMessageId": str(n), "content": f"第{n}条"} for n in range(30)]
    content = form(rows).encode()
    whole = content[: int(len(content) * cut)]
    place = int(len(whole) * at)
    damaged = whole[:place] + noise + whole[place:]
    first = min(place, len(whole)) if noise else len(whole)
    safe = content[:first].count(b'"\xe7\xac\xac') - 1
    path = tmp_path / ("a.json" if form is written else "a.jsonl")
    ids = [m.id for m in of(read(path, damaged), Message)]
    assert ids[: max(safe, 0)] == [str(n) for n in range(max(safe, 0))]


@pytest.mark.parametrize(("name", "form"), [("a.json", written), ("a.jsonl", lined)])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, name: str, form: Any) -> None:
    def peak(messages: int) -> int:
        (tmp_path / name).write_text(form([ROW] * messages), "utf-8")
        (export,) = find_exports(tmp_path / name)
        tracemalloc.start()
        assert sum(1 for _ in export.read(Options())) > messages
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(10_000) < peak(2_000) + 3 * 2**20
