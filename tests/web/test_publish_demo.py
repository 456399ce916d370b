"""The demo, published as a newcomer would, and every link of it followed."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner, Result
from whole_site import all_of, faults_of, files_of

from archive.database import Archive
from bot.cli import app

OWN = ('"canonical" href="', '"og:url" content="', '"url": "', 'data-copy="', 'data-share="')
"""Where alone a page says its whole address."""
ROOT = Path(__file__).resolve().parents[2]


def _run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(ROOT / "demo"))
    monkeypatch.chdir(tmp_path)
    import_module("serve").load(tmp_path / "data")
    with Archive(tmp_path / "data").writing() as db:
        db.execute("UPDATE groups SET visibility = 'public' WHERE id < 3")
        db.execute("UPDATE groups SET visibility = 'members' WHERE id = 3")
    return tmp_path


def test_the_published_demo_is_whole(demo: Path) -> None:
    data, out, packed = demo / "data", demo / "site", demo / "site.zip"
    said = _run("publish", out, "--data", data, "--zip", packed)
    assert said.exit_code == 0
    assert "pages" in said.output and "1 group left out" in said.output
    assert f"open: {out.as_uri()}/index.html" in said.output
    assert faults_of(out) == []
    with ZipFile(packed) as files:
        named = {name.partition("/")[2] for name in files.namelist()}
    assert named == files_of(out) - {".chendian-published"}
    assert str(demo).encode() not in all_of(out)

    again = json.loads(_run("publish", out, "--data", data, "--json").output)
    assert (again["written"], again["removed"], again["media"] > 0) == (0, 0, True)

    told = _run("publish", out, "--data", data, "--as", "members")
    assert "give it to members only" in told.output and "left out" not in told.output
    assert faults_of(out) == []
    with ZipFile(packed) as files:
        assert len(files_of(out)) > len(files.namelist())


def test_an_address_is_passed_on_where_one_is_given(demo: Path) -> None:
    _run("publish", demo / "site", "--data", demo / "data", "--base-url", "https://a.example/x/")
    post = (demo / "site/essence/1.html").read_text("utf-8")
    assert 'data-copy="https://a.example/x/essence/1.html"' in post
    assert faults_of(demo / "site") == []
    for page in (demo / "site").rglob("*.html"):
        told = {before[-20:] for before in page.read_text("utf-8").split("https://a.example")[:-1]}
        assert all(before.endswith(OWN) for before in told), page


def test_words_around_are_in_the_language_asked_for_or_configured(
    demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def front() -> str:
        return (demo / "site/index.html").read_text("utf-8")

    publish = ("publish", demo / "site", "--data", demo / "data")
    _run(*publish, "--language", "en")
    assert '<html lang="en">' in front() and "Newest" in front()
    days = (demo / "site/g").rglob("20*.html")
    assert all('<html lang="en">' in day.read_text("utf-8") for day in days)
    assert faults_of(demo / "site") == []
    _run(*publish)
    assert '<html lang="zh-Hans">' in front()
    monkeypatch.setenv("CHENDIAN_LANGUAGE", "en")
    _run(*publish)
    assert '<html lang="en">' in front()


def test_a_folder_with_something_else_in_it_is_left_alone(demo: Path) -> None:
    (demo / "mine").mkdir()
    (demo / "mine/letter.txt").write_text("mine")
    with pytest.raises(Exception, match="did not publish"):
        _run("publish", demo / "mine", "--data", demo / "data")
    assert [path.name for path in (demo / "mine").iterdir()] == ["letter.txt"]
