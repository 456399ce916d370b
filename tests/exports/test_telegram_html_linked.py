"""Telegram Desktop HTML: a history cut into folders that link each other is one group."""

from __future__ import annotations

from pathlib import Path

from test_telegram_html import page, put, row, service

from adapters.exports.format import Options
from adapters.exports.telegram_html import read
from adapters.exports.tree import Folder, Meter
from archive.database import Archive
from archive.keys import title_key
from archive.records import Group, Message
from bot.importing import import_paths


def month(name: str, *rows: str, earlier: str | None = None) -> str:
    link = f'<a class="pagination block_link" href="../{earlier}/messages.html">Previous</a>'
    return page(*([link] if earlier else []), *rows, title=f"技术群 ({name})")


def write_months(folder: Path) -> None:
    put(folder, month("2018-11", row(1), row(2)), "2018-11/messages.html")
    december = month("2018-12", service(-1, "1 December 2018"), row(7), earlier="2018-11")
    put(folder, december, "2018-12/messages.html")


def group_of(folder: Path, name: str) -> Group:
    file = Folder(folder, "export", Meter()).find(name)
    assert file is not None
    found = next(iter(read(file, Options())))
    assert isinstance(found, Group)
    return found


def test_a_folder_that_links_back_belongs_to_the_group_of_the_first(tmp_path: Path) -> None:
    write_months(tmp_path)
    first = group_of(tmp_path, "2018-11/messages.html")
    second = group_of(tmp_path, "2018-12/messages.html")
    assert first.key == second.key == title_key("telegram", "技术群")
    assert (first.continues, second.continues) == (False, True)


def test_folders_that_link_each_other_in_a_circle_are_read(tmp_path: Path) -> None:
    put(tmp_path, month("2018-11", row(1), earlier="2018-12"), "2018-11/messages.html")
    put(tmp_path, month("2018-12", row(7), earlier="2018-11"), "2018-12/messages.html")
    for name in ("2018-11/messages.html", "2018-12/messages.html"):
        file = Folder(tmp_path, "export", Meter()).find(name)
        assert file is not None
        assert len([r for r in read(file, Options()) if isinstance(r, Message)]) == 1


def test_linked_folders_become_one_group_and_importing_one_again_adds_nothing(
    tmp_path: Path, archive: Archive
) -> None:
    write_months(tmp_path)
    whole = import_paths(archive, [tmp_path], time_zone="Asia/Shanghai")
    assert [(g["title"], g["messages"]) for g in whole.groups] == [("技术群", 3)]
    again = import_paths(archive, [tmp_path / "2018-12"], time_zone="Asia/Shanghai")
    assert again.messages["new"] == 0
