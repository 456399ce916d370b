"""What was forgotten leaves the inbox: events, quotes, files still to be fetched (TRUST 33)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from live_told import GROUP, bodies, event

from archive.inbox import Fetch, Inbox

OTHER = "telegram:-100999"


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    opened = Inbox(tmp_path)
    yield opened
    opened.close()


def keys(inbox: Inbox) -> list[str]:
    return [e.key for e in inbox.pending()]


def job(message_id: str, position: int = 0, **more: object) -> Fetch:
    values = {
        "account": "bot", "group_key": GROUP, "message_id": message_id, "position": position,
        "source": f"file-{message_id}", "kind": "photo", "size": 10,
    }  # fmt: skip
    return Fetch(**(values | more))  # type: ignore[arg-type]


def test_message_goes_with_its_edits_and_with_answers_that_carry_its_words(
    inbox: Inbox, tmp_path: Path
) -> None:
    inbox.store("bot", [
        event("5", b"canary"), event("5 edited", b"canary 2", message_id="5"),
        event("6", b"re: canary", reply_to="5", sender_key="telegram:43"),
        event("7", b"pinned: canary", quoted=("telegram:42",), sender_key="telegram:43"),
        event("8", b"other", sender_key="telegram:43"),
        event("5 elsewhere", b"kept", message_id="5", group_key=OTHER),
    ])  # fmt: skip
    inbox.done(range(1, 7))
    assert inbox.erase(GROUP, ["5"], ["telegram:42"]) == 4
    assert inbox.settle()
    assert b"canary" not in bodies(tmp_path)
    assert b"other" in bodies(tmp_path) and b"kept" in bodies(tmp_path)


def test_answer_that_is_not_projected_yet_is_projected_first_and_erased_then(
    inbox: Inbox, tmp_path: Path
) -> None:
    inbox.store("bot", [event("5", b"canary"), event("6", b"re: canary", reply_to="5")])
    assert inbox.erase(GROUP, ["5"]) == 1
    assert keys(inbox) == ["6"]
    inbox.done([2])
    inbox.settle()
    assert b"canary" not in bodies(tmp_path)
    assert inbox.counts()["pending"] == 0


def test_member_goes_with_quotes_and_failed_events(inbox: Inbox, tmp_path: Path) -> None:
    inbox.store("bot", [
        event("1", b"canary"), event("2", b"canary", group_key=OTHER), event("3", b"canary"),
        event("4", b"canary", sender_key="telegram:43", quoted=("telegram:1", "telegram:42")),
        event("5", b"of another", sender_key="telegram:43", quoted=("telegram:421",)),
    ])  # fmt: skip
    inbox.failed(3, "why")
    inbox.failed(4, "why")
    inbox.done([2], [job("2", group_key=OTHER)])
    assert inbox.erase_member("telegram:42") == 4
    inbox.settle()
    assert b"canary" not in bodies(tmp_path)
    assert keys(inbox) == ["5"]


def test_group_goes_as_a_whole(inbox: Inbox, tmp_path: Path) -> None:
    inbox.store("bot", [event(str(n), b"canary") for n in range(1100)])
    inbox.store("bot", [event("other", b"stays", group_key=OTHER)])
    inbox.done([1], [job("1")])
    assert inbox.erase_group(GROUP) == 1100
    inbox.settle()
    assert b"canary" not in bodies(tmp_path)
    assert keys(inbox) == ["other"]
    assert inbox.counts()["fetches"] == 0


def test_files_are_fetched_when_due_and_given_up_with_a_reason(inbox: Inbox) -> None:
    """TRUST 14: bounded retries, a reason, later fill."""
    inbox.store("bot", [event("1"), event("2")])
    inbox.done([1, 2], [job("1"), job("1", 1), job("2")])
    now = int(time.time())
    first, second, third = inbox.due_fetches(now, 10)
    assert (first.fetch, first.tries) == (job("1"), 0)
    inbox.fetched(first.id)
    inbox.fetch_failed(second.id, "timed out", now + 60)
    inbox.fetch_failed(third.id, "too large", None)
    assert inbox.due_fetches(now, 10) == []
    (again,) = inbox.due_fetches(now + 60, 10)
    assert (again.id, again.tries, again.reason) == (second.id, 1, "timed out")
    (lost,) = inbox.missing()
    assert (lost.fetch.message_id, lost.reason) == ("2", "too large")
    assert inbox.counts()["missing"] == 1
    assert inbox.retry_fetches(OTHER) == 0
    assert inbox.retry_fetches(GROUP) == 1
    assert [j.id for j in inbox.due_fetches(now, 10)] == [third.id]


def test_event_projected_twice_asks_for_its_file_once_by_the_newest_source(inbox: Inbox) -> None:
    inbox.store("bot", [event("1")])
    inbox.done([1], [job("1")])
    inbox.done([1], [job("1", source="newer")])
    assert [j.fetch.source for j in inbox.due_fetches(int(time.time()), 10)] == ["newer"]


def test_files_of_a_forgotten_message_are_not_fetched(inbox: Inbox) -> None:
    inbox.store("bot", [event("1"), event("2")])
    inbox.done([1, 2], [job("1"), job("2")])
    inbox.erase(GROUP, ["1"])
    assert [j.fetch.message_id for j in inbox.due_fetches(int(time.time()), 10)] == ["2"]


def test_fleeting_event_is_erased_as_soon_as_it_is_done(inbox: Inbox, tmp_path: Path) -> None:
    inbox.store("bot", [event("1", b"canary", fleeting=True, form="command"), event("2")])
    first, second = inbox.pending()
    assert (first.body, first.form) == (b"canary", "command")
    inbox.done([first.id, second.id])
    inbox.settle()
    assert b"canary" not in bodies(tmp_path)
    assert len(inbox.store("bot", [event("1"), event("2")])) == 1
