"""An export that came without its files, and again with them: they are filled in, nothing new."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from chat_files import chatlab
from program import rows

from archive.database import Archive
from bot.importing import import_paths

BEGAN = 1_718_000_040
ZONE = ZoneInfo("Asia/Shanghai")
FILES = (("a.jpg", "photo", b"\xff\xd8\xff\xe0 one"), ("b.jpg", "photo", b"\xff\xd8\xff\xe0 two"),
         ("表.xlsx", "file", b"PK a table"))  # fmt: skip
"""Two pictures of one person within a minute, and a file."""
SAID = ("大家好", *FILES, "收到")


class Told:
    """One row: its number, time, words and file; `here`: the file lies in the folder."""

    def __init__(self, number: int, said: str | tuple[str, str, bytes], here: bool) -> None:
        self.number, self.at, self.here = number, BEGAN + 5 * number, here
        self.text = said if isinstance(said, str) else ""
        self.name, self.kind, self.data = ("", "", b"") if isinstance(said, str) else said

    def local(self, form: str) -> str:
        return datetime.fromtimestamp(self.at, ZONE).strftime(form)

    def put(self, path: Path) -> str:
        """Lay the file there; return its name."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.data)
        return path.name


def talk(here: bool) -> Iterator[Told]:
    for number, said in enumerate(SAID, 1):
        yield Told(number, said, here)


def telegram_json(folder: Path, said: list[Told]) -> None:
    out: list[dict[str, Any]] = []
    for one in said:
        row = {"id": one.number, "type": "message", "date_unixtime": str(one.at), "from": "张三",
               "date": one.local("%Y-%m-%dT%H:%M:%S"), "from_id": "user1", "text": one.text,
               "text_entities": []}  # fmt: skip
        if one.name:
            where = "(File not included. Change data exporting settings to download.)"
            if one.here:
                where = "files/" + one.put(folder / "files" / one.name)
            named = {} if one.kind == "photo" else {"file_name": one.name}
            row |= {one.kind: where, **named}
        out.append(row)
    head = {"name": "技术群", "type": "private_supergroup", "id": 1234567890, "messages": out}
    (folder / "result.json").write_text(json.dumps(head, ensure_ascii=False))


def _html_file(one: Told, folder: Path) -> str:
    title = "Photo" if one.kind == "photo" else one.name
    kind = "media_photo" if one.kind == "photo" else "media_file"
    inner = f'<div class="title bold">{title}</div>'
    if not one.here:
        why = "Not included, change data exporting settings to download."
        body = f'{inner}<div class="description">{why}</div>'
        return f'<div class="media clearfix pull_left {kind}"><div class="body">{body}</div></div>'
    href = "files/" + one.put(folder / "files" / one.name)
    opening = f'a class="media clearfix pull_left block_link {kind}" href="{href}"'
    return f'<{opening}><div class="body">{inner}</div></a>'


def telegram_html(folder: Path, said: list[Told]) -> None:
    out = ""
    for one in said:
        file = _html_file(one, folder) if one.name else ""
        at = one.local("%d.%m.%Y %H:%M:%S UTC+08:00")
        out += (
            f'<div class="message default clearfix" id="message{one.number}"><div class="body">'
            f'<div class="pull_right date details" title="{at}">x</div>'
            f'<div class="from_name">张三</div><div class="media_wrap clearfix">{file}</div>'
            f'<div class="text">{one.text}</div></div></div>\n'
        )
    (folder / "messages.html").write_text(
        '<!DOCTYPE html><html><head><meta charset="utf-8"/><title>Exported Data</title></head>'
        '<body onload="CheckLocation();"><div class="page_wrap"><div class="page_header">'
        '<div class="content"><div class="text bold">技术群</div></div></div>'
        f'<div class="page_body chat_page"><div class="history">{out}</div></div></div></body>'
        "</html>"
    )


def whatsapp(folder: Path, said: list[Told]) -> None:
    out = []
    for one in said:
        words = one.text
        if one.name:
            here = one.here and f"{one.put(folder / one.name)} (file attached)"
            words = here or "<Media omitted>"
        out.append(f"{one.local('%d/%m/%Y, %H:%M')} - 张三: {words}\n")
    (folder / "WhatsApp Chat with 技术群.txt").write_text("".join(out), "utf-8")


def whatsapp_folder_lost(folder: Path, said: list[Told]) -> None:
    whatsapp(folder, [Told(one.number, SAID[one.number - 1], True) for one in said])
    if not said[0].here:
        for name, _, _ in FILES:
            (folder / name).unlink()


def memotrace(folder: Path, said: list[Told]) -> None:
    columns = ["消息ID", "类型", "发送人", "时间", "内容", "备注", "昵称", "更多信息"]
    kinds = {"": "文本", "photo": "图片", "file": "文件"}
    with (folder / "技术群.csv").open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(columns)
        for one in said:
            words = one.text
            if one.kind == "file":
                words = f"【文件】{one.name} 0.01 MB file/{one.name} 名 {'0' * 32}"
                if one.here:
                    one.put(folder / "file" / one.name)
            elif one.kind:
                words = "【图片】"
            number = f"82312312312312311{one.number:02d}"
            out.writerow([number, kinds[one.kind], "张三", one.local("%Y-%m-%d %H:%M:%S"), words,
                          "", "张三", ""])  # fmt: skip


