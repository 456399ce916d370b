"""Message ids: their order is time, and they never change or leave what JavaScript can hold."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st
from told import T0, TG, found, rows, said, texts, told

from archive.database import Archive
from archive.ids import DAY, EPOCH, first_id, is_sane, seconds_of
from archive.records import Message
from archive.verify import verify

SECONDS = st.integers(EPOCH, 8_000_000_000)


@given(SECONDS, SECONDS)
def test_ids_are_in_order_of_time_and_exact_in_javascript(one: int, other: int) -> None:
    assert (first_id(one) < first_id(other)) == (one < other)
    assert seconds_of(first_id(one)) == seconds_of(first_id(one + 1) - 1) == one
    assert 0 <= first_id(one) < 2**53
    assert float(first_id(one) + 255) == first_id(one) + 255


def test_time_is_believed_from_2000_until_tomorrow() -> None:
    now = int(time.time())
    for believed in (EPOCH + 1, 1_000_000_000, now, now + DAY - 60):
        assert is_sane(believed)
    for absurd in (None, -1, 0, 1, EPOCH, now + 2 * DAY, now * 1000, 1 << 70):
        assert not is_sane(absurd)


def test_more_messages_than_a_second_has_slots_spill_into_the_next(archive: Archive) -> None:
    crowd = [said(str(n), f"话{n}", T0) for n in range(1, 1001)]
    told(archive, crowd[:700], said("5000", "后一秒", T0 + 1), said("5001", "很后", T0 + 60))
    told(archive, crowd)
    ids = [i for (i,) in rows(archive, "SELECT id FROM messages ORDER BY id")]
    assert len(ids) == 1002
    assert first_id(T0) == ids[0]
    assert ids[-1] == first_id(T0 + 60)
    assert ids[-2] <= first_id(T0 + 5)
    # the file's order holds within the second, as far as the file was told at once
    order = texts(archive, "话", limit=200)
    assert order == [f"话{n}" for n in range(1000, 800, -1)]
    assert rows(archive, "SELECT DISTINCT sent_at FROM messages WHERE text GLOB '话*'") == [(T0,)]
    assert verify(archive) == []


def test_history_older_than_what_is_there_lands_in_its_place(archive: Archive) -> None:
    told(archive, said("3", "三", T0), said("4", "四", T0 + 9))
    before = dict(rows(archive, "SELECT text, id FROM messages"))
    told(archive, Message(TG, "1", 1_000_000_000, text="一"), Message(TG, "2", T0 + 1, text="二"))
    assert [h.message.text for h in found(archive, "").hits] == ["四", "二", "三", "一"]
    after = dict(rows(archive, "SELECT text, id FROM messages"))
    assert {text: after[text] for text in before} == before


def test_many_rows_without_a_time_are_no_trap(archive: Archive) -> None:
    began = time.perf_counter()
    told(archive, [Message(TG, str(n), None, text="无") for n in range(20_000)])
    assert time.perf_counter() - began < 10
    assert found(archive, "无").exact is False
