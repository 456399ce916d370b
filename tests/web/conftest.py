"""A site over a real archive."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from asking import Asker, Fill, missing_tool

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
    try:
        from playwright import sync_api
    except ImportError:
        missing_tool("playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        missing_tool(f"no browser: none of {', '.join(names)} is on the PATH")
    with sync_api.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
