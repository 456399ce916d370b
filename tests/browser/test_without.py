"""What must hold without something: without scripts, without a place to look."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.browser


def test_site_is_read_without_scripts(stand_of, window):
    page = window(stand_of("demo-operator").base, java_script_enabled=False).page
    page.goto("/")
    page.locator(".hit .words").first.click()
    assert urlsplit(page.url).path.startswith("/m/")
    page.locator("nav a[href='/essence']").first.click()
    title = page.locator(".post .name-of a").first
    words = title.inner_text()
    title.click()
    assert words[-6:] in page.locator("h1").inner_text()
    page.locator("input[name=q]").fill("数据库")
    page.locator("input[name=q]").press("Enter")
    assert page.locator(".hit mark").count() > 0


def test_the_desk_works_without_scripts(stand_of, window):
    page = window(stand_of("demo-operator").base, java_script_enabled=False).page
    page.goto("/desk/candidates")
    rows = page.locator("[data-item]")
    number = rows.count()
    page.locator("[data-item] form[action$=dismiss] button").first.click()
    assert rows.count() == number - 1
    page.locator("form[action$=undo] button").first.click()
    assert rows.count() == number


def test_permalink_brings_its_message_into_view(stand_of, window):
    stand = stand_of("demo-operator")
    found = [p for p in stand.crawl.pages.values() if p.kind[0] == "/m/{key:path}"]
    path = next(p.path for p in found if p.status == 200)
    for width in (360, 1280):
        page = window(stand.base, width).page
        page.goto(path)
        box = page.locator("#here").bounding_box()
        assert -40 <= box["y"] < 600


def test_a_slow_picture_moves_nothing(stand_of, window):
    """Pictures have their room before they come."""
    page = window(stand_of("demo-operator").base, 360).page
    page.goto("/search?q=has:图片")
    for picture in page.locator("main img").all():
        assert int(picture.get_attribute("width")) > 0
        assert int(picture.get_attribute("height")) > 0
