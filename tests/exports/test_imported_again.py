"""What an export of any format brings is brought once: again it adds nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from judging import Memory
from seeds import COUNT, Seed, seeds

from adapters.exports import FORMATS
from adapters.exports.format import Options
from adapters.exports.tree import TreeFile
from archive.database import Archive
from archive.keep import keep
from archive.records import AnyRecord


def _records(seed: Seed) -> list[AnyRecord]:
    tree = Memory(seed.files)
    for path in seed.files:
        file = TreeFile(tree, path, len(seed.files[path]))
        for form in FORMATS:
            if form.sniff(file, file.head()):
                return list(form.read(file, Options()))
    raise AssertionError(f"nothing reads {seed.name}")


@pytest.mark.parametrize("seed", seeds(), ids=lambda seed: seed.name)
def test_the_same_export_again_adds_nothing(seed: Seed, new_archive: Callable[[], Archive]) -> None:
    records = _records(seed)
    archive = new_archive()
    with archive.writing() as db:
        first = keep(db, records, source="import")
    with archive.writing() as db:
        again = keep(db, records, source="import")
    assert first.new >= COUNT
    assert (again.new, again.updated) == (0, 0)
    assert again.unchanged == first.read
