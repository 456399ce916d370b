"""What is handed to the process that imports a file, and what is said of it in the end."""

from __future__ import annotations

import sqlite3

import msgspec

from archive.intakes import end_intake
from archive.outbox import Draft, put
from bot.commands.command import Intake


class Work(msgspec.Struct, frozen=True):
    """One line on standard input: what to import."""

    intake: Intake
    fetched: str | None = None
    """Where the file lies, if it is none of the archive's."""
    since: int = 0
    """Unix seconds at which it was asked for; imports begun since then that did not end are its
    own."""


def tell(db: sqlite3.Connection, intake: Intake, text: str) -> None:
    """Say how an intake went, once, where it was asked for."""
    if not end_intake(db, intake.key):
        return
    put(
        db,
        Draft(
            intake.account,
            text,
            group_key=None if intake.private else intake.group_key,
            member_key=intake.by if intake.private else None,
            reply_to=intake.reply_to,
            unique=f"{intake.key} imported",
        ),
    )


def not_fetched(intake: Intake) -> str:
    """Say that a file cannot be had."""
    if intake.chinese:
        return "文件取不到（过期了，或者太大），没有导入。请再发一次；大的请在终端里导入。"
    return (
        "The file cannot be fetched: it is expired or too large. Send it again; a large one is for"
        " the terminal."
    )


def intake_failed(intake: Intake) -> str:
    """Say that an import never came to its end."""
    if intake.chinese:
        return (
            "没有导完：读到一半断了，读到的都留着。请运营的人在终端里用 chendian import 再导一次。"
        )
    return (
        "The import did not come to its end; what it had read is kept. The operator can run"
        " chendian import on that file in a terminal."
    )
