"""Sites on real sockets, and windows of a real browser to read them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from crawling import Named
from demo_archive import fill_demo
from serving import Served, started_chromium
from stands import Stand, hostile_archive, member_cookie
from watching import Window

from archive.database import Archive
from bot.accounts import longest_texts
from web.app import create_app


@pytest.fixture(scope="session")
def stand_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Stand]]:
    """Give the stand of a name; archives and servers are made when they are first asked for."""
    archives: dict[str, Archive] = {}
    stands: dict[str, Stand] = {}
    with ExitStack() as stack:

        def archive_of(name: str) -> Archive:
            if name not in archives:
                folder = tmp_path_factory.mktemp(name) / "data"
                archives[name] = fill_demo(folder) if name == "demo" else hostile_archive(folder)
            return archives[name]

        def give(name: str) -> Stand:
            if name not in stands:
                archived, _, who = name.partition("-")
                archive = archive_of(archived)
                cookies = member_cookie(archive) if who == "member" else {}
                # strangers find a site that is published, with all that search engines read
                base_url = "http://archive.example" if who == "public" else ""
                app = create_app(
                    archive, base_url=base_url, loopback=who == "operator", longest=longest_texts()
                )
                base = stack.enter_context(Served(Named(app)))
                stands[name] = Stand(app, base, archive, cookies)
            return stands[name]

        yield give


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium; closed with the module, for its event loop stands in others' way."""
    with started_chromium() as started:
        yield started


@pytest.fixture
def window(browser: Any) -> Iterator[Callable[..., Window]]:
    """Open windows on a site; they close with the test."""
    with ExitStack() as stack:

        def opened(base: str, width: int = 1280, **more: Any) -> Window:
            context = browser.new_context(
                viewport={"width": width, "height": 800}, base_url=base, locale="zh-CN",
                reduced_motion="reduce", **more,
            )  # fmt: skip
            stack.callback(context.close)
            return Window(context.new_page(), base)

        yield opened
