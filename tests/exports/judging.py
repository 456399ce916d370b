"""Reads an export held in memory and judges how: nothing but ExportError, in time, nothing lost."""

from __future__ import annotations

import io
import time
from itertools import pairwise

from seeds import COUNT, MARK, Seed, mark

from adapters.exports import FORMATS
from adapters.exports.format import ExportError, Options
from adapters.exports.tree import Meter, Tree, TreeFile, in_order, natural
from archive.prepare import Prepared, prepare_all
from archive.records import AnyRecord

SECONDS = 2.0
"""Of the processor, for each 100 KB begun."""


class TooSlow(Exception):
    """A file took longer than its size allows."""


class Memory(Tree):
    """Files that lie nowhere."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__("memory", Meter())
        self._files = files

    def listing(self, folder: str) -> tuple[list[str], list[TreeFile]]:
        """Return a folder's folders and files."""
        prefix = f"{folder}/" if folder else ""
        inside = [path.removeprefix(prefix) for path in self._files if path.startswith(prefix)]
        folders = {path.partition("/")[0] for path in inside if "/" in path}
        files = [self.find(prefix + path) for path in inside if "/" not in path]
        return sorted(folders, key=natural), in_order([file for file in files if file])

    def find(self, path: str) -> TreeFile | None:
        """Find a file."""
        return TreeFile(self, path, len(self._files[path])) if path in self._files else None

    def open(self, path: str) -> io.RawIOBase:
        """Open a file."""
        return io.BytesIO(self._files[path])  # type: ignore[return-value]


def read(files: dict[str, bytes]) -> tuple[set[str], list[AnyRecord | Prepared]]:
    """Read what the formats claim, prepared as for the archive; with the names of the formats."""
    tree = Memory(files)
    found: list[AnyRecord | Prepared] = []
    claimed = set()
    for path in files:
        file = TreeFile(tree, path, len(files[path]))
        head = file.head()
        form = next((form for form in FORMATS if form.sniff(file, head)), None)
        if form is None:
            continue
        claimed.add(form.NAME)
        try:
            for record in prepare_all(form.read(file, Options())):
                found.append(record)
        except ExportError:
            pass
    return claimed, found


def judged(files: dict[str, bytes]) -> list[AnyRecord | Prepared]:
    """Read in time; raises TooSlow, or whatever a reader raised."""
    began = time.process_time()
    found = read(files)[1]
    taken = time.process_time() - began
    size = sum(map(len, files.values()))
    if taken > SECONDS * (size // 100_000 + 1):
        raise TooSlow(f"{taken:.1f} s of the processor for {size} bytes")
    return found


def damaged(seed: Seed, content: bytes) -> dict[str, bytes]:
    """Return the files of a seed with another content in the place of the target."""
    return {**seed.files, seed.target: content}


def lost(seed: Seed, content: bytes) -> set[str]:
    """Read a damaged seed; return the messages that stand before the damage and are not read."""
    found = judged(damaged(seed, content))
    texts = (record.text for record in found if isinstance(record, Prepared))
    return before(seed, agreeing(seed.content, content)) - {
        name for text in texts for name in MARK.findall(text)
    }


def before(seed: Seed, place: int) -> set[str]:
    """Return the messages that end before a place: the next one has begun to speak by then."""
    content = seed.content
    starts = [content.find(mark(number).encode()) for number in range(COUNT)]
    if seed.format == "tg-archive-db":
        return set()  # its rows do not stand one after another
    return {
        mark(number)
        for number, (here, following) in enumerate(pairwise(starts))
        if here >= 0 and 0 <= following < place
    }


def agreeing(one: bytes, other: bytes) -> int:
    """Return at which byte two contents begin to differ."""
    if other.startswith(one):
        return len(one)
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
