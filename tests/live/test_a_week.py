"""A week of three groups at speed: said, kept, asked about, and told as a digest everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from gateway import needed
from golden_week import more, prized
from operated import until
from program import rows, whole
from week_scene import ADDRESS, ADMINS, Week, a_week

from bot.jobs.digests import BY

NEWCOMER, AWAY = "新来的", "远游"
RECALLED, FORGOTTEN, UNWANTED = "备用钥匙在花盆底下", "合租房东的电话在这里", "体检结果先别传"
NEVER = (
    RECALLED, FORGOTTEN, UNWANTED, "yunfuwu2026", "penghu_gear", "slim8899", "病房号",
    "13812345678", "刚才说错话", "老板今天", "xiaobei.example", "我先检讨",
)  # fmt: skip
"""Adverts, and what was taken back, forgotten, of who opted out or began with [不存]: some before
the draft, what two authors had in it (the last two) after."""
LONG = "：三件事，第一先备份再动手，第二每一步写下来，第三做完找人看一遍，少一步都要返工，真的试过"

pytestmark = pytest.mark.timeout(240)


def test_a_week_is_told_once_everywhere_without_what_nobody_may_tell(tmp_path: Path) -> None:
    """TRUST 5, 33, 37, 39."""
    needed()
    with a_week(tmp_path) as week:
        week.start()
        agreed(week)
        talked(week)
        taken_back(week)
        kept_and_asked(week)
        welcomed_and_caught_up(week)
        week.one.kill()
        week.set_digest(f'groups = ["{week.tg.key}", "{week.wx.key}"]')
        week.start()
        drafted(week)
        edited(week)
        approved_and_killed(week)
        week.set_digest('send = "unapproved"')
        week.start()
        arrived(week)
        week.one.kill()
        week.start()
        not_again(week)
        assert week.one.stop() == 0
        whole(week.one.data)
        for word in (*NEVER, "docker", "Traceback", week.tg.api.token):
            assert word not in week.one.said()


def agreed(week: Week) -> None:
    for one in week.every:
        assert "阿珍" in one.ask(ADMINS[one.platform], "/开启存档", "阿珍")


def talked(week: Week) -> None:
    """Say the transcripts, and in each group something that is taken back in one way."""
    week.tg.tell(more("hello", AWAY, "出门一周，回来再看大家说了什么"), week.due.since)
    week.told({
        "telegram": prized("secret", "小北", FORGOTTEN + LONG, ["老周", "阿凯", "Momo"]),
        "qq": prized("secret", "老王", RECALLED + LONG, ["阿芳", "静静", "石头"]),
        "wechat": prized("secret", "小雅", f"[不存]{UNWANTED}{LONG}", ["阿芳", "静静", "石头"]),
    })  # fmt: skip
    for last in ("冷启动", "广场舞走起", "拼车", RECALLED, FORGOTTEN):
        week.one.finds(last)
    assert week.one.search(UNWANTED) == []


def taken_back(week: Week) -> None:
    week.qq.take_back(week.qq.said["secret"], "老王")
    week.tg.ask("小北", "/删掉", "删掉了 1 条", "secret")
    week.tg.ask("大鹏", "/删掉", "删掉了 1 条", "phone")
    week.tg.ask("赵六", "/不要存我", "从现在起不存你说的")
    for gone in (RECALLED, FORGOTTEN, "病房号", "13812345678"):
        until(lambda: not week.one.search(gone))  # noqa: B023


def kept_and_asked(week: Week) -> None:
    """Essence by command, by a code and the platforms' own ways; questions in all their states."""
    tg, wx = week.tg, week.wx
    tg.ask("老周", "/精华 #运维 复盘写得好", "收进精华", "postmortem")
    tg.pin("locked-answer", "老周")
    week.qq.essence("track")
    found = re.search(r" · (\w{6})", wx.ask("阿芳", "/搜 每个人都看完再睡", "安全须知"))
    assert found is not None
    wx.ask("山猫", f"/精华 {found[1]} #安全", "收进精华")
    for essence in ("复盘", "WAL", "清溪古道", "安全须知"):
        week.one.finds(f"is:精华 {essence}")
    tg.ask("小林", "/问", "问题记下了", "locked")
    tg.ask("小林", "/采纳", "解决了", "locked-answer")
    tg.ask("阿凯", "/问", "问题记下了", "open-cat")
    alike = tg.ask(NEWCOMER, "/问 SQLite 总是报 database is locked，怎么解决？", "以前问过")
    week.write("asked.txt", alike)
    assert "陈默：这个不用换库" in alike


