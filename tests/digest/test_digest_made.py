"""What a digest is made of: kinds, counts, reasons, and what counts for nothing."""

from __future__ import annotations

import msgspec
from saying import AT, LONG, QQ, TG, WEEK, digest_of, kept, keys_of, said, talked, told

from archive.access import operator
from archive.database import Archive
from archive.digest import MOST, Digest, day
from archive.questions import accept, open_question
from archive.records import Attachment, Message


def test_discussion_says_how_many_took_part_and_quotes_who_said_what(archive: Archive) -> None:
    told(archive, talked())
    (item,) = digest_of(archive).items
    assert item.kind == "discussion" and item.group_key == TG and item.at == AT + 60
    assert item.why == "4 人参与，4 条消息，3 条回复，8 个表情"
    assert item.title == "请问数据库越来越慢，是不是该换一个了？"
    assert item.text.splitlines()[0].startswith(f"人2：「数据库：{LONG[:10]}")
    assert item.keys[0] == f"{TG}:1" and set(item.keys) <= {f"{TG}:{n}" for n in range(1, 5)}


def test_digest_survives_json_and_is_the_same_again(archive: Archive) -> None:
    told(archive, talked())
    kept(archive, 2)
    digest = digest_of(archive)
    packed = msgspec.json.encode(digest)
    assert msgspec.json.decode(packed, type=Digest) == digest == digest_of(archive)
    assert (digest.period, digest.since, digest.until) == ("2026-W42", WEEK.since, WEEK.until)
    assert (digest.groups, digest.messages, digest.people) == ((TG,), 4, 4)


def test_silent_week_and_small_talk_have_no_items(archive: Archive) -> None:
    told(archive)
    assert digest_of(archive).items == () and digest_of(archive).messages == 0
    talk = ("吃了吗", "没呢", "楼下新开一家米线", "好吃吗", "一般，量大", "量大就行")
    told(archive, (said(n, text, str(n % 5)) for n, text in enumerate(talk, 1)))
    assert digest_of(archive).items == () and digest_of(archive).messages == 6


def test_at_most_ten_items_and_each_group_has_one(archive: Archive) -> None:
    for number, name in enumerate("苹果香蕉橘子葡萄西瓜草莓菠萝"):
        texts = (f"{sign}{name}" * 12 for sign in "甲乙丙丁")
        first = 100 * number + 1
        told(archive, (said(first + n, text, str(n), 4, reply=first if n else None)
                       for n, text in enumerate(texts)))  # fmt: skip
    plain = "周末去清溪古道徒步，十一公里爬升四百米，中午有农家乐可以吃饭，七点半集合"
    told(
        archive,
        said(1, plain, "1", 2, group=QQ),
        said(2, "我去我去，带我妈一起", "2", reply=1, group=QQ),
    )
    digest = digest_of(archive, groups=(TG, QQ))
    assert len(digest.items) == MOST
    assert {item.group_key for item in digest.items} == {TG, QQ}


def test_essence_comes_first_with_its_reason_and_thanks_its_author(archive: Archive) -> None:
    told(archive, talked(), said(50, "备份要每天还原一次，没有演练过的备份等于没有备份", "7"))
    kept(archive, 50, reason="血的教训")
    digest = digest_of(archive)
    assert [item.kind for item in digest.items] == ["essence", "discussion"]
    assert digest.items[0].why.startswith("标为精华，理由：血的教训")
    (thanks,) = digest.thanks
    assert (thanks.name, thanks.member_key, thanks.keys) == ("人7", "telegram:7", (f"{TG}:50",))


def test_essence_and_its_discussion_are_one_and_two_essences_of_it_are_two(
    archive: Archive,
) -> None:
    told(archive, talked())
    kept(archive, 2)
    (item,) = digest_of(archive).items
    assert item.kind == "essence" and "4 人参与" in item.why
    kept(archive, 3)
    assert [item.keys[0] for item in digest_of(archive).items] == [f"{TG}:2", f"{TG}:3"]


def test_essence_marked_this_week_of_what_was_said_before(archive: Archive) -> None:
    told(archive, said(1, "半年前写的部署手册，今天才看到", "3", at=AT - 180 * 86_400))
    kept(archive, 1, at=AT)
    (item,) = digest_of(archive).items
    assert item.kind == "essence" and item.keys == (f"{TG}:1",)
    assert digest_of(archive).messages == 0


