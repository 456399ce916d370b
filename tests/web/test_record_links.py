"""A merged record's message leads to the message itself, where the archive has it."""

from __future__ import annotations

from asking import Asker, Fill

from archive.records import Group, Message

AT = 1704067200
GROUP = "wechat:1@chatroom"


def test_a_message_of_a_record_leads_to_itself(fill: Fill, site: Asker) -> None:
    known = Message(GROUP, "a", AT, "wechat:z", "张三", text="明天开会")
    inner = Message(GROUP, sent_at=AT, sender_name="张三", text="明天开会")
    other = Message(GROUP, sent_at=AT + 1, sender_name="张三", text="没有这句")
    record = Message(GROUP, "r", AT + 9, "wechat:z", "张三", "forward", nested=(inner, other))
    fill(Group(GROUP, "甲群"), known, record)
    page = site.get(f"/m/{GROUP}:r").text
    (rows,) = [part for part in page.split("<details")[1:] if "没有这句" in part]
    assert rows.count(f'<a href="/m/{GROUP}:a">') == 1