def welcomed_and_caught_up(week: Week) -> None:
    for one, essence in zip(week.every, ("不用换库", "清溪古道", "安全须知"), strict=True):
        one.let_in("新朋友")
        pack = one.hears("欢迎", "新朋友")
        week.write(f"welcome-{one.platform}.txt", pack)
        assert "不发广告" in pack and essence in pack
    missed = week.tg.ask(AWAY, "/我错过了什么", "以来", alone=True)
    week.write("catchup.txt", missed)
    *lines, link = missed.splitlines()
    assert len(lines) == 5 and link.startswith(week.site)
    assert not any(piece in missed for piece in NEVER[:-2])


def drafted(week: Week) -> None:
    """The admins are told alone, who agreed in the chat and whom the configuration names."""
    for one in (week.tg, week.wx):
        assert "还没有发" in one.hears("周报草稿好了", ADMINS[one.platform])
    assert [week.digests(one) for one in week.every] == [[], [], []]
    week.tg.whisper("老周", "/digest draft")
    preview = week.tg.hears("Draft of", "老周")
    alone = week.wx.ask("山猫", "/周报 草稿", "草稿", alone=True)
    week.write("preview.txt", f"{preview}\n\n{alone}")
    assert "个人网站备案" in preview and "我先检讨" in alone
    assert "要群主或管理员" in week.wx.ask("阿芳", "/周报 通过", "要群主或管理员")


def edited(week: Week) -> None:
    """An admin edits; two authors take back what the draft tells."""
    tg, wx = week.tg, week.wx
    preview = tg.hears("Draft of", "老周")
    dropped, named = number_of("订阅好还是买断好", preview), number_of("复盘", preview)
    tg.whisper("老周", f"/digest drop {dropped}")
    tg.hears("is left out", "老周")
    tg.ask("老周", f"/digest title {named} 一次丢数据的复盘", "is now")
    tg.ask("小北", "/删掉", "删掉了 1 条", "beian")
    wx.take_back(wx.said["lessons"], "山猫")
    for gone in ("xiaobei.example", "我先检讨"):
        until(lambda: not week.one.search(gone))  # noqa: B023


def number_of(words: str, preview: str) -> int:
    """Return the number of the item of a preview whose title has these words."""
    found = re.search(rf"^(\d+)\. [^\n—]*{words}", preview, re.M)
    assert found is not None, preview
    return int(found[1])


def approved_and_killed(week: Week) -> None:
    week.wx.ask("山猫", "/周报 通过", "通过了，马上发到群里")
    week.tg.ask("老周", "/digest approve", "go to the group in a moment")
    week.one.kill()
    early = sum(len(week.digests(one)) for one in week.every)
    print(f"\narrived before the kill: {early} of 3")


def arrived(week: Week) -> None:
    for one in week.every:
        one.hears("怎么选的", "group")
    until(lambda: len(week.mails()) == len(week.every))
    told = week.arrived()
    for name, text in told.items():
        week.write(name, text)
    print(f"what arrived is in {week.folder}")
    for text in told.values():
        assert not any(piece in text for piece in NEVER), text
        links = week.links(text)
        assert links
        for key in links:
            page = week.one.ask(f"/m/{key}")
            assert page is not None and week.text_of(key)[:12] in page, key
    assert "一次丢数据的复盘" in told["telegram.txt"]
    assert "订阅好还是买断好" not in told["telegram.txt"]
    assert [to for to, _ in week.mail.mails] == [ADDRESS] * 3
    approvals = "SELECT place, approved_by FROM editions ORDER BY id"
    assert sorted(rows(week.one.data, approvals)) == [
        (week.qq.key, BY), (week.tg.key, f"telegram:{week.tg.person('老周')['id']}"),
        (week.wx.key, f"wechat:{week.wx.people['山猫']}"),
    ]  # fmt: skip


def not_again(week: Week) -> None:
    """Who asks for it later is shown what was sent; nothing of it comes a second time."""
    for one, who in zip(week.every, ("Momo", "阿芳", "阿芳"), strict=True):
        shown = one.ask(who, "/周报", week.due.period)
        assert not any(piece in shown for piece in NEVER)
        week.write(f"asked-{one.platform}.txt", shown)
    assert [len(week.digests(one)) for one in week.every] == [1, 1, 1]
    assert len(week.mails()) == 3
    for own in ("怎么选的", "还没有这样的精华", "There is no such essence yet"):
        assert week.one.search(f'"{own}"') == []  # what the bot says is no message
