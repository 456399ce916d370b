"""One's own data: all of it, nothing that others said, and another archive reads it again."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from told import T0, TG, full_group, said, told

from archive.access import member
from archive.audit import note
from archive.columns import add
from archive.consent import opt_out
from archive.database import Archive
from archive.essence import mark
from archive.handing import LINES, README, RECORDS, WORDS, hand_over
from archive.own_data import data_of
from archive.records import Attachment, Forward, Message, Poll, Quote, Recall, Span
from archive.rights import publish
from archive.saved import save
from archive.tags import add_tags

HERS, HIS = "telegram:42", "telegram:43"
THEIRS = ("别人的话", "李四", "王五的名字", HIS, "telegram:44")
"""What must be in nothing that is handed to her."""


@pytest.fixture
def talk(archive: Archive) -> Archive:
    photo = archive.media.take(io.BytesIO(b"\xff\xd8\xff a picture"))
    lost = Attachment("video", "录像.mp4", missing="too large")
    files = (Attachment("photo", None, sha256=photo.sha256, size=photo.size), lost)
    merged = (
        Message(TG, text="别人的话", sender_key=HIS, sender_name="李四"),
        Message(TG, text="我自己的一句", sender_key=HERS, sender_name="张三"),
    )
    told(
        archive, full_group(), said("1", "旧的一句"), said("2", "别人的话", who="43"),
        said("3", "看图", attachments=files),
        said("4", "我答", reply_to="2", quote=Quote("李四", "别人的话")),
        said("5", "转来的", forward=Forward(name="王五的名字", key="telegram:44")),
        said("6", "@他 看", spans=(Span("mention", 0, 2, HIS), Span("bold", 3, 1))),
        said("7", "", kind="forward", nested=merged),
        said("8", "选哪个", poll=Poll("选哪个", (("甲", 1), ("乙", 2)))),
        said("9", "收回的"),
        Recall(TG, "9"),
    )  # fmt: skip
    told(archive, said("1", "新的一句", edited_at=T0 + 60))
    return archive


def kinds(archive: Archive) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    with archive.reading() as db:
        for one in data_of(db, HERS):
            found.setdefault(one["kind"], []).append(one)
    return found


def handed(archive: Archive, tmp_path: Path) -> Path:
    hand_over(archive, HERS, tmp_path / "mydata.zip", "test")
    return tmp_path / "mydata.zip"


def test_others_words_names_and_keys_are_in_none_of_it(talk: Archive, tmp_path: Path) -> None:
    with zipfile.ZipFile(handed(talk, tmp_path)) as packed:
        every = "".join(packed.read(name).decode() for name in (LINES, RECORDS, WORDS))
    assert not [words for words in THEIRS if f'"{words}' in every or f"{words}\\n" in every]
    for own in ("我自己的一句", "转来的", "我答", "选哪个", "甲", "旧的一句", "新的一句"):
        assert own in every
    assert "收回的" not in every


def test_what_became_of_her_messages_and_what_she_did_is_told(talk: Archive) -> None:
    with talk.writing() as db:
        mark(db, [f"{TG}:1"], by=HIS, title="别人的话", reason="别人的话", tags=("干货",))
        mark(db, [f"{TG}:2"], by=HERS, title="标题", reason="我的理由")
        (row,) = db.execute("SELECT id FROM messages WHERE platform_id = '2'").fetchone()
        add_tags(db, [row], ("部署",), HERS)
        add(db, "系列", f"{TG}:2", by=HERS, about="我的注")
        save(db, member(frozenset((TG,)), HERS), f"{TG}:2", at=T0)
        publish(db, HERS, True, HERS)
        note(db, HERS, "forget member", HIS)
    found = kinds(talk)
    first = found["message"][0]
    assert first["tags"] == ["干货"] and first["essence"]["at"] and first["versions"]
    assert found["essence marked"][0]["reason"] == "我的理由"
    assert found["tag added"][0]["tag"] == "部署" and found["saved"][0]["message"] == f"{TG}:2"
    assert found["column made"][0]["title"] == "系列"
    assert found["column entry"][0]["note"] == "我的注"
    assert found["person"][0]["may_publish_since"] and found["person"][0]["opted_out_at"] is None
    assert {one["action"]: one["target"] for one in found["act"]}["forget member"] is None
    assert not [words for words in THEIRS[:3] if words in json.dumps(found, ensure_ascii=False)]
    with talk.writing() as db:
        opt_out(db, HERS, HERS)
    assert kinds(talk)["person"][0]["opted_out_at"]


def test_files_are_named_so_that_they_can_be_opened(talk: Archive, tmp_path: Path) -> None:
    with zipfile.ZipFile(handed(talk, tmp_path)) as packed:
        lines = [json.loads(line) for line in packed.read(LINES).splitlines()]
        (photo, lost) = next(one["files"] for one in lines if one.get("text") == "看图")
        assert photo["file"].endswith(".jpg") and photo["file"] in packed.namelist()
        assert (lost["file"], lost["missing"]) == (None, "too large")
        assert photo["file"] in packed.read(WORDS).decode()
        assert {LINES, RECORDS, WORDS, README} < set(packed.namelist())
