"""Coverage: what an import holds of a group is complete, and closes the gaps it spans."""

from __future__ import annotations

from told import TG, full_group, said, told

from archive.access import operator, public
from archive.coverage import gaps, spans
from archive.database import Archive
from archive.errors import NotFound
from archive.records import Gap
from archive.views import GapView

START = 1_790_000_000


def test_an_import_notes_the_span_it_covers_once(archive: Archive) -> None:
    for _ in range(2):
        told(archive, full_group(), said("1"), said("50"), source="import")
    with archive.reading() as db:
        assert spans(db, operator(), TG) == [(START + 1, START + 50)]
        assert db.execute("SELECT count(*) FROM coverage").fetchone() == (1,)


def test_a_gap_is_closed_by_the_import_that_spans_it(archive: Archive) -> None:
    told(archive, full_group(), Gap(TG, START + 100, START + 200, why="offline"))
    with archive.reading() as db:
        assert gaps(db, operator(), TG) == [GapView(START + 100, START + 200, "offline")]
    told(archive, said("90"), said("150"), source="import")
    with archive.reading() as db:
        assert gaps(db, operator(), TG) == [GapView(START + 151, START + 200, "offline")]
    told(archive, said("140"), said("300"), source="import")
    with archive.reading() as db:
        assert gaps(db, operator(), TG) == []


def test_a_live_message_does_not_claim_that_a_span_is_complete(archive: Archive) -> None:
    told(archive, full_group(), said("1"), said("9"))
    with archive.reading() as db:
        assert spans(db, operator(), TG) == []


def test_coverage_of_a_hidden_group_is_not_told(archive: Archive) -> None:
    told(archive, full_group(), said("1"), source="import")
    with archive.reading() as db:
        for look in (spans, gaps):
            try:
                look(db, public(), TG)
            except NotFound:
                continue
            raise AssertionError("the public saw a private group's coverage")
