"""Counts what a reader met and does not know, so that the report can say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from archive.records import Note

MOST = 20
"""Names that are counted each for itself."""
_LONGEST = 40
_REST = "…"


class Unknown:
    """Takes the fields of rows apart into known ones and others."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = frozenset(known)
        self._met: Counter[str] = Counter()

    def fields(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields that are not known and say something, and count them."""
        if row.keys() <= self._known:
            return {}
        found = {
            name: value
            for name, value in row.items()
            if name not in self._known and value not in (None, "", [], {}, False)
        }
        for name in found:
            self.met(name)
        return found

    def met(self, name: str) -> None:
        """Count a name."""
        name = name[:_LONGEST] or "?"
        self._met[name if name in self._met or len(self._met) < MOST else _REST] += 1

    def notes(self) -> Iterator[Note]:
        """Say what was met."""
        if self._met:
            told = ", ".join(f"{name} ×{count:,}" for name, count in self._met.most_common())
            yield Note(
                f"本程序不认识的字段，已原样保留（fields unknown here, kept as they are）: {told}"
            )
