"""Pictures and voices in a real browser: what moves plays where it stands, every voice is heard."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pictures
import pytest
from serving import Served
from voices import recorded, spoken

from archive.database import open_archive
from archive.keep import keep
from archive.records import Attachment, Group, Message
from web.app import create_app

pytestmark = pytest.mark.browser

KEY, T0 = "wechat:1@chatroom", 1_760_000_000
SENT = {
    "1": ("photo", "a.gif", pictures.moving("GIF")),
    "2": ("photo", "坏图.jpg", pictures.on_its_side()[:3000]),
    "3": ("voice", "a.silk", recorded()),
    "4": ("voice", "a.amr", spoken()),
    "5": ("voice", "a.ogg", spoken("libopus", "ogg", 48_000)),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    archive = open_archive(tmp_path_factory.mktemp("media") / "data", create=True)
    said = []
    for number, (kind, name, data) in SENT.items():
        stored = archive.media.take(BytesIO(data))
        file = Attachment(kind, name, sha256=stored.sha256, size=stored.size)
        said.append(
            Message(
                KEY, number, T0 + int(number) * 400, "wechat:a", "甲", kind, attachments=(file,)
            )
        )
    with archive.writing() as db:
        keep(db, [Group(KEY, "群"), *said])
    with Served(create_app(archive, loopback=True)) as base:
        yield base


@pytest.fixture
def page(chromium, served):
    context = chromium.new_context(
        viewport={"width": 360, "height": 800}, base_url=served, locale="zh-CN"
    )
    yield context.new_page()
    context.close()


def test_animated_picture_plays_where_it_stands_and_stops(page):
    page.goto(f"/g/{KEY}/d/2025-10-09")
    picture = page.locator("a.moves img")
    picture.scroll_into_view_if_needed()
    picture.evaluate("picture => picture.decode()")
    before = picture.bounding_box()
    still = picture.get_attribute("src")
    picture.click()
    assert picture.get_attribute("src") == page.locator("a.moves").evaluate("a => a.href")
    picture.evaluate("picture => picture.decode()")
    assert picture.bounding_box() == before
    picture.click()
    assert picture.get_attribute("src").endswith(still)


def test_broken_picture_says_its_name(page):
    page.goto(f"/g/{KEY}/d/2025-10-09")
    page.wait_for_load_state("networkidle")
    page.reload()
    assert "坏图.jpg" in page.locator("a.file").inner_text()


@pytest.mark.parametrize("number", ["3", "4", "5"])
def test_voice_is_heard(page, number):
    page.goto(f"/m/{KEY}:{number}")
    heard = page.locator("#here audio").evaluate(
        """audio => new Promise((heard, not) => {
            audio.muted = true;
            audio.addEventListener('ended', () => heard(audio.currentTime));
            audio.addEventListener('error', () => not(audio.error.message));
            audio.play().catch(not);
        })"""
    )
    assert 0.9 < heard < 1.2
