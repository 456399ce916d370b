"""Coming in and going out in a real browser: cookies, forms and the policy as they really are."""

from __future__ import annotations

import pytest
from crawling import Found
from stands import MEMBER
from visiting import visit

from archive import invites, logins

pytestmark = pytest.mark.browser


def a_page(path: str, status: int = 200) -> Found:
    return Found(path, (path, ()), status, "text/html", 0, 0, "", True)


def test_a_link_lets_its_person_in_once_and_a_button_lets_them_out(stand_of, window):
    """TRUST 28: looking at a link spends nothing, pressing its button does."""
    stand = stand_of("demo-public")
    with stand.archive.writing() as db:
        nonce = logins.make_login(db, MEMBER, "telegram:demo")
    path = f"/login/{nonce}"
    shown = window(stand.base, 360)
    for _ in range(2):
        seen = visit(shown, a_page(path), closely=True)
        assert not (seen.runs or seen.wide or seen.cut or seen.axe or seen.house), seen
    shown.page.goto(path)
    shown.page.locator("form.enter button").press("Enter")
    shown.page.wait_for_url(f"{stand.base}/**")
    assert "/login" not in shown.page.url
    (cookie,) = [c for c in shown.page.context.cookies() if c["name"] == "chendian"]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"
    assert shown.page.evaluate("document.cookie") == ""
    other = window(stand.base)
    seen = visit(other, a_page(path, 404), closely=True)
    assert not (seen.runs or seen.wide or seen.cut or seen.axe), seen
    shown.page.goto("/")
    shown.page.locator("footer form[action='/logout'] button").press("Enter")
    shown.page.wait_for_load_state()
    assert not [c for c in shown.page.context.cookies() if c["name"] == "chendian"]
    assert not shown.taken()


def test_an_invitation_lets_in_who_has_its_link(stand_of, window):
    stand = stand_of("demo-public")
    with stand.archive.writing() as db:
        _, token = invites.make_invite(db, None, by="operator", label="试读")
    shown = window(stand.base, 360)
    path = f"/invite/{token}"
    seen = visit(shown, a_page(path), closely=True)
    assert not (seen.runs or seen.wide or seen.cut or seen.axe or seen.house), seen
    shown.page.goto(path)
    shown.page.locator("form.enter button").press("Enter")
    shown.page.wait_for_load_state()
    assert [c for c in shown.page.context.cookies() if c["name"] == "chendian"]
