"""Files and merged records sent to the bot alone: the door remembers them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bot_api_updates import ALICE, TECH
from bot_api_updates import message as telegram
from bot_api_updates import private as alone
from onebot_door import raw
from onebot_events import event, segment
from wechat_door import raw_message

from adapters.contract import Brought, Envelope
from adapters.qq_onebot.envelope import envelope_of as onebot
from adapters.telegram.envelope import read_envelope
from adapters.wechat.envelope import envelope_of as wechat
from adapters.wechat.event import read
from archive.records import Attachment
from bot.live.brought import KEPT, Remembered

LARGEST = 20 << 20
RECORD = (
    '<?xml version="1.0"?><msg><appmsg appid="" sdkver="0"><title>群聊的聊天记录</title>'
    "<type>19</type><des>林一舟: 一</des><recorditem><![CDATA[<recordinfo><datalist count=\"1\">"
    '<dataitem datatype="1"><datadesc>一</datadesc><sourcename>林一舟</sourcename>'
    "<sourcetime>2025-11-24 20:00:00</sourcetime></dataitem></datalist></recordinfo>]]>"
    "</recorditem></appmsg><fromusername>wxid_lin</fromusername></msg>"
)  # fmt: skip
EXPORT = (
    '<?xml version="1.0"?><msg><appmsg appid="" sdkver="0"><title>群.zip</title><type>6</type>'
    "<appattach><totallen>12345</totallen></appattach></appmsg></msg>"
)


def update(size: int = 900, chat: Any = None, **more: Any) -> bytes:
    document = {"file_id": "f1", "file_unique_id": "u1", "file_size": size, "file_name": "r.json"}
    said = telegram(7, chat or alone(ALICE), document=document, **more)
    return json.dumps({"update_id": 1, "message": said}).encode()


def files(found: Envelope) -> list[tuple[str | None, str | None, str | None]]:
    assert found.brought is not None
    return [(one.name, one.source, one.missing) for one in found.brought.attachments]


def test_telegram_tells_the_document_and_the_one_that_is_answered() -> None:
    seen = read_envelope(update(caption="/导入 技术群"), 1, LARGEST)
    assert (seen.private, seen.text) == (True, "/导入 技术群")
    assert files(seen) == [("r.json", "f1", None)]
    assert files(read_envelope(update(LARGEST + 1), 1, LARGEST))[0][1] is None
    answered = json.loads(update())["message"]
    said = telegram(8, alone(ALICE), text="/导入", reply_to_message=answered)
    told = json.dumps({"update_id": 2, "message": said}).encode()
    assert files(read_envelope(told, 1, LARGEST)) == [("r.json", "f1", None)]
    assert files(read_envelope(update(chat=TECH, caption="/导入"), 1, LARGEST))
    plain = json.dumps({"update_id": 3, "message": telegram(9, alone(ALICE), text="hi")}).encode()
    assert read_envelope(plain, 1, LARGEST).brought is None


def test_onebot_tells_a_private_file_and_an_opened_record() -> None:
    whom: dict[str, Any] = {"message_type": "private", "group_id": None}
    file = segment("file", file="群.zip", file_id="/f/1", file_size="900", url="http://x.test/f")
    ((name, source, missing),) = files(onebot(raw(event(file, **whom))))
    assert (name, missing) == ("群.zip", None) and source
    inner = event("在别处说的", user_id=20009, time=1_759_000_000)
    told = raw(event(segment("forward", id="r1"), **whom), forwards={"r1": {"messages": [inner]}})
    brought = onebot(told).brought
    assert brought is not None and [m.text for m in brought.nested] == ["在别处说的"]
    assert onebot(raw(event(file))).brought is None


@pytest.mark.parametrize(("kind", "text"), [(4, RECORD), (1, EXPORT)])
def test_wechat_tells_a_private_file_and_record(kind: int, text: str) -> None:
    brought = wechat(read(raw_message(kind, text, message={"room_id": ""}))).brought
    assert brought is not None
    if text is EXPORT:
        assert brought.attachments[0].name == "群.zip" and brought.attachments[0].source
    else:
        assert [m.text for m in brought.nested] == ["一"] and not brought.attachments
    assert wechat(read(raw_message(kind, text))).brought is None


def test_the_last_thing_is_remembered_for_half_an_hour_or_what_is_answered() -> None:
    now = 0.0
    remembered = Remembered(lambda: now)
    first, second = (Brought((Attachment("file", f"{n}.zip"),)) for n in "12")

    def private(number: str, **more: Any) -> Envelope:
        return Envelope(number, "message", private=True, message_id=number, **more)

    remembered.note(private("1", sender_key="qq:1", brought=first))
    remembered.note(private("2", sender_key="qq:1", brought=second))
    assert remembered.meant(private("3", sender_key="qq:1")) is second
    assert remembered.meant(private("3", sender_key="qq:1", reply_to="1")) is first
    assert remembered.meant(private("3", sender_key="qq:1", reply_to="9")) is None
    assert remembered.meant(private("3", sender_key="qq:2")) is None
    in_group = Envelope("4", "message", "qq:g", sender_key="qq:1")
    assert remembered.meant(in_group) is None
    now = KEPT + 1
    assert remembered.meant(private("3", sender_key="qq:1")) is None
