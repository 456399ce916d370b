"""Templates are compiled once; whatever lies beside them, pages stay as they are."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from web.environment import Compiled


def environment(folder: Path) -> Environment:
    loader = FileSystemLoader(folder)
    return Environment(loader=loader, bytecode_cache=Compiled(folder), auto_reload=False)


def shown(folder: Path) -> str:
    return environment(folder).get_template("one.html").render()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "one.html").write_text("{{ 1 + 1 }} 沉淀")
    return tmp_path


def kept(folder: Path) -> list[Path]:
    return [*(folder / "__pycache__").glob("*")]


def test_what_was_compiled_is_taken_until_the_template_changes(folder: Path) -> None:
    assert shown(folder) == shown(folder) == "2 沉淀" and len(kept(folder)) == 1
    (folder / "one.html").write_text("三")
    assert shown(folder) == "三" and len(kept(folder)) == 1


@pytest.mark.parametrize("left", [b"", b"j2", b"\x80garbage" * 9])
def test_a_damaged_one_is_compiled_anew(folder: Path, left: bytes) -> None:
    assert shown(folder) == "2 沉淀"
    kept(folder)[0].write_bytes(left)
    assert shown(folder) == "2 沉淀"


def test_one_cut_off_in_the_middle_is_compiled_anew(folder: Path) -> None:
    assert shown(folder) == "2 沉淀"
    (file,) = kept(folder)
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert shown(folder) == "2 沉淀"


def test_a_folder_that_may_not_be_written_is_no_fault(folder: Path) -> None:
    (folder / "__pycache__").write_text("a file where the folder would be")
    assert shown(folder) == "2 沉淀"


def test_nothing_is_written_where_python_writes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert shown(folder) == "2 沉淀" and not (folder / "__pycache__").exists()
