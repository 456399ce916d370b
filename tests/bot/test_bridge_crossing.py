"""What crosses a bridge and what stays: consent, opting out, loops, answers, edits, recalls."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from bridge_scene import QQ, TG, WX, Joined

from archive import consent
from archive.access import operator
from archive.bridge_consents import pause, resume, withdraw
from archive.bridged import drop_waiting
from archive.database import Archive
from archive.essence import mark, unmark
from archive.forget import forget, settle
from archive.levels import set_level
from archive.messages import day, get_message, message_id
from archive.rights import set_alias
from archive.search import search
from archive.verify import verify


def test_a_message_is_said_once_in_every_other_group_with_name_and_platform(
    archive: Archive,
) -> None:
    joined = Joined(archive)
    joined.say("部署失败了")
    said = "〔Telegram〕张三：部署失败了"
    assert joined.texts() == {QQ: [said], WX: [said]}
    assert joined.texts() == {}


def test_an_event_told_again_crosses_once(archive: Archive) -> None:
    joined = Joined(archive)
    number = joined.say("一次")
    joined.say("一次", edit=number)
    assert {key: len(texts) for key, texts in joined.texts().items()} == {QQ: 1, WX: 1}


def test_an_alias_is_the_name_and_numbers_are_masked(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    with archive.writing() as db:
        set_alias(db, TG, "telegram:12", "匿名7", "author")
    joined.say("我的电话 13812345678")
    assert joined.texts() == {QQ: ["〔Telegram〕匿名7：我的电话 138****5678"]}


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("/搜 部署", {}), ("机器人说的", {"bot": True}), ("很久以前说的", {"ago": 7200}),
        ("〔QQ〕李四：别的桥带来的", {}), ("", {"new_chat_title": "新名"}),
    ],
)  # fmt: skip
def test_what_means_nothing_elsewhere_or_was_brought_stays(
    archive: Archive, text: str, more: dict[str, object]
) -> None:
    joined = Joined(archive)
    joined.say(text, **more)
    assert joined.texts() == {}


def test_another_bridges_copy_is_known_by_its_words(archive: Archive) -> None:
    joined = Joined(archive)
    joined.say("今天的日志在哪里")
    joined.texts()
    joined.say_on_qq("[TG] 张三: 今天的日志在哪里")
    joined.say_on_qq("<张三> 今天的日志在哪里")
    assert joined.texts() == {}
    joined.say_on_qq("日志：在群文件里")
    assert joined.texts()[TG] == ["〔QQ〕网友20001：日志：在群文件里"]


def test_what_goes_in_circles_is_stopped(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    for _ in range(20):
        joined.say("自动回复：我现在不在，稍后联系您")
    assert len(joined.texts()[QQ]) == 5


def test_nothing_crosses_without_the_consent_of_both(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    joined.say("先说的")
    with archive.writing() as db:
        withdraw(db, QQ, "admin")
        assert drop_waiting(db, QQ) == 1
    joined.look()
    joined.say("后说的")
    assert joined.texts() == {}
    with archive.reading() as db:
        lines = db.execute("SELECT action FROM audit WHERE action LIKE 'bridge%'").fetchall()
    assert [line for (line,) in lines] == ["bridge agreed"] * 2 + ["bridge withdrawn"]


def test_a_pause_holds_at_the_last_moment_too_and_nothing_of_it_comes_later(
    archive: Archive,
) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    joined.say("在路上")
    with archive.writing() as db:
        assert pause(db, "bridge:bridge", "operator")
    joined.look()
    joined.say("暂停中")
    assert joined.texts() == {}
    with archive.writing() as db:
        assert resume(db, "bridge:bridge", "operator")
    joined.look()
    joined.say("暂停中说的，晚到", ago=5)
    joined.say("又开了", ago=-2)
    assert joined.texts() == {QQ: ["〔Telegram〕张三：又开了"]}


def test_a_group_that_is_not_archived_any_more_shares_nothing(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    with archive.writing() as db:
        consent.stop(db, QQ, by="admin")
    joined.look()
    joined.say("一句")
    assert joined.texts() == {}


def test_what_is_for_fewer_than_its_group_or_is_gone_is_not_said(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    for text in ("给管理员的", "要忘掉的", "要撤回的"):
        joined.say(text)
    with archive.writing() as db:
        set_level(db, message_id(db, operator(), f"{TG}:1"), "admins", "admin")
        forget(db, [f"{TG}:2"], "author")
    joined.recall(3)
    assert joined.texts() == {}


def test_answers_go_to_the_original_and_to_its_copies(archive: Archive) -> None:
    joined = Joined(archive)
    first = joined.say("谁有空？")
    copies = joined.spoken()
    (on_qq,) = (one.number for one in copies[QQ])
    joined.answer_on_qq("我有", f"qq{on_qq}")
    answer = joined.spoken()
    assert answer[TG][0].reply_to == str(first)
    # where a platform has no answers, what is answered stands above
    assert answer[WX][0].text == "↩ 张三：谁有空？\n〔QQ〕网友20001：我有"
    # and an answer to the original is one to the copies
    chat = {"id": -100123, "type": "supergroup"}
    joined.say("谢谢", reply_to_message={"message_id": first, "date": 1, "chat": chat})
    assert joined.spoken()[QQ][0].reply_to == f"qq{on_qq}"


def test_an_edit_is_carried_over_or_said_beside_unless_it_is_a_trifle(archive: Archive) -> None:
    joined = Joined(archive)
    one, two = joined.say("下午三点开会，大家准时到场"), joined.say("错一个字的一句很长很长的话")
    joined.texts()
    with archive.writing() as db:
        db.execute("UPDATE outbox SET ended_at = ended_at - 10")
    joined.say("下午四点在楼上会议室", edit=one, edit_date=joined.now)
    joined.say("错一个字的一句很长很长的话。", edit=two, edit_date=joined.now)
    joined.follow()
    said = "〔Telegram〕张三：（改为 / changed to）下午四点在楼上会议室"
    assert joined.texts() == {QQ: [said], WX: [said]}
    back = joined.say_on_qq("QQ 上的话")
    joined.texts()
    joined.follow()
    assert back and joined.texts() == {}


def test_a_recall_is_carried_over_while_it_can_be_and_told_afterwards(archive: Archive) -> None:
    joined = Joined(archive)
    one, two = joined.say("撤得回的"), joined.say("撤晚了的")
    copies = joined.spoken()
    with archive.writing() as db:
        db.execute("UPDATE outbox SET ended_at = ended_at - 300 WHERE text LIKE '%撤晚了%'")
    joined.recall(one)
    joined.recall(two)
    joined.follow()
    after = joined.spoken()
    assert [(o.takes_back, o.text) for o in after[QQ]] == [
        (f"qq{copies[QQ][0].number}", ""), (None, "〔Telegram〕张三：（这条撤回了 / taken back）")
    ]  # fmt: skip
    assert after[QQ][1].reply_to == f"qq{copies[QQ][1].number}"
    joined.follow()
    assert joined.texts() == {}


def test_what_is_forgotten_is_taken_back_and_no_row_tells_of_it(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    joined.say("月亮背面的话")
    (copy,) = joined.spoken()[QQ]
    with archive.writing() as db:
        forget(db, [f"{TG}:1"], "author")
        assert db.execute("SELECT count(*) FROM bridged").fetchone() == (0,)
    (back,) = joined.spoken()[QQ]
    assert back.takes_back == f"qq{copy.number}" and back.text == ""
    settle(archive)
    files = [path for path in archive.folder.rglob("*") if path.is_file()]
    assert not any("月亮".encode() in path.read_bytes() for path in files)


def test_essence_crosses_when_marked_and_comes_back_when_unmarked(archive: Archive) -> None:
    joined = Joined(archive, "essence", (TG, QQ))
    joined.say("平常的话")
    joined.say("值得留下的话")
    joined.follow()
    assert joined.texts() == {}
    key = f"{TG}:2"
    with archive.writing() as db:
        mark(db, [key], by="admin")
    joined.follow()
    (copy,) = joined.spoken()[QQ]
    assert copy.text == "〔Telegram · 精华〕张三：值得留下的话"
    with archive.writing() as db:
        unmark(db, key, by="admin")
    joined.follow()
    assert [one.takes_back for one in joined.spoken()[QQ]] == [f"qq{copy.number}"]
    with archive.writing() as db:
        mark(db, [key], by="admin", at=int(time.time()) + 1)
    joined.follow()
    assert joined.texts() == {QQ: [copy.text]}


def test_a_copy_stands_in_its_group_and_is_found_once(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    joined.say("只此一处的暗号")
    joined.texts()
    today = time.strftime("%Y-%m-%d", time.gmtime(joined.now + 8 * 3600))
    with archive.reading() as db:
        assert [hit.message.key for hit in search(db, "只此一处", operator()).hits] == [f"{TG}:1"]
        assert [hit.message.key for hit in search(db, f"in:{QQ}", operator()).hits] == []
        (there,) = day(db, operator(), QQ, today).messages
        assert (there.text, there.sender, there.kind) == ("只此一处的暗号", "张三", "forward")
        assert there.forward is not None and there.forward.name == "技术群"
    joined.recall(1)
    with archive.reading() as db:
        assert get_message(db, operator(), there.key).recalled
    assert [*verify(archive)] == []


def test_a_file_goes_along_within_limits_else_a_line_tells_of_it(
    archive: Archive, tmp_path: Path
) -> None:
    joined = Joined(archive)
    small = {"file_id": "a", "file_unique_id": "ua", "file_size": 9, "width": 1, "height": 1}
    joined.say("", caption="看图", photo=[small])
    assert joined.texts() == {}  # it is on its way
    with archive.media.taking() as copy:
        copy.write(b"123456789")
        stored = copy.finish()
    with archive.writing() as db:
        db.execute("UPDATE attachments SET sha256 = ?, missing = NULL, size = 9", (stored.sha256,))
    said = joined.spoken()
    (on_qq,) = said[QQ]
    assert on_qq.enclosed is not None and on_qq.enclosed.path.read_bytes() == b"123456789"
    assert (on_qq.text, on_qq.enclosed.kind) == ("〔Telegram〕张三：看图", "photo")
    # WeChat knows no captions: two messages
    assert [(one.text, one.enclosed is not None) for one in said[WX]] == [
        (on_qq.text, False), ("", True)
    ]  # fmt: skip
    large = {"file_id": "b", "file_unique_id": "ub", "file_name": "讲义.pdf", "file_size": 10**8}
    joined.say("", document=large)
    (line,) = joined.texts()[QQ]
    assert line.startswith("〔Telegram〕张三：［文件 讲义.pdf 100.0 MB］ ") and len(line) >= 40
