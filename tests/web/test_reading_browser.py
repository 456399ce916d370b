"""Large type, copied links and old habits of phones, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from serving import Served

from archive.database import open_archive
from archive.keep import keep
from archive.records import Group, Message
from web.app import create_app

pytestmark = pytest.mark.browser

KEY = "telegram:-1001"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    archive = open_archive(tmp_path_factory.mktemp("reading") / "data", create=True)
    said = [
        Message(KEY, id=f"{n}", sent_at=1_760_000_000 + n * 400, sender_key="telegram:1",
                sender_name="林一舟", text=f"第 {n} 句话") for n in range(60)
    ]  # fmt: skip
    with archive.writing() as db:
        keep(db, [Group(KEY, title="运营群"), *said])
    with Served(create_app(archive, loopback=True)) as base:
        yield base


@pytest.fixture
def page(chromium, served):
    context = chromium.new_context(
        viewport={"width": 360, "height": 800}, base_url=served, locale="zh-CN"
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context.new_page()
    context.close()


SIZE = "getComputedStyle(document.documentElement).fontSize"


def test_large_type_is_remembered_on_the_device_and_taken_back(page):
    page.goto("/")
    page.get_by_role("link", name="大字").click()
    assert (page.evaluate(SIZE), page.url.endswith("/")) == ("20px", True)
    page.goto("/essence")
    assert page.evaluate(SIZE) == "20px"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.get_by_role("link", name="小字").click()
    page.goto("/")
    assert page.evaluate(SIZE) == "16px"


def test_large_type_asked_for_in_the_address_is_left_by_its_link(page):
    page.goto("/?big=1")
    assert page.evaluate(SIZE) == "20px"
    page.get_by_role("link", name="小字").click()
    page.wait_for_url(lambda url: "big" not in url)
    assert page.evaluate(SIZE) == "16px"


def test_large_type_without_a_script_goes_on_through_links(chromium, served):
    context = chromium.new_context(java_script_enabled=False, base_url=served, locale="zh-CN")
    page = context.new_page()
    page.goto("/")
    page.get_by_role("link", name="大字").click()
    page.locator(".groups a").first.click()
    assert "big=1" in page.url and page.locator("html.big").count() == 1
    context.close()


def test_a_link_is_copied_as_it_is_passed_on(page):
    page.goto(f"/m/{KEY}:30?big=1&lang=zh")
    button = page.locator("button[data-copy]")
    assert button.is_visible() and button.inner_text() == "复制链接"
    button.click()
    page.get_by_text("已复制").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"/m/{KEY}:30")


def test_what_a_button_offers_stands_there_for_who_has_no_clipboard(page):
    page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined });"
        "document.execCommand = () => false"
    )
    page.goto(f"/m/{KEY}:30")
    page.locator("button[data-copy]").click()
    assert page.locator("button[data-copy]").inner_text().endswith(f"/m/{KEY}:30")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_printed_page_has_the_words_and_nothing_to_press(page):
    page.emulate_media(media="print")
    page.goto(f"/m/{KEY}:30")
    assert page.locator("#here .txt").is_visible()
    for pressed in (".bar", ".nav", ".end", ".go"):
        assert not page.locator(pressed).first.is_visible(), pressed
