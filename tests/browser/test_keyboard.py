"""The site and the desk with the keyboard alone: every stop can be seen, none holds one fast."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from watching import Window

pytestmark = pytest.mark.browser


def until(page: Any, holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something a script does; the site's policy lets no test wait within the page."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        page.wait_for_timeout(20)


def tab(shown: Window) -> dict[str, Any] | None:
    """Press Tab, and tell where that led; None: out of the page."""
    shown.page.keyboard.press("Tab")
    stop: dict[str, Any] | None = shown.look("stop")
    return stop


def tab_to(
    shown: Window, wanted: Callable[[dict[str, Any]], bool], most: int = 60
) -> dict[str, Any]:
    """Press Tab until a stop is the one that is wanted; every stop on the way can be seen."""
    for _ in range(most):
        stop = tab(shown)
        assert stop is not None, "the page ended before it was reached"
        assert stop["seen"] and stop["ring"], stop
        if wanted(stop):
            return stop
    raise AssertionError(f"not reached within {most} stops")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    "route", ["/", "/search", "/essence", "/desk", "/g/{key:path}", "/m/{key:path}"]
)
def test_every_stop_can_be_seen_and_none_is_a_trap(stand_of, window, route, width):
    """Once round with Tab: as many stops as the page has, each in sight, with a ring."""
    stand = stand_of("demo-operator")
    found = [p for p in stand.crawl.pages.values() if p.kind[0] == route and p.status == 200]
    path = max((p for p in found if p.size < 25_000), key=lambda p: p.size).path
    shown = window(stand.base, width)
    shown.page.goto(path)
    number = shown.look("stops")
    shown.page.evaluate("document.querySelector('.skip').focus()")
    faults, stops = [], 1
    while (stop := tab(shown)) is not None and stops < number + 30:
        stops += 1
        faults += [] if stop["seen"] and stop["ring"] else [stop]
    assert not faults, path
    assert stop is None, "Tab does not lead out of the page"
    assert stops >= number * 0.9, (stops, number, path)


def test_search_by_keyboard_type_open_a_hit_and_come_back(stand_of, window):
    shown = window(stand_of("demo-operator").base)
    page = shown.page
    page.goto("/")
    first = tab(shown)
    assert first and first["href"] == "#main"
    tab_to(shown, lambda stop: stop["name"] == "q", 8)
    page.keyboard.type("数据库", delay=5)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search\?.*q=%E6%95%B0"))
    page.wait_for_selector(".hit mark")
    before = page.url
    hit = tab_to(shown, lambda stop: stop["href"].startswith("/m/"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{hit['href'].split('?')[0]}**")
    assert page.locator("#here").count() == 1
    page.go_back()
    page.wait_for_selector(".hit mark")
    assert page.url == before
    assert page.locator("input[name=q]").input_value() == "数据库"
    assert not shown.taken()


def test_first_stop_leads_past_the_navigation(stand_of, window):
    shown = window(stand_of("demo-operator").base)
    page = shown.page
    page.goto("/essence")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    stop = tab(shown)
    assert stop and page.evaluate(
        "document.getElementById('main').contains(document.activeElement)"
    )


def test_candidates_are_gone_through_with_letters_alone(stand_of, window):
    """J and K move, E marks, X leaves out, Z takes it back, T is for tags."""
    stand = stand_of("demo-operator")
    shown = window(stand.base)
    page = shown.page
    page.goto("/desk/candidates")
    page.wait_for_load_state("networkidle")

    def picked() -> tuple[int, int, str]:
        number, place, text = shown.look("picked")
        return number, place, text

    number, place, _ = picked()
    assert number >= 3 and place == -1
    page.keyboard.press("j")
    first = picked()
    page.keyboard.press("j")
    second = picked()
    page.keyboard.press("k")
    assert picked() == first != second
    for letter in "ex":
        page.keyboard.press(letter)
        until(page, lambda: picked()[0] == number - 1)
        page.wait_for_selector("#did .notice")
        page.keyboard.press("z")
        until(page, lambda: picked()[0] == number)
        assert picked()[2] == first[2]
    page.keyboard.press("t")
    assert page.evaluate("document.activeElement.name") == "tag"
    page.keyboard.type("键盘 j k")
    assert picked()[2] == first[2], "letters that are typed are no commands"
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert picked()[1] == 1
    assert not shown.taken()
