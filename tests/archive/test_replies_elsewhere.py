"""An answer to a message of another group leads there, for who may see that group."""

from __future__ import annotations

import time

import pytest
from told import TG, full_group, said, told

from archive.access import Reader, member, operator, public
from archive.database import Archive
from archive.groups import set_visibility
from archive.messages import get_message
from archive.records import Group, Quote, Recall
from archive.views import ReplyView

OTHER = "telegram:-9"
SECRET = "密室里的话，打 13812345678"


@pytest.fixture
def linked(archive: Archive) -> Archive:
    """A public group in which somebody answers a message of a private one."""
    told(archive, full_group(), Group(OTHER, "密室"), said("1", SECRET, group=OTHER, who="43"),
         said("2", "答", reply_to=f"{OTHER}:1"))  # fmt: skip
    show(archive, TG, "public")
    return archive


def show(archive: Archive, key: str, visibility: str) -> None:
    with archive.writing() as db:
        set_visibility(db, key, visibility, "operator")


def reply(archive: Archive, reader: Reader, id: str = "2") -> ReplyView | None:
    with archive.reading() as db:
        return get_message(db, reader, f"{TG}:{id}").reply


@pytest.mark.parametrize("reader", (operator(), member(frozenset({TG, OTHER}))))
def test_who_belongs_to_both_groups_sees_what_was_answered(linked: Archive, reader: Reader) -> None:
    assert reply(linked, reader) == ReplyView(f"{OTHER}:1", "李四", SECRET)


@pytest.mark.parametrize("reader", (public(), member(frozenset({TG})), member(frozenset())))
def test_who_may_not_see_the_other_group_learns_as_little_as_if_it_were_not_archived(
    linked: Archive, reader: Reader
) -> None:
    told(linked, said("3", "答", reply_to="telegram:-404:1"))
    assert reply(linked, reader) == ReplyView(None, "", "") == reply(linked, reader, "3")


def test_what_the_answer_itself_quotes_stays(linked: Archive) -> None:
    told(linked, said("3", "答", reply_to=f"{OTHER}:1", quote=Quote("引用的话", "李四")))
    assert reply(linked, member(frozenset({TG})), "3") == ReplyView(None, "李四", "引用的话")
    assert reply(linked, public(), "3") == ReplyView(None, "匿名成员", "引用的话")


def test_other_group_decides_whether_names_and_numbers_are_shown(linked: Archive) -> None:
    show(linked, OTHER, "public")
    for reader in (public(), member(frozenset({TG}))):
        found = reply(linked, reader)
        assert found == ReplyView(f"{OTHER}:1", "匿名成员", "密室里的话，打 138****5678")
    assert reply(linked, member(frozenset({OTHER}))) == ReplyView(f"{OTHER}:1", "李四", SECRET)


def test_former_keys_of_group_and_message_lead_there_too(linked: Archive) -> None:
    told(linked, Group(OTHER, "密室", aliases=("telegram:-8",)))
    told(linked, said("3", "答", reply_to="telegram:-8:1"))
    found = reply(linked, operator(), "3")
    assert found is not None and found.key == f"{OTHER}:1"


def test_recalled_message_of_another_group_is_not_quoted(linked: Archive) -> None:
    told(linked, Recall(OTHER, "1"))
    found = reply(linked, operator())
    assert found is not None and found.text == ""


def test_own_message_comes_before_one_of_another_group(linked: Archive) -> None:
    told(
        linked, said(f"{OTHER}:1", "自己的", 1_790_000_900), said("3", "答", reply_to=f"{OTHER}:1")
    )
    found = reply(linked, operator(), "3")
    assert found is not None and found.text == "自己的"


@pytest.mark.parametrize("key", (":" * 100_000, f"{TG}:", ":1", f"{TG}", "telegram:", "a:b:c:d"))
def test_key_that_is_none_is_answered_at_once(linked: Archive, key: str) -> None:
    told(linked, said("3", "答", reply_to=key))
    began = time.perf_counter()
    assert reply(linked, member(frozenset({TG})), "3") == ReplyView(None, "", "")
    assert time.perf_counter() - began < 1
