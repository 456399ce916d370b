"""Runs the program as a person would, and watches how much memory all its processes hold."""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

PROGRAM = Path(sys.executable).with_name("chendian")
_EVERY = 0.05


class Failed(Exception):
    """The program under test did not do what it was asked; the message says what it printed."""


class Memory:
    """What a process and everything below it hold, in bytes; shared pages are shared out."""

    def __init__(self, pid: int, every: float = _EVERY) -> None:
        self.peak = 0
        self.seen: list[int] = []
        """One after another, `every` seconds apart."""
        self._pid = pid
        self._every = every
        self._stop = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """Stop watching and return the peak."""
        self._stop.set()
        self._thread.join()
        return self.peak

    def _watch(self) -> None:
        while not self._stop.wait(self._every):
            self.seen.append(sum(_bytes_of(pid) for pid in _family(self._pid)))
            self.peak = max(self.peak, self.seen[-1])


def _family(pid: int) -> list[int]:
    family = [pid]
    for member in family:
        try:
            for task in Path(f"/proc/{member}/task").iterdir():
                family += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return family


def _bytes_of(pid: int) -> int:
    """Return the proportional share of a process, or its resident size where that is not told."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    except OSError:
        return 0


class Ran(NamedTuple):
    """What a command printed, how long it took, and what it used with all its processes."""

    printed: str
    seconds: float
    cpu_seconds: float
    memory: int


def run(*arguments: str | Path) -> Ran:
    """Run `chendian …` to its end; raises Failed when it was not a good one."""
    command = [str(PROGRAM), *map(str, arguments)]
    used = _cpu_of_children()
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )
    memory = Memory(process.pid)
    printed, errors = process.communicate()
    seconds = time.perf_counter() - start
    peak = memory.stop()
    if process.returncode:
        raise Failed(f"{' '.join(command)}: exit {process.returncode}: {errors[-2000:]}")
    return Ran(printed, seconds, _cpu_of_children() - used, peak)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def site(data: Path, workers: int = 1) -> Iterator[HTTPConnection]:
    """Serve the archive in processes of its own; yield a connection that is kept alive."""
    port = free_port()
    command = [str(PROGRAM), "web", "--data", str(data), "--port", str(port)]
    command += ["--workers", str(workers)] if workers > 1 else []
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield connect(process, port)
    finally:
        stop(process)


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and see that it does."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def connect(process: subprocess.Popen[bytes], port: int) -> HTTPConnection:
    """Return a connection to a site that is just starting. Raises Failed when it does not."""
    for _ in range(300):
        if process.poll() is not None:
            raise Failed(f"chendian ended with exit {process.returncode}")
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            get(connection, "/healthz")
        except OSError:
            connection.close()
            time.sleep(0.1)
            continue
        assert connection.sock is not None
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection
    raise Failed("the site did not answer within 30 s")


def get(connection: HTTPConnection, path: str, zipped: bool = False) -> bytes:
    """Get a page's body as it came over the wire."""
    headers = {"Accept-Encoding": "gzip"} if zipped else {}
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise Failed(f"GET {path}: {answer.status} {body[:200]!r}")
    return body
