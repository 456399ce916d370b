"""What OneBot notices become: recalls, essence, files, people, reactions, things nobody knows."""

from __future__ import annotations

from typing import Any

import pytest
from onebot_door import KEY, raw
from onebot_events import AT, event, notice, segment, upload

from adapters.qq_onebot.envelope import envelope_of
from adapters.qq_onebot.records import records_of
from archive.records import (
    AnyRecord,
    EssenceMark,
    Group,
    Member,
    Message,
    Reacted,
    Reaction,
    Recall,
)


def told_of(kind: str, *, names: dict[str, str] | None = None, **more: Any) -> list[AnyRecord]:
    """Return the records of a notice."""
    return records_of(raw(notice(kind, **more), **({"names": names} if names else {})))


def test_a_recall_names_the_short_id() -> None:
    found = told_of("group_recall", operator_id=20001, message_id=-91)
    assert found == [Recall(KEY, "m-91", AT, "qq:20001")]
    seen = envelope_of(raw(notice("group_recall", operator_id=20001, message_id=-91)))
    assert (seen.kind, seen.sender_key, seen.message_id) == ("recall", None, "m-91")


def test_essence_is_marked_and_unmarked_also_by_nobody_in_particular() -> None:
    found = told_of("essence", sub_type="add", operator_id=0, sender_id=20003, message_id=5)
    assert found == [EssenceMark(KEY, "m5", None, AT, False)]
    (mark,) = told_of("essence", sub_type="delete", operator_id=20001, message_id=5)
    assert isinstance(mark, EssenceMark) and mark.removed and mark.by == "qq:20001"


def test_people_come_go_and_change() -> None:
    member, row = told_of("group_increase", sub_type="invite", operator_id=20001,
                          names={"20001": "老王", "20003": "小明"})  # fmt: skip
    assert isinstance(member, Member) and (member.key, member.role) == ("qq:20003", "member")
    assert isinstance(row, Message)
    assert (row.kind, row.service, row.text) == ("service", "invite", "由 老王 邀请加入了群聊")
    member, row = told_of("group_decrease", sub_type="kick", operator_id=20001)
    assert isinstance(member, Member) and member.role == "left"
    assert isinstance(row, Message) and row.service == "remove" and "20001" not in row.text
    member, _ = told_of("group_admin", sub_type="set")
    assert isinstance(member, Member) and member.role == "admin"
    (member,) = told_of("group_card", card_new="新名片", card_old="旧")
    assert isinstance(member, Member) and member.group_name == "新名片"
    (row,) = told_of("group_ban", sub_type="ban", operator_id=20001, duration=600)
    assert isinstance(row, Message) and "10 分钟" in row.text
    (row,) = told_of("group_ban", sub_type="ban", user_id=0, operator_id=20001, duration=-1)
    assert isinstance(row, Message) and row.text == "开启了全员禁言"


def test_a_new_name_of_the_group_is_told_and_kept() -> None:
    group, row = told_of("notify", sub_type="group_name", name_new="新群名")
    assert isinstance(group, Group) and (group.title, group.at) == ("新群名", AT)
    assert isinstance(row, Message) and row.text == "群名改为「新群名」"
    assert envelope_of(raw(notice("notify", sub_type="group_name", name_new="x"))).kind == "group"


@pytest.mark.parametrize(
    ("more", "service", "text"),
    [
        (
            {"sub_type": "poke", "target_id": 20002, "raw_info": [{"txt": "拍了拍"}]},
            "poke",
            "拍了拍 阿花",
        ),
        ({"sub_type": "lucky_king", "target_id": 20002}, "red_packet", "是红包的运气王"),
        ({"sub_type": "honor", "honor_type": "talkative"}, "honor", "获得了龙王标识"),
        ({"sub_type": "title", "title": "大佬"}, "badge", "获得了头衔「大佬」"),
        ({"sub_type": "gray_tip", "content": '{"items":[{"txt":"某事"}]}'}, "system", "某事"),
    ],
)
def test_small_events_are_service_rows(more: dict[str, Any], service: str, text: str) -> None:
    (row,) = told_of("notify", names={"20002": "阿花"}, **more)
    assert isinstance(row, Message)
    assert (row.kind, row.service, row.text) == ("service", service, text)
    assert row.id is not None and "20003" not in row.id


def test_reactions_are_the_counts_the_gateway_has_or_this_one_persons() -> None:
    likes: dict[str, Any] = {
        "message_id": 5,
        "likes": [{"emoji_id": "128077", "count": 3}],
        "is_add": True,
    }
    (found,) = told_of("group_msg_emoji_like", **likes)
    assert found == Reacted(KEY, "m5", "qq:20003", (Reaction("👍", 1, ("qq:20003",)),), AT)
    (found,) = told_of("group_msg_emoji_like", **{**likes, "is_add": False})
    assert isinstance(found, Reacted) and found.reactions == ()
    everything = [{"emoji_id": "76", "likes_cnt": "4"}, {"emoji_id": "66", "likes_cnt": "0"}]
    (found,) = records_of(raw(notice("group_msg_emoji_like", **likes), likes=everything))
    assert found == Reacted(KEY, "m5", None, (Reaction("[赞]", 4),), AT)
    assert told_of("group_msg_emoji_like", likes=[{"emoji_id": "277", "count": 1}]) == []


def test_a_file_told_twice_goes_by_one_name() -> None:
    """The notice's own id is one of the other ids of the message, whatever the clocks say."""
    sent = event(segment("file", file="报告.pdf", file_id="/f-1", file_size="3"), time=AT)
    (told,) = [r for r in records_of(raw(sent)) if isinstance(r, Message)]
    for lag in (-1, 0, 1, 2):
        (row,) = records_of(raw(upload(at=AT + lag)))
        assert isinstance(row, Message) and row.id in told.other_ids
        assert (row.kind, row.attachments[0].name) == ("file", "报告.pdf")
    (other,) = records_of(raw(upload(size=4)))
    assert isinstance(other, Message) and other.id not in told.other_ids
    (later,) = records_of(raw(upload(at=AT + 40)))
    (joined,) = records_of(raw(upload(at=AT + 40), message=told.id))
    assert isinstance(later, Message) and isinstance(joined, Message)
    assert later.id not in told.other_ids and joined.id == told.id


def test_unknown_notices_are_kept_with_all_they_said() -> None:
    """TRUST 8: a notice nobody knows is an `unknown` message, for a later version to read."""
    told = notice("group_hologram", depth=[1, {"a": None}])
    (row,) = records_of(raw(told))
    assert isinstance(row, Message)
    assert (row.kind, row.detail) == ("unknown", {"type": "group_hologram", "raw": told})
    for broken in ("group_recall", "essence", "group_upload", "group_increase"):
        (row,) = records_of(raw(notice(broken, user_id=None)))
        assert isinstance(row, Message) and row.kind == "unknown"


def test_notices_without_a_group_and_requests_give_nothing() -> None:
    for told in (
        notice("friend_add", group_id=None),
        notice("bot_offline", group_id=None),
        {**notice("x"), "post_type": "request", "request_type": "group", "comment": "让我进"},
    ):
        assert records_of(raw(told)) == []
    assert envelope_of(raw(notice("friend_add", group_id=None))).private


def test_a_notice_has_one_key_whoever_hears_it() -> None:
    """TRUST 1: two accounts in a group hear the same poke once."""
    first = notice("notify", sub_type="poke", target_id=20002)
    again = {**first, "self_id": 10002}
    other = {**first, "target_id": 20001}
    key = envelope_of(raw(first)).key
    assert key == envelope_of(raw(again)).key != envelope_of(raw(other)).key
