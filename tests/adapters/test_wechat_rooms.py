"""What happens in a room besides talk: joins, leaves, titles, recalls, invitations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from gateway import BOT, CHEN, LIN, ROOM, ZHAO, Gateway, needed
from wechat_door import ListDoor, listening, until

from archive.records import Group, Member, Message, Recall

KEY = f"wechat:{ROOM}"


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    needed()
    with Gateway() as running:
        yield running


def heard(gateway: Gateway, does: Callable[[], object], events: int = 1) -> ListDoor:
    async def run() -> ListDoor:
        async with listening(gateway) as door:
            does()
            await until(lambda: len(door.events) == events)
            return door

    return asyncio.run(run())


def row(door: ListDoor) -> Message:
    (message,) = door.messages
    assert message.kind == "service" and message.sender_key is None and message.id
    return message


def test_being_invited(gateway: Gateway) -> None:
    gateway.do("person", key="wxid_new", name="新人")
    door = heard(gateway, lambda: gateway.do("join", who=["wxid_new"], by=LIN))
    assert (row(door).service, row(door).text) == ("invite", '"林一舟"邀请"新人"加入了群聊')
    assert ("wechat:wxid_new", "新人", KEY) in [
        (member.key, member.name, member.group_key) for member in door.all(Member)
    ]
    envelope = door.account.envelope(door.events[0])
    assert (envelope.kind, envelope.group_key) == ("member", KEY)
    assert envelope.sender_key == f"wechat:{LIN}"


def test_joining_by_oneself(gateway: Gateway) -> None:
    gateway.do("person", key="wxid_alone", name="独自")
    door = heard(gateway, lambda: gateway.do("join", who=["wxid_alone"], by="wxid_alone"))
    assert (row(door).service, row(door).text) == ("join", '"独自"加入了群聊')


def test_leaving(gateway: Gateway) -> None:
    door = heard(gateway, lambda: gateway.do("leave", who=["wxid_alone"]))
    assert (row(door).service, row(door).text) == ("leave", '"独自"退出了群聊')
    (member,) = door.all(Member)
    assert (member.key, member.role, member.group_key) == ("wechat:wxid_alone", "left", KEY)


def test_being_removed(gateway: Gateway) -> None:
    door = heard(gateway, lambda: gateway.do("leave", who=["wxid_new"], by=LIN))
    assert (row(door).service, row(door).text) == ("remove", '"林一舟"将"新人"移出了群聊')
    assert ("wechat:wxid_new", "left") in [(m.key, m.role) for m in door.all(Member)]


def test_a_new_title_renames_the_group_and_holds_for_what_follows(gateway: Gateway) -> None:
    def does() -> None:
        gateway.say("先")
        gateway.do("topic", title="运营人二群", by=CHEN)
        gateway.say("后")

    door = heard(gateway, does, 3)
    texts = [message.text for message in door.messages]
    assert texts == ["先", '"默默"修改群名为“运营人二群”', "后"]
    assert [group.title for group in door.all(Group)][-2:] == ["运营人二群"] * 2
    assert door.account.envelope(door.events[1]).kind == "group"
    gateway.do("topic", title="运营人一群")


def test_the_same_title_twice_are_two_events(gateway: Gateway) -> None:
    def does() -> None:
        gateway.do("topic", title="甲")
        gateway.do("emit", event="room-topic", payload={
            "changerId": LIN, "newTopic": "甲", "oldTopic": "乙", "roomId": ROOM,
            "timestamp": 1_764_000_000_000,
        })  # fmt: skip

    door = heard(gateway, does, 2)
    assert len({message.id for message in door.messages}) == 2
    gateway.do("topic", title="运营人一群")


def test_a_recall_names_the_message(gateway: Gateway) -> None:
    def does() -> None:
        gateway.say("说错了", key="r1", sender=CHEN)
        gateway.recall("r1", key="r1-back", sender=CHEN, at=1_764_000_000_000)

    door = heard(gateway, does, 2)
    assert door.all(Recall) == [Recall(KEY, "r1", 1_764_000_000, f"wechat:{CHEN}")]
    told = door.messages[1]
    assert (told.kind, told.service, told.text) == ("service", "recall", '"默默" 撤回了一条消息')
    envelope = door.account.envelope(door.events[1])
    assert (envelope.kind, envelope.message_id, envelope.text) == ("recall", "r1", "")
    assert envelope.key != door.account.envelope(door.events[0]).key


def test_a_recall_by_xml_names_the_message(gateway: Gateway) -> None:
    xml = (
        '<sysmsg type="revokemsg"><revokemsg><session>x</session><msgid>5</msgid>'
        "<newmsgid>7300000000000000001</newmsgid>"
        '<replacemsg><![CDATA["默默" 撤回了一条消息]]></replacemsg></revokemsg></sysmsg>'
    )
    door = heard(gateway, lambda: gateway.say(xml, type="Recalled", sender=CHEN))
    (recall,) = door.all(Recall)
    assert recall.id == "7300000000000000001"
    assert door.messages[0].text == '"默默" 撤回了一条消息'


def test_an_announcement_event_of_any_number_is_a_notice(gateway: Gateway) -> None:
    payload = {"changerId": LIN, "newAnnounce": "周三例会", "roomId": ROOM, "timestamp": 1764000000}
    # the published gateway passes this event on under no number of its own
    door = heard(gateway, lambda: gateway.do("emit", event="room-topic", payload=payload))
    raw = door.events[0].replace(b'"type":21', b'"type":28')
    (message,) = [r for r in door.account.records(raw) if isinstance(r, Message)]
    assert (message.service, message.text) == ("notice", "周三例会")
    assert message.sent_at == 1_764_000_000


def test_an_invitation_of_the_account_is_for_a_person_to_accept(gateway: Gateway) -> None:
    async def run() -> ListDoor:
        async with listening(gateway) as door:
            gateway.do("emit", event="room-invite", payload={"roomInvitationId": "i1"})
            await until(door.alarms)
            return door

    assert asyncio.run(run()).alarms() == ["alarm: the WeChat account is invited into a group."]


def test_roles_are_those_the_gateway_knows(gateway: Gateway) -> None:
    gateway.do("room", key="9@chatroom", title="有管理员", owner=LIN, admins=[CHEN])

    def does() -> None:
        for who in (LIN, CHEN, ZHAO):
            gateway.say("我", room="9@chatroom", sender=who)

    door = heard(gateway, does, 3)
    roles = [door.account.envelope(raw).sender_role for raw in door.events]
    assert roles == ["owner", "admin", None]
    assert [member.role for member in door.all(Member)] == ["owner", "admin", None]


def test_the_account_being_removed_is_a_leave_like_any_other(gateway: Gateway) -> None:
    gateway.do("room", key="8@chatroom", title="不要我了")
    door = heard(gateway, lambda: gateway.do("leave", who=[BOT], by=LIN, room="8@chatroom"))
    assert (f"wechat:{BOT}", "left") in [(m.key, m.role) for m in door.all(Member)]
