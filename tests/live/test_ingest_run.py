"""The client of docs/ingest.md against `chendian run`, killed at any moment."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from operated import Operated, until
from program import ROOT, rows, whole

ROUNDS = int(os.environ.get("ROUNDS", "3"))
SEED = int(os.environ.get("SEED", "0")) or time.time_ns() & 0xFFFF
KEY, SECRET = "matrix:!abc:example.org", "a secret from the environment"
INGEST = f'[ingest.home]\ngroups = ["{KEY}"]\nhistory = true\n[groups."{KEY}"]\narchive = true\n'

pytestmark = pytest.mark.timeout(max(120, 20 * ROUNDS))


def client(folder: Path, a_push: int = 5000) -> Path:
    """Write the page's client to a file; it sends so many lines at once."""
    page = (ROOT / "docs/ingest.md").read_text("utf-8")
    (text,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert text.count("5000") == 2
    assert sum(bool(line.strip()) for line in text.splitlines()) == 20
    path = folder / "push.py"
    path.write_text(text.replace("5000", str(a_push)).replace("sleep(2)", "sleep(0.1)"), "utf-8")
    return path


def begun(path: Path, port: int, body: bytes) -> subprocess.Popen[bytes]:
    """Start the client."""
    address = f"http://127.0.0.1:{port}/api/ingest/home"
    (given := path.with_suffix(".jsonl")).write_bytes(body)
    with given.open("rb") as lines:
        return subprocess.Popen(
            [sys.executable, path, address], stdin=lines, stdout=subprocess.PIPE,
            env={**os.environ, "INGEST_SECRET": SECRET},
        )  # fmt: skip


def message(number: int) -> bytes:
    return json.dumps({
        "type": "message", "group_key": KEY, "id": f"${number}", "sent_at": 1_790_000_000 + number,
        "sender_key": f"matrix:@u{number % 7}:example.org", "text": f"推送 {number}",
    }).encode() + b"\n"  # fmt: skip


def operated(folder: Path) -> Operated:
    one = Operated(folder, "", INGEST)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    one.environment = {"CHENDIAN_INGEST__HOME__SECRET": SECRET, "CHENDIAN_WEB__PORT": str(port)}
    return one


def test_the_client_of_the_page_pushes_and_reads_the_answer(tmp_path: Path) -> None:
    page = (ROOT / "docs/ingest.md").read_text("utf-8")
    (examples,) = re.findall(r"```json\n(\{\"type.*?)```", page, re.DOTALL)
    body = examples.encode() + message(2) + b'{"type": "message", "text": "\n'
    with operated(tmp_path).start() as one:
        told, _ = begun(client(tmp_path), one.port, body).communicate(timeout=60)
        answer = json.loads(told)
        (shown,) = re.findall(r"```json\n(\{\"read.*?)```", page, re.DOTALL)
        assert answer.keys() == json.loads(shown).keys()
        assert (answer["accepted"], answer["new"]) == (4, 2)
        assert [fault["line"] for fault in answer["rejected"]] == [5]
        assert one.search("Deployed") and one.search("推送")
        assert SECRET not in one.said() and "推送" not in one.said()
        assert "chendian_pushes_total" in one.ask("/metrics")
        assert one.stop() == 0
    whole(one.data)


def test_however_often_it_is_killed_every_message_is_there_once(tmp_path: Path) -> None:
    """Fault 39: kill -9 in the middle of a push; the client sends the same again."""
    chance, number = Random(SEED), 1500 * ROUNDS
    with operated(tmp_path).start() as one:
        body = b"".join(map(message, range(number)))
        pushing = begun(client(tmp_path, 400), one.port, body)
        for _ in range(ROUNDS):
            time.sleep(chance.uniform(0.05, 1.5))
            one.kill()
            one.start()
        told, _ = pushing.communicate(timeout=60 + 10 * ROUNDS)
        answers = [json.loads(line) for line in told.splitlines()]
        assert sum(answer["accepted"] for answer in answers) == number
        found = until(lambda: rows(one.data, "SELECT platform_id, text FROM messages"))
        assert one.stop() == 0
    assert len(found) == number and len(set(found)) == number, SEED
    whole(one.data)
