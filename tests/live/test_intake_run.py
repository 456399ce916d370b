"""An export sent to the bot of a running program: imported, told, found; a kill loses nothing."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from accounts import TECH_KEY, approved, telegram, telegram_group
from bot_api import FakeBotApi
from bot_api_updates import ALICE, BOB, TECH, private
from chat_files import telegram_json, telegram_rows
from operated import Operated, until
from program import rows, whole

SIZE = 20_000
"""Enough that it is killed in the middle; 5 MB."""
ROWS = telegram_rows(SIZE, first=1_000)


@pytest.fixture
def api() -> Iterator[FakeBotApi]:
    with telegram_group() as api:
        yield api


@pytest.fixture
def operated(api: FakeBotApi, tmp_path: Path) -> Iterator[Operated]:
    with Operated(tmp_path, telegram(api), approved(TECH_KEY)) as operated:
        operated.start()
        api.say("大家早", sender=BOB)
        operated.finds("大家早")
        yield operated


def export(api: FakeBotApi, path: Path, number: int, **told: Any) -> dict[str, Any]:
    """Put the group's own export on Telegram; return what a message says of the file."""
    telegram_json(path / "result.json", ROWS[:number], **told)
    with zipfile.ZipFile(path / "export.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.write(path / "result.json", "ChatExport/result.json")
    content = (path / "export.zip").read_bytes()
    return {**api.add_file(content, "documents/export.zip"), "file_name": "群 导出.zip"}


def told(api: FakeBotApi, whom: dict[str, Any], words: str) -> list[str]:
    """Return what was said to a group or person with these words in it."""
    texts = [sent["text"] for sent in api.sent if sent["chat_id"] == whom["id"]]
    return [text for text in texts if words in text]


def imported(operated: Operated) -> int:
    """Return how many messages of the export are in the archive."""
    found = rows(operated.data, "SELECT count(*) FROM messages WHERE run_id IS NOT NULL")
    return int(found[0][0])


def helpers(operated: Operated) -> list[int]:
    """Return the processes that import for this archive."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"bot.intake" in words and str(operated.data).encode() in words:
            found.append(int(process.name))
    return found


def test_an_export_sent_to_the_group_is_imported_and_told(
    api: FakeBotApi, operated: Operated, tmp_path: Path
) -> None:
    file = export(api, tmp_path, 300)
    sent = api.say(sender=BOB, document=file)
    api.say("/导入", sender=BOB, reply_to=sent)
    until(lambda: told(api, TECH, "群主或管理员"))
    api.say(sender=ALICE, document=file, caption="/导入")
    until(lambda: told(api, TECH, "开始导入“群 导出.zip”"))
    assert "读到 300 条，新增 300" in until(lambda: told(api, TECH, "导入好了"))[0]
    assert operated.finds(f'"{ROWS[7]["text"]}"')["key"] == f"{TECH_KEY}:{ROWS[7]['id']}"
    assert "群 导出.zip" in operated.ask("/desk/imports")
    assert operated.stop() == 0
    assert rows(operated.data, "SELECT count(*) FROM intakes") == [(0,)]


def test_an_export_of_another_group_is_refused_in_private(
    api: FakeBotApi, operated: Operated, tmp_path: Path
) -> None:
    own = private(ALICE)
    api.say(chat=own, sender=ALICE, document=export(api, tmp_path, 20, chat_id=777))
    api.say("/导入", chat=own, sender=ALICE)
    until(lambda: told(api, own, "别的群"))
    api.say(chat=private(BOB), sender=BOB, document=export(api, tmp_path, 20))
    api.say("/导入 技术群", chat=private(BOB), sender=BOB)
    until(lambda: told(api, private(BOB), "群主和管理员"))
    assert imported(operated) == 0
    assert rows(operated.data, "SELECT key FROM groups") == [(TECH_KEY,)]
    assert rows(operated.data, "SELECT count(*) FROM attachments") == [(0,)]


def test_a_kill_in_the_middle_of_an_import_from_the_chat_doubles_and_loses_nothing(
    api: FakeBotApi, operated: Operated, tmp_path: Path
) -> None:
    own = private(ALICE)
    api.say(chat=own, sender=ALICE, document=export(api, tmp_path, SIZE))
    api.say("/导入 技术群", chat=own, sender=ALICE)
    until(lambda: imported(operated) >= 1)
    operated.kill()
    until(lambda: not helpers(operated))
    assert 0 < imported(operated) < SIZE
    operated.start()
    (text,) = until(lambda: told(api, own, "导入好了"))
    assert f"读到 {SIZE:,} 条" in text and "中间断过" in text
    assert "chendian import undo 2，再 chendian import undo 1" in text
    assert imported(operated) == SIZE
    assert rows(operated.data, "SELECT state FROM runs") == [("interrupted",), ("done",)]
    operated.finds(f'"{ROWS[-1]["text"]}"')
    assert operated.stop() == 0
    assert len(told(api, own, "导入好了")) == len(told(api, own, "开始导入")) == 1
    assert not (operated.data / "intake" / "export").exists()
    whole(operated.data)
