"""Imports a file that was sent to a group, into that group only, and says how it went.

python -m bot.intake FOLDER TIME_ZONE < the intake as JSON
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import msgspec

from archive.database import Archive, open_archive
from archive.errors import ArchiveError
from archive.keys import platform_of
from archive.outbox import Draft, put
from archive.records import Carried, Group, Origin
from bot import reading
from bot.commands.command import Intake
from bot.commands.intake import report_line
from bot.importing import import_paths
from bot.reading import Batch, Failed, Request

LARGEST = 100 << 20
"""Bytes of a file that is taken in from the chat; a larger one is for the terminal."""
_NICE = 15
_NO_NAME = re.compile(r"[^0-9A-Za-z._-]")


def take_in(archive: Archive, intake: Intake, time_zone: str) -> str:
    """Import a file; return what the group is told."""
    stored = archive.media.path(intake.sha256)
    if not stored.is_file() or stored.stat().st_size > LARGEST:
        return _say(
            intake, "文件不在了，或者太大，没有导入。大的请在终端里导入。",
            "The file is gone, or too large for the chat; import it in a terminal.",
        )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="chendian-") as folder:
        ending = Path(_NO_NAME.sub("_", intake.name)).suffix.lower() or ".txt"
        path = Path(folder) / f"export{ending}"
        shutil.copyfile(stored, path)
        if wrong := _refusal(path, intake, time_zone, Path(folder) / "unused"):
            return wrong
        done = import_paths(archive, [path], time_zone=time_zone, group=intake.group_key)
    if done.refused:
        return _unreadable(intake)
    return report_line(intake.chinese, done.messages, done.messages["rejected"], done.run)


def _refusal(path: Path, intake: Intake, time_zone: str, media: Path) -> str | None:
    """Read the file once, keeping nothing: all of it must be of the group it was sent to."""
    request = Request([os.fsencode(path)], os.fsencode(media), time_zone, intake.group_key, None)
    messages = 0
    for frame in reading.read(request):
        if isinstance(frame, Failed) and not messages:
            return _unreadable(intake)
        if isinstance(frame, Batch):
            messages += len(frame.messages)
            if _is_anothers(frame, intake.group_key):
                return _say(
                    intake, "这份文件是别的群的，没有导入。要导入别的群，请运营的人在终端里来。",
                    "That file is of another group; nothing was imported. The operator can import"
                    " it in a terminal.",
                )  # fmt: skip
    return None if messages else _unreadable(intake)


def _is_anothers(batch: Batch, group_key: str) -> bool:
    platform = platform_of(group_key)
    if any(isinstance(record, Carried | Origin) for record in batch.records):
        return True
    keys = {record.key for record in batch.records if isinstance(record, Group)}
    keys |= {message.group_key for message in batch.messages}
    people = {m.sender_key for m in batch.messages if m.sender_key is not None}
    return bool(keys - {group_key}) or any(platform_of(key) != platform for key in people)


def _unreadable(intake: Intake) -> str:
    return _say(
        intake, "这份文件读不懂，没有导入。能读的格式见文档。",
        "That file cannot be read; nothing was imported. The documentation lists the formats.",
    )  # fmt: skip


def _say(intake: Intake, chinese: str, english: str) -> str:
    return chinese if intake.chinese else english


def main() -> None:
    """Do what standard input asks for; the answer goes through the outbox."""
    os.nice(_NICE)
    archive = open_archive(Path(sys.argv[1]))
    intake = msgspec.json.decode(sys.stdin.buffer.read(), type=Intake)
    try:
        text = take_in(archive, intake, sys.argv[2])
    except (ArchiveError, OSError):
        text = _say(intake, "没有导入成，存档这时写不进去。过一会儿再试。",
                    "That could not be imported now; try again in a while.")  # fmt: skip
    with archive.writing() as db:
        put(
            db,
            Draft(
                intake.account,
                text,
                group_key=intake.group_key,
                reply_to=intake.reply_to,
                unique=f"{intake.key} imported",
            ),
        )


if __name__ == "__main__":
    main()
