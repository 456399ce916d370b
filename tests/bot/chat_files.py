"""Writes export files as the programs that make them do: Telegram JSON and HTML, ChatLab, QQ."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from pathlib import Path
from typing import Any

BEGAN = 1_700_000_000
GROUP = 1234567890
KEY = f"telegram:-100{GROUP}"
CHINA = timezone(timedelta(hours=8))
_PEOPLE = ("张三", "李四", "王小明", "Ann", "老周", "阿禾", "小满", "陈皮")
_WORDS = [
    *("部署", "数据库", "今天", "我们", "问题", "可以", "没有", "锁表", "上线", "回滚", "日志"),
    *("什么", "时候", "这个", "那个", "docker", "nginx", "缓存", "看看", "试试", "配置", "文件"),
    *("监控", "报警", "大家", "谢谢", "收到", "群里", "文档", "链接", "凌晨", "测试"),
]


def telegram_rows(number: int, first: int = 1, seed: int = 7) -> list[dict[str, Any]]:
    """Make rows of a Telegram JSON export; the same id is the same message for every `first`."""
    made = []
    for position in range(first, first + number):
        chance = random.Random(seed << 32 | position)
        who = chance.randrange(len(_PEOPLE))
        text = "".join(chance.choices(_WORDS, k=chance.randint(2, 12)))
        at = BEGAN + position * 40
        row: dict[str, Any] = {
            "id": position, "type": "message",
            "date": datetime.fromtimestamp(at, CHINA).strftime("%Y-%m-%dT%H:%M:%S"),
            "date_unixtime": str(at), "from": _PEOPLE[who], "from_id": f"user{100 + who}",
            "text": text, "text_entities": [{"type": "plain", "text": text}],
        }  # fmt: skip
        if position > first and chance.random() < 0.15:
            row["reply_to_message_id"] = position - 1
        made.append(row)
    return made


def telegram_json(
    path: Path, rows: list[dict[str, Any]], *, name: str = "技术群", chat_id: int = GROUP
) -> Path:
    """Write the export of one supergroup, a line a field as Telegram Desktop does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        head = {"name": name, "type": "private_supergroup", "id": chat_id}
        file.write(json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "messages": [\n')
        for number, row in enumerate(rows):
            file.write(",\n" if number else "")
            file.write(json.dumps(row, ensure_ascii=False, indent=1))
        file.write("\n ]\n}\n")
    return path


def telegram_flood(path: Path, number: int) -> Path:
    """Write a long history at the speed of the disk: a thousand texts, again and again."""
    texts = [row["text"] for row in telegram_rows(1_000)]
    with path.open("w", encoding="utf-8") as file:
        file.write(
            f'{{"name": "技术群", "type": "private_supergroup", "id": {GROUP}, "messages": ['
        )
        for position in range(1, number + 1):
            text, who = texts[position * 7919 % 1_000], position % 40
            file.write(
                f'{"," if position > 1 else ""}\n{{"id": {position}, "type": "message",'
                f' "date": "2023-11-15T09:00:00", "date_unixtime": "{BEGAN + position * 40}",'
                f' "from": "成员{who}", "from_id": "user{who + 1}", "text": "{text}{position}",'
                f' "text_entities": [{{"type": "plain", "text": "{text}{position}"}}]}}'
            )
        file.write("]}")
    return path


def telegram_html(folder: Path, rows: list[dict[str, Any]], *, name: str = "技术群") -> Path:
    """Write the same messages as messages.html; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    body = "".join(map(_html_row, rows))
    (folder / "messages.html").write_text(
        '<!DOCTYPE html>\n<html>\n <head>\n  <meta charset="utf-8"/>\n<title>Exported Data</title>'
        '\n </head>\n <body onload="CheckLocation();">\n  <div class="page_wrap">\n'
        '   <div class="page_header">\n    <div class="content">\n     <div class="text bold">\n'
        f"{escape(name)}\n     </div>\n    </div>\n   </div>\n"
        f'   <div class="page_body chat_page">\n    <div class="history">\n{body}'
        "    </div>\n   </div>\n  </div>\n </body>\n</html>\n",
        "utf-8",
    )
    return folder


def _html_row(row: dict[str, Any]) -> str:
    at = datetime.fromtimestamp(int(row["date_unixtime"]), UTC).astimezone(CHINA)
    reply = row.get("reply_to_message_id")
    answered = (
        '       <div class="reply_to details">\nIn reply to'
        f' <a href="#go_to_message{reply}" onclick="return GoToMessage({reply})">this message</a>'
        "\n       </div>\n"
        if reply
        else ""
    )
    return (
        f'     <div class="message default clearfix" id="message{row["id"]}">\n'
        '      <div class="body">\n'
        f'       <div class="pull_right date details" title="{at:%d.%m.%Y %H:%M:%S} UTC+08:00">\n'
        f"{at:%H:%M}\n       </div>\n"
        f'       <div class="from_name">\n{escape(row["from"])}\n       </div>\n{answered}'
        f'       <div class="text">\n{escape(row["text"])}\n       </div>\n'
        "      </div>\n     </div>\n"
    )


def chatlab(path: Path, rows: list[dict[str, Any]], **meta: Any) -> Path:
    """Write a ChatLab JSONL of these messages: {sender, timestamp, content, …}."""
    header = {
        "_type": "header",
        "chatlab": {"version": "0.0.2", "exportedAt": BEGAN},
        "meta": {"name": "摄影群", "platform": "qq", "type": "group", **meta},
    }
    plain = {"_type": "message", "accountName": "甲", "sender": "10001", "type": 0}
    lines = [header, *({**plain, "timestamp": BEGAN, **row} for row in rows)]
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    path.write_text(text, "utf-8", errors="surrogatepass")
    return path


def qq_txt(path: Path, said: list[tuple[str, str, str]], *, title: str = "摄影课") -> Path:
    """Write a QQ history of (time, who with number, text)."""
    rule = "=" * 64
    head = "消息记录（此消息记录为文本格式，不支持重新导入）"
    rows = "".join(f"{at} {who}\r\n{text}\r\n\r\n" for at, who, text in said)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"{head}\r\n\r\n{rule}\r\n消息分组:我的QQ群\r\n{rule}\r\n消息对象:{title}\r\n{rule}\r\n\r\n{rows}",
        "utf-8-sig",
        newline="",
    )
    return path
