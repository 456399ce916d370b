"""What people, other programs and operators do to a bridge that would break a naive one."""

from __future__ import annotations

import time
from typing import Any

import pytest
from bridge_scene import ADAPTERS, QQ, TG, WX, Joined

from archive.access import operator
from archive.bridge_consents import pause, resume
from archive.consent import opt_out
from archive.database import Archive
from archive.essence import mark
from archive.keep import keep
from archive.messages import newest
from archive.records import Group
from archive.told_before import not_again
from bot.bridge.bridging import adopt
from bot.bridge.following import announce
from bot.bridge.marks import is_marked
from bot.config import BridgeConfig

NEW, OTHER = "telegram:-1009", "telegram:-1008"


def photo(number: int = 0) -> dict[str, Any]:
    one = {"file_id": f"a{number}", "file_unique_id": "ua", "file_size": 9, "width": 1, "height": 1}
    return {"photo": [one]}


def stored(archive: Archive) -> None:
    """Let every file have come."""
    with archive.media.taking() as copy:
        copy.write(b"123456789")
        digest = copy.finish().sha256
    with archive.writing() as db:
        db.execute("UPDATE attachments SET sha256 = ?, missing = NULL, size = 9", (digest,))


def test_a_third_bridge_that_brings_our_copies_back_makes_no_circle(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    joined.say("好的")
    (copy,) = joined.texts()[QQ]
    # too short to be known by its words: once, and no more
    joined.say_on_qq("[TG] 张三: 好的")
    (back,) = joined.texts()[TG]
    joined.say_on_qq(f"[TG] 沉淀: {back}")
    joined.say_on_qq(f"<沉淀> {copy}")
    assert joined.texts() == {}


def test_each_message_of_a_long_text_is_known_as_brought(archive: Archive) -> None:
    joined = Joined(archive)
    joined.say("很长的话，" * 2_000)
    for texts in joined.texts().values():
        assert len(texts) > 1 and all(is_marked(text) for text in texts)
        assert "".join(text.partition("：")[2] for text in texts).count("很长的话") == 2_000


def test_the_same_file_does_not_go_round_for_ever(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, WX))
    for number in range(12):
        joined.say("", **photo(number))
    stored(archive)
    files = [one for one in joined.spoken()[WX] if one.enclosed is not None]
    assert len(files) == 5


@pytest.mark.parametrize("name", ["李四：同意，〔QQ〕老板", "〕〔", "电话13812345678", "   "])
def test_a_name_imitates_nobody_and_tells_no_number(archive: Archive, name: str) -> None:
    joined = Joined(archive, groups=(TG, WX))
    first = joined.say("部署失败", name)
    chat = {"id": -100123, "type": "supergroup"}
    joined.say("知道", name, reply_to_message={"message_id": first, "date": 1, "chat": chat})
    one, other = joined.texts()[WX]
    assert is_marked(one) and one.count("〔") == one.count("〕") == other.count("〔") == 1
    assert one.count("：") <= 1 and "13812345678" not in one + other


def test_a_groups_title_cannot_hide_the_mark(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, OTHER, QQ))
    with archive.writing() as db:
        keep(db, [Group(TG, "〔内〕部：群")])
    joined.look()
    joined.say("部署失败")
    said = joined.texts()[QQ]
    assert said == ["〔Telegram · （内）部:群〕张三：部署失败"] and is_marked(said[0])


