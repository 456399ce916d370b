"""Every kind of page: nothing hostile runs, nothing leaves the site, all fits, all can be read."""

from __future__ import annotations

import zlib

import pytest
from crawling import Found, routes_of
from stands import Stand
from visiting import Seen, visit
from watching import Window

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

LARGEST_PAGE = 400_000
LARGEST_LOAD = 60_000
AWAY = {"/login/with/{name}", "/login/with/{name}/back", "/login/with/{name}/as"}
UNSEEN = {"/metrics", "/login/{nonce}", "/invite/{token}", *AWAY}
"""Routes nobody is led to by a page; test_entering.py opens the links that let in, and
test_signing_in.py goes to another site and back."""


@pytest.fixture(scope="class")
def stand(request, stand_of) -> Stand:
    """The archive as the reader of the class finds it."""
    return stand_of(request.cls.reader)


@pytest.fixture(scope="class")
def seen(request, browser, stand) -> list[Seen]:
    """Visit every kind of page, once for all that is asked of them."""
    context = browser.new_context(base_url=stand.base, locale="zh-CN", reduced_motion="reduce")
    context.add_cookies(
        [{"name": n, "value": v, "url": stand.base} for n, v in stand.cookies.items()]
    )
    window = Window(context.new_page(), stand.base)
    # the public reads the same templates
    closely = request.cls.reader.endswith("operator")
    pages = [page for page in stand.crawl.kinds() if is_mine(page, *request.cls.part)]
    visits = [visit(window, page, closely) for page in pages]
    context.close()
    return visits


def is_mine(page: Found, number: int, of: int) -> bool:
    """Tell whether a page is of this part, as all of its kind are."""
    return zlib.crc32(repr(page.kind).encode()) % of == number


def told(seen: list[Seen], what: str) -> str:
    """List what is wrong, a line a page."""
    return "\n".join(f"{one.page.path}: {getattr(one, what)}" for one in seen if getattr(one, what))


class EveryPage:
    """What holds of each kind of page, for one reader of one archive."""

    reader: str
    part = (0, 1)
    """Which kinds: the first of one part, which is all of them."""

    def test_nothing_hostile_runs_and_nothing_leaves_the_site(self, seen):
        """TRUST 25, 26: no dialog, no error, no request elsewhere or to what the texts name."""
        assert not told(seen, "runs"), told(seen, "runs")

    def test_every_page_fits_its_window(self, seen):
        """From 320 pixels on, at 200 %, and with letters twice as large."""
        assert not told(seen, "wide"), told(seen, "wide")

    def test_nothing_is_cut_off_at_twice_the_size(self, seen):
        """But for what is shortened on purpose."""
        assert not told(seen, "cut"), told(seen, "cut")

    def test_every_page_can_be_read_by_all(self, seen):
        """WCAG 2.2 AA as far as axe can tell, in light and dark."""
        assert not told(seen, "axe"), told(seen, "axe")

    def test_every_page_keeps_the_rules_of_the_house(self, seen):
        assert not told(seen, "house"), told(seen, "house")

    def test_pages_are_light(self, stand):
        heavy = [
            f"{page.path}: {page.size:,} bytes, first load {page.weight:,}"
            for page in stand.crawl.pages.values()
            if page.is_page and (page.size > LARGEST_PAGE or page.weight > LARGEST_LOAD)
        ]
        assert not heavy, "\n".join(heavy)

    def test_no_paragraph_is_torn_apart(self, stand):
        """A form within a paragraph ends it: what follows is styled as if it stood alone."""
        pages = stand.crawl.pages.values()
        torn = {page.kind[0]: page.torn[:200] for page in pages if page.torn}
        assert not torn

    def test_no_page_fails(self, stand):
        """What is linked is there; what is typed wrongly is refused with a page of its own."""
        found, named = stand.crawl.pages.values(), stand.crawl.named
        assert not [page for page in found if page.status >= 500]
        # that a picture is broken is found out when its thumbnail is asked for
        broken = [p for p in found if p.status == 415 and p.path.endswith("?small")]
        gone = [p for p in found if p.status >= 400 and p not in broken]
        assert not [p.path for p in gone if p.path not in named]
        assert all(p.is_page for p in gone if "/api/" not in p.path)


# a class is what xdist gives to one process (--dist loadscope): its pages are visited once, and who
# reads most in two classes, for the longest decides when all is done


class TestDemoForItsOperator(EveryPage):
    reader, part = "demo-operator", (0, 2)


class TestDemoForItsOperatorOtherKinds(EveryPage):
    reader, part = "demo-operator", (1, 2)


class TestHostileForItsOperator(EveryPage):
    reader, part = "hostile-operator", (0, 2)


class TestHostileForItsOperatorOtherKinds(EveryPage):
    reader, part = "hostile-operator", (1, 2)


class TestDemoForAMember(EveryPage):
    reader = "demo-member"


class TestDemoForThePublic(EveryPage):
    reader = "demo-public"


class TestHostileForThePublic(EveryPage):
    reader = "hostile-public"


def test_every_route_was_seen(stand_of):
    """A page nobody is led to is a page nobody reads."""
    stands: list[Stand] = [stand_of(f"demo-{who}") for who in ("operator", "public", "member")]
    seen: set[str] = set().union(*(stand.crawl.routes for stand in stands))
    missing = set(routes_of(stands[0].app.routes)) - seen - UNSEEN
    assert not missing, sorted(missing)


def test_what_is_no_page_is_inert_in_a_window_too(stand_of, window):
    """TRUST 25: feeds, files and JSON opened by hand."""
    stand = stand_of("hostile-operator")
    shown = window(stand.base)
    others: dict[str, Found] = {}
    for page in stand.crawl.pages.values():
        if not page.is_page and page.status == 200:
            others.setdefault(page.kind[0] + page.mime, page)
    assert others
    for page in others.values():
        try:
            shown.page.goto(page.path)
        except Exception as error:
            assert "Download is starting" in str(error)
    # what the browser itself puts around JSON is no fault of the page
    assert not [fault for fault in shown.taken() if fault.startswith(("dialog", "request to"))]
