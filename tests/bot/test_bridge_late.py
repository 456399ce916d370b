"""What could not be brought in time is told once for a gap and source, with where it stands."""

from __future__ import annotations

import pytest
from bridge_scene import ADAPTERS, QQ, TG, WX, Joined

from archive import interrupted, outbox
from archive.access import operator
from archive.bridge_consents import pause
from archive.bridged import drop_waiting
from archive.codes import code_of
from archive.database import Archive
from archive.essence import mark
from archive.forget import forget
from archive.levels import set_level
from archive.messages import message_id
from bot.bridge.composing import OLDEST, Composer
from bot.bridge.marks import is_marked


def older(joined: Joined) -> None:
    """Let more than an hour go by."""
    with joined.archive.writing() as db:
        db.execute("UPDATE bridged SET at = at - ?", (OLDEST + 60,))


def code(archive: Archive, number: int) -> str:
    with archive.writing() as db:
        return code_of(db, f"{TG}:{number}")


def line(number: int, where: str) -> str:
    many = "message" if number == 1 else "messages"
    return (
        f"〔Telegram〕{number} 条消息没有及时传过来，请到原群查看 / "
        f"{number} {many} could not be brought in time · {where}"
    )


def test_a_gap_is_told_once_after_it_for_each_source(archive: Archive) -> None:
    joined = Joined(archive)
    for number in range(12):
        joined.say(f"没人听见的第 {number} 句")
    older(joined)
    joined.say_on_qq("也没人听见")
    older(joined)
    joined.say("又通了")
    said = {QQ: ["〔Telegram〕张三：又通了"], WX: ["〔Telegram〕张三：又通了"]}
    assert joined.texts() == said
    first, told = line(12, code(archive, 1)), joined.texts()
    assert told[QQ] == [first] and is_marked(first) and told[WX][0] == first
    assert told[WX][1].startswith("〔QQ〕1 条消息没有及时传过来")
    assert list(told) == [TG, QQ, WX] and joined.texts() == {}


def test_the_next_gap_is_told_for_itself(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    for number in (1, 2):
        joined.say(f"第 {number} 次断了")
        older(joined)
        assert joined.texts() == {}  # dropped; the line stands at the end of what waits
        assert joined.texts() == {QQ: [line(1, code(archive, number))]}


def test_it_is_the_link_of_the_first_where_there_is_a_site(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    links = joined.composer.links
    joined.composer = joined.copies._composer = Composer(archive, "https://a.example", ADAPTERS)
    joined.composer.links = links
    joined.say("一")
    older(joined)
    joined.texts()
    (text,) = joined.texts()[QQ]
    assert text.endswith(f" · https://a.example/m/{TG}:1")


@pytest.mark.parametrize("how", ["forgotten", "recalled", "opted out", "for admins", "all"])
def test_nothing_is_told_of_what_may_not_be_told(archive: Archive, how: str) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    joined.say("说的人不想留下")
    joined.say("这句没关系", "李四四")
    older(joined)
    joined.texts()
    with archive.writing() as db:
        if how in ("forgotten", "all"):
            forget(db, [f"{TG}:1"], "author")
        if how == "all":
            forget(db, [f"{TG}:2"], "author")
        if how == "opted out":
            db.execute("INSERT INTO opt_outs(member_key, at, who) VALUES('telegram:12', 1, 'x')")
        if how == "for admins":
            set_level(db, message_id(db, operator(), f"{TG}:1"), "admins", "admin")
    if how == "recalled":
        joined.recall(1)
    there = {} if how == "all" else {QQ: [line(1, code(archive, 2))]}
    assert joined.texts() == there
    with archive.reading() as db:
        left = db.execute("SELECT count(*) FROM outbox WHERE state = 'waiting'").fetchone()
    assert left == (0,)


def test_what_was_taken_back_before_it_grew_old_is_no_gap(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    joined.say("发错了")
    joined.recall(1)
    older(joined)
    assert joined.texts() == {} and joined.texts() == {}


@pytest.mark.parametrize("how", ["paused", "dropped"])
def test_a_bridge_that_was_closed_meanwhile_tells_nothing(archive: Archive, how: str) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    joined.say("一")
    older(joined)
    joined.texts()
    with archive.writing() as db:
        pause(db, QQ, "admin")
        assert how == "paused" or drop_waiting(db, QQ) == 1
    joined.look()
    assert joined.texts() == {}


def test_it_counts_on_until_it_is_said_and_is_the_same_after_a_kill(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    for number in (1, 2):
        joined.say(f"第 {number} 句")
        older(joined)
        with archive.writing() as db:
            (parcel, *_) = outbox.due(db, "qq", joined.now + 60)[number - 1 :]
            joined.copies.begin(db, [parcel], ADAPTERS["qq"])
    with archive.writing() as db:
        (notice,) = outbox.due(db, "qq", joined.now + 60)
        ((_, before),) = joined.copies.begin(db, [notice], ADAPTERS["qq"]).parcels
        interrupted.doubted(db, ["qq"], notice.draft.purpose)
    joined.say("第 3 句")
    older(joined)
    (again,) = joined.spoken()[QQ]
    assert again.doubt is not None and again.text == before.text == line(2, code(archive, 1))
    assert joined.texts() == {QQ: [line(1, code(archive, 3))]}


def test_what_was_heard_an_hour_late_is_told_like_what_waited(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    with archive.writing() as db:
        db.execute("UPDATE bridge_consents SET since = since - 9000")
    joined.look()
    joined.say("昨夜说的", ago=8000)
    joined.say("昨夜说的", ago=7000)
    joined.say("同意以前说的", ago=9500)
    old = joined.say("昨夜说的，刚改过", ago=7000, edit=77, edit_date=joined.now)
    assert old == 77 and joined.texts() == {QQ: [line(2, code(archive, 1))]}
    assert joined.texts() == {}


def test_essence_is_told_as_essence(archive: Archive) -> None:
    joined = Joined(archive, "essence", (TG, QQ))
    joined.say("值得留下的话")
    with archive.writing() as db:
        mark(db, [f"{TG}:1"], by="admin")
    joined.follow()
    older(joined)
    joined.texts()
    (text,) = joined.texts()[QQ]
    assert text.startswith("〔Telegram〕1 条精华没有及时传过来") and "essence message " in text
