"""Messages without ids: known again by group, time, sender, text and ordinal among equals."""

from __future__ import annotations

from itertools import permutations

import pytest
from logical import logical
from told import TG, assert_whole, counts, full_group, said, texts, told, undone, whole_dump

from archive.access import operator
from archive.database import Archive
from archive.keep import keep
from archive.messages import around, get_message
from archive.records import Group, Message
from archive.verify import verify

MINUTE = 1_790_000_040
"""A full minute."""


def line(text: str, at: int = MINUTE, who: str = "42", **more: object) -> Message:
    """A line of a plain text export: no id, known by its content."""
    return said(None, text, at, who, **{"quality": 0, **more})  # type: ignore[arg-type]


def minutely(text: str, at: int = MINUTE, who: str = "42", **more: object) -> Message:
    return line(text, at - at % 60, who, precision=60, **more)


def test_line_said_twice_in_a_second_stays_two(archive: Archive) -> None:
    lines = [line("好"), line("好"), line("好", who="43"), line("好", MINUTE + 1), line("好的")]
    assert counts(told(archive, lines)) == (5, 0, 0)
    with undone(archive) as db:
        before = whole_dump(db)
        assert counts(keep(db, lines)) == (0, 0, 5)
        assert whole_dump(db) == before
    assert texts(archive, "好") == ["好", "好的", "好", "好", "好"]


