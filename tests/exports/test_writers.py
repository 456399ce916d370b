"""The writers of formats write what their formats look like, every variant of them."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from writers import discord, line, slack, tg_archive, whatsapp
from writers.conversation import Conversation, File, Person, Said

_ANN, _LI = Person("101", "Ann"), Person("102", "李四")
CONVERSATION = Conversation(
    "88990011", "读书群", "any",
    (
        Said("1", _ANN, 1704067200, "早 <b> & \"x\""),
        Said("2", _LI, 1704067265, "两行\n还有", reply_to="1"),
        Said("3", None, 1704110400, "Ann joined", kind="service"),
        Said("4", _ANN, 1706745600, "", file=File("a.jpg", "photo", b"\xff\xd8")),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("variant", "first"),
    [
        ("android-en", "1/1/24, 08:00 - Ann: 早"), ("android-zh", "2024/1/1 上午8:00 - Ann: 早"),
        ("android-en-12", "1/1/24, 8:00\u202fAM - Ann: 早"),
        ("ios-en", "[01/01/2024, 08:00:00] Ann: 早"), ("ios-zh", "[2024/1/1 上午8:00:00] Ann: 早"),
    ],
)  # fmt: skip
def test_whatsapp(tmp_path: Path, variant: str, first: str) -> None:
    path = whatsapp.write(CONVERSATION, tmp_path, variant)
    assert path.read_text().startswith(first)
    assert (tmp_path / "a.jpg").read_bytes() == b"\xff\xd8"


@pytest.mark.parametrize("packed", [True, False])
def test_slack_threads_have_their_first_message_as_root(tmp_path: Path, packed: bool) -> None:
    path = slack.write(CONVERSATION, tmp_path, packed)
    if packed:
        with zipfile.ZipFile(path) as archive:
            rows = json.loads(archive.read("读书群/2024-01-01.json"))
    else:
        rows = json.loads((path / "读书群/2024-01-01.json").read_text())
    assert rows[1]["thread_ts"] == rows[0]["ts"] == rows[0]["thread_ts"] == "1704067200.000001"
    assert rows[0]["text"] == '早 &lt;b&gt; &amp; "x"'


def test_the_others(tmp_path: Path) -> None:
    told = json.loads(discord.write(CONVERSATION, tmp_path / "d").read_text())
    assert told["messages"][1]["reference"]["messageId"] == "1"
    assert told["messages"][0]["timestamp"] == "2024-01-01T08:00:00.000+08:00"
    text = line.write(CONVERSATION, tmp_path / "l").read_text("utf-8-sig")
    assert '\n2024/1/1(一)\n08:00\tAnn\t早 <b> & "x"\n08:01\t李四\t"两行\n还有"\n20:00\t\t' in text
    assert "2024.02.01 Thursday" in line.write(CONVERSATION, tmp_path / "e", "en").read_text()
    site = tg_archive.write(CONVERSATION, tmp_path / "t")
    page = (site / "2024-01.html").read_text()
    assert '<a class="reply" href="2024-01.html#1">' in page
    assert '<span class="date">08:00 AM, 01 Jan 2024</span>' in page
    with closing(sqlite3.connect(tg_archive.write(CONVERSATION, site, "sqlite"))) as db:
        assert db.execute("SELECT count(*), max(date) FROM messages").fetchone() == (
            4, "2024-02-01 00:00:00+00:00",
        )  # fmt: skip


@pytest.mark.parametrize("writer", [whatsapp.write, discord.write, line.write, tg_archive.write])
def test_a_conversation_of_nothing(
    tmp_path: Path, writer: Callable[[Conversation, Path], Path]
) -> None:
    assert writer(Conversation("1", "空", "any", ()), tmp_path).exists()
