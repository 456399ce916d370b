"""Small pictures of stored ones: made when they are first asked for, kept beside the media.

They are decoded in a process of its own for each thread that asks (web/shrinking.py), so that a
picture that hangs or crashes a decoder takes nothing with it.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from archive.store import MediaStore

MAKERS = ThreadPoolExecutor(2, "thumbnails")
"""Threads of a site in which they are made; who waits for one takes none from other pages."""
TALLEST = 3
"""Of a picture higher than this many widths, a long screenshot, the top is shown."""
_SECONDS = 20
_CHUNK = 1 << 20
_OWN = threading.local()


def ready(store: MediaStore, digest: str) -> bytes | None:
    """Return a small picture that is made already, empty where none can be; None: not yet tried."""
    try:
        return store.thumbnail(digest).read_bytes()
    except OSError:
        return None


def cannot_be_made(store: MediaStore, digest: str) -> bool:
    """Tell whether it was tried, and the picture is broken."""
    try:
        return store.thumbnail(digest).stat().st_size == 0
    except OSError:
        return False


def thumbnail(store: MediaStore, digest: str) -> bytes:
    """Return the small picture of a stored file, made now where it is not there; empty where none
    can be made of it."""
    known = ready(store, digest)
    if known is not None:
        return known
    small = _maker().make(store.path(digest))
    with suppress(OSError):  # a full disk, or one that is only read: then it is made again
        store.keep_thumbnail(digest, small)
    return small


def _maker() -> _Maker:
    maker: _Maker | None = getattr(_OWN, "maker", None)
    if maker is None or maker.owner != os.getpid():
        maker = _OWN.maker = _Maker()
    return maker


class _Hanging(Exception):
    """No answer came in time."""


class _Maker:
    """The process of one thread; it ends by itself when nothing was asked for a while."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None

    def make(self, path: Path) -> bytes:
        """Return the small picture of a file; empty where it is none, or the process dies of it."""
        for _ in range(2):
            try:
                return self._asked(path)
            except _Hanging:
                break
            except (BrokenPipeError, EOFError):
                self._end()  # it had been idle and has gone, or the picture was too much for it
        self._end()
        return b""

    def _asked(self, path: Path) -> bytes:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "web.shrinking"],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=Path(__file__).parents[1],
            )
        asks, answers = self._process.stdin, self._process.stdout
        assert asks is not None and answers is not None
        asks.write(json.dumps(str(path.absolute())).encode() + b"\n")
        until = time.monotonic() + _SECONDS
        length = int.from_bytes(_read(answers.fileno(), 4, until), "big")
        return _read(answers.fileno(), length, until)

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            with self._process:
                self._process = None


def _read(handle: int, length: int, until: float) -> bytes:
    found = b""
    # not select: a busy site has more than a thousand files open
    asked = select.poll()
    asked.register(handle, select.POLLIN)
    while len(found) < length:
        if not asked.poll(max(0, until - time.monotonic()) * 1000):
            raise _Hanging
        piece = os.read(handle, min(length - len(found), _CHUNK))
        if not piece:
            raise EOFError
        found += piece
    return found
