"""Going to Telegram and coming back in a real browser, of which nothing else goes to Telegram."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import msgspec
import pytest
from crawling import Found
from serving import Served
from signing_in import START, adapter
from stands import MEMBER, group_keys
from telegram_login import TelegramLogin
from visiting import visit

from bot.live.signing_in import ways_of
from web.app import create_app
from web.sign_in import back_to

pytestmark = pytest.mark.browser


def a_page(path: str, status: int = 200) -> Found:
    return Found(path, (path, ()), status, "text/html", 0, 0, "", True)


@pytest.fixture
def login() -> Iterator[TelegramLogin]:
    with TelegramLogin() as running:
        running.person |= {"id": int(MEMBER.partition(":")[2])}
        yield running


@pytest.fixture
def site(stand_of, login):
    """Serve the demo so that its people may log in, one way or the other."""
    archive = stand_of("demo-public").archive
    with ExitStack() as stack:

        async def role(account, group_key, member_key):
            return "member" if group_key in group_keys(archive) else None

        def serve(mode):
            ways = ways_of({"main": adapter(login, mode)}, "http://127.0.0.1")
            app = create_app(archive, loopback=False, roles=role, ways=ways)
            base = stack.enter_context(Served(app))
            app.state.site = msgspec.structs.replace(app.state.site, base_url=base)
            login.allowed.add(back_to(base, "main"))
            return base

        yield serve


def looks_well(shown, path, status=200):
    seen = visit(shown, a_page(path, status), closely=True)
    assert not (seen.runs or seen.wide or seen.cut or seen.axe or seen.house), seen


@pytest.mark.parametrize("mode", ["oidc", "widget"])
def test_a_button_leads_there_and_back_and_in(site, login, window, mode):
    """TRUST 29, by keyboard; the widget's answer is handed over by our own script."""
    shown = window(site(mode), 360)
    looks_well(shown, "/login")
    shown.page.goto("/login")
    shown.page.locator(f"a[href='{START}']").press("Enter")
    shown.page.wait_for_url(f"**{START}/as")
    assert "Ann <b>安</b>" in shown.page.locator("form.enter button").inner_text()
    assert all(fault.startswith(f"request to {login.url}/auth?") for fault in shown.taken())
    looks_well(shown, f"{START}/as")
    shown.page.goto(f"{START}/as")
    shown.page.locator("form.enter button").press("Enter")
    shown.page.wait_for_url(f"{shown.base}/")
    names = {cookie["name"] for cookie in shown.page.context.cookies()}
    assert "chendian" in names and "chendian-attempt" not in names
    assert shown.page.evaluate("document.cookie") == "" and not shown.taken()


def test_what_does_not_hold_and_what_no_script_hands_over_has_a_page_too(site, login, window):
    shown = window(site("widget"), 360)
    looks_well(shown, f"{START}/back?state=x", 401)
    shown.page.goto("/login")
    state = shown.page.request.get(START, max_redirects=0).headers["location"]
    state = state.partition("state%3D")[2].partition("&")[0]
    looks_well(shown, f"{START}/back?state={state}")
    shown.page.goto("about:blank")
    shown.page.goto(f"{START}/back?state={state}#tgAuthResult=ZmFsc2U")  # who declined
    shown.page.wait_for_url("**error=none*")
    assert "没有登录成" in shown.page.inner_text("main") and login.asked == []
