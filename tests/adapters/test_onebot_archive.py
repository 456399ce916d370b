"""OneBot records in a real archive: other ids, files told twice, what comes before its message."""

from __future__ import annotations

import json
from typing import Any

import pytest
from onebot_door import KEY, raw
from onebot_events import AT, event, notice, segment, upload

from adapters.qq_onebot.records import records_of
from archive.database import Archive
from archive.keep import keep


def kept(archive: Archive, *told: dict[str, Any] | bytes) -> None:
    """Keep the records of events, each in a transaction of its own."""
    for one in told:
        with archive.writing() as db:
            keep(db, records_of(one if isinstance(one, bytes) else raw(one)))


def rows(archive: Archive, query: str) -> list[tuple[Any, ...]]:
    with archive.reading() as db:
        return db.execute(query).fetchall()


def test_messages_with_one_short_id_are_two_rows_and_the_later_is_meant(archive: Archive) -> None:
    """TRUST 2: an int32 message_id that comes again; a recall means the newer message."""
    first, second = event("早", real_seq="1"), event("晚", real_seq="2", time=AT + 9)
    kept(archive, first, second, notice("group_recall", message_id=555, time=AT + 10))
    found = rows(archive, "SELECT platform_id, flags & 2 FROM messages ORDER BY id")
    assert found == [("1", 0), ("2", 2)]


@pytest.mark.parametrize("replay", [1, 3])
def test_the_same_event_again_changes_nothing(archive: Archive, replay: int) -> None:
    """TRUST 1: a projection that is repeated after a crash."""
    told = event(segment("image", file="A.jpg", url="https://m.example/a"), "看")
    kept(archive, *[told] * (replay + 1))
    counts = rows(archive, "SELECT (SELECT count(*) FROM messages), count(*) FROM attachments")
    assert counts == [(1, 1)]


def test_answers_find_what_they_answer_by_its_short_id(archive: Archive) -> None:
    answer = event(segment("reply", id="555"), "答", real_seq="308448", message_id=556)
    kept(archive, event("问"), {**answer, "time": AT + 5})
    found = rows(archive, "SELECT text, reply_to FROM messages ORDER BY id")
    assert found in ([("问", None), ("答", "308447")], [("问", None), ("答", "m555")])


@pytest.mark.parametrize("late", [False, True])
def test_recalls_marks_and_reactions_may_come_before_their_message(
    archive: Archive, late: bool
) -> None:
    """TRUST 4: orphans are joined when the message comes."""
    said = event("精华的话")
    about = (
        notice("essence", sub_type="add", operator_id=20001, message_id=555),
        notice("group_msg_emoji_like", message_id=555, likes=[{"emoji_id": "76", "count": 1}]),
    )
    kept(archive, *((*about, said) if late else (said, *about)))
    assert rows(archive, "SELECT count(*) FROM essence_messages") == [(1,)]
    assert rows(archive, "SELECT emoji, count FROM reactions") == [("[赞]", 1)]
    other = event("撤回的话", real_seq="9", message_id=99)
    gone = notice("group_recall", message_id=99)
    kept(archive, *((gone, other) if late else (other, gone)))
    flags = rows(archive, "SELECT flags & 2 FROM messages WHERE platform_id = '9'")
    assert flags == [(2,)]


@pytest.mark.parametrize("notice_first", [False, True])
@pytest.mark.parametrize("lag", [0, 2, 40])
def test_a_file_told_twice_is_one_row(archive: Archive, notice_first: bool, lag: int) -> None:
    file = segment("file", file="报告.pdf", file_id="/f-1", file_size="3")
    sent, told = event(file, time=AT), upload(at=AT + lag)
    events = [raw(sent), raw(told)]
    if lag > 2:  # the adapter has seen both and says so
        first = records_of(events[1])[0]
        joined = raw(sent, upload=first.id) if notice_first else raw(told, message="308447")  # type: ignore[union-attr]
        events = [joined, events[1]] if notice_first else [events[0], joined]
    kept(archive, *(reversed(events) if notice_first else events))
    assert rows(archive, "SELECT kind, count(*) FROM messages GROUP BY kind") == [(5, 1)]
    assert rows(archive, "SELECT count(*) FROM attachments") == [(1,)]


def test_a_gateway_that_learns_the_true_sequence_makes_no_doubles(archive: Archive) -> None:
    """A message kept before an update is met again with `real_seq` in a page of history."""
    new = event("你好")
    old = {name: value for name, value in new.items() if name != "real_seq"}
    for order in ((old, new, old), (new, old)):
        kept(archive, *order)
        assert rows(archive, "SELECT count(*) FROM messages") == [(1,)]


def test_everything_random_events_say_can_be_kept(archive: Archive) -> None:
    strange = json.dumps(event("\ud800\0", segment("json", data="{"), segment("new", a=[1])))
    kept(archive, strange.encode(), notice("hologram", name="\ud800"))
    assert rows(archive, f"SELECT count(*) FROM groups WHERE key = '{KEY}'") == [(1,)]
