"""What a bridge between three platforms costs: everybody talks, and each copy is waited for."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import msgspec

from archive import consent
from archive.bridge_consents import agree
from archive.database import open_archive
from benchmarks.live.captured import Captured
from benchmarks.live.peer import Kind, Peer
from benchmarks.processes import Failed
from benchmarks.searching import percentile

RATE = 300.0
"""Messages a second, on all platforms together."""
_KINDS: tuple[Kind, ...] = ("telegram", "onebot", "wechat")
_GROUPS = {"telegram": [-1_001_000_000_001], "onebot": [700_001], "wechat": [1]}
_UNPACED = Path(__file__).parents[1] / "tests" / "live" / "unpaced.py"
_LATE = 60.0
"""Seconds after the last word in which all must have come."""


class Bridged(msgspec.Struct, frozen=True):
    """What became of what was said."""

    platforms: int
    rate: float
    said: int
    copies: int
    """That were to be brought."""
    lost: int
    twice: int
    disordered: int
    """Copies that came before one of the same group that was said earlier."""
    p50_ms: float
    p99_ms: float
    worst_ms: float
    cpu_us: float
    """Processor time of `chendian run` for a copy."""


def measure_bridge(folder: Path, seconds: float, rate: float = RATE) -> Bridged:
    """Let people talk on three platforms for so long, with no limits but the machine's."""
    shutil.rmtree(folder, ignore_errors=True)
    with ExitStack() as held:
        peers = [held.enter_context(Peer(kind, _GROUPS[kind])) for kind in _KINDS]
        there = [peer for peer in peers if peer.start()]
        keys = [peer.keys[0] for peer in there]
        _agreed(folder, keys)
        bridge = f'[[bridge]]\nmode = "all"\ngroups = {keys}\n'
        accounts = bridge + "".join(peer.account() for peer in there)
        captured = held.enter_context(Captured(folder, accounts, keys, [sys.executable, _UNPACED]))
        captured.wait_connected(len(there))
        captured.wait_quiet()
        return _talked(captured, there, seconds, rate)


def _agreed(folder: Path, keys: list[str]) -> None:
    with open_archive(folder, create=True).writing() as db:
        consent.approve(db, keys)
        for key in keys:
            agree(db, key, [other for other in keys if other != key], "all", "bench")


def _talked(captured: Captured, peers: list[Peer], seconds: float, rate: float) -> Bridged:
    each = int(rate * seconds / len(peers))
    before = captured.cpu_seconds()
    for peer in peers:
        peer.do("converse", name=peer.kind, rate=rate / len(peers), number=each)
    for peer in peers:
        peer.do("conversed")
    wanted = each * (len(peers) - 1)
    end = time.monotonic() + _LATE
    while any(peer.do("heard") < wanted for peer in peers) and time.monotonic() < end:
        time.sleep(0.5)
    used = captured.cpu_seconds() - before
    return _judged(peers, [peer.do("brought") for peer in peers], each, rate, used)


def _judged(
    peers: list[Peer], heard: list[list[tuple[str, int, float]]], each: int, rate: float,
    used: float,
) -> Bridged:  # fmt: skip
    lost = twice = disordered = 0
    delays: list[float] = []
    for peer, came in zip(peers, heard, strict=True):
        delays += [delay * 1000 for _, _, delay in came]
        for other in peers:
            numbers = [number for name, number, _ in came if name == other.kind]
            if other is peer:
                twice += len(numbers)  # its own words came back
                continue
            lost += each - len(set(numbers))
            twice += len(numbers) - len(set(numbers))
            disordered += sum(after < before for before, after in pairwise(numbers))
    if not delays:
        raise Failed("nothing crossed the bridge")
    copies = each * len(peers) * (len(peers) - 1)
    return Bridged(
        len(peers), rate, each * len(peers), copies, lost, twice, disordered,
        percentile(delays, 0.5), percentile(delays, 0.99), max(delays), used / copies * 1e6,
    )  # fmt: skip
