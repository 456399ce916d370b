"""Long lists of a published site: whole, in files of a sensible size, that stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_publish_site import KEY, T0, Fill, Publish, fill, out, published, said
from whole_site import faults_of, files_of

from archive.database import Archive
from archive.records import Attachment, Group, Member
from archive.tags import add_tags
from bot.publishing import publish
from web.publish.state import Settings

__all__ = ["fill", "out", "published"]
LARGEST = 400_000
"""Bytes of HTML."""
GROUP = "g/telegram_3a-100123"
DAY = 86_400


def _text(out: Path, pattern: str) -> str:
    return "".join(path.read_text("utf-8") for path in out.glob(pattern))


def test_every_link_and_file_stands_in_its_month(fill: Fill, published: Publish, out: Path) -> None:
    long = "a" * 1_500
    links = [said(n, f"看 https://example.org/{n}/{long}.", n * 2_000) for n in range(1, 1201)]
    lost = (Attachment("file", "报告.pdf", size=7, missing="too large"),)
    files = [said(n, "", n * 2_000, kind="file", attachments=lost) for n in range(2000, 2100)]
    again = said(3000, "https://example.org/1/a 又是 https://example.org/1/a", DAY)
    fill(Group(KEY, "技术群"), *links, *files, again)
    published()
    assert faults_of(out) == []
    shown = _text(out, f"{GROUP}/*-links*.html")
    assert all(f"https://example.org/{n}/{long}" in shown for n in range(1, 1201))
    assert shown.count('href="https://example.org/1/a"') == 1
    assert _text(out, f"{GROUP}/*-files*.html").count("报告.pdf") == 100
    assert {f"{GROUP}/2026-10-links.html", f"{GROUP}/2026-10-links-2.html"} <= files_of(out)
    assert max(path.stat().st_size for path in out.rglob("*links*.html")) < LARGEST
    newest = (out / GROUP / "links.html").read_text("utf-8")
    assert 'telegram_3a-100123/2026-09-links.html"' in newest
    assert "技术群" in (out / "links.html").read_text("utf-8").partition("更早的")[2]


def test_what_those_who_lead_said_stands_in_its_month(
    fill: Fill, published: Publish, out: Path, archive: Archive
) -> None:
    fill(
        Group(KEY, "技术群"), Member("telegram:1", "群主", group_key=KEY, role="owner"),
        *(said(n, f"群主第{n}句", n * 20_000, who="1") for n in range(1, 401)),
    )  # fmt: skip
    published(members=True)
    shown = _text(out, f"{GROUP}/*-voices*.html")
    assert all(f"群主第{n}句" in shown for n in range(1, 401))
    assert faults_of(out) == []
    published()
    assert not [file for file in files_of(out) if "voices" in file]


def test_a_tag_goes_on_to_its_end_and_its_older_pages_stay(
    fill: Fill, published: Publish, out: Path, archive: Archive
) -> None:
    def tag(first: int, last: int) -> None:
        fill(Group(KEY, "技术群"), *(said(n, f"第{n}句", n * 60) for n in range(first, last)))
        with archive.writing() as db:
            rows = db.execute("SELECT id FROM messages").fetchall()
            add_tags(db, [i for (i,) in rows], ("数据库",), "operator")

    tag(1, 351)
    published()
    further = set(out.glob("tag/*/before/*.html"))
    shown = _text(out, "tag/**/*.html")
    assert len(further) == 2 and all(f"第{n}句" in shown for n in range(1, 351))
    tag(351, 361)
    published()
    assert further == set(out.glob("tag/*/before/*.html"))


def test_what_is_brought_up_to_date_is_what_is_made_anew(
    fill: Fill, published: Publish, out: Path, archive: Archive
) -> None:
    link = "看 https://example.org/{}"
    fill(Group(KEY, "技术群"), *(said(n, link.format(n), n * 20 * DAY) for n in range(9)))
    published()
    fill(said(50, link.format("new"), 9 * 20 * DAY), said(51, "旧的", 3 * DAY))
    published()
    publish(archive, out.with_name("anew"), Settings())
    assert _pages(out) == _pages(out.with_name("anew"))


def _pages(out: Path) -> dict[str, bytes]:
    files = (file for file in files_of(out) if file.endswith(".html"))
    return {file: (out / file).read_bytes() for file in files}


@pytest.mark.parametrize("words", ["links", "files"])
def test_a_short_list_has_no_months(fill: Fill, published: Publish, out: Path, words: str) -> None:
    fill(Group(KEY, "技术群"), said(1, "https://example.org/a", at=T0 % 7))
    published()
    assert "更早的" not in (out / GROUP / f"{words}.html").read_text("utf-8")
