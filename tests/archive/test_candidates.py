"""Candidates: what people answered, liked and nominated is suggested, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest
from told import QQ, T0, TG, full_group, rows, said, told

from archive import candidates, consent
from archive.access import Reader, member, operator, public
from archive.candidates import Candidate, is_noise
from archive.database import Archive
from archive.essence import mark
from archive.forget import forget
from archive.nominations import nominate
from archive.records import AnyRecord, Reaction, Recall
from archive.verify import verify

INSIDE = member(frozenset((TG,)))


def found(
    archive: Archive, reader: Reader = INSIDE, groups: Iterable[str] = (TG,), limit: int = 10
) -> list[Candidate]:
    with archive.reading() as db:
        return candidates.candidates(db, reader, groups, T0, T0 + 86_400, limit)


def keys(archive: Archive, **more: object) -> list[str]:
    return [one.key.rpartition(":")[2] for one in found(archive, **more)]  # type: ignore[arg-type]


@pytest.fixture
def group(archive: Archive) -> Archive:
    """A day in which 1 was answered, 2 liked, 3 nominated, and 4 to 7 are noise."""
    answers: list[AnyRecord] = [
        said(str(50 + n), f"谢谢，第 {n} 步我也试过了", who=who, reply_to="1")
        for n, who in enumerate(("43", "44", "45"))
    ]
    told(
        archive,
        full_group(),
        said("1", "部署的时候先拉镜像再重启，回滚就用上一个标签，别直接删容器"),
        said("2", "https://example.org/guide 这篇讲备份讲得最清楚",
             reactions=(Reaction("👍", 5), Reaction("❤", 2))),
        said("3", "迁移前先停写", who="43"),
        said("4", "加微信领优惠券，扫码进群", reactions=(Reaction("👍", 30),)),
        said("5", "哈", reactions=(Reaction("👍", 30),)),
        said("6", "/搜 部署", reactions=(Reaction("👍", 30),)),
        said("7", "没有人理的一句话，说得倒是不短，可是谁也没有回"),
        answers,
    )  # fmt: skip
    with archive.writing() as db:
        nominate(db, f"{TG}:3", "telegram:44")
    return archive


def test_what_people_answered_liked_and_nominated_comes_first(group: Archive) -> None:
    assert set(keys(group)[:3]) == {"1", "2", "3"}
    assert not {"4", "5", "6", "7"} & set(keys(group))


def test_why_is_said_in_numbers(group: Archive) -> None:
    why = {one.key: one.why for one in found(group)}
    assert why[f"{TG}:1"] == "3 人回复"
    assert why[f"{TG}:2"] == "7 个表情，有链接"
    assert why[f"{TG}:3"].startswith("1 人提名")


def test_what_is_essence_already_is_not_suggested(group: Archive) -> None:
    with group.writing() as db:
        mark(db, [f"{TG}:1"], by="telegram:42")
    assert "1" not in keys(group)


def test_recalled_forgotten_and_opted_out_are_not_suggested(group: Archive) -> None:
    """TRUST 5, 33."""
    told(group, Recall(TG, "1", T0 + 50))
    with group.writing() as db:
        forget(db, [f"{TG}:2"], "telegram:42")
        consent.opt_out(db, "telegram:43", "telegram:43")
    assert not {"1", "2", "3"} & set(keys(group))


def test_only_members_of_the_group_are_told(group: Archive) -> None:
    """TRUST 31."""
    told(group, full_group("别的", QQ))
    assert keys(group, reader=member(frozenset((QQ,))), groups=(QQ,)) == []
    with group.writing() as db:
        db.execute("UPDATE groups SET visibility = 'public'")
    assert keys(group, reader=public()) == []
    assert len(keys(group, reader=operator())) >= 3


def test_what_was_suggested_is_not_again_and_goes_with_its_message(group: Archive) -> None:
    with group.writing() as db:
        first = candidates.suggest(db, found(group), T0)
        assert candidates.suggest(db, found(group), T0 + 9) == []
        forget(db, [f"{TG}:1"], "telegram:42")
        mark(db, [f"{TG}:2"], by="telegram:42")
        left = candidates.suggested(db, INSIDE, TG)
        assert {one.key for one in left} == {one.key for one in first} - {f"{TG}:1", f"{TG}:2"}
        assert candidates.suggested(db, member(frozenset((QQ,)))) == []
    assert rows(group, "SELECT count(*) FROM candidates") == [(len(first) - 1,)]
    assert verify(group) == []


def test_what_was_forgotten_meanwhile_is_passed_by(group: Archive) -> None:
    there = found(group)
    with group.writing() as db:
        forget(db, [f"{TG}:1"], "telegram:42")
        assert f"{TG}:1" not in {one.key for one in candidates.suggest(db, there, T0)}


@pytest.mark.parametrize("text", ["", " ", "哈哈", "/精华", "／搜 部署", "扫码领优惠", "加我微信"])
def test_noise_is_known(text: str) -> None:
    assert is_noise(text)


@pytest.mark.parametrize(
    "text", ["微信支付的回调怎么验签", "先停写再核对行数", "docker compose up -d"]
)
def test_what_people_talk_about_is_no_noise(text: str) -> None:
    assert not is_noise(text)


def test_a_busy_day_takes_no_time(archive: Archive, slack: float) -> None:
    told(archive, full_group(), (
        said(str(n), f"第 {n} 句话，说一点部署和备份的事情", at=T0 + n,
             who=str(40 + n % 9), reply_to=str(n - n % 7) if n % 7 else None,
             reactions=(Reaction("👍", n % 5),) if n % 11 == 0 else ())
        for n in range(1, 6_000)
    ))  # fmt: skip
    begun = time.perf_counter()
    assert len(found(archive)) == 10
    assert time.perf_counter() - begun < 0.5 * slack
