"""The twins in Markdown of published pages: only text, and every link leads to a file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hostile_archive import fill_hostile
from markdown_it import MarkdownIt
from markdown_it.token import Token
from whole_site import files_of

from archive.database import Archive
from bot.publishing import publish
from web.publish.state import Settings

READS = MarkdownIt("commonmark", {"html": True})
ALIVE = {"html_block", "html_inline", "image", "code_block", "code_inline", "fence"}


def _tokens(text: str) -> Iterator[Token]:
    for block in READS.parse(text):
        yield block
        yield from block.children or ()


@pytest.mark.parametrize("members", [False, True])
def test_twins_are_inert_and_lead_to_files(archive: Archive, tmp_path: Path, members: bool) -> None:
    fill_hostile(archive)
    with archive.writing() as db:
        db.execute("UPDATE groups SET visibility = 'public'")
    out = tmp_path / "site"
    publish(archive, out, Settings(members=members))
    files = files_of(out)
    twins = {file for file in files if file.endswith(".md")}
    assert {f"{twin[:-3]}.html" for twin in twins} <= files
    days = {file for file in files if file.startswith("g/") and "/20" in file}
    assert {f"{day.removesuffix('.html').removesuffix('.md')}.md" for day in days} <= twins
    for twin in twins:
        for token in _tokens((out / twin).read_text("utf-8")):
            assert token.type not in ALIVE, (twin, token.content[:80])
            if token.type == "link_open":
                parts = urlsplit(str(token.attrs["href"]))
                beside = posixpath.join(posixpath.dirname(twin), unquote(parts.path))
                assert (
                    parts.scheme in ("http", "https", "mailto")
                    or posixpath.normpath(beside) in files
                ), (twin, token.attrs)
