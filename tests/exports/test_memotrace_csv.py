"""MemoTrace's CSV: the group, the members and the rows of both kinds of columns."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.exports import csv_rows
from adapters.exports.format import ExportError, Options
from adapters.exports.source import find_exports
from archive.keys import name_key, title_key
from archive.records import AnyRecord, Attachment, Group, Member, Message, Rejected

OLD = ["localId", "TalkerId", "Type", "SubType", "IsSender", "CreateTime", "Status", "StrContent",
       "StrTime", "Remark", "NickName", "Sender"]  # fmt: skip
NEW = ["消息ID", "类型", "发送人", "时间", "内容", "备注", "昵称", "更多信息"]
GROUP = title_key("wechat", "运营群")


def old(content: str = "你好", time: str = "1700000000", **cells: str) -> list[str]:
    row = ["7", "12", "1", "0", "0", time, "2", content, "2023-11-15 06:13:20", "小张", "张三",
           "wxid_abc"]  # fmt: skip
    return [cells.get(name, cell) for name, cell in zip(OLD, row, strict=True)]


def new(content: str = "你好", kind: str = "文本", time: str = "2024-02-01 10:00:00") -> list[str]:
    return ["8231231231231231231", kind, "群名片", time, content, "", "张三", "more"]


def written(columns: list[str], rows: list[list[str]], encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue().encode(encoding)


def read(path: Path, content: bytes, **options: Any) -> list[AnyRecord]:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(content)
    (export,) = find_exports(path)
    assert export.format.NAME == "memotrace-csv"
    return list(export.read(Options(**options)))


def messages(folder: Path, columns: list[str], *rows: list[str]) -> list[Message]:
    records = read(folder / "运营群_utf8.csv", written(columns, list(rows)))
    assert not [r for r in records if isinstance(r, Rejected)]
    return [r for r in records if isinstance(r, Message)]


def test_old_rows_give_group_member_and_message(tmp_path: Path) -> None:
    records = read(tmp_path / "运营群_utf8.csv", written(OLD, [old(), old("在吗")]))
    assert records == [
        Group(GROUP, "运营群", title_only=True),
        Member("wechat:wxid_abc", "张三", group_key=GROUP),
        Message(GROUP, None, 1700000000, "wechat:wxid_abc", "张三", "text", "你好"),
        Message(GROUP, None, 1700000000, "wechat:wxid_abc", "张三", "text", "在吗"),
    ]


def test_new_rows_give_group_member_and_message(tmp_path: Path) -> None:
    records = read(tmp_path / "运营群.csv", written(NEW, [new()]))
    sender = name_key(GROUP, "群名片")
    at = int(datetime(2024, 2, 1, 10, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())
    assert records == [
        Group(GROUP, "运营群", title_only=True),
        Member(sender, "张三", group_key=GROUP, group_name="群名片"),
        Message(GROUP, None, at, sender, "群名片", "text", "你好", local_id="8231231231231231231"),
    ]


def test_the_name_of_the_folder_may_tell_the_room(tmp_path: Path) -> None:
    path = tmp_path / "运营群(123@chatroom)" / "运营群.csv"
    assert read(path, written(NEW, [new()]))[0] == Group("wechat:123@chatroom", "运营群")
    path = tmp_path / "小红(wxid_red)" / "小红.csv"
    assert read(path, written(NEW, [new()]))[0] == Group("wechat:wxid_red", "小红", "private")


def test_a_column_may_tell_the_room(tmp_path: Path) -> None:
    content = written(OLD, [old(TalkerId="123@chatroom"), old(TalkerId="124@chatroom")] * 2)
    groups = [r for r in read(tmp_path / "a.csv", content) if isinstance(r, Group)]
    assert [g.key for g in groups] == ["wechat:123@chatroom", "wechat:124@chatroom"]


def test_the_group_may_be_asked_for(tmp_path: Path) -> None:
    content = written(NEW, [new()])
    records = read(tmp_path / "a.csv", content, group="wechat:123@chatroom")
    assert records[0] == Group("wechat:123@chatroom", "a")
    assert read(tmp_path / "a.csv", content, group="甲群")[0] == Group(
        title_key("wechat", "甲群"), "甲群", title_only=True
    )


def test_the_export_of_all_chats_is_parted_by_their_names(tmp_path: Path) -> None:
    in_group = [*old()[:9], "8231231231231231231", "", "运营群", "小张"]
    private = [*old()[:9], "8231231231231231232", "小红", "红"]
    mine = [*old(IsSender="1")[:9], "8231231231231231233", "小红", "红"]
    records = read(tmp_path / "messages.csv", written(OLD, [in_group, private, mine, in_group]))
    groups = [r for r in records if isinstance(r, Group)]
    assert [(g.title, g.kind) for g in groups] == [("运营群", "group"), ("小红", "private")]
    sent = [r for r in records if isinstance(r, Message)]
    assert [(m.group_key, m.sender_name) for m in sent] == [
        (groups[0].key, "小张"),
        (groups[1].key, "小红"),
        (groups[1].key, "我"),
        (groups[0].key, "小张"),
    ]


def test_an_early_private_csv_without_names_is_read(tmp_path: Path) -> None:
    rows = [old()[:9], old(IsSender="1")[:9]]
    found = messages(tmp_path, OLD, *rows)
    assert [m.sender_name for m in found] == [None, "我"]


@pytest.mark.parametrize(
    ("cell", "precision", "minute"),
    [("2024/10/4 11:42", 60, 42), ("2024-10-04 11:42:05", 1, 42), ("2024/10/04 11:42:05", 1, 42),
     ("1728013325", 1, 42), ("1728013325000", 1, 42)],
)  # fmt: skip
def test_times_that_excel_has_saved_are_minutes(
    tmp_path: Path, cell: str, precision: int, minute: int
) -> None:
    for message in (
        *messages(tmp_path, NEW, new(time=cell)),
        *messages(tmp_path, OLD, old(time=cell, StrTime=cell)),
    ):
        assert message.sent_at is not None
        when = datetime.fromtimestamp(message.sent_at, ZoneInfo("Asia/Shanghai"))
        assert (when.day, when.hour, when.minute, message.precision) == (4, 11, minute, precision)


def test_numbers_that_excel_has_rounded_are_no_ids(tmp_path: Path) -> None:
    (message,) = messages(tmp_path, NEW, ["8.23123E+18", *new()[1:]])
    assert message.local_id is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_fault_21_encodings_of_excel_are_read(tmp_path: Path, encoding: str) -> None:
    for columns, row in ((OLD, old()), (NEW, new())):
        records = read(tmp_path / "a.csv", written(columns, [row] * 3, encoding))
        assert [r.text for r in records if isinstance(r, Message)] == ["你好"] * 3


def test_a_table_saved_as_unicode_text_is_read(tmp_path: Path) -> None:
    content = "\r\n".join("\t".join(row) for row in (NEW, new(), new())).encode("utf-16")
    assert len([r for r in read(tmp_path / "a.txt", content) if isinstance(r, Message)]) == 2


def test_fault_27_cells_that_look_like_formulas_stay_text(tmp_path: Path) -> None:
    cells = ["=1+1", "+1", "-1", "@甲", "\t=x", "＝1", 'a"b""c', "x,y", "一\r\n二\n三\r四", "a\0b",
             " 前后 "]  # fmt: skip
    assert [m.text for m in messages(tmp_path, OLD, *map(old, cells))] == cells
    assert [m.text for m in messages(tmp_path, NEW, *map(new, cells))] == cells


def test_fault_10_a_cell_of_a_million_characters_is_read(tmp_path: Path) -> None:
    (message,) = messages(tmp_path, OLD, old("长" * 2**20))
    assert len(message.text) == 2**20


def test_fault_10_a_cell_beyond_the_cap_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_rows, "MAX_FIELD", 1000)
    records = read(tmp_path / "a.csv", written(OLD, [old(), old("长" * 2000), old("后")]))
    assert [r.text for r in records if isinstance(r, Message)] == ["你好", "后"]
    (rejected,) = [r for r in records if isinstance(r, Rejected)]
    assert rejected.where == "line 3"


def test_fault_20_bad_rows_are_named_and_the_good_are_kept(tmp_path: Path) -> None:
    rows = [old(), ["x"], old(Type="文本"), old("", time="", StrTime="", localId=""), [], old("后")]
    content = written(OLD, rows) + b'8,12,1,0,0,1700000000,2,"cut in the'
    records = read(tmp_path / "a.csv", content)
    assert [r.text for r in records if isinstance(r, Message)] == ["你好", "后"]
    where = [r.where for r in records if isinstance(r, Rejected)]
    assert where == ["line 3", "line 4", "line 5", "line 8"]


def test_fault_21_a_wrong_byte_rejects_its_row(tmp_path: Path) -> None:
    content = written(OLD, [old(f"第{n}条") for n in range(20)])
    records = read(tmp_path / "a.csv", content.replace("第7条".encode(), b"\xb5\xda7"))
    assert len([r for r in records if isinstance(r, Message)]) == 19
    (rejected,) = [r for r in records if isinstance(r, Rejected)]
    assert rejected.where == "line 9"
    assert "byte 0xB5 is not utf-8" in rejected.why


def test_another_table_is_not_claimed(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("UserName,Alias,Type,Remark,NickName\nwxid_a,a,3,x,y\n")
    with pytest.raises(ExportError, match="not an export"):
        find_exports(path)


def test_an_empty_table_is_a_group_without_messages(tmp_path: Path) -> None:
    assert read(tmp_path / "运营群.csv", written(NEW, [])) == [
        Group(GROUP, "运营群", title_only=True)
    ]


def test_a_file_beside_the_table_is_taken_by_path(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    (tmp_path / "file" / "方案 1.docx").write_bytes(b"docx")
    there = "【文件】方案 1.docx 0.02 MB FileStorage\\File\\2024-02\\方案 1.docx docx " + "a" * 32
    gone = there.replace("方案 1", "方案 2")
    first, second = messages(tmp_path, NEW, new(there, "文件"), new(gone, "文件"))
    assert first.attachments == (Attachment("file", "方案 1.docx", path="file/方案 1.docx"),)
    assert second.attachments[0].name == "方案 2.docx"
    assert second.attachments[0].missing == "not exported"


@settings(max_examples=150, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.sampled_from(["old", "new"]), st.floats(0.1, 1), st.binary(max_size=5))
def test_no_cut_and_no_noise_loses_what_comes_before(
    tmp_path: Path, kind: str, cut: float, noise: bytes
) -> None:
    columns, row = (OLD, old) if kind == "old" else (NEW, new)
    content = written(columns, [row(f'第{n}条,\n"二"') for n in range(30)])
    whole = content[: max(int(len(content) * cut), 200)]
    records = read(tmp_path / "a.csv", whole + noise)
    safe = whole.count(b"\r\n") - 2
    texts = [r.text for r in records if isinstance(r, Message)]
    assert texts[: max(safe, 0)] == [f'第{n}条,\n"二"' for n in range(30)][: max(safe, 0)]
