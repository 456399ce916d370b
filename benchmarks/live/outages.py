"""Peers that are killed and come back: how soon what is said then, or was missed, is found."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.live.captured import Captured
from benchmarks.live.peer import Kind, Peer
from benchmarks.live.probing import Prober
from benchmarks.live.scene import QQ, Numbers, Scene

MISSED = 10_000
_AWAY = 8.0
"""Seconds of an outage: so long that the pauses between two attempts have grown."""
_TURNS = 3
_GROUPS: dict[Kind, list[int]] = {"telegram": [-1_009_000_000_001], "onebot": QQ[:1], "wechat": []}


def reconnect(scene: Scene) -> Numbers:
    """Return the worst seconds from a peer's return until a search finds what is said then."""
    worst = {kind: _worst(scene, kind) for kind in _GROUPS}
    there = {kind: seconds for kind, seconds in worst.items() if seconds is not None}
    return {"reconnect": {**there, "worst": max(there.values())}}


def _worst(scene: Scene, kind: Kind) -> float | None:
    with Peer(kind, _GROUPS[kind]) as first:
        if not first.start():
            return None
        with Captured(scene.fresh(), first.account(), first.keys) as captured:
            captured.wait_connected(1)
            first.kill()
            turns = _TURNS if scene.seconds >= _AWAY else 1
            return max(_back(scene, captured, first, turn) for turn in range(1, turns + 1))


def _back(scene: Scene, captured: Captured, first: Peer, turn: int) -> float:
    # not each time at the same moment between two attempts
    time.sleep(min(scene.seconds, _AWAY + turn * 0.7))
    with _again(first, turn) as peer:
        words = f"{first.kind}{'abc'[turn - 1]}"
        prober = Prober(captured.data, captured.port, words)
        begin = time.perf_counter()
        peer.start(first.port)
        peer.do("flow", rate=5, number=1000, every=1, words=words, seed=scene.seed, same=True)
        prober.wait(1, 60)
        peer.do("flowed", hush=True)
        return prober.latencies([begin])[0] / 1000


def _again(first: Peer, turn: int, **setting: Any) -> Peer:
    return Peer(first.kind, _GROUPS[first.kind], turn=turn, **setting)


def backfill(scene: Scene) -> Numbers:
    """Return the seconds from a gateway's return until everything it missed can be found."""
    missed = int(min(MISSED, scene.seconds * 1_000))
    with Peer("onebot", QQ[:1]) as first:
        first.start()
        with Captured(scene.fresh(), first.account(), first.keys) as captured:
            captured.wait_connected(1)
            captured.wait_quiet()
            first.kill()
            time.sleep(min(scene.seconds, _AWAY))
            with _again(first, 1) as peer:
                peer.do("miss", number=missed, seed=scene.seed)
                before, begin = captured.messages(), time.perf_counter()
                peer.start(first.port)
                seconds = captured.wait_messages(before + missed, 120) - begin
    return {"backfill": {"messages": missed, "seconds": seconds}}
