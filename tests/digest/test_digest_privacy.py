"""What a digest and a catch-up never show: taken back, forgotten, not to be kept, of others."""

from __future__ import annotations

import msgspec
import pytest
from saying import AT, LONG, QQ, TG, WEEK, digest_of, kept, said, talked, told

from archive.access import Reader, member, operator, public
from archive.catchup import CatchUp, catch_up
from archive.consent import opt_out
from archive.database import Archive
from archive.digest import Digest
from archive.errors import NotFound
from archive.forget import forget
from archive.groups import set_visibility
from archive.questions import open_question
from archive.records import Forward, Recall

CANARY = "金丝雀"
PHONED = "周六清早有人要拼车去清溪古道的打这个电话，还有两个位置"


def everything(archive: Archive, reader: Reader | None = None) -> str:
    """Return all that a digest and a catch-up say, as JSON."""
    made: Digest = digest_of(archive, reader)
    with archive.reading() as db:
        missed: CatchUp = catch_up(
            db, reader or operator(), "telegram:4", [TG], now=AT + 7200, since=WEEK.since
        )
    return (msgspec.json.encode(made) + msgspec.json.encode(missed)).decode()


@pytest.fixture
def talk(archive: Archive) -> Archive:
    """A discussion in which number 2 says what must go again."""
    first, second, *rest = talked()
    told(archive, first, msgspec.structs.replace(second, text=f"{CANARY}：{LONG}"), rest)
    assert CANARY in everything(archive)
    return archive


def test_what_was_taken_back_is_gone(talk: Archive) -> None:
    told(talk, Recall(TG, "2"))
    assert CANARY not in everything(talk) and f"{TG}:2" not in everything(talk)


def test_what_was_forgotten_is_gone(talk: Archive) -> None:
    kept(talk, 2)
    assert '"kind":"essence"' in everything(talk)
    with talk.writing() as db:
        forget(db, [f"{TG}:2"], by="telegram:2")
    assert CANARY not in everything(talk) and f"{TG}:2" not in everything(talk)
    assert '"thanks":[]' in everything(talk)


def test_who_opted_out_is_gone_before_all_is_erased_and_under_every_key(talk: Archive) -> None:
    """TRUST 33: erasing takes a while, showing stops at once."""
    kept(talk, 2)
    with talk.writing() as db:
        open_question(db, f"{TG}:2", "telegram:2")
        opt_out(db, "telegram:2", "telegram:2")
    said_of = everything(talk)
    assert CANARY not in said_of and f"{TG}:2" not in said_of and "人2" not in said_of


def test_what_passes_on_the_words_of_who_opted_out_is_gone_as_well(archive: Archive) -> None:
    by_them = Forward("人2", "telegram:2")
    told(archive, said(1, f"{CANARY}：{PHONED}", "3", 9, forward=by_them), talked(20))
    nested = (said(1, f"{CANARY}二：{LONG}", "2"), said(2, "好", "5"))
    told(archive, said(60, "", "3", 9, kind="forward", nested=nested))
    assert f"{CANARY}：" in everything(archive) and f"{CANARY}二" not in everything(archive)
    with archive.writing() as db:
        opt_out(db, "telegram:2", "telegram:2")
    assert CANARY not in everything(archive)


def test_what_begins_with_not_to_be_kept_is_not_told(archive: Archive) -> None:
    """An import may hold such messages from before the archive was."""
    for number, mark in enumerate(("[不存] ", "【不存】", " ［ 不存 ］"), 1):
        told(archive, said(100 * number, f"{mark}{CANARY}{number}：{LONG}", "2", 9))
    assert CANARY not in everything(archive) and digest_of(archive).messages == 0


def test_other_groups_are_not_there(talk: Archive) -> None:
    told(talk, said(1, f"{CANARY}在别处：{LONG}", "2", 9, group=QQ))
    own = member(frozenset((TG,)), "telegram:4")
    assert "在别处" not in everything(talk, own)
    for hidden in (QQ, "telegram:-1"):
        with pytest.raises(NotFound, match="there is no such group"):
            digest_of(talk, own, (hidden,))
        with talk.reading() as db, pytest.raises(NotFound, match="there is no such group"):
            catch_up(db, own, "telegram:4", [hidden], now=AT)


def test_the_public_reads_no_names_and_no_numbers(talk: Archive) -> None:
    told(talk, said(5, f"我的手机是 13812345678，{PHONED}", "3", 9, at=AT + 9000, name="欧阳"))
    kept(talk, 5, title="找欧阳", reason="欧阳说的")
    with pytest.raises(NotFound):
        digest_of(talk, public())
    with talk.writing() as db:
        set_visibility(db, TG, "public", "operator")
    told_all = everything(talk, public())
    assert CANARY in told_all and "匿名成员：「" in told_all
    for name in ("人1", "人2", "欧阳", "telegram:3", "13812345678"):
        assert name not in told_all, name
    assert digest_of(talk, public()).thanks == ()


def test_personal_numbers_are_masked_for_members_too(talk: Archive) -> None:
    """A digest is sent on: by mail, into other chats."""
    told(talk, said(5, f"我的手机是 13812345678，{PHONED}", "3", 9, at=AT + 9000))
    assert "138****5678" in everything(talk) and "13812345678" not in everything(talk)


def test_guessed_times_are_not_taken_for_this_week(archive: Archive) -> None:
    """TRUST 6: a message without a time of its own, or of the year 2099, is not put on top."""
    told(archive, said(1, "先说一句", "1"), said(2, LONG, "2", 9, at=4_100_000_000))
    told(archive, said(3, "再说一句", "1"))
    assert digest_of(archive).items == ()
