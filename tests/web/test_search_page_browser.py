"""Searching as one types, in a real browser: results follow, the keys work, nothing jumps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from serving import Served

from archive import consent
from archive.database import open_archive
from archive.keep import keep
from archive.records import Group, Message
from web.app import create_app

pytestmark = pytest.mark.browser

GROUP = "telegram:-1001"
NOW = 1_795_060_800


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory):
    made = open_archive(tmp_path_factory.mktemp("typing") / "data", create=True)
    texts = [f"第 {i} 次备份" for i in range(30)] + ["部署到服务器", "备注一下"]
    with made.writing() as db:
        keep(db, [Group(GROUP, title="技术群"), *(
            Message(GROUP, id=str(i), sent_at=NOW - i * 86_400 * 3, sender_key=f"telegram:{i % 2}",
                    sender_name=("林一舟", "陆野")[i % 2], text=text)
            for i, text in enumerate(texts)
        )])  # fmt: skip
    return made


@pytest.fixture(scope="module")
def served(archive) -> Iterator[str]:
    with Served(create_app(archive, loopback=True)) as base:
        yield base


@pytest.fixture
def page(chromium, served):
    context = chromium.new_context(
        base_url=served, locale="zh-CN", viewport={"width": 1280, "height": 800}
    )
    opened = context.new_page()
    opened.faults = []
    opened.on("pageerror", lambda error: opened.faults.append(str(error)))
    opened.on("console", lambda said: opened.faults.append(said.text))
    yield opened
    assert opened.faults == []
    context.close()


def asked(page) -> list[str]:
    """Watch what the script asks for: the parts' names, in order."""
    seen: list[str] = []
    page.on("request", lambda r: "part=" in r.url and seen.append(r.url.split("part=")[1]))
    return seen


def box(page):
    return page.locator(".find input[name=q]")


def count(page, words: str) -> None:
    page.locator(".found b", has_text=words).wait_for()


def test_results_follow_what_is_typed_and_the_address_with_them(page):
    page.goto("/search")
    box(page).press_sequentially("备份", delay=30)
    count(page, "30 条")
    assert page.url.endswith("/search?q=%E5%A4%87%E4%BB%BD")
    assert page.title().startswith("备份 · 搜索")
    assert page.locator("mark").first.inner_text() == "备份"
    assert page.evaluate("document.activeElement.name") == "q"
    page.locator("#sides .plainlist a", has_text="林一舟").wait_for()
    assert page.locator("#sides .strata a").count() == 4
    box(page).fill("")
    page.locator(".tips").wait_for()


def test_nothing_is_asked_until_a_composition_ends(page):
    page.goto("/search")
    seen = asked(page)
    box(page).focus()
    keyboard = page.context.new_cdp_session(page)
    for half in ("b", "be", "bei", "beif", "beifen"):
        keyboard.send(
            "Input.imeSetComposition",
            {"text": half, "selectionStart": len(half), "selectionEnd": len(half)},
        )
        page.wait_for_timeout(60)
    page.wait_for_timeout(250)
    assert seen == []
    keyboard.send("Input.insertText", {"text": "备份"})
    count(page, "30 条")
    assert seen[0] == "results" and seen.count("results") == 1


def test_a_slower_answer_never_overwrites_a_later_one(page):
    page.goto("/search")
    held: list = []
    page.route("**/search?q=%E5%A4%87&part=results", lambda route: held.append(route))
    with page.expect_request("**part=results"):
        box(page).fill("备")
    box(page).fill("备注")
    count(page, "1 条")
    for route in held:
        route.abort()
    page.wait_for_timeout(150)
    assert page.locator(".found b").inner_text() == "1 条"
    # and what was typed back to is not overwritten by what was under way
    box(page).fill("备注一")
    page.wait_for_timeout(20)
    box(page).fill("备注")
    page.wait_for_timeout(300)
    assert page.url.endswith("%E5%A4%87%E6%B3%A8") and len(held) == 1


