"""Where live capture is measured: a large archive, an export, the time there is."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

Numbers = dict[str, Any]
QQ = [700_001, 700_002, 700_003, 700_004, 700_005]
"""Groups of the played gateway."""


class Scene(msgspec.Struct, frozen=True):
    """Where it happens and for how long."""

    folder: Path
    """Everything made here may be removed."""
    archive: Path
    """A folder with a large archive; copied, never changed."""
    chat: Path
    """An export to import."""
    seconds: float
    queries: list[str]
    seed: int

    def copied(self) -> Path:
        """Return a fresh copy of the archive."""
        data = self.fresh()
        data.mkdir(parents=True)
        for file in ("archive.db", "archive.db-wal"):
            if (self.archive / file).exists():
                shutil.copyfile(self.archive / file, data / file)
        return data

    def fresh(self) -> Path:
        """Return a folder in which there is nothing."""
        data = self.folder / "live"
        shutil.rmtree(data, ignore_errors=True)
        return data

    def telegram_groups(self) -> list[int]:
        """Return the numbers of the archive's groups, the largest first."""
        with closing(sqlite3.connect(self.archive / "archive.db")) as db:
            rows = db.execute(
                "SELECT key FROM groups WHERE key LIKE 'telegram:%' ORDER BY messages DESC"
            )
            return [int(key.partition(":")[2]) for (key,) in rows]
