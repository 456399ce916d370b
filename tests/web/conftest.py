"""A site over a real archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

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


@pytest.fixture(scope="module")
def running_login() -> Iterator[Any]:
    from telegram_login import TelegramLogin

    with TelegramLogin() as login:
        yield login


@pytest.fixture
def scene(archive: Archive, running_login: Any) -> Callable[..., Any]:
    """Make a site where one may log in, in one of two ways; Telegram forgot what was before."""
    from signing_in import Scene

    running_login.begin()
    return lambda mode, **options: Scene(archive, running_login, mode, **options)
