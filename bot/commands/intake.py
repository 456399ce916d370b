"""`/import`: takes in a merged chat record or an export file that somebody sent to the group."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

import msgspec

from archive.access import finder
from archive.database import piece
from archive.keep import Keeper
from archive.messages import get_message, nested_in
from archive.prepare import prepare_all
from archive.records import Attachment, Group, Message
from archive.runs import begin_run, end_run
from archive.unite import unite_some
from archive.views import MessageView
from bot.commands.command import Answer, Asked, Command, Intake, Setting
from bot.commands.lines import one_line

ENDINGS = (
    ".zip", ".json", ".jsonl", ".ndjson", ".html", ".htm", ".csv", ".txt", ".mht", ".mhtml",
    ".sqlite", ".db",
)  # fmt: skip
_MOST = 2_000
"""Messages of a merged record that are taken in at once, those within it included."""
_DEEPEST = 10


def _import(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    assert asked.reply_key is not None and asked.place is not None
    view = get_message(db, finder(), asked.reply_key)
    if view.group_key != asked.place:
        return Answer(
            asked.say("那条消息不在这个群里，没有导入。", "That message is not in this group.")
        )
    if view.nested:
        return _take_record(db, asked, view, setting)
    for attachment in view.attachments:
        if (attachment.name or "").lower().endswith(ENDINGS):
            return _take_file(asked, view, attachment)
    return Answer(
        asked.say(
            "这条里没有能导入的：要一份合并转发的聊天记录，或者导出的文件"
            "（zip、json、jsonl、html、csv、txt、mht、sqlite）。",
            "There is nothing to import: it takes a merged chat record, or an exported file (zip,"
            " json, jsonl, html, csv, txt, mht, sqlite).",
        )
    )


def _take_file(asked: Asked, view: MessageView, attachment: Attachment) -> Answer:
    name = one_line(attachment.name or "", 40)
    if attachment.sha256 is None:
        return Answer(
            asked.say(
                f"“{name}”还没有取下来，或者取不到；过一会儿再发一次。",
                f"“{name}” is not here yet, or cannot be fetched; send that again in a while.",
            )
        )
    assert asked.place is not None
    intake = Intake(
        asked.account, asked.place, attachment.sha256, attachment.name or "", asked.by,
        asked.message_id, asked.chinese, asked.key,
    )  # fmt: skip
    return Answer(
        asked.say(
            f"开始导入“{name}”，读完会说结果。", f"Importing “{name}”; I will say how it went."
        ),
        intake=intake,
    )


def _take_record(
    db: sqlite3.Connection, asked: Asked, view: MessageView, setting: Setting
) -> Answer:
    messages = list(_unfolded(nested_in(db, view.id), view))
    if len(messages) > _MOST:
        return Answer(
            asked.say(
                f"这份记录有 {len(messages)} 条，一次最多 {_MOST} 条，没有导入。",
                f"That record has {len(messages):,} messages; {_MOST:,} at most are taken in.",
            )
        )
    with piece(db):
        run_id = begin_run(db, json.dumps([view.key]))
        keeper = Keeper(db, source="import", run_id=run_id, time_zone=setting.time_zone)
        keeper.begin_file()
        keeper.write(list(prepare_all([Group(view.group_key), *messages])), view.sent_at)
        keeper.end_file()
        while unite_some(db):
            pass
        told = {"messages": {**keeper.report.counts(), "rejected": 0}, "files": [], "notes": []}
        end_run(db, run_id, "done", json.dumps(told))
    return Answer(report_line(asked.chinese, keeper.report.counts(), 0, run_id))


def _unfolded(rows: tuple[Message, ...], view: MessageView, depth: int = 1) -> Iterator[Message]:
    """Make messages of a record's rows: who said them and when as the record says."""
    for said in rows if depth <= _DEEPEST else ():
        if said.nested:
            yield from _unfolded(said.nested, view, depth + 1)
        elif said.text or said.attachments:
            yield msgspec.structs.replace(
                said, group_key=view.group_key, id=None, reply_to=None, kept=None, other_ids=(),
                sent_at=said.sent_at or view.sent_at, quality=0,
            )  # fmt: skip


def report_line(chinese: bool, counts: dict[str, int], rejected: int, run_id: int | None) -> str:
    """Say in two lines what an import did, and how it is taken back."""
    if chinese:
        text = f"导入好了：读到 {counts['read']:,} 条，新增 {counts['new']:,}，更新"
        text += f" {counts['updated']:,}，已经有的 {counts['unchanged']:,}，读不成的 {rejected:,}。"
        return text + (f"\n要收回：请运营的人运行 chendian import undo {run_id}" if run_id else "")
    text = f"Imported: {counts['read']:,} read, {counts['new']:,} new, {counts['updated']:,}"
    text += f" updated, {counts['unchanged']:,} here already, {rejected:,} not read."
    return text + (f"\nTo take it back, the operator runs: chendian import undo {run_id}"
                   if run_id else "")  # fmt: skip


COMMANDS = (
    Command(
        names=("import", "导入"),
        who="admin",
        run=_import,
        chinese="把发来的聊天记录或导出文件收进这个群的存档",
        english="take a chat record or an exported file into this group's archive",
        shelf="run",
        writes=True,
        about_message=True,
        in_group=True,
    ),
)
