"""Questions a page at a time: in order, in one state, each once, for who may read them."""

from __future__ import annotations

import pytest
from told import QQ, TG, full_group, said, told

from archive import questions
from archive.access import Reader, member, operator, public
from archive.consent import opt_out
from archive.database import Archive
from archive.errors import NotFound
from archive.groups import set_visibility
from archive.levels import set_level
from archive.messages import message_id
from archive.naming import names_of
from archive.questions import Status
from archive.questions import listing as pages

INSIDE = member(frozenset((TG,)), "telegram:43")


@pytest.fixture
def asked(archive: Archive) -> Archive:
    """Seven questions; 2 and 5 are answered, 5 is accepted; one of another group."""
    told(archive, full_group(), [said(str(n), f"问题 {n} 怎么办", who="42") for n in range(1, 8)])
    told(archive, full_group(), said("12", "这样办就好了", who="43", reply_to="2"),
         said("15", "那样办就好了", who="44", reply_to="5"))  # fmt: skip
    told(archive, full_group("别群", QQ), said("1", "别群的问题？", group=QQ))
    with archive.writing() as db:
        for n in range(1, 8):
            questions.open_question(db, f"{TG}:{n}", "telegram:42")
        questions.open_question(db, f"{QQ}:1", "qq:42")
        questions.accept(db, f"{TG}:5", f"{TG}:15", "telegram:42")
        questions.assign(db, f"{TG}:1", "telegram:44", "telegram:42")
    return archive


def walked(
    archive: Archive, status: Status | None, reader: Reader = INSIDE, group: str | None = TG
) -> list[str]:
    """Turn the pages, two questions each."""
    found, beyond = [], None
    for _ in range(12):
        with archive.reading() as db:
            page = pages.page_of_questions(db, reader, group, status, beyond, 2)
        found += [one.view.key.removeprefix(f"{TG}:") for one in page.questions]
        beyond = page.next
        if beyond is None:
            return found
    raise AssertionError("there is no end")


def test_waiting_ones_come_oldest_first_and_the_others_newest_first(asked: Archive) -> None:
    assert walked(asked, "open") == ["1", "3", "4", "6", "7"]
    assert walked(asked, "accepted") == ["5"]
    assert walked(asked, None) == ["7", "6", "5", "4", "3", "2", "1"]


def test_few_are_looked_at_in_a_step_and_none_is_lost(
    asked: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_EACH", 1)
    monkeypatch.setattr(pages, "_STEPS", 2)
    assert walked(asked, "open") == ["1", "3", "4", "6", "7"]
    assert walked(asked, None) == ["7", "6", "5", "4", "3", "2", "1"]


def test_only_groups_of_the_reader_are_there_fault_31(asked: Archive) -> None:
    assert walked(asked, "open", INSIDE, None) == ["1", "3", "4", "6", "7"]
    assert f"{QQ}:1" in walked(asked, "open", operator(), None)
    assert walked(asked, None, public(), None) == []
    with pytest.raises(NotFound):
        walked(asked, None, public())


def test_what_is_withheld_or_of_who_opted_out_is_in_no_list(asked: Archive) -> None:
    with asked.writing() as db:
        set_level(db, message_id(db, operator(), f"{TG}:3"), "admins", "operator")
    assert walked(asked, "open") == ["1", "4", "6", "7"]
    with asked.writing() as db:
        opt_out(db, "telegram:42", "telegram:42")
    assert walked(asked, None) == []


def test_whom_it_was_put_to_is_named_inside_only(asked: Archive) -> None:
    with asked.writing() as db:
        set_visibility(db, TG, "public", "operator")

    def assigned(reader: Reader) -> str:
        with asked.reading() as db:
            return pages.page_of_questions(db, reader, TG, "open").questions[0].assigned

    assert (assigned(INSIDE), assigned(public())) == ("Wang Wu", "")
    with asked.reading() as db:
        assert names_of(db, public(), [(TG, "telegram:44")]) == {}
        assert names_of(db, INSIDE, [(TG, "telegram:44"), (TG, "telegram:9")]) == {
            (TG, "telegram:44"): "Wang Wu"
        }
