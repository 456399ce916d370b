"""Times signed pushes over HTTP into an archive of their own, beside `chendian run`."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from time import perf_counter, time

import msgspec

from adapters.ingest import HEADER, TIMESTAMP, signature
from benchmarks.export import Line, read_lines
from benchmarks.live.captured import Captured
from benchmarks.processes import Failed

_MOST = 100_000
_LINES = 5_000
"""In one push."""


class Pushed(msgspec.Struct):
    """What was pushed, and what it took of the program."""

    lines: int
    seconds: float
    cpu_seconds: float
    again_seconds: float
    """The same once more, under other signatures: nothing of it is new."""
    memory: int
    """Bytes at the most, of `chendian run` as a whole."""

    @property
    def per_second(self) -> float:
        """Lines a second, from the first byte sent to the last answer."""
        return self.lines / self.seconds


def measure_ingest(folder: Path, chat: Path) -> Pushed:
    """Push the first 100,000 messages of a chat. Raises Failed where one is not taken."""
    shutil.rmtree(folder, ignore_errors=True)
    secret = secrets.token_hex(32)
    groups = sorted({line.group_key for line in read_lines(chat, _MOST)})
    ingest = f'[ingest.bench]\nsecret = "{secret}"\ngroups = ["telegram:*"]\nhistory = true\n'
    bodies = list(_bodies(chat))
    with Captured(folder, ingest, groups) as captured:
        before, start = _cpu(captured.process.pid), perf_counter()
        new = sum(_push(captured.http, secret, body, 0) for body in bodies)
        seconds = perf_counter() - start
        used = _cpu(captured.process.pid) - before
        lines = sum(body.count(b"\n") for body in bodies)
        if new != lines:
            raise Failed(f"{lines} lines pushed, {new} new")
        start = perf_counter()
        if sum(_push(captured.http, secret, body, 1) for body in bodies):
            raise Failed("what was pushed again was taken for new")
        again = perf_counter() - start
        captured.memory.stop()
    return Pushed(lines, seconds, used, again, captured.memory.peak)


def _bodies(chat: Path) -> Iterator[bytes]:
    lines = read_lines(chat, _MOST)
    while some := list(islice(lines, _LINES)):
        yield b"".join(msgspec.json.encode(_said(line)) + b"\n" for line in some)


def _said(line: Line) -> dict[str, object]:
    return {
        "type": "message", "group_key": line.group_key, "id": str(line.id), "text": line.text,
        "sent_at": line.sent_at, "sender_key": line.sender_key, "sender_name": line.sender,
    }  # fmt: skip


def _push(http: HTTPConnection, secret: str, body: bytes, later: int) -> int:
    """Push a body; return how many messages were new."""
    at = int(time()) + later * 60
    headers = {TIMESTAMP: str(at), HEADER: signature(secret, at, body)}
    http.request("POST", "/api/ingest/bench", body, headers)
    answer = http.getresponse()
    said = answer.read()
    if answer.status != 200 or (report := msgspec.json.decode(said))["rejected"]:
        raise Failed(f"a push was answered with {answer.status}: {said[:200]!r}")
    return int(report["new"])


def _cpu(pid: int) -> float:
    """Return the processor seconds a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
