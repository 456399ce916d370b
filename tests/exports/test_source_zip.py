"""A ZIP is read in place, and refused before a byte is read when it is crooked (faults 17, 18)."""

from __future__ import annotations

import json
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.exports import zipped
from adapters.exports.format import ExportError, Options
from adapters.exports.source import Export, find_exports
from archive.records import Message

ROWS = (
    {"_type": "header", "chatlab": {"version": "0.0.2"}, "meta": {"name": "群", "platform": "qq"}},
    {"_type": "message", "sender": "1", "accountName": "甲", "timestamp": 1, "type": 0,
     "content": "你好"},
)  # fmt: skip
CHAT = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)


def zip_of(path: Path, *entries: tuple[str | zipfile.ZipInfo, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def texts(export: Export) -> list[str]:
    return [r.text for r in export.read(Options()) if isinstance(r, Message)]


def test_exports_are_read_in_a_zip_whatever_its_top_folder(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "e.zip", ("top/chat.jsonl", CHAT), ("top/photos/a.jpg", b"jpg"))
    (export,) = find_exports(path)
    assert export.label == "e.zip/top/chat.jsonl"
    assert texts(export) == ["你好"]
    photo = export.file.beside("photos\\a.jpg")
    assert photo is not None
    assert (photo.size, photo.open().read()) == (3, b"jpg")
    assert export.file.beside("../../chat.jsonl") is None
    assert export.file.beside("photos") is None


def test_entries_of_mac_and_of_editors_are_left_out(tmp_path: Path) -> None:
    path = zip_of(
        tmp_path / "e.zip",
        ("chat.jsonl", CHAT),
        ("__MACOSX/._chat.jsonl", CHAT),
        (".hidden/chat.jsonl", CHAT),
    )
    assert [export.file.name for export in find_exports(path)] == ["chat.jsonl"]


def raw_named(path: Path, plain: str, written: bytes) -> Path:
    """Write the name's bytes without the UTF-8 flag, as Chinese Windows does."""
    assert len(plain) == len(written)
    zip_of(path, ("chat.jsonl", CHAT), (plain, b"jpg"))
    path.write_bytes(path.read_bytes().replace(plain.encode(), written))
    return path


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_chinese_names_without_a_flag_are_read_as_meant(tmp_path: Path, encoding: str) -> None:
    written = "图片/照片.jpg".encode(encoding)
    path = raw_named(tmp_path / "e.zip", "x" * len(written), written)
    (export,) = find_exports(path)
    assert export.file.beside("图片/照片.jpg") is not None


@pytest.mark.parametrize(
    "name",
    ["../x.jsonl", "a/../../x", "/etc/passwd", "C:/x", "c:\\x", "\\\\server\\x", "a\\..\\..\\x",
     "a/../x", "n" * 1025, "/".join("d" * 41)],
)  # fmt: skip
def test_fault_17_a_name_that_leaves_the_zip_stops_it(tmp_path: Path, name: str) -> None:
    path = zip_of(tmp_path / "e.zip", ("chat.jsonl", CHAT), (name, b"x"))
    with pytest.raises(ExportError, match=r"e\.zip: .*(leaves the ZIP|cap)"):
        find_exports(path)


def test_fault_17_a_nul_in_a_name_stops_it(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "e.zip", ("chat.jsonl", CHAT), ("aXb.txt", b"x"))
    path.write_bytes(path.read_bytes().replace(b"aXb.txt", b"a\0b.txt"))
    with pytest.raises(ExportError, match="leaves the ZIP"):
        find_exports(path)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK])
def test_fault_17_links_and_devices_stop_it(tmp_path: Path, kind: int) -> None:
    entry = zipfile.ZipInfo("chat2.jsonl")
    entry.external_attr = (kind | 0o644) << 16
    path = zip_of(tmp_path / "e.zip", ("chat.jsonl", CHAT), (entry, "/etc/passwd"))
    with pytest.raises(ExportError, match=r"'chat2\.jsonl' is a link or a device"):
        find_exports(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("twin", ["chat.jsonl", "./chat.jsonl", "chat.jsonl/"])
def test_fault_17_two_entries_of_one_name_stop_it(tmp_path: Path, twin: str) -> None:
    path = zip_of(tmp_path / "e.zip", ("chat.jsonl", CHAT), (twin, b""))
    with pytest.raises(ExportError, match="is there twice"):
        find_exports(path)


def test_backslashes_of_old_windows_tools_are_separators(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "e.zip", ("top\\chat.jsonl", CHAT), ("top\\photos\\a.jpg", b"jpg"))
    (export,) = find_exports(path)
    assert export.file.name == "top/chat.jsonl"
    assert export.file.beside("photos/a.jpg") is not None


def test_fault_18_an_entry_that_grows_too_much_stops_it(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "e.zip", ("chat.jsonl", b"\0" * (zipped.RATIO_FROM + 1)))
    with pytest.raises(ExportError, match=r"'chat\.jsonl' grows more than 200 times"):
        find_exports(path)


def test_fault_18_many_small_bombs_stop_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipped, "RATIO_FROM", 2 * 2**20)
    path = zip_of(tmp_path / "e.zip", *((f"{n}.txt", b"\0" * 2**20) for n in range(8)))
    with pytest.raises(ExportError, match=r"e\.zip grows more than 200 times"):
        find_exports(path)


