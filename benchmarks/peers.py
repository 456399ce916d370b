"""Whoosh with jieba, as other chat archives search: its times, and what it does not find."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

from benchmarks.export import Line
from benchmarks.oracle import find
from benchmarks.wanted import Query

SIZE = 20_000


class Peer(msgspec.Struct, frozen=True):
    """What Whoosh + jieba needed for the first messages, and what it found."""

    messages: int
    index_seconds: float
    bytes_per_message: float
    search_ms: list[float]
    queries: int
    recall: float
    precision: float
    complete: int
    """Queries whose every hit was found, and nothing else."""


def measure_whoosh(lines: Sequence[Line], queries: Iterable[Query], repeats: int = 3) -> Peer:
    """Index the lines and put to it every query that asks for text alone."""
    asked = [query for query in queries if query.plain]
    truth = [set(found.keys) for found in find(lines, asked)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = perf_counter()
        index = _fill(folder, lines)
        seconds = perf_counter() - start
        size = sum(path.stat().st_size for path in folder.iterdir())
        milliseconds, answers = _search(index, asked, repeats)
        index.close()
    hits = sum(len(a & t) for a, t in zip(answers, truth, strict=True))
    return Peer(
        messages=len(lines),
        index_seconds=seconds,
        bytes_per_message=size / len(lines),
        search_ms=milliseconds,
        queries=len(asked),
        recall=hits / max(1, sum(map(len, truth))),
        precision=hits / max(1, sum(map(len, answers))),
        complete=sum(a == t for a, t in zip(answers, truth, strict=True)),
    )


def _fill(folder: Path, lines: Sequence[Line]) -> Any:
    import jieba
    from jieba.analyse import ChineseAnalyzer
    from whoosh import index
    from whoosh.fields import ID, NUMERIC, TEXT, Schema

    jieba.setLogLevel(60)
    jieba.initialize()
    schema = Schema(
        key=ID(stored=True, unique=True),
        text=TEXT(analyzer=ChineseAnalyzer()),
        sent_at=NUMERIC(bits=64, sortable=True),
    )
    made = index.create_in(str(folder), schema)
    writer = made.writer(limitmb=128)
    for line in lines:
        writer.add_document(key=line.key, text=line.text, sent_at=line.sent_at)
    writer.commit()
    return made


def _search(index: Any, queries: list[Query], repeats: int) -> tuple[list[float], list[set[str]]]:
    from whoosh.qparser import QueryParser

    parser = QueryParser("text", index.schema)
    milliseconds: list[float] = []
    answers: list[set[str]] = []
    with index.searcher() as searcher:
        for query in queries:
            parsed = parser.parse(query.text.replace(" -", " NOT "))
            for _ in range(repeats):
                start = perf_counter()
                found = searcher.search(parsed, limit=20, sortedby="sent_at", reverse=True)
                _ = [hit["key"] for hit in found]
                milliseconds.append((perf_counter() - start) * 1000)
            answers.append({hit["key"] for hit in searcher.search(parsed, limit=None)})
    return milliseconds, answers
