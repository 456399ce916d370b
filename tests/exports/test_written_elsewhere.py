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
IDS = {
    "wechat": ("12345678@chatroom", "wxid_zhang01", "wxid_li02", "ann_b03"),
    "slack": ("C024BE91L", "U024BE7LH", "U024BE7LJ", "U024BE7LK"),
}
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
    """Rows of nobody."""


FORMATS = {
    "qce": Carries("qq", replies=True, media=True),
    "pywxdump": Carries("wechat", media=True),
    "chatlog": Carries("wechat"),
    "echotrace": Carries("wechat", media=True),
    "memotrace_txt": Carries("wechat", ids=False),
    "wechat_paste": Carries("wechat", times=False, ids=False, notices=False),
    "qq_mht": Carries("qq", ids=False, media=True),
    "whatsapp": Carries("whatsapp", ids=False, media=True),
    "discord": Carries("discord", replies=True, media=True, notices=False),
    "slack": Carries("slack", replies=True),
    "line": Carries("line", ids=False),
    "tg_archive": Carries("telegram", ids=False, replies=True, media=True, notices=False),
}
CASES = [
    (name, variant)
    for name in FORMATS
    for variant in import_module(f"writers.{name}").VARIANTS
]  # fmt: skip


def conversation(platform: str, notices: bool) -> Conversation:
    """Make a talk with every shape of row, under ids as the platform has them."""
    number, *ids = IDS.get(platform, ("600123456", "100001", "100002", "100003"))
    people = [Person(i, name) for i, name in zip(ids, ("张三", "李四", "Ann B"), strict=True)]
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
    if notices:
        said.append(Said("7000022", None, BEGAN + 990, "张三邀请王五加入了群聊", kind="service"))
    said.append(Said("7000023", people[2], BEGAN + 90_000, "第二天"))
    # what a site of tg-archive does not tell is in UTC
    zone = "UTC" if platform == "telegram" else "Asia/Shanghai"
    return Conversation(number, "技术交流群", platform, tuple(said), zone)


@pytest.mark.parametrize(("name", "variant"), CASES)
def test_what_another_hand_wrote_is_read(tmp_path: Path, name: str, variant: str) -> None:
    can = FORMATS[name]
    talk = conversation(can.platform, can.notices)
    import_module(f"writers.{name}").write(talk, tmp_path / "written", variant=variant)
    exports = find_exports(tmp_path / "written")
    records = [(export, r) for export in exports for r in export.read(Options())]
    kept = [record for _, record in records]
    assert not only(kept, Rejected)
    said, messages = talk.said, only(kept, Message)
    assert [m.text for m in messages if not m.attachments] == [s.text for s in said if not s.file]
    assert len(messages) == len(said)
    if can.times:
        assert {m.precision for m in messages} <= {1, 60}
        whole = messages[0].precision
        assert [m.sent_at for m in messages] == [s.at // whole * whole for s in said]
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
        asked = messages[1]
        assert (asked.id and answer.reply_to == asked.id) or answer.quote


def _bytes(export: Export, message: Message) -> bytes | None:
    found = export.media.beside(message.attachments[0].path or "")
    if found is None:
        return None
    with found.open() as handle:
        return handle.read()
