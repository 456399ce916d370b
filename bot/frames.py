"""Where exports are read: small ones here, large ones in a process beside the writer."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from bot import reading
from bot.reading import Done, Failed, Frame, Request

SMALL = 2 << 20
"""Bytes up to which a process of its own would cost more than it saves."""

_BEHIND = 15
"""The niceness beside live capture, of -20 to 19."""

_AHEAD = 8
"""Frames the reading process may be ahead of the writer."""

_PIPE = 1 << 20
"""Bytes in the pipe: a frame or two, so that the two processes seldom wait for each other."""


def frames_of(request: Request, paths: list[Path], gives_way: bool = False) -> Generator[Frame]:
    """Read everything asked for, file by file; the last frame tells if the process died.

    `gives_way`: live capture has the processor first. (The writer keeps its share: capture waits
    for whoever holds the turn.)
    """
    if sum(map(_size, paths)) <= SMALL:
        yield from reading.read(request)
        return
    finished = False
    for data in _from_process(request, gives_way):
        frame = reading.decode(data)
        finished = isinstance(frame, Done)
        yield frame
    if not finished:
        what = "the reading process ended before the file did; what it had read is kept."
        hint = "run the same command again; if it happens again, report the file's format"
        yield Failed("", what, hint, fatal=True)


def _size(path: Path) -> int:
    try:
        if path.is_dir():
            return sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
        # a ZIP of text unpacks to several times its size
        return path.stat().st_size * (8 if path.suffix.lower() == ".zip" else 1)
    except OSError:
        return 0


def _from_process(request: Request, gives_way: bool) -> Iterator[bytes]:
    """Run the reading process; a thread takes its frames so that it never waits for the disk."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.reading"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        pipesize=_PIPE,
    )
    assert process.stdin is not None and process.stdout is not None
    if gives_way:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, _BEHIND)
    # it may have died at once; the missing `Done` tells
    with suppress(BrokenPipeError), process.stdin as asked:
        asked.write(msgspec.json.encode(request))
    frames: queue.Queue[bytes | None] = queue.Queue(_AHEAD)
    source = process.stdout
    stopped = threading.Event()

    def fetch() -> None:
        data: bytes | None = b""
        while data is not None and not stopped.is_set():
            data = reading.read_frame(source)
            frames.put(data)

    thread = threading.Thread(target=fetch, daemon=True)
    thread.start()
    try:
        while (data := frames.get()) is not None:
            yield data
    finally:
        stopped.set()
        process.kill()
        process.wait()
