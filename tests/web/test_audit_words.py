"""Every action that the audit notes is a sentence in both languages."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from asking import Asker

from archive import group_texts
from archive.audit import note
from archive.database import Archive
from web.words import words_in

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("archive", "bot", "web", "adapters")
ELSEWHERE = {("archive.group_texts", "name"): {group_texts.INVITATION}}
"""What a parameter may be that no type tells: its callers' constants."""


class Module:
    """A module's source, and what its names stand for."""

    def __init__(self, path: Path) -> None:
        self.name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        text = path.read_text("utf-8")
        # to read all of the program takes seconds
        self.tree = ast.parse(text if "archive.audit" in text else "")

    @property
    def notes(self) -> bool:
        """Tell whether this module writes to the audit."""
        return any(
            isinstance(one, ast.ImportFrom)
            and one.module == "archive.audit"
            and "note" in {name.name for name in one.names}
            for one in ast.walk(self.tree)
        )

    def actions(self) -> Iterator[str]:
        """Yield every action that is noted here."""
        for around in ast.walk(self.tree):
            if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef):
                for call in ast.walk(around):
                    if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "note":
                        yield from self._values(call.args[2], around)

    def _values(self, node: ast.expr, around: Any) -> set[str]:
        match node:
            case ast.Constant(value=str(text)):
                return {text}
            case ast.IfExp():
                return self._values(node.body, around) | self._values(node.orelse, around)
            case ast.JoinedStr():
                said = [""]
                for part in node.values:
                    value = part.value if isinstance(part, ast.FormattedValue) else part
                    assert isinstance(value, ast.expr)
                    said = [a + b for a in said for b in sorted(self._values(value, around))]
                return set(said)
            case ast.Name(id=name):
                return self._named(name, around)
        raise AssertionError(f"{self.name}:{node.lineno}: which actions are these?")

    def _named(self, name: str, around: Any) -> set[str]:
        if (self.name, name) in ELSEWHERE:
            return ELSEWHERE[self.name, name]
        made: Any = importlib.import_module(self.name)
        types = {arg.arg: getattr(arg.annotation, "id", "") for arg in around.args.args}
        if name not in types:
            value = getattr(made, name)
            assert isinstance(value, str)
            return {value}
        found = set(get_args(getattr(made, types[name], None)))
        assert found, f"{self.name}: {around.name}({name}) may be anything"
        return found


def modules() -> list[Module]:
    return [Module(path) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


@pytest.fixture(scope="module")
def noted() -> list[str]:
    """Every action that some module notes."""
    return sorted({action for one in modules() if one.notes for action in one.actions()})


def test_every_action_of_the_program_was_found(noted: list[str]) -> None:
    """What writes to the table by another way would not be seen here."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    told = {path.name: path.read_text("utf-8") for path in paths}
    assert [name for name, text in told.items() if "INTO audit" in text] == ["audit.py"]
    assert not [name for name, text in told.items() if "audit.note" in text]
    assert {"alias", "opt out", "essence", "setting welcome", "invitation"} <= set(noted)
    assert len(noted) > 60


@pytest.mark.parametrize("code", ["zh", "en"])
def test_every_action_is_a_sentence_and_none_is_said_that_there_is_not(
    code: str, noted: list[str]
) -> None:
    texts = words_in(code).texts
    told = {key.removeprefix("audit.") for key in texts if key.startswith("audit.")}
    assert told == set(noted)
    ends = "。" if code == "zh" else "."
    for action in noted:
        sentence = texts[f"audit.{action}"]
        assert sentence.endswith(ends) and sentence.rstrip(ends) != action


@pytest.mark.parametrize("code", ["zh", "en"])
def test_the_audit_page_says_sentences(
    site: Asker, archive: Archive, code: str, noted: list[str]
) -> None:
    with archive.writing() as db:
        for action in (*noted, "of an older version"):
            note(db, "telegram:1", action, "telegram:-1")
    shown: list[str] = []
    path: str | None = f"/desk/audit?lang={code}"
    while path:
        page = site.page(path)
        shown += [cell.text_content().strip() for cell in page.cssselect(".audit .did b")]
        path = next((a.get("href") for a in page.cssselect("a[rel=next]")), None)
    texts = words_in(code).texts
    assert shown == ["of an older version", *(texts[f"audit.{one}"] for one in reversed(noted))]
