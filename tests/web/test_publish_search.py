"""The search of a published site is made with its pages, and follows them."""

from __future__ import annotations

from pathlib import Path

import pytest
from published_folder import rows_of
from test_publish_site import KEY, Fill, Publish, fill, out, published, said

from archive.database import Archive
from archive.forget import forget
from archive.records import Group
from bot import making

__all__ = ["fill", "out", "published"]


def versions(out: Path) -> list[str]:
    """Return the folders of the search."""
    return sorted(path.name for path in (out / "x").iterdir() if path.is_dir())


def newer(out: Path) -> list[Path]:
    """Return the files of what is newer than the search."""
    return sorted((out / "x").glob("*/newer-*.js"))


@pytest.mark.parametrize("alone", [20_000, 0])
def test_what_is_newer_is_added_and_what_was_forgotten_makes_it_anew_fault_33(
    fill: Fill, published: Publish, out: Path, archive: Archive, alone: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(making, "_ALONE", alone)
    fill(Group(KEY, "技术群"), said(1, "暗号canary"), said(2, "答", 60), said(3, "后来", 90_000))
    published()
    assert [words for _, _, words in rows_of(out)] == ["暗号canary", "答", "后来"]
    first = versions(out)
    assert len(first) == 1 and newer(out) == []

    fill(said(4, "新的一句", 90_060))
    published()
    assert versions(out) == first and len(newer(out)) == 1
    assert "新的一句" in newer(out)[0].read_text("utf-8")

    with archive.writing() as db:
        forget(db, [f"{KEY}:1"], "operator")
    published()
    assert [words for _, _, words in rows_of(out)] == ["答", "后来", "新的一句"]
    assert len(versions(out)) == 1 and versions(out) != first and newer(out) == []
    canary = "暗号canary"
    for path in filter(Path.is_file, out.rglob("*")):
        body = path.read_bytes()
        assert canary.encode() not in body and canary.encode("utf-16-le") not in body


def test_an_older_message_that_came_late_makes_it_anew(
    fill: Fill, published: Publish, out: Path
) -> None:
    fill(Group(KEY, "技术群"), said(1, "一"), said(3, "三", 120))
    published()
    first = versions(out)
    fill(said(2, "二", 60))
    published()
    assert versions(out) != first
    assert [words for _, _, words in rows_of(out)] == ["一", "二", "三"]
