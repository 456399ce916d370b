"""A site over a real archive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asking import Asker, Fill
from serving import started_chromium

from archive.database import Archive
from archive.keep import keep
from archive.records import AnyRecord
from web.app import create_app


@pytest.fixture
def fill(archive: Archive) -> Fill:
    def write(*records: AnyRecord) -> None:
        with archive.writing() as db:
            report = keep(db, records)
        assert not report.rejected

    return write


@pytest.fixture
def site(archive: Archive) -> Asker:
    return Asker(create_app(archive, loopback=True))


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """Start a headless Chromium; closed with the module, for its event loop stands in the way."""
    with started_chromium() as browser:
        yield browser
