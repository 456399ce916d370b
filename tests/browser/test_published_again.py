"""A published folder that goes on: what came since, and a page left open while it is made anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from demo_archive import NOW
from published import publish_search
from watching import Window

from archive.access import operator
from archive.database import Archive
from archive.keep import keep
from archive.records import Group, Message
from web.publish.search_newer import add_to_index

pytestmark = pytest.mark.browser

KEY = "telegram:-1001"


def say(archive: Archive, *words: str, start: int = 1) -> None:
    with archive.writing() as db:
        keep(db, [Group(KEY, title="群")])
        told = enumerate(words, start)
        keep(db, [Message(KEY, str(n), NOW + n * 60, text=text) for n, text in told])


def ask(page: Any, typed: str) -> list[str]:
    page.fill(".find input", typed)
    page.wait_for_timeout(150)
    page.wait_for_selector("[data-state=shown], [data-state=failed]", state="attached")
    return [words.inner_text() for words in page.locator(".hit .words").all()]


def test_what_came_since_is_found_first(
    window: Callable[..., Window], archive: Archive, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    say(archive, "部署完了", "看日志", "部署了两次")
    newest = publish_search(archive, operator(), out).newest
    say(archive, "又要部署", "打 docker 的包", start=10)
    with archive.reading() as db:
        assert add_to_index(db, operator(), out, newest)
    page = window(out.as_uri()).page
    page.goto(f"{out.as_uri()}/search.html")
    page.wait_for_selector("[data-state=shown]", state="attached")
    assert ask(page, "部署") == ["又要部署", "部署了两次", "部署完了"]
    assert page.locator("[data-part=count]").inner_text() == "3 条"
    assert page.locator("mark").first.inner_text() == "部署"
    assert ask(page, "docke*") == ["打 docker 的包"]


def test_page_left_open_goes_on_with_a_folder_made_anew(
    window: Callable[..., Window], archive: Archive, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    say(archive, "部署完了")
    publish_search(archive, operator(), out)
    page = window(out.as_uri()).page
    page.goto(f"{out.as_uri()}/search.html")
    page.wait_for_selector("[data-state=shown]", state="attached")
    say(archive, "又部署了", start=10)
    publish_search(archive, operator(), out)
    assert ask(page, "部署") == ["又部署了", "部署完了"]
    assert page.input_value(".find input") == "部署"


def test_missing_file_is_told_of(
    window: Callable[..., Window], archive: Archive, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    say(archive, "部署完了")
    publish_search(archive, operator(), out)
    for file in (out / "x").rglob("p/*.js"):
        file.unlink()
    page = window(out.as_uri()).page
    page.goto(f"{out.as_uri()}/search.html#q=部署")
    page.wait_for_selector("[data-state=failed]", state="attached")
    assert page.locator("[data-part=count]").inner_text() == "有文件没读到，再试一次。"
