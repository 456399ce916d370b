"""Tokens of the API: what they may read, and how they end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from told import TG, full_group, rows, said, told

from archive import api_tokens as tokens
from archive.access import Reader, member
from archive.backup import back_up
from archive.database import Archive, open_archive
from archive.errors import ArchiveError, NotFound
from archive.groups import list_groups
from archive.messages import get_message
from archive.personal import erase_person
from archive.records import Group
from archive.restore import restore
from archive.unite import begin_union, finish_unions

HERS, OTHER = "telegram:42", "telegram:-100999"
LATER = int(time.time()) + 86_400


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(archive, full_group(), said("1", "打 13812345678 找我"), Group(OTHER, "另一个群"))
    return archive


def made(
    archive: Archive,
    groups: list[str] | None,
    names: bool = False,
    ends_at: int = LATER,
    by: str = "operator",
) -> str:
    with archive.writing() as db:
        return tokens.make_token(db, groups, names=names, ends_at=ends_at, by=by, label="程序")[1]


def reader(archive: Archive, token: str) -> Reader | None:
    with archive.reading() as db:
        found = tokens.find_token(db, token)
        return found and tokens.reader_of(db, found)


def seen(archive: Archive, token: str) -> set[str]:
    with archive.reading() as db:
        found = reader(archive, token)
        return {group.key for group in list_groups(db, found)} if found else set()


def test_a_token_reads_its_groups_and_no_other(talk: Archive) -> None:
    assert seen(talk, made(talk, [TG])) == seen(talk, made(talk, [TG], names=True)) == {TG}
    assert seen(talk, made(talk, None)) == {TG, OTHER}


def test_without_names_a_private_group_is_read_as_a_public_one(talk: Archive) -> None:
    with talk.reading() as db:
        masked = get_message(db, reader(talk, made(talk, [TG])) or Reader(), f"{TG}:1")
        whole = get_message(db, reader(talk, made(talk, [TG], names=True)) or Reader(), f"{TG}:1")
    assert (masked.sender, masked.sender_key) == ("匿名成员", None)
    assert "13812345678" not in masked.text and "13812345678" in whole.text
    assert whole.sender == "张三"


def test_a_token_for_all_groups_is_no_operator(talk: Archive) -> None:
    found = reader(talk, made(talk, None, names=True))
    assert found == member(frozenset((TG, OTHER)))
    assert not found.everything and not found.rules(TG)


def test_a_token_that_names_no_group_or_none_there_is_is_refused(talk: Archive) -> None:
    with pytest.raises(ArchiveError):
        made(talk, [])
    with pytest.raises(NotFound):
        made(talk, ["telegram:-404"])
    assert rows(talk, "SELECT count(*) FROM api_tokens") == [(0,)]


def test_a_token_ends_in_time_and_by_hand_and_both_are_in_the_audit(talk: Archive) -> None:
    token = made(talk, [TG])
    assert reader(talk, made(talk, [TG], ends_at=int(time.time()))) is None
    with talk.writing() as db:
        tokens.end_token(db, 1, "operator")
        with pytest.raises(NotFound):
            tokens.end_token(db, 1, "operator")
        assert tokens.list_tokens(db) == []
    assert reader(talk, token) is None
    assert [one for one, in rows(talk, "SELECT action FROM audit WHERE action LIKE 'token%'")] == [
        "token", "token", "token ended",
    ]  # fmt: skip


def test_only_a_keyed_hash_of_a_token_is_kept(talk: Archive) -> None:
    token = made(talk, [TG])
    held = b"".join(file.read_bytes() for file in talk.folder.glob("archive.db*"))
    assert token.encode() not in held and token.removeprefix(tokens.PREFIX).encode() not in held
    for wrong in ("", token[:-1], token + "x", "x" * 5000, tokens.PREFIX):
        assert reader(talk, wrong) is None


def test_use_is_noted(talk: Archive) -> None:
    made(talk, [TG])
    with talk.writing() as db:
        assert tokens.list_tokens(db)[0].used_at is None
        tokens.note_use(db, 1)
        assert (tokens.list_tokens(db)[0].used_at or 0) > time.time() - 60


def test_no_token_works_after_a_restore(talk: Archive, tmp_path: Path) -> None:
    token = made(talk, [TG])
    restore(back_up(talk, tmp_path / "backups").path, tmp_path / "new")
    assert reader(talk, token) and reader(open_archive(tmp_path / "new"), token) is None


def test_a_token_goes_with_a_group_that_becomes_part_of_another(talk: Archive) -> None:
    token, both = made(talk, [TG]), made(talk, [TG, OTHER])
    with talk.writing() as db:
        begin_union(db, TG, OTHER)
    db = talk.connect_for_writing()
    finish_unions(db)
    db.close()
    assert seen(talk, token) == seen(talk, both) == {OTHER}


def test_who_made_a_token_is_forgotten_with_the_person(talk: Archive) -> None:
    made(talk, [TG], by=HERS)
    with talk.writing() as db:
        erase_person(db, [HERS])
    assert rows(talk, "SELECT by FROM api_tokens") == [("",)]
