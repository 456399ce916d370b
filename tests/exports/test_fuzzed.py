"""Damage of any kind, at any place, in an export of any format; and what fuzzing once found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from judging import damaged, judged, lost, read
from seeds import Seed, seeds

CORPUS = Path(__file__).parent / "corpus"
ALL = {seed.name: seed for seed in seeds()}
READ = [seed for seed in ALL.values() if read(seed.files)[0]]
FOUND = sorted(path for path in CORPUS.rglob("*") if path.is_file() and path.parent.name in ALL)
SIGNS = some.sampled_from(
    [
        b'"',
        b"{",
        b"[",
        b"\\",
        b"<",
        b"\n",
        b"\r",
        b"\0",
        b"\xff",
        b",",
        b"}]",
        b"\xe4\xbd",
        b"</div>",
    ]
)


@pytest.mark.parametrize("seed", READ, ids=lambda seed: seed.name)
@given(data=some.data())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_damage_costs_no_message_before_it(seed: Seed, data: some.DataObject) -> None:
    size = len(seed.content)
    place = data.draw(some.integers(0, size))
    gone = data.draw(some.sampled_from([0, 1, 7, 100, size]))
    new = data.draw(SIGNS | some.binary(max_size=20))
    content = seed.content[:place] + new + seed.content[place + gone :]
    assert not lost(seed, content)


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_is_borne(path: Path) -> None:
    seed = ALL[path.parent.name]
    content = path.read_bytes()
    judged(damaged(seed, content))
    assert not lost(seed, content)


def test_every_seed_is_read_by_its_format() -> None:
    assert {seed.name for seed in READ} >= {seed.name for seed in ALL.values() if seed.format}
    for seed in READ:
        claimed, _ = read(seed.files)
        assert len(claimed) == 1 and (not seed.format or claimed == {seed.format})