def _chatlab(folder: Path, said: list[Told], ids: bool) -> None:
    out: list[dict[str, Any]] = []
    for one in said:
        row: dict[str, Any] = {"timestamp": one.at, "content": one.text, "accountName": "张三"}
        if ids:
            row["platformMessageId"] = str(one.number)
        if one.name:
            row |= {"type": 1 if one.kind == "photo" else 4, "content": f"media/{one.name}"}
            if one.here:
                one.put(folder / "media" / one.name)
        out.append(row)
    chatlab(folder / "技术群.jsonl", out, groupId="88990011")


def chatlab_with_ids(folder: Path, said: list[Told]) -> None:
    _chatlab(folder, said, True)


def chatlab_without_ids(folder: Path, said: list[Told]) -> None:
    _chatlab(folder, said, False)


def qce(folder: Path, said: list[Told]) -> None:
    out = []
    for one in said:
        element: dict[str, Any] = {"type": "text", "data": {"text": one.text}}
        if one.name:
            kind = "image" if one.kind == "photo" else "file"
            element = {"type": kind, "data": {"filename": one.name, "size": len(one.data)}}
            if one.here:
                one.put(folder / "resources" / f"{kind}s" / one.name)
        content = {"text": one.text, "elements": [element], "resources": [], "mentions": []}
        who = {"uid": "u_a", "uin": "11111", "name": "张三"}
        out.append({"id": f"73{one.number:017d}", "seq": str(5000 + one.number), "sender": who,
                    "timestamp": one.at * 1000, "time": one.local("%Y-%m-%d %H:%M:%S"),
                    "type": "type_1", "content": content, "recalled": False,
                    "system": False})  # fmt: skip
    info = {"name": "技术群", "type": "group", "peerUid": "88990011", "peerUin": "88990011"}
    head = {"metadata": {"name": "QQChatExporter V5", "version": "5.0.0"}, "chatInfo": info,
            "messages": out}  # fmt: skip
    (folder / "group_88990011_20240610.json").write_text(json.dumps(head, ensure_ascii=False))


ONLY_FILES = (memotrace,)
"""Formats that say of a picture that it was one, and not where it lies."""
Writer = Callable[[Path, list[Told]], None]
WRITERS: tuple[Writer, ...] = (
    telegram_json, telegram_html, whatsapp, whatsapp_folder_lost, memotrace, chatlab_with_ids,
    chatlab_without_ids, qce,
)  # fmt: skip


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_a_second_import_with_the_media_folder_fills_what_was_missing(
    new_archive: Callable[[], Archive], tmp_path: Path, write: Writer
) -> None:
    archive, reports = new_archive(), []
    for here in (False, True, True):
        folder = tmp_path / f"{here}"
        folder.mkdir(exist_ok=True)
        write(folder, list(talk(here)))
        reports.append(import_paths(archive, [folder], time_zone="Asia/Shanghai").as_json())
        if not here:
            missing = rows(archive.folder, "SELECT missing FROM attachments WHERE sha256 IS NULL")
            assert len(missing) == len(FILES) and all(why for (why,) in missing)
    first, second, third = reports
    there = [f for f in FILES if f[1] == "file" or write not in ONLY_FILES]
    left = len(FILES) - len(there)
    assert (first["messages"]["new"], first["media"]) == (len(SAID), 0)
    assert sum(first["files"][0]["missing_media"].values()) == len(FILES)
    counts = second["messages"]
    assert counts["new"] == 0
    assert (counts["updated"], counts["unchanged"]) == (len(there), 2 + left)
    assert (second["media"], sum(second["missing_media"].values())) == (len(there), left)
    assert (third["messages"]["unchanged"], third["media"]) == (len(SAID), len(there))
    found = rows(
        archive.folder,
        "SELECT m.sent_at / 60, m.text, a.missing, d.size FROM attachments a JOIN messages m"
        " ON m.id = a.message_id JOIN media d ON d.sha256 = a.sha256 ORDER BY m.id",
    )
    assert [row[2:] for row in found] == [(None, len(data)) for _, _, data in there]
    assert not any(".jpg" in row[1] for row in found)


def test_files_left_out_the_second_time_or_only_some_are_the_same_messages(
    new_archive: Callable[[], Archive], tmp_path: Path
) -> None:
    archive, news = new_archive(), []
    # all here · none here · one more, said in the same minute as the others · none here
    for number, here in enumerate(([1, 1, 1], [0, 0, 0], [0, 1, 0, 1], [0, 0, 0, 0])):
        files = [*FILES, ("c.jpg", "photo", b"\xff\xd8\xff\xe0 three")][: len(here)]
        folder = tmp_path / str(number)
        folder.mkdir()
        pairs = zip(files, here, strict=True)
        told = [Told(at, file, bool(is_here)) for at, (file, is_here) in enumerate(pairs)]
        whatsapp(folder, told)
        done = import_paths(archive, [folder], time_zone="Asia/Shanghai")
        news.append(done.messages["new"])
    assert news == [3, 0, 1, 0]
    found = rows(archive.folder, "SELECT count(*), count(sha256), count(DISTINCT message_id)"
                 " FROM attachments")  # fmt: skip
    assert found == [(4, 4, 4)]
