"""`/import`: takes in a merged chat record or an export file, sent to the group or to the bot."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence

import msgspec

from archive.access import finder, operator
from archive.database import piece
from archive.groups import get_group, list_groups
from archive.keep import Keeper
from archive.messages import get_message, nested_in
from archive.prepare import prepare_all
from archive.records import Attachment, Group, Message
from archive.runs import begin_run, end_run
from archive.unite import unite_some
from archive.views import GroupView
from bot.commands import refusals
from bot.commands.command import Answer, Asked, Command, Intake, Setting
from bot.commands.lines import one_line
from bot.commands.own_groups import group_meant, which_group_of_mine

ENDINGS = (
    ".zip", ".json", ".jsonl", ".ndjson", ".html", ".htm", ".csv", ".txt", ".mht", ".mhtml",
    ".sqlite", ".db",
)  # fmt: skip
LARGEST = 100 << 20
"""Bytes of a file that is taken in from the chat; a larger one is for the terminal."""
_MOST = 2_000
"""Messages of a merged record that are taken in at once, those within it included."""
_DEEPEST = 10


def _import(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    if asked.private and asked.reply_key is None:
        chosen = _chosen(db, asked, setting)
        if isinstance(chosen, Answer):
            return chosen
        asked = msgspec.structs.replace(asked, place=chosen.key)
    if asked.reply_key is None:
        return _take_brought(db, asked, setting)
    view = get_message(db, finder(), asked.reply_key)
    if view.group_key != asked.place:
        return Answer(
            asked.say("那条消息不在这个群里，没有导入。", "That message is not in this group.")
        )
    if view.nested:
        return _take_record(db, asked, nested_in(db, view.id), view.sent_at, setting)
    file = _export_among(view.attachments)
    if file is None:
        return _nothing_to_import(asked)
    if file.sha256 is None and asked.brought is not None:
        file = _export_among(asked.brought.attachments) or file
    return _take_file(db, asked, file)


def _take_brought(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    """Take what came with the command, or in private before it."""
    if asked.brought is None:
        return _send_it_first(asked) if asked.private else refusals.name_one(asked, COMMANDS[0])
    if asked.brought.nested:
        return _take_record(db, asked, asked.brought.nested, asked.at, setting)
    file = _export_among(asked.brought.attachments)
    return _nothing_to_import(asked) if file is None else _take_file(db, asked, file)


def _chosen(db: sqlite3.Connection, asked: Asked, setting: Setting) -> GroupView | Answer:
    """Return the group that is meant in private, or ask which; only those of whom asks."""
    groups = [g for g in list_groups(db, operator()) if g.key in setting.admin_of]
    # by activity the numbers would change between the question and its answer
    groups.sort(key=lambda group: group.key)
    if not groups:
        return Answer(
            asked.say(
                f"在这里 /{asked.name} 只给群主和管理员用，而你不是任何存档的群的。",
                f"/{asked.name} is for owners and admins, and you are that of no archived group.",
            )
        )
    words = asked.words.strip()
    by_key = [group for group in groups if group.key == words]
    found = by_key[0] if by_key else group_meant(groups, words)
    return which_group_of_mine(groups, asked) if found is None else found


def _export_among(attachments: Sequence[Attachment]) -> Attachment | None:
    named = (a for a in attachments if (a.name or "").lower().endswith(ENDINGS))
    return next(named, None)


def _send_it_first(asked: Asked) -> Answer:
    return Answer(
        asked.say(
            f"先把导出的文件或合并转发的聊天记录发给我，再发一次 /{asked.name}（半小时内）。",
            "Send me the exported file or merged chat record first, then"
            f" /{asked.name} again, within half an hour.",
        )
    )


def _nothing_to_import(asked: Asked) -> Answer:
    return Answer(
        asked.say(
            "这条里没有能导入的：要一份合并转发的聊天记录，或者导出的文件"
            "（zip、json、jsonl、html、csv、txt、mht、sqlite）。",
            "There is nothing to import: it takes a merged chat record, or an exported file (zip,"
            " json, jsonl, html, csv, txt, mht, sqlite).",
        )
    )


def _take_file(db: sqlite3.Connection, asked: Asked, file: Attachment) -> Answer:
    name = one_line(file.name or "", 40)
    if (file.size or 0) > LARGEST or "large" in (file.missing or ""):
        return _too_large(asked, name)
    if file.sha256 is None and file.source is None:
        return Answer(
            asked.say(
                f"“{name}”还没有取下来，或者取不到；过一会儿再发一次。",
                f"“{name}” is not here yet, or cannot be fetched; send that again in a while.",
            )
        )
    assert asked.place is not None
    intake = Intake(
        asked.account, asked.place, file.sha256, file.name or "", asked.by, asked.message_id,
        asked.chinese, asked.key, file.source, asked.private,
    )  # fmt: skip
    into, to = "", ""
    if asked.private:
        title = one_line(get_group(db, operator(), asked.place).title, 24)
        into, to = f"到“{title}”", f" into “{title}”"
    return Answer(
        asked.say(
            f"开始导入“{name}”{into}，读完会说结果。",
            f"Importing “{name}”{to}; I will say how it went.",
        ),
        intake=intake,
    )


def _too_large(asked: Asked, name: str) -> Answer:
    return Answer(
        asked.say(
            f"“{name}”太大，没有导入：在聊天里最多 {LARGEST >> 20} MB，"
            "平台或设置可能更少（Telegram 只让机器人取 20 MB）。"
            "请运营的人在终端里运行 chendian import。",
            f"“{name}” is too large; nothing was imported. The chat takes {LARGEST >> 20} MB at"
            " most, or less where the platform or the configuration says so (Telegram lets bots"
            " fetch 20 MB). The operator can run: chendian import",
        )
    )


def _take_record(
    db: sqlite3.Connection,
    asked: Asked,
    rows: Sequence[Message],
    sent_at: int,
    setting: Setting,
) -> Answer:
    assert asked.place is not None
    messages = list(_unfolded(rows, asked.place, sent_at))
    if len(messages) > _MOST:
        return Answer(
            asked.say(
                f"这份记录有 {len(messages)} 条，一次最多 {_MOST} 条，没有导入。",
                f"That record has {len(messages):,} messages; {_MOST:,} at most are taken in.",
            )
        )
    with piece(db):
        run_id = begin_run(db, json.dumps([asked.reply_key or asked.key]))
        keeper = Keeper(db, source="import", run_id=run_id, time_zone=setting.time_zone)
        keeper.begin_file()
        keeper.write(list(prepare_all([Group(asked.place), *messages])), sent_at)
        keeper.end_file()
        while unite_some(db):
            pass
        told = {"messages": {**keeper.report.counts(), "rejected": 0}, "files": [], "notes": []}
        end_run(db, run_id, "done", json.dumps(told))
    return Answer(report_line(asked.chinese, keeper.report.counts(), 0, (run_id,)))


def _unfolded(
    rows: Sequence[Message], group_key: str, sent_at: int, depth: int = 1
) -> Iterator[Message]:
    """Make messages of a record's rows: who said them and when as the record says."""
    for said in rows if depth <= _DEEPEST else ():
        if said.nested:
            yield from _unfolded(said.nested, group_key, sent_at, depth + 1)
        elif said.text or said.attachments:
            yield msgspec.structs.replace(
                said, group_key=group_key, id=None, reply_to=None, kept=None, other_ids=(),
                sent_at=said.sent_at or sent_at, quality=0,
            )  # fmt: skip


