"""A site on a real socket, and a real browser to read it with."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Served(uvicorn.Server):
    """The site on a free port, in a thread of its own."""

    def __init__(self, app: Any) -> None:
        super().__init__(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
        self._thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        until = time.monotonic() + 60
        while not self.started:
            assert self._thread.is_alive() and time.monotonic() < until, "it did not start"
            time.sleep(0.02)
        port = self.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def __exit__(self, *_: object) -> None:
        self.should_exit = True
        self._thread.join(10)


def missing_tool(reason: str) -> None:
    """Skip where a tool is missing; under CI a missing tool is a failure."""
    if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        pytest.fail(f"{reason} (CI is set, so it must be there)")
    pytest.skip(reason)


@contextmanager
def started_chromium() -> Iterator[Any]:
    """Start a headless Chromium that can resolve no name: what leaves this machine fails."""
    try:
        from playwright import sync_api
    except ImportError:
        missing_tool("playwright is not installed")
    path = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        missing_tool(f"no browser: none of {', '.join(_BROWSERS)} is on the PATH")
    flags = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    with sync_api.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()
