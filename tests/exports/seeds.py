"""A small export of every format: each message says where it stands, so that loss is seen."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
from writers.conversation import Conversation, File, Person, Said

COUNT = 8
BEGAN = 1_700_000_000
MARK = re.compile("mark[0-9]{3}x")


class Seed(msgspec.Struct, frozen=True):
    """An export as files; `target` is the one that is damaged."""

    name: str
    format: str
    target: str
    files: dict[str, bytes]

    def __repr__(self) -> str:
        return f"<{self.name}>"

    @property
    def content(self) -> bytes:
        """The file that is damaged."""
        return self.files[self.target]


def mark(number: int) -> str:
    """Return what only this message says."""
    return f"mark{number:03d}x"


def seeds() -> list[Seed]:
    """Make all of them; the target's name is after the last slash of a seed's key."""
    made = [
        Seed(name, form, target, {path: data if isinstance(data, bytes) else data.encode()
                                  for path, data in make().items()})
        for name, (form, target, make) in _OWN.items()
    ]  # fmt: skip
    return [*made, *_written()]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _telegram_json() -> dict[str, str]:
    rows: list[dict[str, Any]] = [
        {"id": n, "type": "message", "date": "2023-11-14T22:13:20", "date_unixtime":
         str(BEGAN + n), "from": "张三", "from_id": "user7", "text": f"你好 {mark(n)}"}
        for n in range(COUNT)
    ]  # fmt: skip
    rows[2] |= {"text": [mark(2), {"type": "bold", "text": "粗"}], "reply_to_message_id": 1}
    rows[3] |= {"photo": "photos/a.jpg", "width": 3, "reactions": [{"type": "emoji", "count": 1}]}
    rows[4] |= {"poll": {"question": "q", "answers": [{"text": "a", "voters": 1}]}}
    head = {"name": "群", "type": "private_supergroup", "id": 12345}
    return {"result.json": _json({**head, "messages": rows})}


def _telegram_html() -> dict[str, str]:
    row = (
        '<div class="message default clearfix" id="message{n}"><div class="body">'
        '<div class="pull_right date details" title="14.11.2023 22:13:{n:02d} UTC+08:00">22:13'
        '</div><div class="from_name">张三</div><div class="reply_to details">In reply to '
        '<a href="#go_to_message1">this message</a></div><div class="text"><strong>你</strong>好 '
        "{mark}<br>行</div></div></div>\n"
    )
    rows = "".join(row.format(n=n + 1, mark=mark(n)) for n in range(COUNT))
    head = '<html><body><div class="page_wrap"><div class="page_header"><div class="text bold">群'
    return {"messages.html": f'{head}</div></div><div class="history">{rows}</div></body></html>'}


def _chatlab(lines: bool) -> Callable[[], dict[str, str]]:
    head = {"chatlab": {"version": "0.0.2", "exportedAt": BEGAN},
            "meta": {"name": "群", "platform": "qq", "type": "group", "groupId": "5"}}  # fmt: skip
    member = {"platformId": "7", "accountName": "张三", "roles": [{"id": "owner"}]}
    rows = [
        {"sender": "7", "accountName": "张三", "timestamp": BEGAN + n, "type": 0,
         "content": f"你好 {mark(n)}", "platformMessageId": str(n), "replyToMessageId": "1"}
        for n in range(COUNT)
    ]  # fmt: skip
    if not lines:
        return lambda: {"a.json": _json({**head, "members": [member], "messages": rows})}
    told = [{"_type": "header", **head}, {"_type": "member", **member}]
    told += [{"_type": "message", **row} for row in rows]
    return lambda: {"a.jsonl": "".join(json.dumps(t, ensure_ascii=False) + "\n" for t in told)}


def _qq_txt() -> dict[str, str]:
    rule = "=" * 64
    head = ("消息记录（此消息记录为文本格式，不支持重新导入）\r\n\r\n"
            f"{rule}\r\n消息分组:我的QQ群\r\n{rule}\r\n消息对象:群\r\n{rule}\r\n\r\n")  # fmt: skip
    rows = (f"2023-11-14 9:13:{n:02d} 【管理员】张三(100001)\r\n你好 {mark(n)}\n[图片]\r\n\r\n"
            for n in range(COUNT))  # fmt: skip
    return {"技术群.txt": head + "".join(rows)}


def _memotrace(old: bool) -> Callable[[], dict[str, str]]:
    out = io.StringIO()
    table = csv.writer(out)
    if old:
        table.writerow(["localId", "TalkerId", "Type", "SubType", "IsSender", "CreateTime",
                        "Status", "StrContent",
                        "StrTime", "Remark", "NickName", "Sender"])  # fmt: skip
    else:
        table.writerow(["消息ID", "类型", "发送人", "时间", "内容", "备注", "昵称", "更多信息"])
    for n in range(COUNT):
        quote = ('<msg><appmsg><title>答</title><type>57</type><refermsg><content>问</content>'
                 "</refermsg></appmsg></msg>")  # fmt: skip
        if old and n == 4:
            table.writerow([n, 1, 49, 57, 0, BEGAN + n, 0, quote, "", "", "张三", "wxid_zhang"])
        elif old:
            table.writerow([n, 1, 1, 0, 0, BEGAN + n, 0, f'你好,"引" {mark(n)}\n行', "", "",
                            "张三", "wxid_zhang"])  # fmt: skip
        else:
            table.writerow([f"70000{n}", "文本", "张三", f"2023-11-14 22:13:{n:02d}",
                            f"你好,\"引\" {mark(n)}\n行", "", "三", ""])  # fmt: skip
    return lambda: {"群(123@chatroom)/群.csv": "\ufeff" + out.getvalue()}


def _whatsapp(bracket: bool) -> Callable[[], dict[str, str]]:
    rows = []
    for n in range(COUNT):
        head = (
            f"[2023/6/3{n % 2} 下午4:14:{n:02d}] " if bracket else f"6/{n + 13}/23, 4:14\u202fPM - "
        )
        rows.append(f"{head}张三: 你好 {mark(n)}\n第二行\n")
    rows.insert(3, rows[0].partition("张三")[0] + "张三: POLL:\nq\nOPTION: a (2 votes)\n")
    rows.insert(2, rows[0].partition("张三")[0] + "张三: a.jpg (file attached)\n")
    return lambda: {"WhatsApp Chat with 群.txt": "".join(rows)}


def _line() -> dict[str, str]:
    rows = "".join(f'09:{n:02d}\t张三\t"你好 {mark(n)}\n第""二""行"\n' for n in range(COUNT))
    return {"a.txt": f"[LINE] 群的聊天记录\n保存日期:2026/1/31 10:00\n\n2026/1/30(金)\n{rows}"}


def _discord() -> dict[str, str]:
    author = {"id": "7", "name": "zhang", "nickname": "张三", "isBot": False, "roles": []}
    rows = [
        {"id": str(n), "type": "Default", "timestamp": "2023-06-30T16:14:05.123+08:00",
         "content": f"你好 {mark(n)}", "author": author, "attachments": [], "embeds": [],
         "reactions": [{"emoji": {"name": "👍"}, "count": 1}], "reference": {"messageId": "1"}}
        for n in range(COUNT)
    ]  # fmt: skip
    head = {"guild": {"id": "1", "name": "g"},
            "channel": {"id": "2", "type": "GuildTextChat", "name": "c"}}  # fmt: skip
    return {"c.json": _json({**head, "messages": rows, "messageCount": COUNT})}


def _slack() -> dict[str, str]:
    rows = [
        {"type": "message", "user": "U1", "ts": f"{BEGAN + n}.000100",
         "text": f"*你好* <@U1> {mark(n)}", "files": [{"id": "F1", "name": "a.png"}],
         "reactions": [{"name": "+1", "users": ["U1"], "count": 1}]}
        for n in range(COUNT)
    ]  # fmt: skip
    return {
        "channels.json": _json([{"id": "C1", "name": "general", "members": ["U1"]}]),
        "users.json": _json([{"id": "U1", "name": "zhang", "profile": {"real_name": "张三"}}]),
        "general/2023-11-14.json": _json(rows),
    }


def _tg_archive_site() -> dict[str, str]:
    row = (
        '<li class="message type-message" id="{n}"><div class="meta"><a class="username" href="x">'
        '张 三 (@zhang)</a><a class="reply" href="2023-07.html#4">Reply</a><span class="date">'
        '09:59 AM, 01 Jul 2023</span></div><div class="text">你好 {mark}<br />\n行</div>'
        '<div class="media"><a href="media/1.jpg">a.jpg</a></div></li>\n'
    )
    rows = "".join(row.format(n=n + 1, mark=mark(n)) for n in range(COUNT))
    head = '<html><body><nav class="nav"> <a href="./">@club</a></nav><ul class="messages">\n'
    return {"2023-07.html": f"{head}{rows}</ul></body></html>\n"}


def _tg_archive_db() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.sqlite"
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA page_size=512")
            db.execute("CREATE table messages (id INTEGER NOT NULL PRIMARY KEY, type TEXT, date"
                       " TIMESTAMP, edit_date TIMESTAMP, content TEXT, entities JSON, reply_to"
                       " INTEGER, user_id INTEGER, media_id INTEGER)")  # fmt: skip
            db.execute("CREATE table users (id INTEGER NOT NULL PRIMARY KEY, username TEXT,"
                       " first_name TEXT, last_name TEXT, tags TEXT)")  # fmt: skip
            db.execute("INSERT INTO users VALUES(7,'zhang','张','三','')")
            for n in range(COUNT):
                db.execute("INSERT INTO messages VALUES(?,'message','2023-06-30 08:14:05',NULL,?,?,"
                           "1,7,NULL)", (n + 1, mark(n), '{"Bold":[{"o":0,"l":2}]}'))  # fmt: skip
        db.close()
        return {"data.sqlite": path.read_bytes()}


def _written() -> Iterator[Seed]:
    """Give what the writers of formats write."""
    picture = File("a.jpg", "photo", b"\xff\xd8\xff\xe0")
    for name in ("qce", "pywxdump", "chatlog", "echotrace", "memotrace_txt", "qq_mht"):
        platform = "qq" if name.startswith("q") else "wechat"
        sender = Person("100001" if platform == "qq" else "wxid_zhang", "张三")
        said = tuple(
            Said(f"70000{n}", sender, BEGAN + n, f"你好 {mark(n)}", "700001" if n == 2 else None)
            for n in range(COUNT)
        )
        said += (Said("700099", sender, BEGAN + 99, "", file=picture, kind="photo"),)
        number = "600123" if platform == "qq" else "123@chatroom"
        talk = Conversation(number, "技术群", platform, said)
        writer = import_module(f"writers.{name}")
        for variant in writer.VARIANTS:
            with tempfile.TemporaryDirectory() as folder:
                writer.write(talk, Path(folder), variant=variant)
                files = {str(p.relative_to(folder)): p.read_bytes()
                         for p in sorted(Path(folder).rglob("*")) if p.is_file()}  # fmt: skip
            target = max(files, key=lambda path: len(MARK.findall(files[path].decode("latin-1"))))
            yield Seed(f"{name}-{variant}", "", target, files)


_OWN: dict[str, tuple[str, str, Callable[[], Any]]] = {
    "telegram-json": ("telegram-json", "result.json", _telegram_json),
    "telegram-html": ("telegram-html", "messages.html", _telegram_html),
    "chatlab-json": ("chatlab", "a.json", _chatlab(lines=False)),
    "chatlab-jsonl": ("chatlab", "a.jsonl", _chatlab(lines=True)),
    "qq-txt": ("qq-txt", "技术群.txt", _qq_txt),
    "memotrace-csv-old": ("memotrace-csv", "群(123@chatroom)/群.csv", _memotrace(old=True)),
    "memotrace-csv-new": ("memotrace-csv", "群(123@chatroom)/群.csv", _memotrace(old=False)),
    "whatsapp-txt-phone": ("whatsapp-txt", "WhatsApp Chat with 群.txt", _whatsapp(bracket=True)),
    "whatsapp-txt": ("whatsapp-txt", "WhatsApp Chat with 群.txt", _whatsapp(bracket=False)),
    "line-txt": ("line-txt", "a.txt", _line),
    "discord-json": ("discord-json", "c.json", _discord),
    "slack": ("slack", "general/2023-11-14.json", _slack),
    "slack-lists": ("slack", "channels.json", _slack),
    "tg-archive-html": ("tg-archive-html", "2023-07.html", _tg_archive_site),
    "tg-archive-db": ("tg-archive-db", "data.sqlite", _tg_archive_db),
}
