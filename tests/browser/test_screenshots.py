"""Pictures of the main pages, for a person to look at: build/screenshots/index.html."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest
from crawling import USUAL, Found
from stands import Stand

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

FOLDER = Path(__file__).resolve().parents[2] / "build" / "screenshots"
SHOTS = [(width, mode) for width in (360, 1280) for mode in ("light", "dark")]
HEIGHT = 1400
SHOWN = ({"q"}, set())
"""What is asked in the addresses of main pages."""
HOSTILE = ("/", "/m/{key:path}", "/essence/{number}", "/desk/candidates")


def name_of(route: str) -> str:
    """Return `g-key-d-date` for a route."""
    return re.sub(r"\{(\w+)[^}]*\}", r"\1", route).strip("/").replace("/", "-") or "home"


def main_pages(stand: Stand) -> dict[str, Found]:
    """Choose a page of each kind: one of the operators' group where there is one."""
    chosen: dict[str, Found] = {}
    pages = [p for p in stand.crawl.pages.values() if p.is_page and p.status == 200]
    for page in sorted(pages, key=_showiness):
        if set(page.kind[1]) in SHOWN:
            name = name_of(page.kind[0]) + ("-asked" if page.kind[1] else "")
            chosen.setdefault(name, page)
    return chosen


def _showiness(page: Found) -> tuple[bool, bool, bool, int]:
    asked = "q" not in page.kind[1] or quote("数据库") in page.path
    return not asked, "wechat" not in page.path, page.size > USUAL, -page.size


@pytest.mark.parametrize("name", ["demo-operator", "hostile-operator"])
def test_main_pages_are_drawn(stand_of, window, name):
    stand = stand_of(name)
    hostile = name.startswith("hostile")
    pages = main_pages(stand)
    if hostile:
        pages = {f"hostile-{n}": page for n, page in pages.items() if page.kind[0] in HOSTILE}
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        if old.name.startswith("hostile-") == hostile:
            old.unlink()
    shown = window(stand.base)
    for title, page in pages.items():
        shown.page.goto(page.path)
        for width, mode in SHOTS:
            shown.size(width, HEIGHT)
            shown.mode(mode)
            shown.page.screenshot(path=FOLDER / f"{title}-{width}-{mode}.png")
    _sheet()
    drawn = [FOLDER / f"{title}-{width}-{mode}.png" for title in pages for width, mode in SHOTS]
    assert all(path.stat().st_size > 5000 for path in drawn)


def _sheet() -> None:
    """Write all pictures there are into one page, a row for each page."""
    rows: dict[str, list[str]] = {}
    for path in sorted(FOLDER.glob("*.png")):
        title = path.stem.rsplit("-", 2)[0]
        picture = f'<img src="{escape(path.name)}" alt="{escape(path.stem)}" loading="lazy">'
        rows.setdefault(title, []).append(picture)
    body = "".join(f"<h2>{escape(t)}</h2><p>{' '.join(p)}</p>" for t, p in rows.items())
    style = "img{height:34rem;vertical-align:top;border:1px solid #888}body{font-family:sans-serif}"
    page = f"<!doctype html><meta charset=utf-8><title>Pages</title><style>{style}</style>{body}"
    (FOLDER / "index.html").write_text(page, "utf-8")
