"""`chendian digest` and `chendian catchup`: shapes scripts rely on, forms people read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from saying import AT, LONG, QQ, TG, kept, said, talked, told
from typer.testing import CliRunner, Result

from archive.database import Archive
from archive.errors import ArchiveError
from bot.cli import app


@pytest.fixture
def data(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CHENDIAN_CONFIG", raising=False)
    told(archive, talked(), said(30, "先走了，回头再看", "42"), talked(100, "登山杖", QQ))
    told(archive, said(40, "回你：在设置里最下面", "2", reply=30))
    kept(archive, 2)
    return archive.path.parent


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, words)))


def shown(*words: str | Path) -> Any:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_digest_as_json_has_the_fields_scripts_rely_on(data: Path) -> None:
    made = shown("digest", "--data", data, "--group", TG, "--week", "2026-W42", "--format", "json")
    assert made["week"] == "2026-W42" and made["groups"] == [TG] and made["open_questions"] == []
    (item,) = made["items"]
    assert item["kind"] == "essence" and item["keys"][0] == f"{TG}:2"
    assert all(item[name] for name in ("title", "text", "why"))
    assert made["thanks"] == [{"name": "人2", "member_key": "telegram:2", "keys": [f"{TG}:2"]}]
    assert made["since"] == "2026-10-11T16:00:00Z"
    day = shown(
        "digest", "--data", data, "--group", "技术群", "--day", "2026-10-12", "--format", "json"
    )
    assert day["day"] == "2026-10-12" and day["items"] == made["items"]


def test_digest_of_all_groups_in_every_form(data: Path) -> None:
    words = ("digest", "--data", data, "--group", "all", "--week", "2026-W42")
    text = run(*words).output
    assert "技术群" in text and "徒步群" in text and f"{TG}:2" in text and "\0" not in text
    assert run(*words, "--format", "markdown").output.startswith("# ")
    assert run(*words, "--format", "html").output.startswith("<section style=")
    assert len(shown(*words, "--format", "json")["groups"]) == 2


def test_digest_is_in_the_language_that_is_asked_for_else_the_configured_one(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("digest", "--data", data, "--group", TG, "--week", "2026-W42")
    assert "weekly digest 2026-W42" in run(*words, "--language", "en").output
    missed = ("catchup", "--data", data, "--member", "telegram:42", "--since", "2026-10-12T10:00")
    assert "人参与" in run(*missed).output
    monkeypatch.setenv("CHENDIAN_DIGEST__LANGUAGE", "en")
    assert "4 people" in run(*words).output and "4 people" in run(*missed).output
    assert "周报 2026-W42" in run(*words, "--language", "zh-Hans").output


def test_digest_links_to_the_site_where_there_is_one(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHENDIAN_WEB__BASE_URL", "https://site.example")
    text = run("digest", "--data", data, "--group", TG, "--week", "2026-W42").output
    assert f"https://site.example/m/{TG}:2" in text


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--group", TG), "one week or one day"),
        (("--group", TG, "--week", "2026-W42", "--day", "2026-10-12"), "one week or one day"),
        (("--group", TG, "--week", "2026-W60"), "there is no week"),
        (("--group", TG, "--day", "昨天"), "there is no day"),
        (("--group", "没有", "--week", "2026-W42"), "there is no group"),
    ],
)
def test_digest_that_cannot_be_made_says_why(data: Path, words: tuple[str, ...], why: str) -> None:
    result = run("digest", "--data", data, *words)
    assert isinstance(result.exception, ArchiveError) and why in result.exception.what
    assert result.exception.hint


def test_catchup_as_json_has_the_fields_scripts_rely_on(data: Path) -> None:
    since = ("--since", "2026-10-12T10:00")
    found = shown("catchup", "--data", data, "--member", "telegram:42", *since, "--json")
    assert [topic["keys"][0] for topic in found["topics"]] == [f"{TG}:2"]
    assert " → 数据库：" in found["topics"][0]["title"]
    assert found["answers"] == [f"{TG}:40"] and found["essence"] == [f"{TG}:2"]
    assert found["mentions"] == found["files"] == []
    counted = shown("catchup", "--data", data, "--member", "telegram:42", "--count", "1", "--json")
    assert counted["messages"] == 1 and counted["answers"] == [f"{TG}:40"]
    lately = shown("catchup", "--data", data, "--member", "telegram:42", "--json", "--group", TG)
    assert lately["messages"] == 1


def test_catchup_reads_as_the_member_who_is_in_one_group_only(data: Path) -> None:
    words = ("catchup", "--data", data, "--member", "telegram:42")
    result = run(*words, "--group", QQ)
    assert isinstance(result.exception, ArchiveError) and "no group" in result.exception.what
    text = run(*words, "--since", "2026-10-12").output
    assert "6 messages by 5 people" in text and "answers" in text and "登山杖" not in text
    nobody = shown("catchup", "--data", data, "--member", "telegram:none", "--json")
    assert nobody["messages"] == 0 and nobody["topics"] == []


def test_text_from_people_cannot_move_the_terminal(data: Path, archive: Archive) -> None:
    told(archive, said(70, f"\x1b[2J\u202e{LONG}，这样就不会错", "3", 9, at=AT + 90_000))
    for form in ("text", "markdown", "html"):
        words = ("--group", TG, "--week", "2026-W42", "--format", form)
        assert not set("\x1b\u202e") & set(run("digest", "--data", data, *words).output)


@pytest.mark.parametrize("words", [("--since", "昨天"), ("--since", "2026-10-12", "--count", "3")])
def test_catchup_that_cannot_be_made_says_why(data: Path, words: tuple[str, ...]) -> None:
    result = run("catchup", "--data", data, "--member", "telegram:42", *words)
    assert isinstance(result.exception, ArchiveError) and result.exception.hint
