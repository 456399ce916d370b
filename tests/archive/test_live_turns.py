"""Live messages go before imports, whoever is killed meanwhile (TRUST 39)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

from told import full_group, rows, said, told

from archive.database import Archive, transaction
from archive.keep import Keeper
from archive.prepare import prepare_all
from archive.turns import Turns
from archive.verify import verify

JOB = """
import sys, time
from pathlib import Path
from archive.checkpoints import copy_log
from archive.database import Archive, transaction
from archive.turns import Turns
archive = Archive(Path(sys.argv[1]))
db = archive.connect_for_writing(copies_log=False)
turns = Turns(archive.folder)
print("ready", flush=True)
while True:
    with turns.job(), transaction(db):
        until = time.monotonic() + 0.02
        while time.monotonic() < until:
            db.execute("INSERT INTO audit VALUES(NULL, 0, '', '', '', '')")
    copy_log(db)
"""
HOLDER = """
import sys, time
from pathlib import Path
from archive.turns import Turns
with getattr(Turns(Path(sys.argv[1])), sys.argv[2])():
    print("ready", flush=True)
    time.sleep(100)
"""


def started(code: str, *arguments: object) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def killed(process: subprocess.Popen[str]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def waited(archive: Archive, first: int) -> float:
    """Keep 200 live messages; return how long the slowest but two took, in seconds."""
    turns, took = Turns(archive.folder), list[float]()
    with closing(archive.connect_for_writing(durable=True, copies_log=False)) as db:
        keeper = Keeper(db)
        for n in range(first, first + 200):
            began = time.perf_counter()
            with turns.live(), transaction(db):
                keeper.write(list(prepare_all([said(str(n), f"第 {n} 句")])))
            took.append(time.perf_counter() - began)
            time.sleep(0.003)
    return sorted(took)[-3]


def test_live_message_waits_for_one_batch_while_a_job_writes_without_a_pause(
    archive: Archive, slack: float
) -> None:
    told(archive, full_group(), said("0", "话"))
    job = started(JOB, archive.folder)
    try:
        # other tests may run on the same two cores
        assert any(waited(archive, first) <= 0.05 * slack for first in range(1, 1000, 200))
    finally:
        killed(job)
    ((batches,),) = rows(archive, "SELECT count(*) FROM audit")
    assert batches > 1000 / slack  # the job went on all the time
    assert verify(archive) == []


def test_job_gives_way_as_long_as_live_work_comes_but_not_for_ever(tmp_path: Path) -> None:
    turns, order = Turns(tmp_path), list[str]()
    stop = threading.Event()

    def live() -> None:
        while not stop.is_set():
            with turns.live():
                order.append("live")
                time.sleep(0.002)

    threads = [threading.Thread(target=live) for _ in range(2)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    with turns.job():
        order.append("job")
    stop.set()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < 5
    assert "job" in order


def test_one_writes_at_a_time(tmp_path: Path) -> None:
    turns, inside, most = Turns(tmp_path), list[int](), list[int]()

    def write(turn: str) -> None:
        for _ in range(30):
            with getattr(turns, turn)():
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.0005)
                inside.pop()

    threads = [threading.Thread(target=write, args=(t,)) for t in ("live", "job", "job", "live")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 120 and max(most) == 1


def test_killed_holder_of_either_lock_lets_it_go(tmp_path: Path) -> None:
    turns = Turns(tmp_path)
    for turn in ("live", "job"):
        killed(started(HOLDER, tmp_path, turn))
        began = time.monotonic()
        with turns.live():
            pass
        with turns.job():
            pass
        assert time.monotonic() - began < 0.5


def test_exception_in_a_turn_ends_it(tmp_path: Path) -> None:
    turns = Turns(tmp_path)
    for turn in (turns.live, turns.job):
        try:
            with turn():
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        with turns.live():
            pass
