"""What a person missed: since they last spoke, topics, what is for them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from saying import AT, LONG, QQ, TG, kept, said, talked, told

from archive.access import Reader, member
from archive.catchup import TOPICS, UNKNOWN, CatchUp, catch_up, groups_of_member
from archive.database import Archive
from archive.records import Attachment, Member, Span

NOW = AT + 40_000
ME = "telegram:42"
INSIDE = member(frozenset((TG,)), ME)


def missed(archive: Archive, reader: Reader = INSIDE, **more: Any) -> CatchUp:
    more.setdefault("now", NOW)
    groups = more.pop("groups", (TG,))
    with archive.reading() as db:
        return catch_up(db, reader, ME, groups, **more)


def mine(id: int, text: str = "先去忙了，回头再看", **more: Any) -> Any:
    return said(id, text, "42", name="小满", **more)


def test_since_the_person_last_spoke_whatever_commands_they_gave(archive: Archive) -> None:
    told(
        archive,
        talked(1, "缓存"),
        mine(10),
        talked(20),
        mine(30, "/补课"),
        mine(31, "／catchup 24h"),
    )
    found = missed(archive)
    assert [topic.title for topic in found.topics] == ["请问数据库越来越慢，是不是该换一个了？"]
    assert found.messages == 6 and found.since == AT + 600 and found.people == 5
    (topic,) = found.topics
    assert topic.keys[0] == f"{TG}:20" and topic.group_key == TG and "4 人参与" in topic.why


def test_who_never_spoke_is_told_of_a_day(archive: Archive) -> None:
    told(archive, said(1, LONG, "1", 9, at=NOW - UNKNOWN - 60), talked(100))
    found = missed(archive)
    assert found.messages == 4 and found.since == NOW - UNKNOWN


def test_a_span_or_a_count_instead(archive: Archive) -> None:
    told(archive, talked(1, "缓存"), mine(10), talked(200))
    assert missed(archive, since=AT).messages == 9
    assert missed(archive, since=AT + 600).messages == 5
    assert missed(archive, count=4).messages == 4
    assert missed(archive, count=100_000).messages == 9


def test_five_topics_at_most_the_best_first(archive: Archive) -> None:
    for number, name in enumerate("缓存索引日志容器镜像网关"):
        text = (f"{sign}{name}" * 12 for sign in "甲乙丙")
        told(
            archive, (said(100 * number + n + 1, t, str(n), number + 1) for n, t in enumerate(text))
        )
    found = missed(archive, since=AT, now=NOW + 90_000)
    assert len(found.topics) == TOPICS
    assert found.topics[0].keys[0].rpartition(":")[2] >= "1000"


def test_answers_to_the_person_whenever_they_wrote_it(archive: Archive) -> None:
    told(archive, mine(1, "有人知道怎么退订吗"), mine(2, "另外那个也问下", other_ids=("s2",)))
    told(archive, said(5, "设置里最下面", "2", reply=1), said(6, "同问", "3", reply="s2"))
    told(
        archive,
        said(7, "不是回你的", "3", reply=5),
        mine(8, "谢谢", reply=1),
        said(9, "不客气", "2"),
    )
    assert missed(archive, since=AT + 200).answers == (f"{TG}:6", f"{TG}:5")
    assert missed(archive).answers == ()


def test_mentions_by_mark_and_by_name_and_of_nobody_else(archive: Archive) -> None:
    told(
        archive,
        mine(1), Member(ME, "小满", "xiaoman", TG, "小满"),
        Member("telegram:43", "小满仓", group_key=TG),
        said(2, "@小满 看一下这个", "2"),
        said(3, "那个谁看看", "2", spans=(Span("mention", 0, 2, ME),)),
        said(4, "问问 @XiaoMan 吧", "2"), said(5, "＠小满你来定", "3"),
        said(6, "@小满仓 不是你", "2"), said(7, "小满不在", "2"),
        said(8, "@xiaomanman 也不是", "2"),
        mine(9, "/补课"), said(10, "别的 @张三", "2", spans=(Span("mention", 3, 3, "telegram:9"),)),
    )  # fmt: skip
    assert missed(archive).mentions == tuple(f"{TG}:{n}" for n in (5, 4, 3, 2))


def test_new_essence_and_files(archive: Archive) -> None:
    file = said(20, "手册放这里了", "2", kind="file", attachments=(Attachment("file", "手册.pdf"),))
    told(archive, said(1, LONG, "1"), mine(10), file, talked(40))
    kept(archive, 1, at=AT + 3000)
    found = missed(archive)
    assert (found.essence, found.files) == ((f"{TG}:1",), (f"{TG}:20",))
    assert found.topics[0].keys[0] == f"{TG}:1"


def test_each_group_from_where_the_person_left_it(archive: Archive) -> None:
    told(archive, talked(1), mine(10), mine(300, group=QQ))
    told(archive, talked(100, "徒步鞋", QQ), talked(400, "登山杖", QQ))
    both = member(frozenset((TG, QQ)), ME)
    qq = ME.replace("telegram", "qq")
    with archive.reading() as db:
        found = catch_up(db, both, qq, (QQ,), now=NOW)
        assert groups_of_member(db, qq) == {QQ} and groups_of_member(db, ME) == {TG}
    assert [topic.keys[0] for topic in found.topics] == [f"{QQ}:400"]


def test_who_left_a_group_is_not_in_it(archive: Archive) -> None:
    told(archive, mine(1), Member(ME, "小满", group_key=TG, role="left"))
    with archive.reading() as db:
        assert groups_of_member(db, ME) == frozenset() == groups_of_member(db, "telegram:none")


@pytest.mark.parametrize("messages", [0, 1])
def test_nothing_missed_is_empty_and_survives_json(archive: Archive, messages: int) -> None:
    told(archive, [mine(1)][:messages])
    found = missed(archive)
    assert (found.messages, found.topics, found.answers) == (0, (), ())
    assert msgspec.json.decode(msgspec.json.encode(found), type=CatchUp) == found
