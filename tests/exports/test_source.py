"""What is found in a file, a folder or a ZIP, and what is refused."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from adapters.exports import FORMATS
from adapters.exports.format import ExportError, Options
from adapters.exports.source import ACCEPTED, Export, Meter, find_exports
from adapters.exports.tree import Folder, natural, within
from archive.records import Attachment, Message

HEADER = {
    "_type": "header",
    "chatlab": {"version": "0.0.2"},
    "meta": {"name": "群", "platform": "qq"},
}
PHOTO = {"_type": "message", "sender": "1", "accountName": "甲", "timestamp": 1700000000}


def chatlab(*contents: str, kind: int = 0) -> str:
    rows = [{**PHOTO, "type": kind, "content": content} for content in contents]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in [HEADER, *rows])


def names(exports: list[Export]) -> list[str]:
    return [export.file.name for export in exports]


def messages(export: Export) -> list[Message]:
    return [r for r in export.read(Options()) if isinstance(r, Message)]


def test_every_format_has_a_name_of_its_own() -> None:
    assert len({form.NAME for form in FORMATS}) == len(FORMATS)


def test_a_single_file_is_found_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "whatever.log"
    path.write_text(chatlab("你好"), "utf-8")
    (export,) = find_exports(path)
    assert export.format.NAME == "chatlab"
    assert [m.text for m in messages(export)] == ["你好"]


def test_a_folder_is_searched_to_the_bottom_in_natural_order(tmp_path: Path) -> None:
    for name in ("b/10.jsonl", "b/9.jsonl", "a/deep/x.jsonl", "z.jsonl"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(chatlab("x"), "utf-8")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    assert names(find_exports(tmp_path)) == ["z.jsonl", "a/deep/x.jsonl", "b/9.jsonl", "b/10.jsonl"]


def test_what_was_shared_in_a_chat_is_not_an_export_of_it(tmp_path: Path) -> None:
    for name in (
        "chat.jsonl",
        "files/shared.jsonl",
        "chats/1/files/other.jsonl",
        "more/files2.jsonl",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(chatlab("x"), "utf-8")
    assert names(find_exports(tmp_path)) == ["chat.jsonl", "more/files2.jsonl"]


def test_a_folder_called_files_is_searched_where_there_is_no_export_above(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "chat.jsonl").write_text(chatlab("x"), "utf-8")
    assert names(find_exports(tmp_path)) == ["files/chat.jsonl"]


def test_hidden_files_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "chat.jsonl").write_text(chatlab("x"), "utf-8")
    (tmp_path / "._chat.jsonl").write_text(chatlab("x"), "utf-8")
    (tmp_path / ".old").mkdir()
    (tmp_path / ".old" / "chat.jsonl").write_text(chatlab("x"), "utf-8")
    assert names(find_exports(tmp_path)) == ["chat.jsonl"]


def test_links_that_leave_the_folder_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jsonl").write_text(chatlab("secret"), "utf-8")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "chat.jsonl").write_text(chatlab("x"), "utf-8")
    (inside / "link.jsonl").symlink_to(outside / "secret.jsonl")
    (inside / "folder").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    (export,) = find_exports(inside)
    assert export.file.name == "chat.jsonl"
    assert export.file.beside("link.jsonl") is None
    assert export.file.beside("folder/secret.jsonl") is None


def test_a_pipe_in_a_folder_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "chat.jsonl").write_text(chatlab("x"), "utf-8")
    assert names(find_exports(tmp_path)) == ["chat.jsonl"]
    with pytest.raises(ExportError, match="not a file"):
        find_exports(tmp_path / "pipe.txt")


def test_a_folder_without_an_export_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(ExportError, match="there is no export this program knows in"):
        find_exports(tmp_path)


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no such file or folder"):
        find_exports(tmp_path / "gone.zip")


@pytest.mark.parametrize(
    "content",
    [
        b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08\x00", b"MZ\x90\x00",
        b"\0" * 257 + b"ustar\x0000", b"", b"{}", b"hello, this is a text", b"\x7fELF",
    ],
)  # fmt: skip
def test_fault_19_other_archives_and_files_name_what_is_taken(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "export.txt"
    path.write_bytes(content)
    with pytest.raises(ExportError) as raised:
        find_exports(path)
    assert raised.value.what == f"not an export this program knows: {path}."
    assert raised.value.hint == ACCEPTED == "zip, json, jsonl, html, csv, txt, mht, sqlite only"


def test_zips_in_a_folder_are_read_beside_other_exports(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(chatlab("x"), "utf-8")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("in/c.jsonl", chatlab("y"))
    found = find_exports(tmp_path)
    assert [export.label.partition("/")[2] for export in found] == ["a.jsonl", "b.zip/in/c.jsonl"]


def test_files_are_found_beside_an_export_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "out" / "chat.jsonl"
    (tmp_path / "out" / "photos").mkdir(parents=True)
    (tmp_path / "out" / "photos" / "图 1.jpg").write_bytes(b"jpg")
    (tmp_path / "secret.txt").write_text("secret")
    path.write_text(chatlab("photos/图 1.jpg", kind=1), "utf-8")
    (export,) = find_exports(path)
    (message,) = messages(export)
    assert message.attachments == (Attachment("photo", "图 1.jpg", path="photos/图 1.jpg"),)
    for written in ("photos\\图 1.jpg", "photos/%E5%9B%BE%201.jpg", "./photos//图 1.jpg"):
        found = export.file.beside(written)
        assert found is not None
        with found.open() as handle:
            assert handle.read() == b"jpg"
    for trick in ("../secret.txt", "/etc/passwd", "photos/../../secret.txt", "C:\\secret.txt",
                  "%2e%2e/secret.txt", "..\\secret.txt", "photos/图 1.jpg\0", "", ".", "photos",
                  "x" * 5000, "file:///etc/passwd"):  # fmt: skip
        assert export.file.beside(trick) is None, trick


def test_siblings_come_in_natural_order(tmp_path: Path) -> None:
    for name in ("messages10.html", "messages2.html", "messages.jsonl"):
        (tmp_path / name).write_text(chatlab("x"), "utf-8")
    (export,) = find_exports(tmp_path / "messages.jsonl")
    assert [file.name for file in export.file.siblings()] == [
        "messages.jsonl",
        "messages2.html",
        "messages10.html",
    ]


def test_reading_is_counted_once_against_the_total(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_text(chatlab(*["你好"] * 1000), "utf-8")
    meter = Meter()
    (export,) = find_exports(tmp_path, meter)
    assert (meter.done, meter.total) == (0, path.stat().st_size)
    messages(export)
    messages(export)
    assert meter.done == meter.total


def test_a_head_may_be_longer_than_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"abc")
    file = Folder(tmp_path, "", Meter()).find("a.txt")
    assert file is not None
    assert (file.head(), file.head(2), file.label) == (b"abc", b"ab", "a.txt")
    assert isinstance(file.open(), io.BufferedReader)


def test_paths_never_leave_their_source() -> None:
    assert within("a/b", "../c.jpg") == "a/c.jpg"
    assert within("a", "b\\c.jpg") == "a/b/c.jpg"
    for path in ("../../c", "/c", "\\c", "c:/d", "http://x/y", "a\0b", "", "..", "../"):
        assert within("a", path) is None, path


def test_numbers_in_names_count_as_numbers() -> None:
    assert sorted(["m10", "m9", "m", "m1000000000000000000000"], key=natural)[:3] == [
        "m", "m9", "m10",
    ]  # fmt: skip
