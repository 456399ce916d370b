"""What OneBot messages become: words, files, cards, answers, merged records."""

from __future__ import annotations

from typing import Any

import pytest
from onebot_door import GROUP, KEY, raw
from onebot_events import event, message, segment

from adapters.contract import AdapterError
from adapters.qq_onebot.envelope import envelope_of
from adapters.qq_onebot.files import source_of
from adapters.qq_onebot.records import records_of
from archive.records import Member, Span


def test_a_message_is_known_by_its_true_sequence_and_its_other_names() -> None:
    found = message(event("你好"))
    assert (found.id, found.text, found.sent_at) == ("308447", "你好", 1760000000)
    assert found.other_ids[0] == "m555"
    without = event("你好")
    del without["real_seq"]
    assert message(without).id == found.other_ids[1]
    assert found.other_ids[1].startswith("1760000000-") and found.other_ids[1].endswith("-555")


def test_the_sender_comes_with_card_and_role_but_without_the_number_in_the_address() -> None:
    told = event("你好")
    (member,) = [r for r in records_of(raw(told)) if isinstance(r, Member)]
    assert (member.key, member.name, member.group_name) == ("qq:20003", "小明", "明哥")
    assert member.role == "admin"
    del told["real_seq"]
    assert "20003" not in str(message(told).id)
    assert message(told).sender_name == "明哥"


def test_two_messages_with_one_short_id_stay_two() -> None:
    """TRUST 2: the int32 message_id comes again; neither the id nor the event key may."""
    for numbers in ({"real_seq": "308448"}, {"real_seq": None, "time": 1760000009}):
        other = event("另一条", **numbers)
        assert message(other).id != message(event("你好")).id
        assert envelope_of(raw(other)).key != envelope_of(raw(event("你好"))).key


def test_two_accounts_in_one_group_hear_the_same_event() -> None:
    """TRUST 1: the account that heard it is no part of any key."""
    ours, theirs = event("你好"), event("你好", self_id=10002)
    assert envelope_of(raw(ours)).key == envelope_of(raw(theirs)).key
    assert records_of(raw(ours)) == records_of(raw(theirs))


def test_a_mention_shows_the_name_that_is_known_and_marks_the_person() -> None:
    said = ("请 ", segment("at", qq="20002"), segment("face", id="14"), " 😀 看 ",
            segment("at", qq="all"))  # fmt: skip
    found = message(event(*said), names={"20002": "阿花"})
    assert found.text == "请 @阿花[微笑] 😀 看 @全体成员"
    assert found.spans == (Span("mention", 2, 3, "qq:20002"), Span("mention", 14, 5, None))
    assert message(event(*said)).text.startswith("请 @20002")


def test_a_cq_string_says_the_same_as_segments() -> None:
    told = event(
        "&[好],", segment("at", qq="20002"), segment("image", file="a.jpg", url="http://x/?a=1&b=2")
    )
    written = {
        **told,
        "message": "&amp;&#91;好&#93;,[CQ:at,qq=20002][CQ:image,file=a.jpg,url=http://x/?a=1&amp;b=2]",
    }
    assert message(written) == message(told)
    assert message({**told, "message": None, "raw_message": written["message"]}) == message(told)


def test_pictures_voices_videos_and_files_can_be_fetched() -> None:
    parts = (
        segment(
            "image", file="A.jpg", url="https://m.example/a?rkey=1", file_size="10", sub_type=0
        ),
        segment("image", file="B.gif", url="https://m.example/b", sub_type=1),
        segment("record", file="v.amr", path="/x", file_size="7"),
        segment("video", file="c.mp4", url="https://m.example/c"),
        segment("file", file="报告.pdf", file_id="/f-1", file_size="99"),
    )
    found = message(event(*parts))
    assert [a.kind for a in found.attachments] == ["photo", "sticker", "voice", "video", "file"]
    assert [a.size for a in found.attachments] == [10, None, 7, None, 99]
    assert found.attachments[4].name == "报告.pdf" and found.attachments[0].name is None
    sources = [source_of(a.source or "") for a in found.attachments]
    assert sources[0].url == "https://m.example/a?rkey=1" and sources[2].asked == "record"
    assert (sources[4].file_id, sources[4].group_id) == ("/f-1", str(GROUP))
    assert found.kind == "video"
    assert message(event("说明", parts[0])).kind == "photo"
    assert message(event("说明", parts[1])).kind == "text"


