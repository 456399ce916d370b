"""Visits every kind of page of a stand once, and notes all that is then judged."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import msgspec
from crawling import USUAL, Found
from watching import Window

WIDTHS = (360, 320, 1280, 768)
"""CSS pixels; a page is loaded at the first, and the window then made each of the others."""
TELLING = {"q"}
"""Other questions of an address bring more of the same."""
SCRIPT = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
ZOOMED = 640
"""What a screen of 1280 pixels has left at 200 %."""
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,
    "selectors": False,
}
COLOURS = {**AXE, "runOnly": {"type": "rule", "values": ["color-contrast"]}}

SHORTENED = ".unseen, .brand, .url, .tag, .quote > span, .card span, .react span, .post > p"
"""What is shortened on purpose: the whole of it stands on the page it leads to."""


class Seen(msgspec.Struct):
    """A page and everything that is wrong with it."""

    page: Found
    runs: list[str] = []
    """What it did that no page does."""
    wide: list[str] = []
    cut: list[str] = []
    axe: list[str] = []
    house: list[str] = []


def visit(window: Window, found: Found, closely: bool) -> Seen:
    """Open a page once and look at it at every width; closely: enlarged, in the dark, with axe."""
    seen = Seen(found)
    window.size(WIDTHS[0])
    window.mode("light")
    window.open(found.path, found.status, sealed=found.is_sealed)
    if found.is_sealed:
        seen.runs = window.taken()
        return seen
    closely = closely and set(found.kind[1]) <= TELLING
    if closely and found.size < USUAL:
        _judged(window, seen)
    window.mode("dark")
    for width in WIDTHS:
        window.size(width)
        seen.wide += _at(f"{width}", window.look("wide"))
    if closely:
        _enlarged(window, seen)
    seen.runs = window.taken()
    return seen


def _judged(window: Window, seen: Seen) -> None:
    """Ask axe; what dark mode changes is colours."""
    window.page.evaluate(SCRIPT)
    seen.house = window.look("house")
    seen.axe = window.look("axe", AXE)
    window.mode("dark")
    seen.axe += [f"dark: {fault}" for fault in window.look("axe", COLOURS)]


def _enlarged(window: Window, seen: Seen) -> None:
    """Look at a page at 200 %: in half the room, and with letters twice as large."""
    page: Any = window.page
    window.size(ZOOMED, 400)
    seen.wide += _at("zoomed", window.look("wide"))
    seen.cut += _at("zoomed", window.look("cut", SHORTENED))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    for width in (360, 1280):
        window.size(width)
        seen.wide += _at(f"large letters at {width}", window.look("wide"))
        seen.cut += _at(f"large letters at {width}", window.look("cut", SHORTENED))


def _at(where: str, faults: list[str]) -> list[str]:
    return [f"{where}: {'; '.join(faults)}"] if faults else []
