"""Telegram Desktop JSON: files cut short, broken inside, oddly encoded, or no export at all."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_telegram_json import chat, full_export, kinds_of, messages, records, row

from adapters.exports.format import ExportError
from adapters.exports.telegram_json import source
from archive.records import Group, Message, Rejected

CUT = "the file ends in the middle"


def pretty(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def ids(found: list[Any]) -> list[str | None]:
    return [m.id or m.local_id for m in kinds_of(found, Message)]


def damaged(folder: Path, old: bytes, new: bytes, rows: int = 9) -> list[Any]:
    """What is read from a chat in which the one place that says `old` says `new`."""
    numbered = [row(n, f"第 {n} 条") for n in range(1, rows + 1)]
    for fields in numbered:
        del fields["text_entities"]
    content = pretty(chat(*numbered))
    assert content.count(old) == 1
    return records(folder, content.replace(old, new))


WHOLE = [
    pretty(chat(*(row(n, '你好😀"}],{[\\' * (n % 3)) for n in range(1, 6)))),
    json.dumps(full_export(), separators=(",", ":")).encode(),
    pretty(full_export()),
]


def test_file_that_ends_within_the_name_of_a_chat_is_cut(tmp_path: Path) -> None:
    whole = WHOLE[1]
    found = records(tmp_path, whole[: whole.index(b'"name":null') + len('"name":nu')])
    assert found[-1].why == CUT
    assert not any(isinstance(record, Rejected) for record in found[:-1])


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(WHOLE), st.data())
def test_any_beginning_of_an_export_gives_the_beginning_of_its_records(
    whole: bytes, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(whole) - 1))
    with tempfile.TemporaryDirectory() as folder:
        everything = records(Path(folder), whole)
        try:
            found = records(Path(folder), whole[:cut])
        except ExportError:
            return
    assert found[-1].why == CUT
    assert found[:-1] == everything[: len(found) - 1]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(WHOLE), st.data())
def test_export_with_a_piece_changed_is_read_or_refused(whole: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(start + 40, len(whole))))
    piece = data.draw(st.binary(max_size=9) | st.sampled_from([b'"', b"{", b"}]}", b'\\"', b"\0"]))
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = records(Path(folder), whole[:start] + piece + whole[end:])
        except ExportError:
            return
    assert len(kinds_of(found, Message)) + len(kinds_of(found, Rejected)) > 0


def test_row_without_id_and_date_is_rejected(tmp_path: Path) -> None:
    found = records(tmp_path, chat(row(1), {"text": "x"}, row(2)))
    assert ids(found) == ["1", "2"]
    why = "it has neither an id nor a date"
    assert kinds_of(found, Rejected) == [Rejected("row 2", why)]
    found = records(tmp_path, {"chats": {"list": [chat({"text": "x"})]}})
    assert kinds_of(found, Rejected) == [Rejected("telegram:-1000000000123, row 1", why)]


def test_second_export_in_the_same_file_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    found = records(tmp_path, pretty(chat(row(1))) + b"\n" + pretty(chat(row(2))))
    assert ids(found) == ["1"]
    assert "not read" in kinds_of(found, Rejected)[0].why


def test_file_cut_short_gives_every_whole_message(tmp_path: Path) -> None:
    # fault 20
    content = pretty(chat(*(row(n) for n in range(1, 3000))))
    found = records(tmp_path, content[: content.index(b'"id": 2500,')])
    assert ids(found) == [str(n) for n in range(1, 2500)]
    assert found[-1] == Rejected("after message 2499", CUT)


def test_file_cut_before_its_first_message_is_an_error(tmp_path: Path) -> None:
    content = pretty(chat(row(1)))
    with pytest.raises(ExportError, match=CUT):
        records(tmp_path, content[: content.index(b"date")])


@pytest.mark.parametrize(
    ("old", "new", "where", "why"),
    [
        ('"text": "第 4 条"', '"text" "第 4 条"', "message 4", "it is not valid JSON"),
        ('"text": "第 4 条"', '"text": 第 4 条', "message 4", "it is not valid JSON"),
        ('"text": "第 4 条"', '"text": "第 4 条', "message 4", "a string in it has no end"),
        ('"text": "第 4 条"', '"text": "第 4\n条"', "message 4", "a string in it has no end"),
        ('"text": "第 4 条"', '"text": [[', "message 4", "it is not closed before the next"),
        ('"text": "第 4 条"', '"text": [1, 2}', "message 4", "it is not valid JSON"),
        ('"id": 4,', '"id": oops,', "row 4, byte", "it is not valid JSON"),
    ],
)
def test_broken_message_is_named_and_the_rest_is_read(
    tmp_path: Path, old: str, new: str, where: str, why: str
) -> None:
    found = damaged(tmp_path, old.encode(), new.encode())
    assert ids(found) == [str(n) for n in range(1, 10) if n != 4]
    [fault] = kinds_of(found, Rejected)
    assert fault.where.startswith(where)
    assert fault.why.startswith(why)


def test_lost_brace_costs_one_message(tmp_path: Path) -> None:
    content = pretty(chat(*(row(n) for n in range(1, 10))))
    start = content.index(b'"id": 5')
    brace = content.rindex(b"}", 0, start)
    found = records(tmp_path, content[:brace] + content[brace + 1 :])
    assert ids(found) == ["1", "2", "3", "5", "6", "7", "8", "9"]
    assert len(kinds_of(found, Rejected)) == 1


def test_rubbish_between_messages_is_passed_over(tmp_path: Path) -> None:
    content = pretty(chat(row(1), row(2)))
    for rubbish in (b"oops, ", b"null, 5, ", b"\0" * 99, b'"text", ', b"}}]] "):
        broken = content.replace(b'{\n   "id": 2', rubbish + b'{\n   "id": 2')
        found = records(tmp_path, broken)
        assert ids(found) == ["1", "2"]
        assert kinds_of(found, Rejected)


def test_missing_commas_lose_nothing(tmp_path: Path) -> None:
    content = pretty(chat(row(1), row(2)))
    found = records(tmp_path, content.replace(b'"id": 123,', b'"id": 123').replace(b"},\n", b"}\n"))
    assert ids(found) == ["1", "2"]


def test_damage_in_one_chat_does_not_move_messages_into_it_from_the_next(tmp_path: Path) -> None:
    turned = {"id": 9, "type": "private_supergroup", "name": "甲", "messages": [row(3)]}
    for following in (chat(row(3), id=9), turned, {"type": "private_channel", "id": 9} | turned):
        content = pretty({"chats": {"list": [chat(row(1), row(2)), following, chat(id=7)]}})
        start = content.index(b'"id": 2')
        end = content.index(b'"messages"', start) - 120
        for cut in (content.index(b"}", start) + 9, content.rindex(b"{", 0, end)):
            found = records(tmp_path, content[:start] + content[cut:])
            assert {m.id: m.group_key for m in kinds_of(found, Message)} == {
                "1": "telegram:-1000000000123",
                "3": "telegram:-1000000000009",
            }
            assert kinds_of(found, Rejected)
            assert found[-1] == Group("telegram:-1000000000007", "技术群")


def test_damage_before_the_chats_does_not_lose_them(tmp_path: Path) -> None:
    content = pretty(full_export()).replace(b'"first_name": "', b'"first_name": ')
    found = records(tmp_path, content)
    assert [m.id for m in kinds_of(found, Message)] == ["1", "2", "3"]
    assert len(kinds_of(found, Rejected)) == 1


@pytest.mark.parametrize("value", [rb'"a\x01\x1Fb"', b'"a\\u0001\\u001Fb"', b'"a\x01\x1fb"'])
def test_control_characters_are_kept_however_they_are_written(tmp_path: Path, value: bytes) -> None:
    # fault 9; Telegram Desktop writes \x01, which is not JSON
    content = pretty(chat(row(1), row(2, "X"), row(3, "C:\\x01")))
    found = messages(tmp_path, content.replace(b'"X"', value))
    assert [m.text for m in found] == ["你好", "a\x01\x1fb", "C:\\x01"]


@pytest.mark.parametrize("bracket", [b"[", b'{"a":'])
def test_deep_nesting_is_rejected_and_the_rest_read(tmp_path: Path, bracket: bytes) -> None:
    # fault 10
    close = b"]" if bracket == b"[" else b"}"
    deep = bracket * 100_000 + b"1" + close * 100_000
    found = damaged(tmp_path, '"text": "第 4 条"'.encode(), b'"text": ' + deep)
    assert ids(found) == [str(n) for n in range(1, 10) if n != 4]
    assert kinds_of(found, Rejected) == [Rejected("message 4", "it is nested too deep")]
    with pytest.raises(ExportError):
        records(tmp_path, bracket * 100_000)


@pytest.mark.parametrize("value", ["NaN", "-Infinity", "1e999", "9" * 5000, "-0.0", "1.5"])
def test_strange_number_does_not_cost_the_message(tmp_path: Path, value: str) -> None:
    for field in ("width", "message_id", "reply_to_message_id", "date_unixtime", "unheard_of"):
        old = '"text": "第 4 条"'
        found = damaged(tmp_path, old.encode(), f'{old}, "{field}": {value}'.encode())
        assert len(kinds_of(found, Message)) == 9
        for message in kinds_of(found, Message):
            json.dumps(message.detail, allow_nan=False)


def test_huge_id_is_still_one_message(tmp_path: Path) -> None:
    found = damaged(tmp_path, b'"id": 4,', b'"id": ' + b"9" * 5000 + b",")
    assert len(kinds_of(found, Message)) == 9
    assert all(len(m.id or m.local_id or "") < 65 for m in kinds_of(found, Message))


def test_megabyte_message_is_read_whole(tmp_path: Path) -> None:
    # fault 10
    text = "沉淀\n" * 300_000
    found = messages(tmp_path, chat(row(1), row(2, text), row(3)))
    assert [len(m.text) for m in found] == [2, len(text), 2]


def test_message_without_end_is_rejected(tmp_path: Path) -> None:
    text = b'"a' + b"\\n" * 8_000_000 + b'"'
    found = damaged(tmp_path, '"第 4 条"'.encode(), text)
    assert ids(found) == [str(n) for n in range(1, 10) if n != 4]
    assert "longer" in kinds_of(found, Rejected)[0].why


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_of_unicode_read_the_same(tmp_path: Path, encoding: str) -> None:
    # fault 21
    content = pretty(chat(*(row(n, "你好😀") for n in range(1, 2000)))).decode()
    assert [m.text for m in messages(tmp_path, content.encode(encoding))] == ["你好😀"] * 1999


def test_file_saved_as_gb18030_is_detected(tmp_path: Path) -> None:
    content = pretty(chat(*(row(n) for n in range(1, 9)))).decode()
    found = records(tmp_path, content.encode("gb18030"))
    assert found[0].title == "技术群"
    assert [m.text for m in kinds_of(found, Message)] == ["你好"] * 8


def test_broken_bytes_are_replaced_and_reported(tmp_path: Path) -> None:
    found = damaged(tmp_path, "第 4 条".encode(), b"\xff\xe7\xac\xac 4", rows=9)
    assert [m.text for m in kinds_of(found, Message)][3] == "\ufffd第 4"
    assert [f.where for f in kinds_of(found, Rejected)] == ["message 4"]
    wide = pretty(chat(row(1), row(2))).decode().encode("utf-16-le")
    found = records(tmp_path, b"\xff\xfe" + wide[:-80] + b"\x00\xd8" + wide[-80:])
    assert len(kinds_of(found, Message)) + len(kinds_of(found, Rejected)) >= 2


def test_unknown_encoding_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="klingon"):
        records(tmp_path, chat(row(1)), encoding="klingon")


@pytest.mark.parametrize(
    "content",
    [b"", b" \n", b"\xef\xbb\xbf", b"[]", b"{}", b"hello", b"\0" * 99, b"{" * 99, b'{"a'],
)
def test_wrong_file_is_an_error(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ExportError) as error:
        records(tmp_path, content)
    assert error.value.what
    assert error.value.hint


@pytest.mark.parametrize("chunk", [1, 7, 64, 1000])
def test_borders_of_what_is_read_at_once_do_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    whole = [records(tmp_path, content) for content in WHOLE]
    broken = WHOLE[0].replace(b'"id": 3', b'"id: 3')
    whole.append(records(tmp_path, broken))
    monkeypatch.setattr(source, "CHUNK", chunk)
    assert [records(tmp_path, content) for content in (*WHOLE, broken)] == whole


def test_long_way_is_taken_for_the_blocks_that_need_it_only(tmp_path: Path) -> None:
    rows = [row(n, "X" if n % 700 == 0 else f"第 {n} 条") for n in range(1, 6000)]
    content = pretty(chat(*rows)).replace(b'"X"', rb'"\x01"')
    found = messages(tmp_path, content)
    assert [m.id for m in found] == [str(n) for n in range(1, 6000)]
    assert {m.text for m in found if int(m.id or 0) % 700 == 0} == {"\x01"}
