"""One `chendian run` under test: begun with a configuration, watched, ended."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType

from benchmarks.processes import PROGRAM, Failed, Memory, connect, free_port, get, stop

_LOOK = 1.0
"""Seconds between two looks whether the process has become quiet."""
_QUIET = 0.1
"""Part of a core below which it is."""


class Captured:
    """`chendian run` on an archive, with accounts and the groups that are archived."""

    def __init__(
        self, data: Path, accounts: str, groups: Iterable[str],
        program: Sequence[str | Path] = (PROGRAM,),
    ) -> None:  # fmt: skip
        self.data = data
        self.port = free_port()
        data.mkdir(parents=True, exist_ok=True)
        config = data / "bench.toml"
        agreed = "".join(f'[groups."{key}"]\narchive = true\n' for key in groups)
        config.write_text(
            f'data = "{data}"\n[capture]\noperator = "bench"\n[web]\nport = {self.port}\n'
            f"{accounts}\n{agreed}",
            "utf-8",
        )
        self.log = data / "bench.log"
        own = {k: v for k, v in os.environ.items() if not k.startswith("CHENDIAN_")}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*program, "run", "--config", config], stdout=log, stderr=log, env=own
            )
        try:
            self.http: HTTPConnection = connect(self.process, self.port)
        except BaseException:
            stop(self.process)
            raise
        self.memory = Memory(self.process.pid, every=0.5)

    def __enter__(self) -> Captured:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.memory.stop()
        self.http.close()
        stop(self.process)

    def wait_connected(self, accounts: int, seconds: float = 30) -> None:
        """Wait until so many accounts hear what is said. Raises Failed."""
        end = time.monotonic() + seconds
        while self.connected() < accounts:
            if time.monotonic() > end:
                raise Failed(f"{self.connected()} of {accounts} accounts connected")
            time.sleep(0.05)

    def wait_quiet(self, seconds: float = 300) -> float:
        """Wait until what is done at the start is done; return the seconds that took."""
        begin, used = time.monotonic(), self.cpu_seconds()
        while time.monotonic() - begin < seconds:
            time.sleep(_LOOK)
            before, used = used, self.cpu_seconds()
            if used - before < _QUIET * _LOOK:
                return time.monotonic() - begin - _LOOK
        raise Failed(f"chendian run was still busy after {seconds:g} s")

    def connected(self) -> int:
        """Return how many accounts hear what is said."""
        said = get(self.http, "/metrics").decode()
        return len(re.findall(r"^chendian_connected\{.*\} 1\.0$", said, re.M))

    def messages(self) -> int:
        """Return how many messages the archive holds; what is in it can be searched."""
        path = self.data / "archive.db"
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            row = db.execute("SELECT coalesce(sum(messages), 0) FROM groups").fetchone()
        return int(row[0])

    def wait_messages(self, number: int, seconds: float) -> float:
        """Wait until the archive holds so many; return when that was. Raises Failed."""
        end = time.monotonic() + seconds
        while (there := self.messages()) < number:
            if time.monotonic() > end:
                raise Failed(f"{number - there} messages are missing after {seconds:g} s")
            time.sleep(0.02)
        return time.perf_counter()

    def cpu_seconds(self) -> float:
        """Return the processor time used so far, by the process and its threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