def test_keys_lead_from_the_box_through_the_results_and_back(page):
    page.goto("/search?q=备份")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    assert box(page).input_value() == "备份"
    page.keyboard.press("ArrowDown")
    first = page.evaluate("document.activeElement.href")
    assert page.evaluate("document.activeElement.className") == "words"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.href") != first
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(first)


def test_help_opens_by_its_key_and_closes(page):
    page.goto("/search?q=备份")
    page.keyboard.press("?")
    assert page.locator(".keys-panel").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".keys-panel").is_visible()
    box(page).focus()
    page.keyboard.type("?/")
    assert box(page).input_value() == "?/备份" and not page.locator(".keys-panel").is_visible()


def test_back_brings_what_was_found_by_typing(page):
    page.goto("/")
    page.goto("/search")
    box(page).press_sequentially("备份", delay=20)
    count(page, "30 条")
    page.locator(".hit .words").first.click()
    page.wait_for_url("**/m/**")
    page.go_back()
    count(page, "30 条")
    assert box(page).input_value() == "备份"
    page.go_back()
    assert page.url.endswith("/")
    page.go_forward()
    count(page, "30 条")


def test_nothing_jumps_and_the_count_is_told_once_it_stands(page):
    page.goto("/search?q=备份")
    page.evaluate(
        "() => { window.shift = 0; new PerformanceObserver(l => l.getEntries().forEach(e =>"
        " window.shift += e.hadRecentInput ? 0 : e.value)).observe({type: 'layout-shift'}) }"
    )
    box(page).focus()
    page.keyboard.press("End")
    page.keyboard.press("Backspace")
    count(page, "31 条")
    page.locator("[role=status]", has_text="31 条").wait_for(state="attached")
    assert page.evaluate("window.shift") < 0.01
    assert page.locator("[aria-busy]").count() == 0


def test_a_miss_is_counted_when_it_is_meant(page, archive):
    def rows() -> list[tuple[str, int]]:
        with archive.reading() as db:
            return db.execute("SELECT query, times FROM search_misses ORDER BY 1").fetchall()

    page.clock.install()
    page.goto("/search")
    for typed in ("量子纠", "量子纠缠"):
        box(page).fill(typed)
        page.clock.run_for(100)
        page.locator(f".finding[data-title^={typed}][data-missed]").wait_for()
        page.clock.run_for(1000)
    assert rows() == []
    with page.expect_response("**/search/missed") as told:
        page.clock.run_for(2000)
    assert told.value.status == 204 and rows() == [("量子纠缠", 1)]
    with page.expect_response("**/search/missed"):
        page.goto("/search?q=无此事")
    page.reload()
    page.wait_for_timeout(200)
    assert rows() == [("无此事", 1), ("量子纠缠", 1)]


def test_a_failure_says_so_and_leaves_what_was_there(page):
    page.goto("/search?q=备份")
    page.route("**part=results**", lambda route: route.abort())
    box(page).fill("部署")
    page.locator(".notice", has_text="按回车再试").wait_for()
    assert page.locator(".hit").count() == 20
    page.faults.clear()
    page.keyboard.press("Enter")
    count(page, "1 条")


def test_too_many_searches_are_asked_again_later(page):
    page.goto("/search")
    refused: list[str] = []

    def refuse_once(route):
        refused.append(route.request.url)
        route.fulfill(status=429) if len(refused) == 1 else route.continue_()

    page.route("**part=results**", refuse_once)
    box(page).fill("备份")
    count(page, "30 条")
    assert len(refused) == 2
    page.faults.clear()


def test_the_command_that_asks_a_group_is_copied(page, archive):
    with archive.writing() as db:
        consent.start(db, GROUP, by="operator")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/search?q=无此事")
    page.get_by_role("button", name="复制").click()
    page.get_by_role("button", name="已复制").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "/问 无此事"


def test_all_of_it_works_without_javascript(chromium, served):
    context = chromium.new_context(base_url=served, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto("/search")
    box(page).fill("备份")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=**")
    assert page.locator(".found b").inner_text() == "30 条"
    page.locator(".search-keys summary").click()
    assert page.locator(".keys-panel").is_visible()
    context.close()
