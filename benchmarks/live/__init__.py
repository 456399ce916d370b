"""Measures live capture: `chendian run` against platforms that are played over real sockets."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterable
from typing import Any

from benchmarks.live.parts import PARTS
from benchmarks.live.scene import Scene

__all__ = ("Scene", "measure_live")


def measure_live(scene: Scene, parts: Iterable[str] = PARTS) -> dict[str, Any]:
    """Run the parts; return their numbers, with the load of the machine before each."""
    numbers: dict[str, Any] = {"seconds": scene.seconds, "load": {}}
    try:
        for name in parts:
            load, begin = os.getloadavg()[0], time.perf_counter()
            found = PARTS[name](scene)
            numbers |= found
            numbers["load"][name] = load
            taken = time.perf_counter() - begin
            print(f"live, {name}: {taken:.1f} s, load {load:.1f}, {json.dumps(found)}",
                  file=sys.stderr, flush=True)  # fmt: skip
    finally:
        shutil.rmtree(scene.folder, ignore_errors=True)
    return numbers
