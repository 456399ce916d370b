"""Personal numbers are never indexed and masked before the public; other numbers stay."""

from __future__ import annotations

import time
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from told import TG, found, full_group, said, texts, told

from archive.access import member, operator, public
from archive.database import Archive
from archive.groups import set_visibility
from archive.masks import find_personal, is_card, is_identity, mask, strip
from archive.messages import get_message
from archive.records import Attachment, Forward, Message, Poll, Quote, Reaction
from archive.text import normalise, tokens

IDENTITY = "11010519491231002X"
"""The example number of GB 11643."""

PERSONAL = (
    "13812345678", "138 1234 5678", "138-1234-5678", "+8613812345678", "+86 138 1234 5678",
    "86-13812345678", "１３８１２３４５６７８", "１３８－１２３４－５６７８", "19912345678",
    IDENTITY, "11010519491231002x", "440308199001010017", "１１０１０５１９４９１２３１００２Ｘ",
    "4111111111111111", "4111 1111 1111 1111", "6222-0212-3456-7890-128", "6222021234567890128",
    "zhang.san@example.com", "a+b@mail.example.com.cn", "ＺＨＡＮＧ＠example.com",
    "wxid_abcdef123456",
)  # fmt: skip

HARMLESS = (
    "订单号 20261118123456789", "订单20261118093015004321", "快递 SF1234567890123", "1795000000",
    "1795000000123", "1795000000123456", "ISBN 978-7-302-51632-3", "9787302516323", "¥13,812.00",
    "12345678.90 元", "v1.13.81234", "1.38.12345678", "2026-11-18 20:26:40", "192.168.138.123",
    "端口 13812", "提交 138123456789abcdef", "QQ群 88990011", "3.14159265358979",
    "@张三 你好", "微信：版本", "微信：OpenAI 发布了新模型", "a@b", "@all", "g++@13",
    "电话 010-62770334", "110105194912310021", "4111111111111112", "4929 和 5555", "1/3812345678",
)  # fmt: skip


@pytest.mark.parametrize("number", PERSONAL)
@pytest.mark.parametrize("around", ("{}", "打给{}吧", "号码：{}。", "a {} b", "({})", "{}\n{}"))
def test_personal_number_is_masked_and_stripped_whole(number: str, around: str) -> None:
    text = around.format(number, number)
    digits = normalise(number).replace(" ", "").replace("-", "")
    for shown in (mask(text), strip(text)):
        assert number not in shown
        assert digits not in normalise(shown).replace(" ", "").replace("-", "")
    # and only that
    assert [text[a:b] for a, b in find_personal(text)] == [number] * around.count("{}")