@pytest.mark.parametrize("cut", range(5))
def test_overlapping_exports_of_one_history_merge(archive: Archive, cut: int) -> None:
    history = [line("好", MINUTE + n // 2) for n in range(8)]
    told(archive, history[: cut + 3])
    told(archive, history[cut - cut % 2 :])
    assert len(texts(archive, "好")) == 8
    assert counts(told(archive, history)) == (0, 0, 8)


def test_same_line_at_another_width_or_case_or_spacing_is_the_same(archive: Archive) -> None:
    told(archive, line("Ｇｏ  語言\n很好"))
    assert counts(told(archive, line("go 语言 很好")))[0] == 0


def test_picture_without_words_is_not_the_voice_message_of_that_second(archive: Archive) -> None:
    assert counts(told(archive, line("", kind="photo"), line("", kind="voice")))[0] == 2
    assert counts(told(archive, line("", kind="voice"), line("", kind="photo")))[0] == 0


@pytest.mark.parametrize("unit", (line, minutely))
@pytest.mark.parametrize("first", ("ids", "none"))
def test_source_with_ids_and_one_without_are_one_history(
    archive: Archive, unit: object, first: str
) -> None:
    seconds = (0, 0, 5, 5, 59)
    words = ("好", "好", "好", "来了", "收到")
    with_ids = [
        said(str(n), text, MINUTE + second)
        for n, (second, text) in enumerate(zip(seconds, words, strict=True), 1)
    ]
    without = [
        unit(text, MINUTE + second)  # type: ignore[operator]
        for second, text in zip(seconds, words, strict=True)
    ]
    parts = {"ids": [full_group(), *with_ids], "none": [full_group(), *without]}
    told(archive, parts[first])
    assert counts(told(archive, parts["ids" if first == "none" else "none"]))[0] == 0
    for part in parts.values():
        assert counts(told(archive, part)) == (0, 0, 5)
    with archive.reading() as db:
        for n, (second, text) in enumerate(zip(seconds, words, strict=True), 1):
            message = get_message(db, operator(), f"{TG}:{n}")
            assert (message.text, message.sent_at) == (text, MINUTE + second)
    assert len(texts(archive, "from:张三")) == 5
    assert verify(archive) == []


def test_order_of_three_kinds_of_sources_does_not_matter(archive: Archive) -> None:
    parts = (
        [full_group(), said("1", "好", MINUTE), said("2", "好", MINUTE),
         said("4", "四", MINUTE + 9)],
        [full_group(), line("好"), line("好"), line("三", MINUTE + 7), line("四", MINUTE + 9)],
        [full_group(), said("1", "好", MINUTE, quality=3), said("5", "五", MINUTE + 70, quality=3)],
    )  # fmt: skip
    came_out = []
    for order in permutations(parts):
        with undone(archive) as db:
            for part in order:
                keep(db, part)
            assert_whole(db)
            came_out.append(logical(db))
    for other in came_out[1:]:
        assert other == came_out[0]


def test_key_a_message_had_before_its_id_was_known_leads_on(archive: Archive) -> None:
    told(archive, line("好", local_id="a"), line("谢谢", local_id="b", local_reply_to="a"))
    with archive.reading() as db:
        old = around(db, operator(), f"{TG}:{_name(db, '好')}").message.key
    told(archive, said("7", "好", MINUTE))
    with archive.reading() as db:
        message = get_message(db, operator(), old)
        context = around(db, operator(), old)
        answer = get_message(db, operator(), f"{TG}:{_name(db, '谢谢')}")
    assert message.key == f"{TG}:7"
    assert answer.reply is not None and answer.reply.key == f"{TG}:7"
    assert [m.text for m in (*context.after, *context.replies)] == ["谢谢"]


def test_answer_to_a_local_id_is_an_answer_to_the_message_known_by_id(archive: Archive) -> None:
    told(archive, full_group(), said("7", "好", MINUTE), *(
        said(str(n), f"插话 {n}", MINUTE + n) for n in range(100, 140)))  # fmt: skip
    told(
        archive,
        line("好", local_id="a"),
        line("谢谢", MINUTE + 600, local_id="b", local_reply_to="a"),
    )
    with archive.reading() as db:
        context = around(db, operator(), f"{TG}:7")
        answer = get_message(db, operator(), f"{TG}:{_name(db, '谢谢')}")
    assert answer.reply is not None and answer.reply.key == f"{TG}:7"
    assert [m.text for m in context.replies] == ["谢谢"]


def test_local_ids_of_two_files_are_strangers(archive: Archive) -> None:
    told(archive, line("甲", local_id="1"))
    told(archive, line("乙", MINUTE + 1, local_id="1"), line("答", MINUTE + 2, local_reply_to="1"))
    told(archive, line("问", MINUTE + 3, local_reply_to="1"))
    with archive.reading() as db:
        answer = get_message(db, operator(), f"{TG}:{_name(db, '答')}")
        stray = get_message(db, operator(), f"{TG}:{_name(db, '问')}")
    assert answer.reply is not None and answer.reply.text == "乙"
    assert stray.reply is None or stray.reply.key is None


def test_basic_group_exported_by_two_accounts_is_one_history(archive: Archive) -> None:
    """The ids differ from account to account, and so do those the replies name."""
    group = Group("telegram:-77", "老群")

    def account(shift: int) -> list[Message]:
        return [
            said(None, text, MINUTE + n, group="telegram:-77", local_id=str(shift + n),
                 local_reply_to=str(shift) if n else None)
            for n, text in enumerate(("问", "答", "再答"))
        ]  # fmt: skip

    assert counts(told(archive, group, account(100))) == (3, 0, 0)
    assert counts(told(archive, group, account(9000))) == (0, 0, 3)
    with archive.reading() as db:
        answer = get_message(db, operator(), f"telegram:-77:{_name(db, '再答')}")
    assert answer.reply is not None and answer.reply.text == "问"


def test_nameless_sender_is_told_by_the_name_beside_the_message(archive: Archive) -> None:
    group = Group("qq:1", "群")
    plain = Message("qq:1", None, MINUTE, sender_name="小王", text="好", quality=0)
    assert counts(told(archive, group, plain)) == (1, 0, 0)
    assert counts(told(archive, group, plain)) == (0, 0, 1)
    known = Message("qq:1", "9", MINUTE, "qq:555", "小王", text="好", quality=2)
    assert counts(told(archive, group, known)) == (0, 1, 0)
    assert texts(archive, "from:qq:555") == ["好"]


def test_two_of_one_second_in_the_file_and_one_in_the_other(archive: Archive) -> None:
    told(archive, full_group(), said("1", "好", MINUTE))
    assert counts(told(archive, line("好"), line("好")))[0] == 1
    # the second one's id comes later, and is not taken for a third
    assert counts(told(archive, said("1", "好", MINUTE), said("2", "好", MINUTE)))[0] == 0
    assert len(texts(archive, "好")) == 2


def test_same_words_a_second_apart_are_two_messages(archive: Archive) -> None:
    told(archive, full_group(), said("1", "好", MINUTE + 1))
    assert counts(told(archive, line("好", MINUTE))) == (1, 0, 0)
    assert counts(told(archive, said("2", "好", MINUTE + 3))) == (1, 0, 0)
    assert len(texts(archive, "好")) == 3


def _name(db: object, text: str) -> str:
    sql = "SELECT platform_id FROM messages WHERE text = ? ORDER BY id LIMIT 1"
    return db.execute(sql, (text,)).fetchone()[0]  # type: ignore[attr-defined,no-any-return]
