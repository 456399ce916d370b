"""What writers made from the lists of fields wrote is read again: counts, times, senders, replies,
files. The writers know nothing of the readers."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest
from reading import only
from writers.conversation import Conversation, File, Person, Said

from adapters.exports.format import Options
from adapters.exports.source import Export, find_exports
from archive.records import Group, Message, Rejected

BEGAN = 1_718_000_000
ZHANG, LI, ANN = Person("100001", "张三"), Person("100002", "李四"), Person("100003", "Ann B")
PHOTO = File("a1.jpg", "photo", b"\xff\xd8\xff\xe0 a picture")


class Carries(NamedTuple):
    """What a format can carry."""

    platform: str
    times: bool = True
    ids: bool = True
    """Of senders and the group."""
    replies: bool = False
    media: bool = False
    notices: bool = True


FORMATS = {
    "qce": Carries("qq", replies=True, media=True),
    "pywxdump": Carries("wechat", media=True),
    "chatlog": Carries("wechat"),
    "echotrace": Carries("wechat", media=True),
    "memotrace_txt": Carries("wechat", ids=False),
    "wechat_paste": Carries("wechat", times=False, ids=False, notices=False),
    "qq_mht": Carries("qq", ids=False, media=True),
}
CASES = [
    (name, variant)
    for name in FORMATS
    for variant in import_module(f"writers.{name}").VARIANTS
]  # fmt: skip


def conversation(platform: str) -> Conversation:
    """Make a talk with every shape of row; people of WeChat have its kind of ids."""
    people = (ZHANG, LI, ANN)
    number = "600123456"
    if platform == "wechat":
        people = (Person("wxid_zhang01", "张三"), Person("wxid_li02", "李四"),
                  Person("ann_b03", "Ann B"))  # fmt: skip
        number = "12345678@chatroom"
    texts = (
        "大家好",
        "第一行\n第二行",
        "a <b> & \"c\" 'd', e",
        "收到 👍",
        "2024-06-10 12:00:00 不是行头",
    )
    said = [
        Said(f"70000{n:02d}", people[n % 3], BEGAN + n * 61, texts[n % len(texts)])
        for n in range(12)
    ]
    said.append(Said("7000020", people[0], BEGAN + 900, "对", reply_to="7000001"))
    said.append(Said("7000021", people[1], BEGAN + 960, "", file=PHOTO, kind="photo"))
    said.append(Said("7000022", None, BEGAN + 990, "张三邀请王五加入了群聊", kind="service"))
    said.append(Said("7000023", people[2], BEGAN + 90_000, "第二天"))
    return Conversation(number, "技术交流群", platform, tuple(said))


@pytest.mark.parametrize(("name", "variant"), CASES)
def test_what_another_hand_wrote_is_read(tmp_path: Path, name: str, variant: str) -> None:
    can = FORMATS[name]
    talk = conversation(can.platform)
    import_module(f"writers.{name}").write(talk, tmp_path / "written", variant=variant)
    exports = find_exports(tmp_path / "written")
    records = [(export, r) for export in exports for r in export.read(Options())]
    kept = [record for _, record in records]
    assert not only(kept, Rejected)
    said = [s for s in talk.said if s.sender or can.notices]
    messages = only(kept, Message)
    assert [m.text for m in messages if not m.attachments] == [s.text for s in said if not s.file]
    assert len(messages) == len(said)
    if can.times:
        assert [m.sent_at for m in messages] == [s.at for s in said]
    assert [m.sender_name for m in messages] == [s.sender.name if s.sender else None for s in said]
    if can.ids:
        assert {g.key for g in only(kept, Group)} == {f"{can.platform}:{talk.id}"}
        assert [m.sender_key for m in messages] == [
            f"{can.platform}:{s.sender.id}" if s.sender else None for s in said
        ]
    (photo,) = (m for m in messages if m.attachments)
    assert photo.kind == "photo"
    if can.media:
        (data,) = (_bytes(export, photo) for export, record in records if record is photo)
        assert data == PHOTO.data
    if can.replies:
        (answer,) = (m for m in messages if m.text == "对")
        (asked,) = (m for m in messages if m.sent_at == BEGAN + 61)
        assert (asked.id and answer.reply_to == asked.id) or answer.quote


def _bytes(export: Export, message: Message) -> bytes | None:
    found = export.media.beside(message.attachments[0].path or "")
    if found is None:
        return None
    with found.open() as handle:
        return handle.read()
