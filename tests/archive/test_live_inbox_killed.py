"""Killed at any moment, the inbox has everything it acknowledged, and how fast it is (TRUST 39)."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from live_told import event

from archive.inbox import Inbox, faults

STORE = """
import sys
from pathlib import Path
from archive.inbox import Inbox, Incoming
inbox = Inbox(Path(sys.argv[1]))
n = int(inbox.offset("bot") or 0)
while True:
    keys = map(str, range(n, n + 1 + n % 7))
    batch = [Incoming(key, "g", "s", key, 1, "raw", b"x" * 300) for key in keys]
    n += len(batch)
    inbox.store("bot", batch, str(n))
    print(n, flush=True)
    if n % 3 == 0:
        inbox.done([event.id for event in inbox.pending(5)])
"""


def test_nothing_acknowledged_is_lost_when_killed_twenty_times(tmp_path: Path) -> None:
    chance = random.Random(7)
    acknowledged = 0
    for _ in range(20):
        process = subprocess.Popen(
            [sys.executable, "-c", STORE, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.05))
        os.kill(process.pid, signal.SIGKILL)
        said = process.communicate()[0].split()
        acknowledged = max(acknowledged, *map(int, said or ["0"]))
        inbox = Inbox(tmp_path)
        (held,) = inbox._db.execute("SELECT count(*) FROM events").fetchone()
        assert held == int(inbox.offset("bot") or 0) >= acknowledged
        inbox.close()
        assert list(faults(tmp_path)) == []
    assert acknowledged > 100


def test_inbox_takes_twenty_thousand_events_a_second_and_one_in_three_milliseconds(
    tmp_path: Path, slack: float
) -> None:
    """Held loosely here, for other tests run beside; docs say what was measured alone."""
    inbox = Inbox(tmp_path)
    body = ('{"message": {"text": "%s"}}' % ("部署" * 100)).encode()
    batches = [
        [event(f"telegram:-100123:{n}:0:message", body) for n in range(start, start + 500)]
        for start in range(0, 20_000, 500)
    ]
    best, began = 0.0, time.perf_counter()
    for batch in batches:
        before = time.perf_counter()
        inbox.store("bot", batch, "1")
        best = max(best, 500 / (time.perf_counter() - before))
    assert best >= 20_000 / slack and 20_000 / (time.perf_counter() - began) >= 4_000 / slack
    single = []
    for n in range(300):
        before = time.perf_counter()
        inbox.store("bot", [event(f"single {n}", body)], "2")
        single.append(time.perf_counter() - before)
    assert sorted(single)[150] <= 0.003 * slack
    while pending := inbox.pending(2000):
        inbox.done([e.id for e in pending])
    before = time.perf_counter()
    for _ in range(100):
        assert inbox.pending(100) == []
    assert (time.perf_counter() - before) / 100 <= 0.003 * slack
    inbox.close()
