"""An operator's `chendian run`: started, asked over HTTP, killed, started again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
PROGRAM = Path(sys.executable).with_name("chendian")
LIMIT = 100
"""Seconds after which something counts as not happening."""


class Operated:
    """One data folder with its configuration and, between `start` and an end, its process."""

    def __init__(
        self, folder: Path, accounts: str, more: str = "", port: int = 0, log: str = "log.txt"
    ) -> None:
        self.data = folder / "data"
        self.config = folder / "config.toml"
        self.log = folder / log
        self.config.write_text(
            f'data = "{self.data}"\n[capture]\noperator = "阿珍 azhen@example.org"\n'
            f"[web]\nport = {port}\n{accounts}\n{more}",
            "utf-8",
        )
        self.program: list[str | Path] = [PROGRAM]
        self.environment: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self, *words: str, ready: bool = True) -> Operated:
        """Start `chendian run` and wait until its site answers."""
        with self.log.open("ab") as log:
            before = log.tell()
            own = {k: v for k, v in os.environ.items() if not k.startswith("CHENDIAN_")}
            self._process = subprocess.Popen(
                [*self.program, "run", "--config", self.config, *words],
                stdout=log, stderr=log, env=own | self.environment,
            )  # fmt: skip
        if ready:
            found = until(lambda: re.search(r"site host=\S+ port=(\d+)", self.said(before)))
            self.port = int(found[1])
            until(lambda: self.ask("/healthz"))
        return self

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Ask it to stop, as systemd does; return its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(60)

    def ended(self) -> int | None:
        """Return the exit code of a process that has ended."""
        assert self._process is not None
        return self._process.poll()

    def __enter__(self) -> Operated:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def said(self, after: int = 0) -> str:
        """Return the log."""
        return self.log.read_bytes()[after:].decode() if self.log.exists() else ""

    def ask(self, path: str) -> Any:
        """GET from the site; None while it does not answer."""
        with (
            suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer,
        ):
            body = answer.read()
            return json.loads(body) if "json" in answer.headers["Content-Type"] else body.decode()
        return None

    def search(self, query: str) -> list[dict[str, Any]]:
        """Search as a reader of the site does."""
        found = self.ask(f"/api/search?limit=100&q={urllib.parse.quote(query)}")
        return list(found["hits"]) if found else []

    def finds(self, query: str, seconds: float = LIMIT) -> dict[str, Any]:
        """Wait until a search finds something; return the first hit."""
        return until(lambda: self.search(query), seconds)[0]


def until(does: Callable[[], T], seconds: float = LIMIT) -> T:
    """Wait until something is true; return it."""
    end, pause = time.monotonic() + seconds, 0.01
    while True:
        found = does()
        if found:
            return found
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(pause)
        # to ask without a break would take the time of what is waited for
        pause = min(1.2 * pause, 0.1)
