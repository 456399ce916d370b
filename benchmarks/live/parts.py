"""What is measured of live capture, each part on its own `chendian run`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from benchmarks.live.captured import Captured
from benchmarks.live.outages import backfill, reconnect
from benchmarks.live.peer import Kind, Peer
from benchmarks.live.probing import Prober
from benchmarks.live.scene import QQ, Numbers, Scene
from benchmarks.processes import Failed, run
from benchmarks.searching import percentile

RATE = 200
"""Messages a second of a very busy archive."""
FLOOD = 5_000
"""Messages a second, as no platform brings them but after an outage."""
_EVERY = 20
"""One message of so many is a probe: ten a second at the usual rate."""
_COMMANDS = 3.0
"""Commands a second; in one group and from one person fewer than are refused."""
_IDLE_SECONDS = 30.0


@contextmanager
def _captured(scene: Scene, *kinds: Kind, empty: bool = False) -> Iterator[tuple[Any, ...]]:
    """Run the program with an account on each platform; yield it and the played platforms."""
    telegram = scene.telegram_groups()
    groups = {"telegram": telegram, "onebot": QQ}
    data = scene.fresh() if empty else scene.copied()
    with ExitStack() as stack:
        peers = [stack.enter_context(Peer(kind, groups.get(kind, []))) for kind in kinds]
        there = [peer for peer in peers if peer.start()]
        keys = [key for peer in there for key in peer.keys]
        accounts = "".join(peer.account() for peer in there)
        captured = stack.enter_context(Captured(data, accounts, keys))
        captured.wait_connected(len(there))
        yield captured, *there


def idle(scene: Scene) -> Numbers:
    """All accounts connected, nobody says a word."""
    with _captured(scene, "telegram", "onebot", "wechat") as (captured, *peers):
        start = captured.wait_quiet()
        used, begin = captured.cpu_seconds(), time.perf_counter()
        watched = len(captured.memory.seen)
        time.sleep(min(scene.seconds, _IDLE_SECONDS))
        cpu = (captured.cpu_seconds() - used) / (time.perf_counter() - begin)
        memory = max(captured.memory.seen[watched:])
    return {"idle": {"memory": memory, "cpu": cpu, "accounts": len(peers), "start": start}}


def telegram(scene: Scene) -> Numbers:
    """From the event on the socket to the search that finds it; then commands meanwhile."""
    with _captured(scene, "telegram") as (captured, peer):
        captured.wait_quiet()
        found = _flow(scene, peer, captured, "tg")
        answers = _answers(scene, peer)
    return {"telegram": found, "answered": points(answers)}


def onebot(scene: Scene) -> Numbers:
    """The same through a WebSocket."""
    with _captured(scene, "onebot") as (captured, peer):
        captured.wait_quiet()
        return {"onebot": _flow(scene, peer, captured, "qq")}


def _flow(scene: Scene, peer: Peer, captured: Captured, words: str) -> Numbers:
    prober = Prober(captured.data, captured.port, words)
    used, begin = captured.cpu_seconds(), time.perf_counter()
    number = int(RATE * scene.seconds)
    peer.do("flow", rate=RATE, number=number, every=_EVERY, words=words, seed=scene.seed)
    flowed = peer.do("flowed")
    cpu = (captured.cpu_seconds() - used) / (time.perf_counter() - begin)
    prober.wait(len(flowed["probes"]), 30)
    taken = prober.latencies(flowed["probes"])
    search = [seconds * 1000 for seconds in prober.asked]
    return {**points(taken), "search": points(search), "cpu": cpu, "late": flowed["late"]}


def _answers(scene: Scene, peer: Peer) -> list[float]:
    """Return the milliseconds from each command to the bot's answer, while others talk."""
    number = max(3, int(scene.seconds * _COMMANDS))
    asked = [f"/search {scene.queries[n % len(scene.queries)]}" for n in range(number)]
    said = int(RATE * scene.seconds)
    peer.do("flow", rate=RATE, number=said, every=0, words="", seed=scene.seed + 1)
    peer.do("ask", texts=asked, rate=_COMMANDS)
    answers: list[float] = peer.do("asked")
    peer.do("flowed")
    if lost := sum(seconds < 0 for seconds in answers):
        raise Failed(f"{lost} of {number} commands were not answered")
    return [seconds * 1000 for seconds in answers]


def beside_import(scene: Scene) -> Numbers:
    """The same while the whole chat is imported into the same archive."""
    with _captured(scene, "telegram", empty=True) as (captured, peer):
        captured.wait_quiet()
        prober = Prober(captured.data, captured.port, "im")
        peer.do("flow", rate=RATE, number=10**7, every=_EVERY, words="im", seed=scene.seed)
        begin = time.perf_counter()
        ran = run("import", scene.chat, "--data", captured.data, "--json")
        end = time.perf_counter()
        time.sleep(1)
        flowed = peer.do("flowed", hush=True)
        prober.wait(len(flowed["probes"]), 60)
    taken = zip(prober.latencies(flowed["probes"]), flowed["probes"], strict=True)
    meanwhile = [ms for ms, at in taken if begin < at < end]
    return {"beside": {**points(meanwhile), "import_seconds": ran.seconds}}


def flood(scene: Scene) -> Numbers:
    """As many messages as should be sustained, through two accounts at once."""
    half = int(FLOOD * scene.seconds / 2)
    with _captured(scene, "telegram", "onebot") as (captured, *peers):
        captured.wait_quiet()
        before, watched = captured.messages(), len(captured.memory.seen)
        begin = time.perf_counter()
        for peer in peers:
            peer.do("flow", rate=FLOOD / 2, number=half, every=0, words="", seed=scene.seed)
        end = captured.wait_messages(before + 2 * half, scene.seconds * 10 + 60)
        late = max(peer.do("flowed")["late"] for peer in peers)
        memory = captured.memory.seen[watched:]
        log = (captured.data / "archive.db-wal").stat().st_size
    third = max(1, len(memory) // 3)
    return {
        "flood": {
            "offered": FLOOD, "per_second": 2 * half / (end - begin), "late": late,
            "memory": max(memory), "growth": max(memory[-third:]) / max(memory[:third]),
            "log": log,
        }
    }  # fmt: skip


def points(milliseconds: list[float]) -> Numbers:
    """Return what is told of many times."""
    told = {f"p{part}": percentile(milliseconds, part / 100) for part in (50, 95, 99)}
    return {**told, "worst": max(milliseconds), "number": len(milliseconds)}


PARTS: dict[str, Callable[[Scene], Numbers]] = {
    "idle": idle,
    "telegram": telegram,
    "onebot": onebot,
    "flood": flood,
    "reconnect": reconnect,
    "backfill": backfill,
    "import": beside_import,
}
