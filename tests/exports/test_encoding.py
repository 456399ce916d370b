"""Text is read in the encoding it is in, or the byte that does not fit is named (fault 21)."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.exports import encoding
from adapters.exports.encoding import Text, detect, guess, open_text, peek
from adapters.exports.format import ExportError, Options
from adapters.exports.tree import Folder, Meter, TreeFile

CHINESE = "大家好，今天的部署已经完成了。\r\n谢谢大家，明天继续讨论这个问题😀\n"
KOREAN = "안녕하세요 오늘 회의는 세 시에 시작합니다 자료를 미리 읽어 주세요\n" * 10
JAPANESE = "おはようございます。今日の会議は三時からです。資料を読んでください。\n" * 10
BIG5 = "大家好，今天的部署已經完成了，謝謝大家，明天繼續討論這個問題。\n" * 10


def file_of(folder: Path, content: bytes) -> TreeFile:
    (folder / "a.txt").write_bytes(content)
    found = Folder(folder, "", Meter()).find("a.txt")
    assert found is not None
    return found


def lines(folder: Path, content: bytes, asked: str | None = None) -> list[str]:
    with open_text(file_of(folder, content), Options(encoding=asked)) as text:
        return list(text.lines())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (CHINESE.encode(), "utf-8"),
        (codecs.BOM_UTF8 + CHINESE.encode(), "utf-8"),
        (CHINESE.encode("gb18030"), "gb18030"),
        ("群聊".encode("gbk"), "gb18030"),
        ("😀".encode("gb18030"), "gb18030"),
        (CHINESE.encode("utf-16"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + CHINESE.encode("utf-16-be"), "utf-16-be"),
        ("time,name\r\n你好".encode("utf-16-le"), "utf-16-le"),
        ("time,name\r\n你好".encode("utf-16-be"), "utf-16-be"),
        (b"", "utf-8"),
        (b"plain", "utf-8"),
        (b"a\0b, \0c" * 20 + "好".encode(), "utf-8"),
    ],
)
def test_the_encoding_is_told_from_the_bytes(tmp_path: Path, content: bytes, expected: str) -> None:
    assert detect(file_of(tmp_path, content)) == expected


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"])
def test_the_same_characters_come_from_every_encoding(tmp_path: Path, name: str) -> None:
    content = (CHINESE * 20000).encode(name)
    if name == "utf-16-be":
        content = codecs.BOM_UTF16_BE + content
    assert "".join(lines(tmp_path, content)) == CHINESE * 20000


def test_chinese_far_behind_plain_english_is_still_found(tmp_path: Path) -> None:
    plain = b"only english here\r\n" * 50_000
    assert lines(tmp_path, plain + "你好，大家".encode("gbk"))[-1] == "你好，大家"
    assert lines(tmp_path, plain + "你好，大家".encode())[-1] == "你好，大家"


@pytest.mark.parametrize(
    "content",
    [
        KOREAN.encode("euc-kr"),
        JAPANESE.encode("shift-jis"),
        BIG5.encode("big5"),
        "déjà vu à la carte, çà et là".encode("latin-1"),
        bytes(range(128, 256)) * 8,
    ],
)
def test_fault_21_another_encoding_is_refused_with_a_hint(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ExportError, match=r"encoding of a\.txt is not recognised") as raised:
        detect(file_of(tmp_path, content))
    assert "--encoding" in raised.value.hint


@pytest.mark.parametrize("name", ["big5", "shift-jis", "euc-kr"])
def test_an_encoding_that_is_asked_for_is_used(tmp_path: Path, name: str) -> None:
    content = {"big5": BIG5, "shift-jis": JAPANESE, "euc-kr": KOREAN}[name]
    assert "".join(lines(tmp_path, content.encode(name), name)) == content


def test_asking_for_gbk_gives_all_of_gb18030(tmp_path: Path) -> None:
    assert lines(tmp_path, "😀".encode("gb18030"), "GBK") == ["😀"]


@pytest.mark.parametrize("name", ["klingon", "base64", "rot13", ""])
def test_an_unknown_encoding_is_an_error(tmp_path: Path, name: str) -> None:
    if name:
        with pytest.raises(ExportError, match="unknown encoding"):
            lines(tmp_path, b"x", name)
    else:
        assert lines(tmp_path, b"x", name) == ["x"]


def test_fault_21_a_wrong_byte_is_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    content = ("好的\n" * 100_000).encode() + b"\xb0\xa1 bad\n" + ("好的\n" * 10).encode()
    with open_text(file_of(tmp_path, content), Options()) as text:
        found = list(text.lines())
        faults = [(n, text.fault(line)) for n, line in enumerate(found, 1) if text.fault(line)]
    assert len(found) == 100_011
    ((number, why),) = faults
    assert number == 100_001
    assert why is not None
    assert why.startswith("byte 0xB0 is not utf-8; ")
    assert "--encoding" in why


def test_fault_21_mixed_encodings_lose_no_good_line(tmp_path: Path) -> None:
    content = "".join(f"第{n}行\n" for n in range(1000)).encode() + "最后一行\n".encode("gbk")
    with open_text(file_of(tmp_path, content), Options()) as text:
        found = list(text.lines())
        assert [n for n, line in enumerate(found) if text.fault(line)] == [1000]


def test_wrong_bytes_in_gb18030_are_named_too(tmp_path: Path) -> None:
    content = (CHINESE * 100).encode("gb18030") + b"\xff\xff\n" + "好\n".encode("gb18030")
    with open_text(file_of(tmp_path, content), Options()) as text:
        found = list(text.lines())
        assert text.fault(found[-2]) == f"byte 0xFF is not gb18030; {encoding.HINT}"
        assert (found[-1], text.fault(found[-1])) == ("好\n", None)


def test_utf_16_cut_in_the_middle_of_a_character_is_named(tmp_path: Path) -> None:
    content = CHINESE.encode("utf-16")
    with open_text(file_of(tmp_path, content[:-1]), Options()) as text:
        *good, last = list(text.lines())
        assert good == [CHINESE.split("\n")[0] + "\n"]
        assert text.fault(last)


def test_fault_9_a_lone_half_of_a_pair_in_utf_16_is_kept(tmp_path: Path) -> None:
    written = "好\ud83d好\n"
    content = codecs.BOM_UTF16_LE + written.encode("utf-16-le", "surrogatepass")
    assert lines(tmp_path, content) == [written]


def test_newlines_stay_what_they_are(tmp_path: Path) -> None:
    content = b"a\r\nb\rc\nd\x0be\x0cf\xc2\x85g\xe2\x80\xa8h\r\n"
    assert lines(tmp_path, content) == ["a\r\n", "b\rc\n", "d\x0be\x0cf\x85g\u2028h\r\n"]


def test_a_line_without_end_comes_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoding, "MAX_LINE", 1000)
    found = lines(tmp_path, b"x" * 2_000_000)
    assert len(found) > 1
    assert "".join(found) == "x" * 2_000_000


def test_peeking_never_fails() -> None:
    assert peek("﻿你好".encode()) == "你好"
    assert peek("你好，大家".encode("gbk")) == "你好，大家"
    assert peek("localId,Type".encode("utf-16")) == "localId,Type"
    assert peek("你好".encode()[:-1]) == "你"
    assert "localId" in peek(b"localId\xff\xfe\xe0")


@given(st.binary(max_size=3000))
def test_any_bytes_are_guessed_or_not_without_a_crash(content: bytes) -> None:
    assert guess(content) in (None, "utf-8", "gb18030", "utf-16-le", "utf-16-be")
    peek(content)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(), st.sampled_from(["utf-8", "gb18030", "utf-16-le", "utf-16-be"]))
def test_what_was_written_is_read(tmp_path: Path, written: str, name: str) -> None:
    folder = Folder(tmp_path, "", Meter())
    (tmp_path / "a.txt").write_bytes(written.encode(name))
    file = folder.find("a.txt")
    assert file is not None
    with Text(file.open(), name) as text:
        assert "".join(text.lines()) == written
        assert not text.damaged
