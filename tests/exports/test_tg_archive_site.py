"""The pages of tg-archive's site: months in order, rows, polls, files, and pages cut off."""

from __future__ import annotations

from pathlib import Path

from reading import at, only, records_at

from archive.records import AnyRecord, Attachment, Group, Member, Message, Poll, Rejected, Span

HEAD = """<!DOCTYPE html>
<html lang="en">
<head><title>Page 1 - Jul 2023 @techclub Telegram message archive.</title></head>
<body><div class="wrap"><nav class="nav">
\t\t\t<a href="./">@techclub</a></nav>
<ul class="timeline index"><li><h3 class="year"><a href="2023-07.html">2023</a></h3></li></ul>
<ul class="messages">
<li class="day" id="2023-07-01"><span class="title">01 July 2023</span></li>
"""
END = """</ul><ul class="pagination bottom"><li class="active"><a href="x">1</a></li></ul>
</div><script src="static/main.js"></script></body></html>
"""


def row(number: int, text: str = "你好", who: str = "张 三 (@zhang)", kind: str = "message",
        clock: str = "09:59 AM, 01 Jul 2023", more: str = "", reply: str = "") -> str:  # fmt: skip
    return f"""
<li class="message type-{kind}" id="{number}">
  <div class="avatar"><img src="media/avatar_7.jpg" alt="" /></div>
  <div class="body"><div class="meta">
    <a href="https://t.me/zhang" class="username" rel="noreferer nopener nofollow">
        {who}
    </a>
    {reply}
    <a class="id" href="#{number}">#{number}</a>
    <span class="date">{clock}</span></div>
    <div class="text">
        {text}
    </div>{more}
  </div>
</li>
"""


def read(folder: Path, rows: str, name: str = "2023-07.html", **more: str) -> list[AnyRecord]:
    pages = {name: HEAD + rows + END, **more}
    for page, content in pages.items():
        (folder / page).write_text(content, "utf-8")
    return records_at(folder, "tg-archive-html")


def test_rows_become_messages(tmp_path: Path) -> None:
    reply = '<a class="reply" href="2023-06.html#4">↶ Reply to #4</a>'
    group, member, said, answer = read(tmp_path, row(5) + row(6, "答", reply=reply))
    assert isinstance(group, Group) and isinstance(member, Member)
    assert (group.title, group.title_only) == ("techclub", True)
    assert (member.name, member.username) == ("张 三", "zhang")
    assert said == Message(group.key, "5", at(2023, 7, 1, 9, 59, zone="UTC"), member.key, "张 三",
                           text="你好", precision=60, quality=0)  # fmt: skip
    assert isinstance(answer, Message) and answer.reply_to == "4"


def test_months_are_one_group_in_order(tmp_path: Path) -> None:
    later = HEAD + row(9, clock="12:30 AM, 02 Aug 2023") + END
    pages = {"2023-08.html": later, "2023-07_2.html": HEAD + row(7) + END, "index.html": later}
    records = read(tmp_path, row(5), **pages)
    assert [m.id for m in only(records, Message)] == ["5", "7", "9"]
    assert only(records, Message)[2].sent_at == at(2023, 8, 2, 0, 30, zone="UTC")
    assert len(only(records, Group)) == 1


def test_the_settings_name_group_and_zone(tmp_path: Path) -> None:
    settings = 'group: "-1001234567"\ntimezone: "Asia/Shanghai"\n'
    (tmp_path / "config.yaml").write_text(settings, "utf-8")
    records = read(tmp_path, row(5))
    assert only(records, Group)[0].key == "telegram:-1001234567"
    assert only(records, Message)[0].sent_at == at(2023, 7, 1, 9, 59)


def test_text_keeps_lines_and_links(tmp_path: Path) -> None:
    written = 'a &lt;b&gt;<br />\n  看 <a href="https://x.example" rel="nofollow">x.example</a>'
    (message,) = only(read(tmp_path, row(5, written)), Message)
    assert message.text == "a <b>\n  看 x.example"
    assert message.spans == (Span("link", 10, 9, "https://x.example"),)


def test_files_pages_and_polls_are_told_apart(tmp_path: Path) -> None:
    photo = """<div class="media"><a href="media/5.jpg"><img src="media/thumb_5.jpg" class="thumb"
      /><br /><span class="filename">a.jpg</span></a></div>"""
    page = '<div class="media"><a href="https://x.example">标题</a><div>说</div></div>'
    poll = """<div class="media"><div class="poll"><h4 class="title">吃什么</h4>
      <span class="total-count">2 vote(s).</span><ul class="options"><li>
      <span class="count">100.0%, 2 votes</span><label>面</label></li></ul></div></div>"""
    rows = row(5, "", more=photo) + row(6, "看", more=page) + row(7, "", more=poll)
    first, second, third = only(read(tmp_path, rows), Message)
    assert first.attachments == (Attachment("photo", "a.jpg", path="media/5.jpg"),)
    assert second.detail["link"]["description"] == "说" and not second.attachments
    assert third.poll == Poll("吃什么", (("面", 2),))


def test_names_without_a_part_and_numbers_for_names(tmp_path: Path) -> None:
    who = ("@li", "王 None (@wang)", "@12345", "None None (@x)")
    records = read(tmp_path, "".join(row(n, who=name) for n, name in enumerate(who, 1)))
    members = only(records, Member)
    assert [m.name for m in members] == ["li", "王", "12345", "x"]
    assert members[2].key == "telegram:12345" and members[2].username is None


def test_who_came_is_a_notice(tmp_path: Path) -> None:
    (message,) = only(read(tmp_path, row(5, "Joined.", kind="user_joined")), Message)
    assert (message.service, message.text) == ("join", "张 三 加入了群聊")


def test_damage_keeps_what_stands_before_it(tmp_path: Path) -> None:
    cut = HEAD + row(5) + row(6)[:300]
    records = read(tmp_path, row(4), **{"2023-08.html": cut})
    assert [m.id for m in only(records, Message)] == ["4", "5"]
    assert [r.where for r in only(records, Rejected)] == [
        "row 2 of 2023-08.html", "the end of 2023-08.html",
    ]  # fmt: skip


def test_a_row_without_id_and_time_is_listed(tmp_path: Path) -> None:
    records = read(tmp_path, row(5) + '<li class="message type-message" id="x">oops</li>')
    assert [m.id for m in only(records, Message)] == ["5"] and len(only(records, Rejected)) == 1