def report_line(chinese: bool, counts: dict[str, int], rejected: int, runs: Sequence[int]) -> str:
    """Say in two lines what an import did, and how it is taken back: the newest run first."""
    undo = [f"chendian import undo {run}" for run in sorted(runs, reverse=True)]
    if chinese:
        text = f"导入好了：读到 {counts['read']:,} 条，新增 {counts['new']:,}，更新"
        text += f" {counts['updated']:,}，已经有的 {counts['unchanged']:,}，读不成的 {rejected:,}。"
        text += "中间断过，又接着导完了。" if len(undo) > 1 else ""
        return text + (f"\n要收回：请运营的人运行 {'，再 '.join(undo)}" if undo else "")
    text = f"Imported: {counts['read']:,} read, {counts['new']:,} new, {counts['updated']:,}"
    text += f" updated, {counts['unchanged']:,} here already, {rejected:,} not read."
    text += " It was interrupted, and then finished." if len(undo) > 1 else ""
    return text + (f"\nTo take it back, the operator runs: {', then '.join(undo)}" if undo else "")


COMMANDS = (
    Command(
        names=("import", "导入"),
        who="admin",
        run=_import,
        takes=("[群名]", "[GROUP]"),
        chinese="把发来的聊天记录或导出文件收进这个群的存档；私聊我也行，写上群名",
        english="take a chat record or exported file into a group's archive; in private name it",
        shelf="run",
        writes=True,
        about_message=True,
        optional_message=True,
        wants_role=True,
        knows_groups=True,
        takes_file=True,
    ),
)
