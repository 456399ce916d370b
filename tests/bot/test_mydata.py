"""What a person is handed is read again by another archive, files and former texts included."""

from __future__ import annotations

import io
from pathlib import Path

from archive.access import operator
from archive.database import Archive, open_archive
from archive.handing import hand_over
from archive.keep import keep
from archive.messages import get_message, newest, versions
from archive.records import Attachment, Group, Message, Quote
from bot.importing import import_paths

G, T0, HERS = "telegram:-1", 1_790_000_000, "telegram:42"


def said(number: str, text: str, **more: object) -> Message:
    told = {"sender_key": HERS, "sender_name": "张三"} | more
    return Message(G, number, T0 + int(number), text=text, **told)  # type: ignore[arg-type]


def test_zip_is_imported_into_another_archive(archive: Archive, tmp_path: Path) -> None:
    photo = archive.media.take(io.BytesIO(b"\xff\xd8\xff picture"))
    picture = Attachment("photo", "风景.JPG", sha256=photo.sha256)
    lost = Attachment("video", "录像.mp4", missing="too large")
    with archive.writing() as db:
        keep(db, [
            Group(G, "技术群"), said("1", "旧"),
            said("2", "别人的话", sender_key="telegram:43", sender_name="李四"),
            said("3", "看图", attachments=(picture, lost)),
            said("4", "我答", reply_to="2", quote=Quote("李四", "别人的话")),
        ])  # fmt: skip
        keep(db, [said("1", "新", edited_at=T0 + 60)])
    hand_over(archive, HERS, tmp_path / "mydata.zip", "test")
    other = open_archive(tmp_path / "other", create=True)
    outcome = import_paths(other, [tmp_path / "mydata.zip"], time_zone="UTC")
    assert (outcome.failed, [one["messages"] for one in outcome.groups]) == ([], [3])
    assert import_paths(other, [tmp_path / "mydata.zip"], time_zone="UTC").groups == outcome.groups
    with other.reading() as db:
        assert [m.text for m in newest(db, operator())] == ["我答", "看图", "新"]
        assert [v.text for v in versions(db, operator(), f"{G}:1")] == ["旧"]
        kept, video = get_message(db, operator(), f"{G}:3").attachments
        answer = get_message(db, operator(), f"{G}:4").reply
    assert (kept.sha256, kept.name, video.missing) == (photo.sha256, "风景.JPG", "too large")
    assert other.media.path(photo.sha256).read_bytes() == b"\xff\xd8\xff picture"
    assert answer is None or answer.text == ""
