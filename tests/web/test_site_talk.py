"""Messages as lines: names run on, greetings fold, days part."""

from __future__ import annotations

import pytest

from archive.access import operator, public
from archive.groups import set_visibility
from archive.messages import day
from archive.records import Attachment, Group, Message, Reaction
from web.addresses import Addresses
from web.talk import Fold, Line, Parting, Talk, initial
from web.words import words_in

KEY = "wechat:1@chatroom"
NOON = 1_795_060_800
"""2026-11-19 12:00 in Shanghai."""


def said(
    number: int, text: str = "在想这个问题怎么办", *, who: str = "林", at: int = 0, **k
) -> Message:
    return Message(
        KEY, id=str(number), sent_at=NOON + at, sender_key=f"wechat:{who}", sender_name=who,
        text=text, **k,
    )  # fmt: skip


@pytest.fixture
def lines(archive, fill):
    def make(*messages: Message, here: int | None = None, reader=None):
        fill(Group(KEY, title="群"), *messages)
        with archive.reading() as db:
            found = day(db, reader or operator(), KEY, "2026-11-19")
        talk = Talk(archive.media, words_in("zh"), Addresses())
        ids = [message.id for message in found.messages]
        return talk.lines(found.messages, here=ids[here] if here is not None else None)

    return make


def test_same_person_within_five_minutes_runs_on(lines):
    found = lines(said(1), said(2, at=300), said(3, at=601), said(4, who="周", at=602))
    assert [line.more for line in found] == [False, True, False, False]


def test_essence_forward_and_recall_start_anew(lines, archive):
    found = lines(said(1), said(2, at=1, recalled=True), said(3, at=2))
    assert [line.css for line in found] == ["msg", "gone", "msg"]


def test_anonymous_members_never_run_on(lines, archive, fill):
    fill(Group(KEY, title="群"))
    with archive.writing() as db:
        set_visibility(db, KEY, "public", "test")
    found = lines(said(1), said(2, at=5), said(3, who="周", at=9), reader=public())
    assert [line.more for line in found] == [False, False, False]


GREETINGS = ["早", "大家早！", "哈哈哈哈", "👍", "[微笑][微笑]", "收到~", "666", "谢谢老师"]


def test_five_greetings_fold_and_four_do_not(lines):
    greetings = [said(i, text, at=i) for i, text in enumerate(GREETINGS)]
    before, after = said(90, at=-5), said(91, at=20)
    found = lines(before, *greetings, after)
    assert [type(line) for line in found] == [Line, Fold, Line]
    assert len(found[1].lines) == len(GREETINGS)


def test_four_greetings_stay(lines):
    assert len(lines(*(said(i, text, at=i) for i, text in enumerate(GREETINGS[:4])))) == 4


def test_message_one_came_for_is_never_folded(lines):
    greetings = [said(i, text, at=i) for i, text in enumerate(GREETINGS)]
    found = lines(*greetings, here=5)
    assert [type(line) for line in found] == [Fold, Line, Line, Line]
    assert found[1].here and found[1].css == "msg here"


def test_what_matters_is_not_folded(lines):
    kept = [
        said(1, "好", reply_to="9"),
        said(2, "好", at=1, reactions=(Reaction("👍", 5),)),
        said(3, "[图片]", at=2),
        said(4, "好 #打卡", at=3),
        said(5, "", at=4, kind="photo", attachments=(Attachment("photo"),)),
        said(6, "好的，周三晚上八点见", at=5),
    ]
    assert all(isinstance(line, Line) for line in lines(*kept))


def test_days_part_in_the_groups_own_time(archive, fill):
    evening = said(1, at=11 * 3600)
    morning = said(2, at=12 * 3600 + 60)
    fill(Group(KEY, title="群"), evening, morning)
    with archive.reading() as db:
        both = [*day(db, operator(), KEY, "2026-11-19").messages]
        both += day(db, operator(), KEY, "2026-11-20").messages
    found = Talk(archive.media, words_in("zh"), Addresses("en")).lines(both)
    assert [type(line) for line in found] == [Line, Parting, Line]
    assert found[1].name.replace("\u00a0", " ") == "2026 年 11 月 20 日 星期五"
    assert found[1].href == "/g/wechat:1@chatroom/d/2026-11-20?lang=en"
    # under the heading of its own day, what was said the day before says when it was
    beside = Talk(archive.media, words_in("zh"), Addresses("en")).lines(both, here=both[1].id)
    assert [type(line) for line in beside] == [Parting, Line, Parting, Line]


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("林一舟", "林"),
        ("kevin", "K"),
        ("【群主】阿禾", "群"),
        ("😀", "·"),
        ("", "·"),
        ("ßen", "ß"),
    ],
)
def test_initial_stands_for_a_person(name, letter):
    assert initial(name) == letter


def test_long_message_is_cut_in_a_list_and_whole_on_its_page(lines, site):
    long = "长" * 1500
    (line,) = lines(said(1, long))
    assert line.rest == 300 and long not in line.body
    assert long in site.get(f"/m/{KEY}:1").text
