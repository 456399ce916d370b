"""The fixed set of queries: 200, of every kind, nearly all with hits."""

from collections import Counter
from pathlib import Path

import pytest

from archive.query import parse
from benchmarks.export import Line, read_lines
from benchmarks.generate import generate
from benchmarks.oracle import find
from benchmarks.peers import measure_whoosh
from benchmarks.queries import make_queries, sample
from benchmarks.wanted import Query


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[Line]:
    path: Path = tmp_path_factory.mktemp("chat") / "result.json"
    generate(path, 6_000)
    return list(read_lines(path))


@pytest.fixture(scope="module")
def queries(lines: list[Line]) -> list[Query]:
    return make_queries(sample(lines, 3))


def test_there_are_200_queries_of_every_kind(queries: list[Query]) -> None:
    kinds = Counter(query.kind for query in queries)
    assert len(queries) == 200
    assert len(kinds) >= 20
    assert sum(query.order == "relevance" for query in queries) >= 10


def test_same_sample_and_seed_give_the_same_queries(
    lines: list[Line], queries: list[Query]
) -> None:
    assert make_queries(sample(lines, 3)) == queries
    assert make_queries(sample(lines, 3), seed=2) != queries


def test_most_queries_have_hits(lines: list[Line], queries: list[Query]) -> None:
    found = find(lines, queries)
    empty = Counter(q.kind for q, f in zip(queries, found, strict=True) if not f.keys)
    assert empty["nowhere"] == 5
    assert empty.total() < 40


def test_every_query_is_understood(queries: list[Query]) -> None:
    for query in queries:
        parse(query.text, now=1_700_000_000)


def test_whoosh_with_jieba_finds_a_part(lines: list[Line], queries: list[Query]) -> None:
    peer = measure_whoosh(lines[:500], queries, repeats=1)
    assert 0 < peer.recall < 1
    assert len(peer.search_ms) == peer.queries > 100
