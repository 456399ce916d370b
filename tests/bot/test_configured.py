"""config.toml as the command line reads it: what is wrong in it is named, in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from chat_files import qq_txt, telegram_json, telegram_rows
from program import refused, run


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ('colour = "red"', "colour"),
        ('[web]\nprot = 1', "prot"),
        ("title = 5", "$.title"),
        ('[web]\nport = "8765"', "$.web.port"),
        ("[web]\nport = 70000", "$.web.port"),
        ("web = 3", "$.web"),
        ('timezone = "Mars/Phobos"', "Mars/Phobos"),
        ("data = ", "config.toml"),
        ("\xff\xfe", "config.toml"),
        ('title = "x"\ntitle = "y"', "config.toml"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_configuration_is_named(
    tmp_path: Path, written: str, named: str
) -> None:
    (tmp_path / "config.toml").write_text(written, "latin-1")
    run("init", "--data", "d", cwd=tmp_path, CHENDIAN_CONFIG="/dev/null")
    line = refused("search", "x", "--data", "d", cwd=tmp_path)
    assert named in line
    assert "config.example.toml" in line or "Asia/Shanghai" in line


def test_a_configuration_that_was_named_must_be_there(tmp_path: Path) -> None:
    for path in ("nowhere.toml", str(tmp_path), "x" * 300):
        line = refused("stats", cwd=tmp_path, CHENDIAN_CONFIG=path)
        assert path in line


def test_the_folder_named_in_the_configuration_is_used(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('data = "my archive"', "utf-8")
    export = telegram_json(tmp_path / "result.json", telegram_rows(5))
    run("import", export, cwd=tmp_path, expect=0)
    assert (tmp_path / "my archive/archive.db").is_file()
    assert run("stats", "--json", cwd=tmp_path, expect=0).json["messages"] == 5
    assert run("stats", "--json", "--data", "other", cwd=tmp_path, expect=1).out == ""


def test_without_a_word_the_archive_is_in_data(tmp_path: Path) -> None:
    run("init", cwd=tmp_path, expect=0)
    assert (tmp_path / "data/archive.db").is_file()
    assert (
        run("init", cwd=tmp_path, expect=0).out
        == "the archive is in data. next: chendian import FILE\n"
    )


def test_the_zone_of_the_configuration_is_that_of_local_times(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('timezone = "Europe/Berlin"', "utf-8")
    page = qq_txt(tmp_path / "x.txt", [("2024-07-01 9:00:00", "甲(10001)", "早上好")])
    run("import", page, cwd=tmp_path, expect=0)
    (hit,) = run("search", "on:2024-07-01 早上", "--json", cwd=tmp_path, expect=0).json["hits"]
    assert hit["sent_at"] == "2024-07-01T07:00:00Z"
    assert "2024-07-01 09:00" in run("search", "早上好", cwd=tmp_path, expect=0).out