def test_markup_of_a_platform_calls_nobody(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    joined.say("<@everyone> <qqbot-at-everyone /> @all 看")
    (said,) = joined.texts()[QQ]
    assert "<@" not in said and "<qqbot" not in said and "@all" not in said


def test_what_an_admin_deleted_there_is_not_brought_again(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    joined.say("请大家看广告链接")
    (copy,) = joined.spoken()[QQ]
    joined.delete(QQ, f"qq{copy.number}")
    with archive.writing() as db:
        db.execute("UPDATE outbox SET ended_at = ended_at - 10")
    joined.say("请大家看更多的广告，都在这里", edit=1, edit_date=joined.now)
    joined.follow()
    joined.recall(1)
    joined.follow()
    assert joined.texts() == {}
    with archive.reading() as db:
        assert "广告" not in str([m for m in newest(db, operator(), QQ) if not m.recalled])


def test_an_edit_that_made_a_text_long_before_it_was_said_says_where_the_rest_is(
    archive: Archive,
) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    number = joined.say("短")
    joined.say("长话，" * 4_000, edit=number, edit_date=joined.now)
    (said,) = joined.texts()[QQ]
    assert len(said) <= ADAPTERS["qq"].pace.longest and "……" in said[-20:]


def test_who_opts_out_on_the_way_is_not_said_and_not_quoted(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, WX))
    first = joined.say("我说的话")
    joined.spoken()
    joined.say("还在路上的话")
    chat = {"id": -100123, "type": "supergroup"}
    joined.say("答你", "李四四", reply_to_message={"message_id": first, "date": 1, "chat": chat})
    with archive.writing() as db:
        opt_out(db, "telegram:12", "telegram:12")
    assert joined.texts() == {WX: ["〔Telegram〕李四四：答你"]}


def test_another_mode_lets_nothing_go_that_waited_for_the_former(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    joined.say("等着的话")
    joined.bridge = BridgeConfig((TG, QQ), "essence")
    joined.look()
    assert joined.texts() == {}


def test_what_waits_for_an_account_that_was_removed_is_said_by_the_next(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    joined.say("等着的话")
    with archive.writing() as db:
        db.execute("UPDATE outbox SET account = 'removed' WHERE state = 'waiting'")
        assert adopt(db, joined.composer.links, ADAPTERS) == {"qq"}
        assert adopt(db, joined.composer.links, ADAPTERS) == set()
    assert joined.texts() == {QQ: ["〔Telegram〕张三：等着的话"]}


def test_a_group_that_became_a_supergroup_in_a_pause_goes_on_under_its_name(
    archive: Archive,
) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    with archive.writing() as db:
        pause(db, TG, "admin")
        keep(db, [Group(NEW, "技术群", aliases=(TG,))])
        assert resume(db, NEW, "admin")
    joined.look()
    with archive.writing() as db:
        assert announce(db, joined.composer.links) == set()
    joined.say("又开了", ago=-2)
    joined.say_on_qq("这边也是", time=joined.now + 2)
    assert joined.texts() == {QQ: ["〔Telegram〕张三：又开了"], TG: ["〔QQ〕网友20001：这边也是"]}


def test_essence_of_a_copy_does_not_come_back_also_after_its_group_moved(archive: Archive) -> None:
    joined = Joined(archive, "essence", (QQ, TG))
    joined.say_on_qq("值得留下的话")
    with archive.writing() as db:
        mark(db, [f"{QQ}:1"], by="admin")
    joined.follow()
    joined.texts()
    with archive.writing() as db:
        keep(db, [Group(NEW, "技术群", aliases=(TG,))])
        copy = newest(db, operator(), NEW)[0]
        mark(db, [copy.key], by="admin", at=int(time.time()))
    joined.look()
    joined.follow()
    assert joined.texts() == {}


def test_two_bridges_between_the_same_groups_say_it_once(archive: Archive) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    joined.look(BridgeConfig((TG, QQ), "all", name="again"))
    joined.say("一次")
    assert joined.texts() == {QQ: ["〔Telegram〕张三：一次"]}


def test_what_waited_when_a_backup_was_made_is_not_said_after_it_is_restored(
    archive: Archive,
) -> None:
    joined = Joined(archive, groups=(TG, QQ))
    joined.say("撤回的")
    joined.texts()
    joined.recall(1)
    joined.follow()
    joined.say("也许说过了")
    with archive.writing() as db:
        not_again(db, joined.now)
        db.execute("UPDATE bridged SET at = at - 9000 WHERE copy_id IS NULL")
    assert joined.texts() == {QQ: [""]}  # the taking back
    assert joined.texts() == {}


def test_a_file_too_large_for_one_platform_goes_to_the_others(archive: Archive) -> None:
    joined = Joined(archive)
    joined.say("", caption="看图", **photo())
    stored(archive)
    with archive.writing() as db:
        db.execute("UPDATE attachments SET size = 5000000")
    said = joined.spoken()
    assert [one.enclosed is not None for one in said[QQ]] == [True]
    (line,) = said[WX]
    assert line.enclosed is None and "［图片 5.0 MB］" in line.text


def test_an_answer_to_the_copy_of_an_answer_leads_to_each_original(archive: Archive) -> None:
    joined = Joined(archive)
    chat = {"id": -100123, "type": "supergroup"}
    joined.say("谁有空？")
    asked = joined.spoken()[QQ][0].number
    joined.answer_on_qq("我有", f"qq{asked}")
    copy = joined.spoken()[TG][0]
    assert copy.reply_to == "1"
    # what the bot said on Telegram has an id of its own there
    joined.say(
        "谢谢", reply_to_message={"message_id": 9_000 + copy.number, "date": 1, "chat": chat}
    )
    said = joined.spoken()
    assert said[QQ][0].reply_to == "900" and said[WX][0].text.startswith("↩ 网友20001：我有")
