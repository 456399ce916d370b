"""Reads what the published folder's scripts hand over, by no code that wrote it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def parts_of(out: Path) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return the table of contents, and what every script of plain values hands over, by name."""
    held = {}
    for file in sorted((out / "x").rglob("*.js")):
        body = file.read_bytes()
        if not body.startswith(b"\xff\xfe"):
            name, *values = json.loads(f"[{body.decode().removeprefix('chendian(')[:-2]}]")
            held[name] = values
    return held["contents"][1], held


def rows_of(out: Path) -> list[tuple[str, str, str]]:
    """Return (day file, sender, words) of every message that can be found, oldest first."""
    _, held = parts_of(out)
    found = []
    for number in range(len([name for name in held if name.startswith("s/")])):
        names, rows = held[f"s/{number // 256}/{number % 256}"]
        found += [(names[row[1]], names[row[4]], row[5]) for row in rows]
    return found


def bits_of(packed: bytes) -> str:
    """Return packed characters as zeros and ones."""
    units = re.findall(b"(?s)..", packed)
    return "".join(f"{int.from_bytes(unit, 'little') - 0x4000:015b}" for unit in units)


def read_codes(bits: str, widths: list[int | None]) -> Iterator[int]:
    """Read codes with so many low bits each; None where they are as many as the zeros."""
    at = 0
    for width in widths:
        zeros = bits.index("1", at) - at
        low = zeros if width is None else width
        at += zeros + 1
        value = int(bits[at : at + low] or "0", 2)
        yield (1 << zeros) + value if width is None else (zeros << low) + value
        at += low
