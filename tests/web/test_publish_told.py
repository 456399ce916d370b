"""What tells others of a published site: every address is whole and leads to a file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from test_publish_site import KEY, Fill, Publish, fill, out, published, said
from whole_site import faults_of, files_of

from archive.database import Archive
from archive.essence import mark
from archive.levels import set_level
from archive.records import Group
from archive.tags import add_tags
from bot.publishing import publish
from web.publish.state import Settings

__all__ = ["fill", "out", "published"]
BASE = "https://archive.example.org/of/ours"
TYPES = ("WebSite", "CollectionPage", "DiscussionForumPosting", "QAPage")


@pytest.fixture
def kept(fill: Fill, archive: Archive) -> None:
    """A group with an essence that bears a tag."""
    fill(Group(KEY, "技术群"), said(1, "先停写再核对行数 <b>"), said(2, "收到", 60))
    with archive.writing() as db:
        mark(db, [f"{KEY}:1"], by="operator", title="迁库 <script>")
        (row,) = db.execute("SELECT id FROM messages WHERE platform_id = '1'").fetchone()
        add_tags(db, [row], ("数据库",), "operator")


def leads(out: Path, address: str) -> bool:
    """Tell whether a whole address leads to a file of the folder."""
    return address.startswith(f"{BASE}/") and (out / address.removeprefix(f"{BASE}/")).is_file()


def data_of(out: Path, file: str) -> dict[str, Any]:
    """Return what a page tells of itself; it does so once."""
    page = (out / file).read_text("utf-8")
    (told,) = re.findall(r'<script type="application/ld\+json">(.*)</script>', page)
    found: dict[str, Any] = json.loads(told)
    return found


def test_feeds_lead_to_files_and_are_linked(kept: None, archive: Archive, out: Path) -> None:
    publish(archive, out, Settings(base_url=BASE))
    feeds = sorted(file for file in files_of(out) if file.endswith(".atom"))
    assert feeds[:2] == ["essence.atom", "feed.atom"] and len(feeds) == 4
    for file in feeds:
        feed = etree.fromstring((out / file).read_bytes())
        links = feed.xpath("//*[local-name()='link']/@href")
        assert len(links) > 2 and all(leads(out, link) for link in links), links
        told = json.loads((out / file.replace(".atom", ".json")).read_text("utf-8"))
        assert told["feed_url"] == f"{BASE}/{file.replace('.atom', '.json')}"
        assert [one["title"] for one in told["items"]] == ["迁库 <script>"]
    assert 'href="feed.atom"' in (out / "index.html").read_text("utf-8")
    assert faults_of(out) == []


def test_a_sitemap_lists_what_may_be_found(kept: None, archive: Archive, out: Path) -> None:
    publish(archive, out, Settings(base_url=BASE))
    index = etree.fromstring((out / "sitemap.xml").read_bytes())
    maps = index.xpath("//*[local-name()='loc']/text()")
    assert f"Sitemap: {BASE}/sitemap.xml" in (out / "robots.txt").read_text("utf-8")
    for one in maps:
        assert leads(out, one)
        places = etree.fromstring((out / one.removeprefix(f"{BASE}/")).read_bytes())
        for place in places.xpath("//*[local-name()='loc']/text()"):
            assert leads(out, place)
            page = (out / place.removeprefix(f"{BASE}/")).read_text("utf-8")
            assert f'<link rel="canonical" href="{place}">' in page and "noindex" not in page
            assert data_of(out, place.removeprefix(f"{BASE}/"))["@type"] in TYPES


def test_days_are_found_with_all_their_parts_and_what_is_context_is_not(
    fill: Fill, archive: Archive, out: Path
) -> None:
    fill(Group(KEY, "技术群"), *(said(n, f"第{n}句") for n in range(1, 1102)))
    with archive.writing() as db:
        (hidden,) = db.execute("SELECT id FROM messages WHERE platform_id = '7'").fetchone()
        set_level(db, hidden, "members", "operator")
        for number in range(1, 46):
            mark(db, [f"{KEY}:{number}"], by="operator", title=f"第{number}句")
    publish(archive, out, Settings(base_url=BASE))
    places = etree.fromstring((out / "sitemap/days-1.xml").read_bytes())
    days = [place[0].text.removeprefix(f"{BASE}/") for place in places]
    assert [day[-9:] for day in days] == ["9-21.html", "21-2.html", "21-3.html"]
    assert {place[1].text for place in places} == {"2026-09-21"}
    told = [data_of(out, day) for day in days]
    assert [one["headline"][-5:] for one in told] == ["· 技术群", "群 (2)", "群 (3)"]
    assert told[1]["text"].startswith("第502句") and told[1]["url"] == f"{BASE}/{days[1]}"
    further = list(out.glob("essence/before/*.html"))
    assert further and all("noindex" in file.read_text("utf-8") for file in further)


def test_nobody_is_told_of_a_site_whose_address_nobody_knows(
    kept: None, published: Publish, out: Path
) -> None:
    published()
    assert not [file for file in files_of(out) if file.endswith((".atom", ".xml", ".txt"))]
    assert "noindex" in (out / "index.html").read_text("utf-8")


def test_members_are_given_feeds_and_search_engines_nothing(
    kept: None, archive: Archive, out: Path
) -> None:
    publish(archive, out, Settings(base_url=BASE, members=True))
    assert (out / "feed.atom").exists() and not (out / "sitemap.xml").exists()
    assert "noindex" in (out / "index.html").read_text("utf-8")
