"""Imports a file that was sent in a chat, into its one group only, and says how it went.

python -m bot.intake FOLDER TIME_ZONE < the work as a line of JSON, and then nothing until its end
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import threading
from pathlib import Path

import msgspec

from archive.consent import standing
from archive.database import Archive, open_archive
from archive.errors import ArchiveError
from archive.keys import platform_of
from archive.records import Carried, Group, Origin
from archive.runs import interrupted_since
from bot import reading
from bot.commands.command import Intake
from bot.commands.intake import LARGEST, report_line
from bot.commands.intake_work import Work, tell
from bot.importing import import_paths
from bot.reading import Batch, Failed, Request

_NICE = 15
_NO_NAME = re.compile(r"[^\w .()\[\]【】（）-]")
_LONGEST_NAME = 60
"""Characters, none of more than four bytes."""


def take_in(archive: Archive, work: Work, time_zone: str) -> str:
    """Import a file; return what its sender is told."""
    intake = work.intake
    stored = Path(work.fetched) if work.fetched else archive.media.path(intake.sha256 or "0" * 64)
    if not stored.is_file() or stored.stat().st_size > LARGEST:
        return _say(
            intake, "文件不在了，或者太大，没有导入。大的请在终端里导入。",
            "The file is gone, or too large for the chat; import it in a terminal.",
        )  # fmt: skip
    with archive.reading() as db:
        if not standing(db).keeps(intake.group_key):
            return _say(
                intake, "这个群现在没有在存档，没有导入。",
                "That group is not archived now; nothing was imported.",
            )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="chendian-") as folder:
        path = Path(folder) / file_name(intake.name)
        shutil.copyfile(stored, path)
        if wrong := _refusal(path, intake, time_zone, Path(folder) / "unused"):
            return wrong
        done = import_paths(
            archive, [path], time_zone=time_zone, group=intake.group_key, called=intake.name
        )
    if done.refused:
        return _unreadable(intake)
    runs = _runs(archive, work, done.run)
    return report_line(intake.chinese, done.messages, done.messages["rejected"], runs)


def file_name(name: str) -> str:
    """Return a harmless name like the one it was sent under, which some formats are known by."""
    said = Path(_NO_NAME.sub("_", name.replace("\\", "/").rpartition("/")[2]))
    return f"{said.stem.strip(' .')[:_LONGEST_NAME] or 'export'}{said.suffix.lower() or '.txt'}"


def _runs(archive: Archive, work: Work, own: int | None) -> list[int]:
    """Return the imports that brought this file: the one that ended, and those killed before."""
    if own is None:
        return []
    with archive.writing() as db:
        cut = interrupted_since(db, work.intake.name, work.since, own) if work.since else []
    return [*cut, own]


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
    """Do what standard input asks for, as long as it is open; the outbox has the answer."""
    os.nice(_NICE)
    archive = open_archive(Path(sys.argv[1]))
    work = msgspec.json.decode(sys.stdin.buffer.readline(), type=Work)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    intake = work.intake
    try:
        text = take_in(archive, work, sys.argv[2])
    except (ArchiveError, OSError):
        text = _say(intake, "没有导入成，存档这时写不进去。过一会儿再试。",
                    "That could not be imported now; try again in a while.")  # fmt: skip
    with archive.writing() as db:
        tell(db, intake, text)


def _end_with_parent() -> None:
    """End as soon as nobody holds the other end: who starts anew begins this import anew."""
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
