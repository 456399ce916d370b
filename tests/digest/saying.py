"""Short ways to fill an archive with what is said in a week, and to make its digest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from archive.access import Reader, operator
from archive.database import Archive
from archive.digest import Digest, make_digest, week
from archive.essence import mark
from archive.keep import keep
from archive.records import AnyRecord, Group, Message, Reaction

TG, QQ = "telegram:-100123", "qq:88990011"
WEEK = week("2026-W42", "Asia/Shanghai")
AT = WEEK.since + 36_000
"""Monday, ten in the morning."""

LONG = "换库之前先把慢查询找出来，九成的慢是因为没有索引，剩下的一成是因为在循环里查"


def said(id: int, text: str, who: str = "1", hearts: int = 0, **more: Any) -> Message:
    """Make a message of the week: `id` is its minute."""
    group = more.pop("group", TG)
    at = more.pop("at", AT + 60 * id)
    if hearts:
        more["reactions"] = (Reaction("❤", hearts),)
    if (reply := more.pop("reply", None)) is not None:
        more["reply_to"] = str(reply)
    platform = group.partition(":")[0]
    name = more.pop("name", f"人{who}")
    more.setdefault("quality", 3)
    return Message(group, str(id), at, f"{platform}:{who}", name, text=text, **more)


def told(archive: Archive, *records: AnyRecord | Iterable[AnyRecord]) -> None:
    """Keep records."""
    flat: list[AnyRecord] = [Group(TG, "技术群"), Group(QQ, "徒步群")]
    for record in records:
        if isinstance(record, Iterable):
            flat += record
        else:
            flat.append(record)
    with archive.writing() as db:
        keep(db, flat)


def talked(first: int = 1, topic: str = "数据库", group: str = TG) -> list[Message]:
    """Make a discussion of four people that is worth telling."""
    return [
        said(first, f"请问{topic}越来越慢，是不是该换一个了？", "1", group=group),
        said(first + 1, f"{topic}：{LONG}", "2", 6, reply=first, group=group),
        said(first + 2, f"{topic}我也是这样，加了索引就好了", "3", 2, reply=first + 1, group=group),
        said(first + 3, f"学到了，回去看看{topic}", "4", reply=first + 1, group=group),
    ]


def kept(archive: Archive, id: int, group: str = TG, at: int | None = None, **more: Any) -> None:
    """Mark a message as essence."""
    with archive.writing() as db:
        mark(db, [f"{group}:{id}"], by="telegram:9", at=at or AT + 60 * id, **more)


def digest_of(
    archive: Archive, reader: Reader | None = None, groups: Sequence[str] = (TG,), **more: Any
) -> Digest:
    """Make the week's digest."""
    with archive.reading() as db:
        return make_digest(db, reader or operator(), groups, more.pop("period", WEEK), **more)


def keys_of(digest: Digest) -> list[str]:
    """Return the platform ids of all messages its items rest on."""
    return [key.rpartition(":")[2] for item in digest.items for key in item.keys]