@pytest.mark.parametrize("text", HARMLESS)
def test_other_numbers_and_signs_stay(text: str) -> None:
    assert mask(text) == strip(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    (
        ("打 13812345678 找我", "打 138****5678 找我"),
        (IDENTITY, "110****002X"),
        ("我的邮箱zhang@example.com，谢谢", "我的邮箱z***@***，谢谢"),
        ("微信号：zhangsan_88 加我", "微信号：zha****n_88 加我"),
        ("vx: Zhang-San88", "vx: Zha****an88"),
        ("加 wxid_abcdef123456 吧", "加 wxi****3456 吧"),
        ("微信：zhangsan88 加我", "微信：zha****an88 加我"),
        ("微信zhangsan88", "微信zhangsan88"),
    ),
)
def test_masks_show_what_kind_of_number_it_was(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("hidden", ("\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad"))
def test_invisible_characters_do_not_carry_a_number_into_the_index(hidden: str) -> None:
    text = f"打 138{hidden}1234{hidden}5678"
    assert "5678" not in tokens(strip(text)).body.replace(" ", "")
    assert "1234" not in mask(text).replace(hidden, "")


@given(st.text("0123456789 -xX+86.@a微信：\u200b", max_size=60))
def test_spans_are_in_order_apart_and_inside(text: str) -> None:
    spans = find_personal(text)
    assert all(0 <= a < b <= len(text) for a, b in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert find_personal(strip(text)) == []


@given(st.integers(1_000_000_000, 1_999_999_999), st.sampled_from((0, 3, 6, 9)), st.integers(0))
def test_time_in_any_unit_is_no_personal_number(second: int, digits: int, part: int) -> None:
    text = f"t={second * 10**digits + part % 10**digits}"
    assert mask(text) == text


@given(st.dates(), st.integers(0, 10**11))
def test_order_number_that_begins_with_its_date_is_no_card(day: date, number: int) -> None:
    text = f"订单 {day.replace(year=2000 + day.year % 100):%Y%m%d}{number:09d}"
    assert mask(text) == text or is_identity(text.split()[1])


@given(st.integers(10**14, 10**18 - 1))
def test_card_check_digit_is_luhn(number: int) -> None:
    valid = [d for d in range(10) if is_card(f"{number}{d}")]
    assert len(valid) == 1


def test_identity_checks_date_and_check_character() -> None:
    assert is_identity(IDENTITY)
    assert not is_identity("110105194912310021")
    assert not is_identity("11010519491331002X")


def test_hostile_text_is_searched_for_numbers_in_time() -> None:
    for piece in ("1", "1 ", "a.", "@", "138-", "a@a.", "微信", "１３８", "+86"):
        text = piece * (50_000 // len(piece))
        began = time.perf_counter()
        mask(text)
        strip(text)
        assert time.perf_counter() - began < 2, piece


@pytest.fixture
def told_numbers(archive: Archive) -> Archive:
    told(
        archive,
        full_group(),
        said("1", "电话 13812345678，或 138-1234-5678"),
        said("2", "文件", attachments=(Attachment("file", "张三13812345678.pdf"),)),
        said("3", "", poll=Poll("打给13812345678？", (("zhang@example.com", 1),)), kind="poll"),
        said("4", "记录", nested=(Message(TG, sender_name="李四", text=IDENTITY),)),
        said("5", "答", quote=Quote("我的号是13812345678", "李四")),
        said("6", "转", forward=Forward("王五", "telegram:77"), detail={"contact": "13812345678"}),
        said("8", "李四 加入了群", kind="service", service="join"),
        said("9", "欢迎", reply_to="8"),
        said("10", "看了", reply_to="11"),
        said("11", "", kind="forward", nested=(Message(TG, sender_name="李四", text="里"),)),
        said("7", "好", reply_to="1", reactions=(Reaction("👍", 1, ("telegram:43",)),)),
    )
    return archive


def test_number_is_found_by_nobody_not_even_the_operator(told_numbers: Archive) -> None:
    for query in (
        "13812345678", "138-1234-5678", "138*", '"138 1234 5678"', "5678", "12345678", IDENTITY,
        "zhang*", "example", "has:file 13812345678", "１３８１２３４５６７８", "1381234*",
    ):  # fmt: skip
        assert found(told_numbers, query).count == 0, query
    assert found(told_numbers, "电话").count == found(told_numbers, "pdf").count == 1


def test_members_see_numbers_and_the_public_sees_masks_and_no_names(told_numbers: Archive) -> None:
    with told_numbers.writing() as db:
        set_visibility(db, TG, "public", "operator")
    secrets = ("13812345678", "138-1234-5678", IDENTITY, "zhang@example", "李四", "王五",
               "telegram:77", "telegram:42", "telegram:43")  # fmt: skip
    with told_numbers.reading() as db:
        for number in range(1, 12):
            key = f"{TG}:{number}"
            inside = get_message(db, member(frozenset({TG})), key)
            assert repr(get_message(db, operator(), key)) == repr(inside)
            outside = repr(get_message(db, public(), key))
            assert not [secret for secret in secrets if secret in outside]
            stranger = get_message(db, member(frozenset({"qq:1"})), key)
            assert repr(stranger) == outside
        assert "13812345678" in get_message(db, member(frozenset({TG})), f"{TG}:1").text
    hit = found(told_numbers, "电话", public()).hits[0]
    assert hit.excerpt == "电话 138****5678，或 138****5678"
    assert texts(told_numbers, "from:张三", public()) == []
