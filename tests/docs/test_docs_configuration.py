"""The configuration's options, their defaults and their documentation are one."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from docs_reading import NAMES, ROOT, table, text_of

from bot.config import Config, ConfigError, load_config

EXAMPLE = ROOT / "config.example.toml"


def _options(part: msgspec.Struct, prefix: str = "") -> Iterator[tuple[str, object]]:
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if isinstance(value, msgspec.Struct):
            yield from _options(value, f"{prefix}{name}.")
        elif isinstance(value, tuple):
            yield f"{prefix}{name}", list(value)
        elif not isinstance(value, dict):
            yield f"{prefix}{name}", value


def test_example_is_the_defaults() -> None:
    assert load_config(EXAMPLE) == Config()


def test_example_has_every_option() -> None:
    assert tomllib.loads(EXAMPLE.read_text("utf-8")) == json.loads(msgspec.json.encode(Config()))


def test_example_explains_every_option() -> None:
    before = ""
    for line in EXAMPLE.read_text("utf-8").splitlines():
        if re.match(r"\w+ = ", line):
            assert before.startswith("# "), line
        before = line


def test_page_lists_every_option_with_its_default() -> None:
    rows = table(text_of("docs/configuration.md"), "Options")
    listed = {row[0].strip("`"): tomllib.loads(f"x = {row[1].strip('`')}")["x"] for row in rows}
    assert listed == dict(_options(Config()))


def test_page_names_the_command_line_option_only_where_there_is_one() -> None:
    rows = table(text_of("docs/configuration.md"), "Options")
    assert {row[0].strip("`"): row[3] for row in rows if row[3]} == {
        "data": "`--data`",
        "timezone": "`--tz` of `import`",
        "language": "`--language` of `publish`",
        "web.host": "`--host`",
        "web.port": "`--port`",
    }


def test_file_named_in_the_environment_comes_before_the_one_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CHENDIAN_CONFIG", raising=False)
    assert load_config() == Config()
    (tmp_path / "config.toml").write_text('title = "here"', "utf-8")
    assert load_config().title == "here"
    (tmp_path / "other.toml").write_text('title = "there"', "utf-8")
    monkeypatch.setenv("CHENDIAN_CONFIG", "other.toml")
    assert load_config().title == "there"


@pytest.mark.parametrize(
    ("written", "named"),
    [('tittle = "x"', "tittle"), ('[web]\nport = "x"', "web.port"), ('timezone = "X/Y"', "X/Y")],
)
def test_wrong_option_is_named(tmp_path: Path, written: str, named: str) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(written, "utf-8")
    with pytest.raises(ConfigError, match=re.escape(named)):
        load_config(wrong)


def test_file_that_is_named_but_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no"):
        load_config(tmp_path / "none.toml")


def test_environment_variables_in_the_pages_are_read_by_the_program() -> None:
    for name in NAMES:
        for variable in re.findall(r"CHENDIAN_[A-Z_]*[A-Z]", text_of(name)):
            value = os.devnull if variable == "CHENDIAN_CONFIG" else "8080"
            load_config(environment={variable: value})


def test_environment_comes_before_the_file(tmp_path: Path) -> None:
    there = tmp_path / "config.toml"
    there.write_text('[web]\nport = 1\n[accounts.main-tg]\nplatform = "telegram"', "utf-8")
    said = {
        "CHENDIAN_WEB__PORT": "8080",
        "CHENDIAN_ACCOUNTS__MAIN_TG__TOKEN": "12:ab",
        "CHENDIAN_MEDIA__KINDS": '["photo"]',
    }
    config = load_config(there, said)
    assert config.web.port == 8080
    assert config.accounts == {"main-tg": {"platform": "telegram", "token": "12:ab"}}
    assert config.media.kinds == ("photo",)


@pytest.mark.parametrize(
    ("written", "variable", "meant"),
    [
        ('tittle = "x"', "CHENDIAN_DATA", "title"),
        ("[web]\nprot = 1", "CHENDIAN_DATA", "port"),
        ('[groups."telegram:-1"]\narchve = true', "CHENDIAN_DATA", "archive"),
        ("", "CHENDIAN_WEBB__PORT", "web"),
        ("", "CHENDIAN_WEB__PROT", "port"),
    ],
)
def test_misspelt_option_is_named_with_the_nearest_right_one(
    tmp_path: Path, written: str, variable: str, meant: str
) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(written, "utf-8")
    with pytest.raises(ConfigError, match=rf"did you mean {meant}\?"):
        load_config(wrong, {variable: "1"})
