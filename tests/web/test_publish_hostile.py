"""Hostile text in every field there is, published (faults 15, 16, 25, 26)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hostile_archive import fill_hostile
from whole_site import faults_of, files_of

from archive.database import Archive
from bot.publishing import publish
from web.publish.state import Settings


@pytest.mark.parametrize("members", [False, True])
def test_fault_25_26_published_text_is_inert(
    archive: Archive, tmp_path: Path, members: bool
) -> None:
    fill_hostile(archive)
    with archive.writing() as db:
        db.execute("UPDATE groups SET visibility = 'public'")
    out = tmp_path / "site"
    publish(archive, out, Settings(members=members))
    assert faults_of(out) == []
    assert sum(file.endswith(".html") for file in files_of(out)) > 20


def test_fault_16_a_page_sent_as_a_picture_is_a_file_to_keep(
    archive: Archive, tmp_path: Path
) -> None:
    fill_hostile(archive)
    with archive.writing() as db:
        db.execute("UPDATE groups SET visibility = 'public'")
    publish(archive, tmp_path / "site", Settings())
    kept = sorted(path.suffix for path in (tmp_path / "site" / "media").iterdir())
    assert set(kept) <= {".bin", ".png", ".pdf"}
