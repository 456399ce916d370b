"""A feed address made and read, and a page that may be found, as a real browser has them."""

from __future__ import annotations

import json

import pytest
from test_entering import a_page
from visiting import visit

pytestmark = pytest.mark.browser


def test_data_for_search_engines_runs_nothing_and_raises_no_error(stand_of, window):
    """The policy forbids scripts in a page; a block of data is none, and must stay so."""
    stand = stand_of("hostile-public")
    shown = window(stand.base)
    for path in ("/", "/essence/1", "/t/1"):
        shown.open(path)
        (block,) = shown.page.locator("script[type='application/ld+json']").all()
        told = json.loads(block.text_content())
        assert told["@context"] == "https://schema.org"
        assert path == "/" or "<script>" in json.dumps(told)
        assert shown.taken() == []


def test_a_member_makes_a_feed_address_and_ends_it(stand_of, window):
    stand = stand_of("demo-member")
    shown = window(stand.base, 360)
    cookies = [{"name": n, "value": v, "url": stand.base} for n, v in stand.cookies.items()]
    shown.page.context.add_cookies(cookies)
    seen = visit(shown, a_page("/me"), closely=True)
    assert not (seen.runs or seen.wide or seen.cut or seen.axe or seen.house), seen
    shown.size(360)
    shown.page.locator("button[value='make']").press("Enter")
    shown.page.wait_for_url(f"{stand.base}/me/feed")
    address = shown.page.locator("#feed").input_value()
    assert shown.look("wide") == [] and shown.page.locator("#feed").is_visible()
    stranger = window(stand.base).page.request
    everybodys = stranger.get("/feed.atom").text()
    assert stranger.get(address).text() != everybodys
    shown.page.locator("button[value='end']").press("Enter")
    shown.page.wait_for_url(f"{stand.base}/me#feeds")
    assert stranger.get(address).text() == everybodys
    assert shown.taken() == []
