"""What is pushed is kept, line by line, once; the rest is named with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pushing import FOREIGN, GROUP, OTHER, T0, Pushing, agree, lines, message

from archive.database import Archive
from archive.keep import keep
from archive.records import Message
from bot.config import IngestConfig


@pytest.fixture
def bridge(archive: Archive) -> Iterator[Pushing]:
    agree(archive, GROUP)
    yield Pushing(archive)


def test_every_kind_of_line_does_what_its_record_does(bridge: Pushing) -> None:
    answer = bridge.push([
        {"type": "group", "key": GROUP, "title": "技术群"},
        {"type": "member", "key": "qq:1", "group_key": GROUP, "group_name": "张三"},
        message("1", "部署好了"),
        message("2", "写错了"),
        message("3", "要收回的"),
        {"type": "edit", **{k: v for k, v in message("2", "写对了").items() if k != "type"},
         "edited_at": T0 + 60},
        {"type": "recall", "group_key": GROUP, "id": "3"},
        {"type": "reaction", "group_key": GROUP, "id": "1", "member_key": "qq:2",
         "reactions": [{"emoji": "👍"}]},
        {"type": "essence", "group_key": GROUP, "id": "1", "by": "qq:2"},
        {"type": "gap", "group_key": GROUP, "since": T0, "until": T0 + 60, "complete": True},
    ])  # fmt: skip
    assert (answer.status, answer.accepted, answer.rejected) == (200, 10, [])
    assert (answer.new, answer.updated + answer.unchanged) == (3, 1)
    assert bridge.rows("SELECT title FROM groups") == [("技术群",)]
    assert bridge.rows("SELECT text, flags & 2 FROM messages ORDER BY platform_id") == [
        ("部署好了", 0), ("写对了", 0), ("要收回的", 2),
    ]  # fmt: skip
    assert bridge.rows("SELECT text FROM versions") == [("写错了",)]
    assert bridge.rows("SELECT emoji FROM reactions") == [("👍",)]
    assert bridge.rows("SELECT count(*) FROM coverage WHERE complete") == [(1,)]
    assert bridge.rows("SELECT marked_by FROM essence") == [("qq:2",)]


def test_good_lines_are_kept_and_bad_ones_named(bridge: Pushing) -> None:
    """Fault 20."""
    body = lines(message("1")) + b'{"type": "mess\n\n# a comment\n[]\n' + lines(
        {"type": "message", "group_key": GROUP, "id": "9", "txt": "错字段"},
        {"type": "message", "group_key": GROUP, "text": "没有时间"},
        message("2"),
    )  # fmt: skip
    answer = bridge.push(body)
    assert answer.status == 200 and answer.accepted == 2 and answer.read == 6
    assert [(one["line"], one["why"][:22]) for one in answer.rejected] == [
        (2, "not JSON: Unterminated"), (5, "Expected `object`, got"),
        (6, "Object contains unknow"), (7, "a message needs id or "),
    ]  # fmt: skip
    assert bridge.texts() == ["第 1 句", "第 2 句"]
    again = bridge.push(body)
    assert (again.new, again.unchanged, len(bridge.texts())) == (0, 2, 2)


def test_the_same_in_two_pushes_by_the_live_account_and_as_chatlab_is_there_once(
    bridge: Pushing,
) -> None:
    """Fault 22."""
    with bridge.archive.writing() as db:
        live = Message(GROUP, "1", T0 + 1, "qq:1", "群友1", text="第 1 句", quality=3)
        keep(db, [live])
    assert bridge.push([message("1"), message("2")]).new == 1
    assert bridge.push([message("2"), message("33", kind="photo", attachments=[{}])]).new == 1
    answer = bridge.push(chatlab(("2", "第 2 句"), ("4", "第 4 句")))
    assert (answer.new, len(bridge.texts())) == (1, 4)


def chatlab(*said: tuple[str, str], **meta: str) -> bytes:
    """Make the body of a ChatLab push."""
    return json.dumps({
        "chatlab": {"version": "0.0.2", "exportedAt": T0},
        "meta": {"name": "技术群", "platform": "qq", "type": "group", "groupId": "88990011"} | meta,
        "members": [{"platformId": "1", "accountName": "群友1"}],
        "messages": [
            {"sender": "1", "accountName": "群友1", "timestamp": T0 + len(id), "type": 0,
             "content": text, "platformMessageId": id}
            for id, text in said
        ],
    }, ensure_ascii=False, indent=1).encode()  # fmt: skip


def test_chatlab_is_told_by_its_type_or_its_first_line(bridge: Pushing) -> None:
    whole = json.loads(chatlab(("1", "甲")))
    rows = lines(
        {"_type": "header", **{k: whole[k] for k in ("chatlab", "meta")}},
        {"_type": "message", **whole["messages"][0], "platformMessageId": "2"},
        {"_type": "message"},
    )
    assert bridge.push(chatlab(("1", "甲"))).new == 1
    answer = bridge.push(rows, Content_Type="application/vnd.chatlab+jsonl")
    assert (answer.new, [one["line"] for one in answer.rejected]) == (1, [3])
    detail = message("3", detail={"chatlab": {"version": "1"}})
    assert bridge.push([detail, {**detail, "id": "4"}]).new == 2


def test_a_chatlab_body_that_names_no_group_goes_to_the_only_one_there_is(
    new_archive: Callable[[], Archive],
) -> None:
    for groups, status in (((GROUP,), 200), (("qq:*",), 422), ((FOREIGN,), 422)):
        archive = new_archive()
        agree(archive, GROUP)
        one = Pushing(archive, IngestConfig("a secret of some length", groups, history=True))
        assert one.push(chatlab(("1", "甲"), groupId="")).status == status
        assert len(one.texts()) == (status == 200)


def test_only_the_groups_allowed_can_be_written_to(archive: Archive) -> None:
    agree(archive, GROUP, OTHER, FOREIGN)
    one = Pushing(archive, IngestConfig("a secret of some length", (GROUP, "wechat:*"), True))
    answer = one.push([
        message("1"),
        message("2", group_key=OTHER),
        message("3", group_key=FOREIGN, sender_key=None),
        {"type": "group", "key": GROUP, "title": "甲", "aliases": [OTHER]},
        {"type": "member", "key": "telegram:5", "group_key": GROUP, "role": "owner"},
        message("4", sender_key="telegram:5"),
        message("5", group_key="wechat:1@chatroom", sender_key=None),
    ])  # fmt: skip
    assert answer.accepted == 1
    assert [(row["line"], row["why"]) for row in answer.rejected] == [
        (2, "this ingest may not write to the group"),
        (3, "this ingest may not write to the group"),
        (4, "this ingest may not write to the group"),
        (5, "the person is of another platform than the group"),
        (6, "the person is of another platform than the group"),
        (7, "the group has not agreed to be archived"),
    ]


def test_a_former_key_is_known_and_two_groups_are_not_united(bridge: Pushing) -> None:
    agree(bridge.archive, OTHER)
    renamed = {"type": "group", "key": GROUP, "title": "甲", "aliases": ["qq:7"]}
    assert bridge.push([message("1", group_key=OTHER), renamed, renamed]).accepted == 3
    for key, alias in ((GROUP, OTHER), (OTHER, GROUP), (OTHER, "qq:7")):
        answer = bridge.push([{**renamed, "key": key, "aliases": [alias]}])
        assert answer.status == 422 and "group merge" in answer.rejected[0]["why"]
    assert bridge.push([message("2", group_key="qq:7")]).accepted == 1
    assert bridge.rows("SELECT key FROM groups ORDER BY key") == [(GROUP,), (OTHER,)]


def test_the_same_key_and_body_answer_the_same_and_another_body_is_refused(
    bridge: Pushing,
) -> None:
    first = bridge.push([message("1"), {}], Idempotency_Key="a-1")
    bridge.push([message("2")])
    assert bridge.push([message("1"), {}], Idempotency_Key="a-1") == first
    assert first.new == 1 and bridge.push([message("1"), {}], Idempotency_Key="a-2").new == 0
    refused = bridge.push([message("3")], Idempotency_Key="a-1")
    assert refused.status == 409 and "第 3 句" not in bridge.texts()
    assert bridge.push([message("4")], Idempotency_Key="x" * 201).status == 400


def test_what_was_refused_as_a_whole_may_be_sent_again_with_its_key(bridge: Pushing) -> None:
    body = [message("1", group_key=OTHER)]
    assert bridge.push(body, Idempotency_Key="k").status == 422
    agree(bridge.archive, OTHER)
    assert bridge.push(body, Idempotency_Key="k").new == 1


def test_of_many_at_once_with_one_key_only_one_does_anything(bridge: Pushing) -> None:
    body = [message(str(number)) for number in range(40)]
    with ThreadPoolExecutor(6) as threads:
        asked = [threads.submit(bridge.push, body, Idempotency_Key="k") for _ in range(6)]
    answers = [one.result() for one in asked]
    assert answers == [answers[0]] * 6 and answers[0].new == 40
    assert bridge.rows("SELECT count(*) FROM messages") == [(40,)]


def test_while_nothing_can_be_written_the_same_may_be_sent_later(bridge: Pushing) -> None:
    with bridge.archive.writing() as db:
        db.execute("INSERT INTO meta(name, value) VALUES('reindex', '0')")
    assert bridge.push([message("1")], Idempotency_Key="k").status == 503
    with bridge.archive.writing() as db:
        db.execute("DELETE FROM meta WHERE name = 'reindex'")
    assert bridge.push([message("1")], Idempotency_Key="k").new == 1


def test_a_dry_run_says_what_would_be_kept_and_changes_nothing(bridge: Pushing) -> None:
    before = bridge.archive.path.read_bytes()
    body = [{"type": "group", "key": GROUP, "title": "新名"}, message("1"), {"type": "x"}]
    answer = bridge.push(body, "?dry_run=1", Idempotency_Key="k")
    assert (answer.status, answer.accepted, answer.new, answer.dry_run) == (200, 2, 0, True)
    assert [one["line"] for one in answer.rejected] == [3]
    assert bridge.texts() == [] and bridge.archive.path.read_bytes() == before
    assert bridge.push(body, Idempotency_Key="k").new == 1


def test_what_came_is_counted_and_no_word_of_it_is_logged(
    bridge: Pushing, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    bridge.push([message("1", "金丝雀"), {"type": "金丝雀"}])
    bridge.push([{"type": "x"}])
    told = bridge.metrics.text().decode()
    assert 'chendian_pushes_total{ingest="home",status="200"} 1.0' in told
    assert 'chendian_pushes_total{ingest="home",status="422"} 1.0' in told
    assert 'chendian_pushed_total{ingest="home",outcome="rejected"} 2.0' in told
    assert "金丝雀" not in caplog.text and "a secret of" not in caplog.text
    assert "push ingest=home" in caplog.text
