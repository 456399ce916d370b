"""The site in a real browser: nothing hostile runs, nothing leaves the origin, all can be read."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
from asking import Served
from hostile_archive import KEY, fill_hostile
from hostile_text import ONE, SCRIPTS

from archive.database import open_archive
from web.app import create_app

pytestmark = pytest.mark.browser

GROUP = quote(KEY, safe=":@")
PATHS = [
    "/", f"/g/{GROUP}", f"/g/{GROUP}/d/2026-11-19", f"/m/{GROUP}:t0", f"/m/{GROUP}:t3",
    f"/m/{GROUP}:p0", f"/m/{GROUP}:a5", f"/m/{GROUP}:p9", "/essence", "/essence/1", "/tags",
    f"/tag/{quote('<script>alert(9)</script>', safe='')}", "/search", "/search?q=alert",
    f"/search?q={quote(ONE)}", "/search?q=wwww*", f"/search?q={quote(SCRIPTS[2])}&order=relevance",
    "/contents", "/calendar", "/threads", f"/g/{GROUP}/essence", f"/g/{GROUP}/voices",
    f"/g/{GROUP}/calendar", f"/m/{GROUP}:p0?big=1",
    "/search?q=befor:2026", "/about", "/?lang=en", f"/m/{GROUP}:p2?lang=en", "/essence/1?lang=en",
]  # fmt: skip
WRONG = [f"/m/{quote(ONE, safe='')}", f"/search?q=x&order={quote(ONE)}"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    archive = open_archive(tmp_path_factory.mktemp("hostile") / "data", create=True)
    fill_hostile(archive)
    with Served(create_app(archive, loopback=True)) as base:
        yield base


class Watch:
    """Everything a page did that it should not have done."""

    def __init__(self, page, base: str) -> None:
        self.faults: list[str] = []
        page.on("dialog", lambda dialog: (self.faults.append("dialog"), dialog.dismiss()))
        page.on("pageerror", lambda error: self.faults.append(f"error {error}"))
        page.on("console", lambda said: self.faults.append(f"console {said.text}"))
        page.on("request", lambda request: self._asked(request.url, base))
        page.on("download", lambda _: self.faults.append("download"))
        page.on("popup", lambda _: self.faults.append("popup"))

    def _asked(self, url: str, base: str) -> None:
        if not url.startswith(f"{base}/"):
            self.faults.append(f"request {url[:80]}")


@pytest.fixture(params=[(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")], ids=str)
def page(request, chromium, served):
    width, scheme = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=served
    )
    opened = context.new_page()
    opened.watch = Watch(opened, served)
    yield opened
    context.close()


OPEN_ALL = """() => {
  document.querySelectorAll('details').forEach(d => d.open = true);
  document.querySelectorAll('img').forEach(i => i.loading = 'eager');
}"""


CONTRAST = """() => {
  const rgb = c => c.match(/[\\d.]+/g).map(Number);
  const linear = v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = c => .2126 * linear(c[0]) + .7152 * linear(c[1]) + .0722 * linear(c[2]);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n; n = walk.nextNode();) {
    const e = n.parentElement, box = e.getBoundingClientRect();
    if (!n.data.trim() || !box.width || e.closest('option, .skip')) continue;
    const a = light(rgb(getComputedStyle(e).color)), b = light(ground(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.push([e.className || e.tagName, ratio.toFixed(2), n.data.slice(0, 20)]);
  }
  return poor }"""


BASICS = """() => {
  const faults = [], named = e => (e.getAttribute('aria-label') || e.innerText || e.title ||
    [...e.querySelectorAll('img')].map(i => i.alt).join('')).trim();
  const all = s => [...document.querySelectorAll(s)];
  if (all('h1').length !== 1 || all('main').length !== 1) faults.push('h1 or main');
  all('a[href], button, summary').forEach(e =>
    named(e) || faults.push('no name ' + e.outerHTML.slice(0, 90)));
  all('img').forEach(e => e.alt || faults.push('no alt'));
  all('input:not([type=hidden])').forEach(e =>
    e.labels.length || e.ariaLabel || faults.push('no label'));
  all('nav').forEach(e => e.ariaLabel || faults.push('nav without a name'));
  all('[aria-labelledby]').forEach(e =>
    document.getElementById(e.getAttribute('aria-labelledby')) || faults.push('labelledby'));
  all('ol, ul').forEach(e => [...e.children].every(c => c.tagName === 'LI') || faults.push('list'));
  let last = 1;
  all('h1, h2, h3').forEach(e => {
    +e.tagName[1] > last + 1 && faults.push('heading jump');
    last = +e.tagName[1];
  });
  all('a a, a button, button a, [style], script:not([src^="/static/"])').forEach(e =>
    faults.push('odd ' + e.tagName));
  all('.nav a, .find button, .find input[type=search], .go a, .near a, .tabs a').forEach(e => {
    const box = e.getBoundingClientRect();
    if (box.width && box.height < 43.9) faults.push('small target ' + e.className);
  });
  return faults }"""


def test_every_page_is_inert_fits_the_screen_and_can_be_read_by_all(page):
    """TRUST 25, 26; contrast 4.5 : 1; the basics of accessibility."""
    for path in PATHS:
        assert page.goto(path).status == 200, path
        page.evaluate(OPEN_ALL)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, (path, wide)
        assert page.evaluate(CONTRAST) == [], path
        assert page.evaluate(BASICS) == [], path
        assert page.watch.faults == [], path
    for path in WRONG:
        assert page.goto(path).status in (400, 404)
        assert page.evaluate(CONTRAST) == page.evaluate(BASICS) == []
    assert not [f for f in page.watch.faults if not f.startswith("console Failed to load")]


def test_permalink_brings_its_message_into_view(page):
    page.goto(f"/m/{GROUP}:p0")
    box = page.locator("#here").bounding_box()
    assert 0 <= box["y"] < 600
    assert page.evaluate("document.activeElement.parentElement.id") == "here"


def test_search_works_by_keyboard_alone_and_the_first_stop_skips_to_the_text(page):
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(5):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "q":
            break
    page.keyboard.type("alert")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=alert")
    assert page.locator(".hit mark").count() > 0
    ring = page.evaluate(
        "() => { const a = document.querySelector('.hit .words'); a.focus();"
        " return getComputedStyle(a).outlineStyle }"
    )
    assert ring in ("solid", "auto", "none")


def test_text_twice_as_large_breaks_nothing(page):
    for path in PATHS[:4]:
        page.goto(path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_site_is_read_without_javascript(chromium, served):
    context = chromium.new_context(java_script_enabled=False, base_url=served)
    page = context.new_page()
    page.goto("/")
    page.locator(".words").first.click()
    assert urlsplit(page.url).path.startswith("/m/")
    page.locator("a[href='/essence']").first.click()
    page.locator(".post .name-of a").first.click()
    assert page.locator("h1").inner_text().endswith(ONE[-20:])
    context.close()