def test_fault_18_the_cap_of_all_bytes_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipped, "MAX_TOTAL", 100)
    path = zip_of(tmp_path / "e.zip", ("chat.jsonl", CHAT))
    with pytest.raises(ExportError, match="the cap is 100"):
        find_exports(path)


@pytest.mark.parametrize("honest", [True, False])
def test_fault_18_too_many_entries_stop_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, honest: bool
) -> None:
    monkeypatch.setattr(zipped, "MAX_ENTRIES", 50)
    path = zip_of(tmp_path / "e.zip", *((f"{n}.txt", b"x") for n in range(60)))
    if not honest:
        data = bytearray(path.read_bytes())
        struct.pack_into("<2H", data, data.rfind(b"PK\x05\x06") + 8, 3, 3)
        path.write_bytes(data)
    with pytest.raises(ExportError, match="60 entries; the cap is 50"):
        find_exports(path)


def test_fault_18_overlapping_entries_stop_it(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "e.zip", ("a.jsonl", CHAT * 10), ("b.jsonl", CHAT * 10))
    data = bytearray(path.read_bytes())
    second = data.rfind(b"PK\x01\x02")
    struct.pack_into("<L", data, second + 42, 0)
    path.write_bytes(data)
    with pytest.raises(ExportError, match="overlaps another entry"):
        find_exports(path)


def resized(path: Path, change: int, crc: int | None = None) -> None:
    """Lie about the size of the last entry, in its own header and in the directory."""
    data = bytearray(path.read_bytes())
    for signature, size_at, crc_at in ((b"PK\x03\x04", 22, 14), (b"PK\x01\x02", 24, 16)):
        at = data.rfind(signature)
        (size,) = struct.unpack_from("<L", data, at + size_at)
        struct.pack_into("<L", data, at + size_at, size + change)
        if crc is not None:
            struct.pack_into("<L", data, at + crc_at, crc)
    path.write_bytes(data)


def test_fault_18_an_entry_larger_than_it_says_stops_at_what_it_says(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "e.zip", ("chat.jsonl", CHAT * 5000))
    cut = CHAT.encode() * 5000
    resized(path, -10, zipfile.crc32(cut[:-10]))  # type: ignore[attr-defined]
    (export,) = find_exports(path)
    with pytest.raises(ExportError, match="holds more bytes than it declares"):
        texts(export)


def test_fault_18_an_entry_smaller_than_it_says_is_an_error(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "e.zip", ("chat.jsonl", CHAT * 5000))
    resized(path, 1000)
    (export,) = find_exports(path)
    with pytest.raises(ExportError, match="fewer bytes than it declares"):
        texts(export)


def test_fault_18_a_zip_in_a_zip_is_not_opened(tmp_path: Path) -> None:
    inner = zip_of(tmp_path / "inner.zip", ("chat.jsonl", CHAT)).read_bytes()
    path = zip_of(tmp_path / "e.zip", ("inner.zip", inner))
    with pytest.raises(ExportError, match="there is no export this program knows"):
        find_exports(path)


def test_a_zip_with_a_password_says_so(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "e.zip", ("chat.jsonl", CHAT))
    data = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rfind(signature) + at] |= 1
    path.write_bytes(data)
    with pytest.raises(ExportError, match="locked with a password"):
        find_exports(path)


def test_a_way_of_packing_that_is_not_known_says_so(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "e.zip", ("chat.jsonl", CHAT))
    data = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.rfind(signature) + at] = 9
    path.write_bytes(data)
    with pytest.raises(ExportError, match="packed in a way"):
        find_exports(path)


def test_a_broken_byte_in_an_entry_is_an_error_not_a_crash(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "e.zip", ("chat.jsonl", CHAT * 5000))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(ExportError, match=r"damaged|more bytes"):
        texts(find_exports(path)[0])


@settings(max_examples=60, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(cut=st.integers(1, 400), at=st.integers(0, 400), byte=st.integers(0, 255))
def test_no_damage_to_a_zip_crashes(tmp_path: Path, cut: int, at: int, byte: int) -> None:
    whole = zip_of(tmp_path / "whole.zip", ("top/chat.jsonl", CHAT), ("b.txt", b"b")).read_bytes()
    damaged = bytearray(whole[: max(len(whole) - cut, 4)] if cut % 2 else whole)
    damaged[at % len(damaged)] = byte
    path = tmp_path / "e.zip"
    path.write_bytes(damaged)
    try:
        for export in find_exports(path):
            texts(export)
    except ExportError as error:
        assert error.what