def test_questions_are_told_with_what_was_accepted_and_open_ones_listed(archive: Archive) -> None:
    told(
        archive,
        said(1, "/ask 怎么给 Nginx 限制单个 IP 的请求数", "1"),
        said(2, "limit_req_zone 加 limit_req，burst 设大一点，记得 nodelay", "2", reply=1),
        said(3, "/问 猫怎么剪指甲才不跑，试了三次都失败", "3"),
        said(4, "以后再问的问题也算", "3", at=WEEK.until + 60),
    )
    with archive.writing() as db:
        for number, who in ((1, "1"), (3, "3"), (4, "3")):
            open_question(db, f"{TG}:{number}", f"telegram:{who}")
        accept(db, f"{TG}:1", f"{TG}:2", "telegram:1")
    digest = digest_of(archive)
    (item,) = digest.items
    assert item.kind == "question" and item.keys == (f"{TG}:1", f"{TG}:2")
    assert item.title == "怎么给 Nginx 限制单个 IP 的请求数" and "已采纳回答" in item.why
    assert digest.open_questions == (f"{TG}:3",)
    assert [thanks.name for thanks in digest.thanks] == ["人2"]


def test_question_of_last_week_answered_in_this_one_is_told(archive: Archive) -> None:
    told(archive, said(1, "怎么给 Nginx 限制单个 IP 的请求数", "1", at=WEEK.since - 3600))
    told(archive, said(2, f"这样：limit_req_zone。{LONG}", "2", 3, reply=1))
    with archive.writing() as db:
        open_question(db, f"{TG}:1", "telegram:1")
    digest = digest_of(archive)
    assert [(item.kind, item.keys) for item in digest.items] == [
        ("question", (f"{TG}:1", f"{TG}:2"))
    ]
    assert digest.open_questions == ()


def test_files_and_links_that_people_took_up(archive: Archive) -> None:
    file = said(1, "报税手册，个体户和个人怎么选都在里面", "1", 5, kind="file",
                attachments=(Attachment("file", "报税手册.pdf"),))  # fmt: skip
    link = said(90, "备案流程写了一篇 https://blog.example/beian", "2", 4)
    told(
        archive, file, link, *(said(n, "多谢分享，正好要用到", str(n), reply=90) for n in (91, 92))
    )
    files = [(item.kind, item.title) for item in digest_of(archive).items]
    assert files == [
        ("file", "报税手册.pdf"),
        ("link", "备案流程写了一篇 https://blog.example/beian"),
    ]


def adverts() -> list[Message]:
    return [
        said(1, "云服务器限时优惠，九块九一年，加微信 yun2026 领取", "8", 9),
        said(2, "转发给十个群，看到的人都会有好运", "7", 9),
        said(3, "看看这个 https://spam.example/a", "6", 9),
        said(40, "再看看这个 https://spam.example/a", "6", 9),
        *(said(n, "今天也要加油鸭各位朋友们", "5", 3) for n in (60, 80, 99)),
        said(100, "/search 部署 部署 部署 部署 部署", "4", 9),
        said(101, "1. 张三 2. 李四 3. 王五 4. 赵六 5. 孙七", "4", 9),
        said(102, "", "4", 9, kind="sticker"),
        said(103, "大吉大利今晚吃鸡，恭喜发财", "4", 9, kind="red_packet"),
    ]


def test_adverts_chains_commands_and_greetings_count_for_nothing(archive: Archive) -> None:
    told(archive, adverts())
    assert digest_of(archive).items == ()


def test_text_in_disguise_is_one_item(archive: Archive) -> None:
    other = "📌转 換庫之前，先把慢查詢找出來！九成的慢是因為沒有索引；剩下的一成是因為在循環裡查💡"
    told(
        archive,
        said(1, LONG, "1", 9),
        said(300, other, "2", 3),
        said(1, f"{LONG}！", "3", 4, group=QQ),
    )
    (item,) = digest_of(archive, groups=(TG, QQ)).items
    assert item.keys == (f"{TG}:1",) and "同样的话另有 2 处" in item.why


def test_headlines_may_be_written_by_somebody_else(archive: Archive) -> None:
    told(archive, talked())
    plain, other = digest_of(archive), digest_of(archive, headline=lambda item: item.kind.upper())
    assert [item.title for item in other.items] == ["DISCUSSION"]
    assert [item.keys for item in other.items] == [item.keys for item in plain.items]


def test_day_has_only_what_was_said_between_its_midnights(archive: Archive) -> None:
    monday, tuesday = (day(f"2026-10-{n}", "Asia/Shanghai") for n in (12, 13))
    late = msgspec.structs.replace(talked()[1], id="9", sent_at=tuesday.since, reply_to=None)
    told(archive, talked(), late)
    assert keys_of(digest_of(archive, period=monday)).count("9") == 0
    assert keys_of(digest_of(archive, period=tuesday)) == ["9"]


def test_weekly_digest_reads_with_few_statements(archive: Archive) -> None:
    for number in range(12):
        told(archive, talked(40 * number + 1, f"第{number}种数据库{number}"))
    seen: list[str] = []
    with archive.reading() as db:
        db.set_trace_callback(seen.append)
        from archive.digest import make_digest

        make_digest(db, operator(), [TG], WEEK)
    assert len(seen) < 60