def test_an_answer_names_its_target_as_exactly_as_it_is_known() -> None:
    told = event(
        segment("reply", id="-77", text="引用的话"), segment("at", qq="20002"), " /精华 好"
    )
    found = message(told)
    assert (found.reply_to, found.text) == ("m-77", "@20002 /精华 好")
    found = message(told, reply={"id": "308001", "user_id": "20002"})
    assert found.reply_to == "308001"
    seen = envelope_of(raw(told, reply={"id": "308001", "user_id": "20002"}))
    assert (seen.reply_to, seen.quoted, seen.text) == ("308001", ("qq:20002",), "/精华 好")


def test_a_merged_record_is_unfolded_to_a_depth_whatever_its_form() -> None:
    node = {"user_id": 20002, "sender": {"user_id": 20002, "nickname": "阿花"}, "time": 1750000000}
    inner = {**node, "message": [segment("forward", id="R2")]}
    other = segment("node", uin="20001", name="老王", content="[CQ:face,id=14]好")
    told = event(segment("forward", id="R1", content=[inner, other]))
    found = message(told, forwards={"R2": [{**node, "content": [segment("text", text="里面")]}]})
    assert found.kind == "forward"
    assert [m.sender_name for m in found.nested] == ["阿花", "老王"]
    assert found.nested[1].text == "[微笑]好"
    assert found.nested[0].nested[0].text == "里面"
    seen = envelope_of(raw(told, forwards={"R2": [{**node, "user_id": 20009, "sender": {}}]}))
    assert set(seen.quoted) == {"qq:20002", "qq:20001", "qq:20009"}
    deep: list[Any] = [segment("text", text="底")]
    for _ in range(40):
        deep = [segment("forward", id="x", content=[{**node, "message": deep}])]
    records_of(raw(event(*deep)))


def test_anonymous_members_have_a_mask_and_no_role() -> None:
    told = event(
        "匿名说", anonymous={"id": 7, "name": "大力鬼王", "flag": "SECRET"}, user_id=80000000
    )
    found = message(told)
    assert found.sender_name == "大力鬼王" and found.sender_key is not None
    assert found.sender_key.startswith("qq:~") and "SECRET" not in repr(records_of(raw(told)))
    assert envelope_of(raw(told)).sender_role is None


def test_odd_times_are_kept_for_the_archive_to_judge() -> None:
    """TRUST 6: milliseconds are understood, the rest is passed on."""
    assert message(event("x", time=1760000000123)).sent_at == 1760000000
    odd: list[Any] = [-5, 4070908800, None, "soon", 1.5, [], 1e300]
    for value in odd:
        assert message(event("x", time=value)).text == "x"
    assert message(event("x", time=-5)).sent_at == -5


def test_hostile_text_and_names_are_kept_whole() -> None:
    """TRUST 9 and 10: NUL, lone surrogates, marks, a megabyte, ten thousand lines."""
    for text in (
        "a\0b",
        "\ud800",
        "e" + "\u0301" * 10_000,
        "\u202eabc",
        "x" * 1_000_000,
        "\n" * 10_000,
    ):
        told = event(text)
        told["sender"]["card"] = text[:50]
        assert message(told).text == text
        assert envelope_of(raw(told)).text == text


def test_what_is_no_event_is_refused_not_guessed() -> None:
    """TRUST 8 and 10: bad frames raise AdapterError, so that they go to quarantine."""
    for frame in (b"", b"{", b"\xff\xfe", b"[1]", b'"x"', b"[" * 100_000, b'{"a":' * 50_000):
        with pytest.raises(AdapterError):
            envelope_of(frame)
    for strange in ({}, {"post_type": "message"}, {"status": "ok", "retcode": 0}):
        seen = envelope_of(raw(strange))
        assert seen.group_key is None and not seen.private


def test_a_private_conversation_is_a_command_and_never_a_record() -> None:
    told = event("/帮助", message_type="private", group_id=None)
    seen = envelope_of(raw(told))
    assert (seen.private, seen.group_key, seen.text) == (True, None, "/帮助")
    assert records_of(raw(told)) == []


def test_the_mention_before_a_command_is_not_part_of_it() -> None:
    for who, text in (("10001", "/搜 部署"), ("20002", "@20002 /搜 部署")):
        told = event(segment("at", qq=who), " /搜 部署")
        assert envelope_of(raw(told)).text == text
        assert message(told).text == f"@{who} /搜 部署"


def test_what_the_account_itself_says_is_marked_as_its_own() -> None:
    for own in (event("x", post_type="message_sent"), event("x", user_id=10001)):
        seen = envelope_of(raw(own))
        assert seen.own and seen.sender_is_bot
    assert envelope_of(raw(event("x", user_id=2854196310))).sender_is_bot
    other = envelope_of(raw(event("x")))
    assert not other.sender_is_bot and other.group_key == KEY
