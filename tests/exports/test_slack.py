"""A Slack export: ZIP or folder, channels, threads, files, markup, and what is damaged in it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from reading import only, records_at

from adapters.exports.format import ExportError
from adapters.exports.slack.mrkdwn import read_text
from archive.records import (
    AnyRecord,
    Attachment,
    EssenceMark,
    Group,
    Member,
    Message,
    Reaction,
    Recall,
    Rejected,
    Span,
)

USERS: list[dict[str, Any]] = [
    {"id": "U1", "team_id": "T1", "name": "zhang", "deleted": False, "real_name": "张三丰",
     "profile": {"display_name": "张三", "real_name": "张三丰"}, "is_owner": True, "is_bot": False},
    {"id": "U2", "name": "li", "profile": {"display_name": "", "real_name": "李四"}},
]  # fmt: skip
CHANNELS = [{"id": "C1", "name": "闲聊", "created": 1500000000, "creator": "U1", "members": ["U1"],
             "is_archived": False, "topic": {"value": ""}, "purpose": {"value": ""}}]  # fmt: skip
Files = dict[str, Any]


def said(number: int, text: str = "你好", **fields: Any) -> dict[str, Any]:
    return {"client_msg_id": "x", "type": "message", "text": text, "user": "U1",
            "ts": f"{1552322312 + number}.000{number}00", "team": "T1", **fields}  # fmt: skip


def files(rows: list[Any], **more: Any) -> Files:
    return {"users.json": USERS, "channels.json": CHANNELS, "闲聊/2019-03-11.json": rows, **more}


def put(folder: Path, content: Files) -> Path:
    for name, value in content.items():
        path = folder / "export" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(value, bytes):
            path.write_bytes(value)
        else:
            path.write_text(json.dumps(value, indent=4), "utf-8")
    return folder / "export"


def read(folder: Path, rows: list[Any], **more: Any) -> list[AnyRecord]:
    return records_at(put(folder, files(rows, **more)), "slack")


def one(folder: Path, **fields: Any) -> Message:
    (message,) = only(read(folder, [said(1, **fields)]), Message)
    return message


def test_channel_people_and_messages_are_read(tmp_path: Path) -> None:
    bot = {"type": "message", "subtype": "bot_message", "bot_id": "B1", "username": "机器人",
           "text": "报告", "ts": "1552322313.000200"}  # fmt: skip
    assert read(tmp_path, [said(1), bot]) == [
        Group("slack:C1", "闲聊"),
        Member("slack:U1", "张三", "zhang", "slack:C1", role="owner", other_names=("张三丰",)),
        Member("slack:U1", "张三", "zhang", "slack:C1", role="owner", other_names=("张三丰",)),
        Message("slack:C1", "1552322313.000100", 1552322313, "slack:U1", "张三", text="你好",
                quality=2),
        Member("slack:B1", "机器人", group_key="slack:C1", is_bot=True),
        Message("slack:C1", "1552322313.000200", 1552322313, "slack:B1", "机器人", text="报告",
                quality=2),
    ]  # fmt: skip


def test_a_zip_and_its_folder_say_the_same(tmp_path: Path) -> None:
    folder = put(tmp_path, files([said(1)], **{"闲聊/2019-03-12.json": [said(2)]}))
    path = tmp_path / "ws Slack export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.rglob("*.json"):
            archive.write(file, file.relative_to(folder))
    assert records_at(path, "slack") == records_at(folder, "slack")
    assert len(only(records_at(path, "slack"), Message)) == 2


def test_threads_edits_reactions_and_pins_are_kept(tmp_path: Path) -> None:
    row = said(
        2, thread_ts="1552322313.000100", parent_user_id="U1", pinned_to=["C1"],
        edited={"user": "U1", "ts": "1552322400.000000"},
        reactions=[{"name": "+1", "users": ["U1", "U2"], "count": 2}],
    )  # fmt: skip
    records = read(tmp_path, [said(1, thread_ts="1552322313.000100", reply_count=1), row])
    parent, answer = only(records, Message)
    assert parent.reply_to is None and answer.reply_to == parent.id
    assert answer.edited_at == 1552322400
    assert answer.reactions == (Reaction(":+1:", 2, ("slack:U1", "slack:U2")),)
    assert answer.id and EssenceMark("slack:C1", answer.id) in records


def test_files_lie_beside_or_are_told_missing(tmp_path: Path) -> None:
    shared = [
        {"id": "F1", "name": "a.png", "mimetype": "image/png", "size": 4, "original_w": 2},
        {"id": "F2", "name": "b.pdf", "mimetype": "application/pdf", "size": 9},
        {"id": "F3", "mode": "hidden_by_limit"},
    ]
    more = {"闲聊/F1-a.png": b"data"}
    (message,) = only(read(tmp_path, [said(1, files=shared, text="")], **more), Message)
    photo, file, gone = message.attachments
    assert photo == Attachment("photo", "a.png", "闲聊/F1-a.png", mime="image/png", size=4, width=2)
    assert (file.kind, file.missing, gone.missing) == ("file", "not exported", "expired")


@pytest.mark.parametrize(
    ("written", "shown", "spans"),
    [
        ("a &lt;b&gt; &amp;amp;", "a <b> &amp;", ()),
        ("<@U2> <@U9|王五>", "@李四 @王五",
         (Span("mention", 0, 3, "slack:U2"), Span("mention", 4, 3, "slack:U9"))),
        ("<https://a.example|看>", "看", (Span("link", 0, 1, "https://a.example"),)),
        ("*粗 _斜_* x", "粗 斜 x", (Span("bold", 0, 3), Span("italic", 2, 1))),
        ("`a*b*` ~c~", "a*b* c", (Span("code", 0, 4), Span("strikethrough", 5, 1))),
        ("```\nx &lt; y\n```", "\nx < y\n", (Span("pre", 0, 7),)),
        ("<!here> <#C1|闲聊> <!date^1^{date}|昨天>", "@here #闲聊 昨天", ()),
        ("2*3*4 a_b_c <", "2*3*4 a_b_c <", ()),
    ],
)  # fmt: skip
def test_markup_becomes_text_and_spans(written: str, shown: str, spans: tuple[Span, ...]) -> None:
    assert read_text(written, {"U2": "李四"}.get) == (shown, spans)


def test_what_slack_says_is_a_notice(tmp_path: Path) -> None:
    joined = one(tmp_path, subtype="channel_join", text="<@U1> has joined the channel")
    assert (joined.kind, joined.service, joined.text) == (
        "service", "join", "@张三 has joined the channel",
    )  # fmt: skip
    unknown = one(tmp_path, subtype="brand_new", extra={"a": 1})
    assert (unknown.kind, unknown.text) == ("text", "你好")
    assert unknown.detail["raw"] == {"extra": {"a": 1}, "subtype": "brand_new"}


def test_changes_and_deletions_of_full_exports_are_followed(tmp_path: Path) -> None:
    changed = {"type": "message", "subtype": "message_changed", "ts": "1552322500.000000",
               "message": said(1, "改了", edited={"ts": "1552322499.000000"})}  # fmt: skip
    deleted = {"type": "message", "subtype": "message_deleted", "deleted_ts": "1552322313.000100",
               "ts": "1552322600.000000"}  # fmt: skip
    records = read(tmp_path, [said(1), changed, deleted])
    assert [(m.id, m.text) for m in only(records, Message)] == [
        ("1552322313.000100", "你好"), ("1552322313.000100", "改了"),
    ]  # fmt: skip
    assert only(records, Recall) == [Recall("slack:C1", "1552322313.000100", 1552322600)]


def test_direct_messages_are_named_by_who_talks(tmp_path: Path) -> None:
    more = {"dms.json": [{"id": "D1", "members": ["U1", "U2"]}], "D1/2019-03-11.json": [said(1)]}
    groups = only(read(tmp_path, [], **more), Group)
    assert Group("slack:D1", "张三 / 李四", "private") in groups


def test_a_channels_folder_alone_is_read(tmp_path: Path) -> None:
    folder = put(tmp_path, {"闲聊/2019-03-11.json": [said(1)], "闲聊/2019-03-12.json": [said(2)]})
    records = records_at(folder / "闲聊", "slack")
    (group,) = only(records, Group)
    assert (group.title, group.title_only) == ("闲聊", True)
    assert len(only(records, Message)) == 2


def test_a_channel_that_no_list_names_is_read_all_the_same(tmp_path: Path) -> None:
    records = read(tmp_path, [said(1)], **{"旧/2019-03-11.json": [said(2)]})
    assert [g.title for g in only(records, Group)] == ["闲聊", "旧"]
    assert [m.sender_name for m in only(records, Message)] == ["张三", "张三"]


def test_damage_keeps_what_stands_before_and_after_it(tmp_path: Path) -> None:
    folder = put(tmp_path, files([said(n) for n in range(4)], users=1))
    day = folder / "闲聊/2019-03-11.json"
    day.write_text(day.read_text().replace('"ts": "1552322314', '"ts" oops "1552322314'))
    records = records_at(folder, "slack")
    assert [m.sent_at for m in only(records, Message)] == [1552322312, 1552322313, 1552322315]
    (rejected,) = only(records, Rejected)
    assert rejected.where == "闲聊/2019-03-11.json row 3"
    (folder / "users.json").write_text('[{"id": "U1", "name"')
    assert len(only(records_at(folder, "slack"), Message)) == 3


def test_lists_without_days_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="none has a day"):
        records_at(put(tmp_path, {"channels.json": CHANNELS, "users.json": USERS}), "slack")


def test_rows_of_wrong_types_are_kept_or_listed(tmp_path: Path) -> None:
    odd = {"ts": "1552322312.000100", "text": 5, "user": [], "files": "x", "reactions": [1],
           "edited": "x", "attachments": "y", "thread_ts": 4, "pinned_to": 1}  # fmt: skip
    records = read(tmp_path, [odd, 5, {}, {"subtype": "message_changed", "message": 4}])
    assert [m.text for m in only(records, Message)] == [""]
    assert len(only(records, Rejected)) == 3


def test_rows_cut_by_a_block_of_the_file_are_whole(tmp_path: Path) -> None:
    blocks = [{"type": "rich_text", "elements": [{"type": "text", "text": "字" * 200}]}]
    rows = [said(n, f"第{n}条", blocks=blocks, ts=f"{1552322312 + n}.000100") for n in range(900)]
    records = read(tmp_path, rows)
    assert not only(records, Rejected)
    assert [m.text for m in only(records, Message)] == [f"第{n}条" for n in range(900)]
