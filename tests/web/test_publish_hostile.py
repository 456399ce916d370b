"""Hostile text in every field there is, published (faults 15, 16, 25, 26)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hostile_archive import fill_hostile
from lxml import etree, html
from published_folder import parts_of
from whole_site import all_of, faults_of, files_of

from archive.database import Archive
from bot.publishing import publish
from web.publish.state import Settings

BASE = "https://archive.example.org"
DATA = r'<script type="application/ld\+json">(.*?)</script>'
SAFE = re.compile(r"https?://|mailto:", re.I)
PACKED = re.compile(r'chendian\("[plw]/[0-9-]+","[^"\\\n]*","[\u4000-\ubfff]*"\)\n')


@pytest.mark.parametrize("members", [False, True])
def test_fault_25_26_published_text_is_inert(
    archive: Archive, tmp_path: Path, members: bool
) -> None:
    fill_hostile(archive)
    with archive.writing() as db:
        db.execute("UPDATE groups SET visibility = 'public'")
    out = tmp_path / "site"
    publish(archive, out, Settings(members=members, base_url=BASE))
    assert faults_of(out) == []
    assert sum(file.endswith(".html") for file in files_of(out)) > 20
    assert _feeds(out) > 2 and _scripts(out) > 1
    told = [json.loads(one) for one in re.findall(DATA, all_of(out).decode("utf-8", "replace"))]
    assert bool(told) is not members
    assert (out / "sitemap.xml").exists() is not members
    for path in out.rglob("*.xml"):
        places = etree.fromstring(path.read_bytes()).iter("{*}loc")
        assert all((place.text or "").startswith(f"{BASE}/") for place in places)


def _feeds(out: Path) -> int:
    """Count feeds in which nothing would run and nothing leads where only a browser goes."""
    for path in (*out.glob("*.json"), *out.rglob("essence.json")):
        assert json.loads(path.read_bytes())["version"].startswith("https://jsonfeed.org")
    feeds = list(out.rglob("*.atom"))
    for path in feeds:
        feed = etree.fromstring(path.read_bytes())
        assert all(link.get("href", "").startswith(BASE) for link in feed.iter("{*}link"))
        for content in feed.iter("{*}content", "{*}summary"):
            page = html.fragment_fromstring(content.text or " ", create_parent=True)
            assert page.xpath(".//script | .//iframe | .//@*[starts-with(name(), 'on')]") == []
            assert all(SAFE.match(link) for link in page.xpath(".//@href | .//@src"))
    return len(feeds)


def _scripts(out: Path) -> int:
    """Count scripts of the search that are one call, with data and nothing else."""
    parts_of(out)
    packed = [path for path in (out / "x").rglob("*.js") if path.parent.name in ("p", "w", "l")]
    assert all(PACKED.fullmatch(path.read_text("utf-16")) for path in packed)
    return len(packed)


def test_fault_16_a_page_sent_as_a_picture_is_a_file_to_keep(
    archive: Archive, tmp_path: Path
) -> None:
    fill_hostile(archive)
    with archive.writing() as db:
        db.execute("UPDATE groups SET visibility = 'public'")
    publish(archive, tmp_path / "site", Settings())
    kept = sorted(path.suffix for path in (tmp_path / "site" / "media").iterdir())
    assert set(kept) <= {".bin", ".png", ".pdf"}
