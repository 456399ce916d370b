"""One way for every command: admitted, obeyed and answered once, whatever happens on the way."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import Callable

import pytest
from commanding import QQ, TG, Talk, rows, said, speaking, told

from archive.access import operator
from archive.database import Archive
from archive.errors import ArchiveError
from archive.essence import feed
from archive.records import Group
from bot.commands.router import Router


@pytest.fixture
def talk(archive: Archive) -> Talk:
    return speaking(archive, {"7": "先备份再部署", "8": "好的"})


def kept(talk: Talk) -> int:
    with talk.archive.reading() as db:
        return len(feed(db, operator()))


def test_command_delivered_again_is_not_obeyed_again(talk: Talk) -> None:
    for text, who in (("/精华", "1"), ("/搜 部署", "2"), ("/取消精华", "2"), ("/精华", "2")):
        asked = talk.asked(text, who, reply="7")
        assert talk.give(asked) is not None
        before = len(talk.drafts())
        assert talk.give(asked) is None and len(talk.drafts()) == before
    assert len(talk.audit("refused")) == 1 and len(talk.audit("nominate")) == 0


def test_two_deliveries_at_the_same_moment_are_obeyed_once(talk: Talk) -> None:
    asked = talk.asked("/不要存我", "2")

    async def both() -> list[object]:
        handle = talk.router.handle
        return await asyncio.gather(*(handle(asked, talk.setting, talk.role_of) for _ in range(4)))

    said_in_return = [answer for answer in asyncio.run(both()) if answer is not None]
    assert len(said_in_return) == 1 and len(talk.drafts()) == 1


def test_changes_come_about_in_the_order_in_which_they_were_asked_for(talk: Talk) -> None:
    texts = ["/精华", "/取消精华"] * 2 + ["/精华"]
    slow = talk.role_of

    async def role_of(group_key: str, member_key: str) -> str | None:
        await asyncio.sleep(0.02 if len(talk.questions) < 2 else 0)
        return await slow(group_key, member_key)

    async def all_at_once() -> None:
        each = (talk.asked(text, "1", reply="7") for text in texts)
        await asyncio.gather(*(talk.router.handle(a, talk.setting, role_of) for a in each))

    asyncio.run(all_at_once())
    marks = [draft.essence for draft in talk.drafts() if draft.purpose == "mark"]
    assert marks == [("7", True), ("7", False)] * 2 + [("7", True)] and kept(talk) == 1


def test_answer_goes_to_the_group_as_a_reply_and_to_the_person_where_asked_alone(
    talk: Talk,
) -> None:
    first = talk.asked("/搜 部署")
    talk.give(first)
    talk.give(talk.asked("/帮助", private=True))
    in_group, alone = talk.drafts()
    assert (in_group.group_key, in_group.member_key) == (TG, "telegram:2")
    assert (in_group.reply_to, in_group.unique) == (first.message_id, first.key)
    assert (alone.group_key, alone.member_key, alone.account) == (None, "telegram:2", "main")


def test_unknown_command_is_silence_in_a_group_and_help_alone(talk: Talk) -> None:
    assert talk.ask("/乱写") == talk.ask("/nothing else") == ""
    assert talk.drafts() == []
    assert "没有 /乱写 这条命令" in talk.ask("/乱写", private=True)
    assert "There is no /nothing" in talk.ask("/nothing else", private=True)


def killed(talk: Talk, asked_text: str, when: str) -> None:
    """Give a command in a process that dies before or after its transaction is committed."""
    asked = talk.asked(asked_text, "1", reply="7", key="event")
    child = os.fork()
    if child == 0:

        async def write(does: Callable[[sqlite3.Connection], object]) -> object:
            with talk.archive.writing() as db:
                does(db)
                if when == "before":
                    os._exit(9)
            os._exit(9)

        router = Router(talk.archive, write=write)  # type: ignore[arg-type]
        asyncio.run(router.handle(asked, talk.setting, talk.role_of))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    again = talk.give(asked)
    assert (again is None) is (when == "after")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("text", ["/精华", "/搜 部署", "/提名没有"])
def test_kill_leaves_one_answer(talk: Talk, when: str, text: str) -> None:
    if text == "/提名没有":
        text = "/出处"
    killed(talk, text, when)
    assert len([draft for draft in talk.drafts() if draft.purpose == "answer"]) == 1
    assert kept(talk) == (text == "/精华")
    assert len(talk.audit("essence")) == (text == "/精华")


def test_command_that_fails_halfway_leaves_nothing_and_says_so(talk: Talk) -> None:
    with talk.archive.writing() as db:
        db.execute("UPDATE meta SET value = '0' WHERE name = 'tokens'")
    assert "没做成" in talk.ask("/精华", "1", reply="7")
    assert "没做成" in talk.ask("/搜 部署")
    assert "还没见过你" in talk.ask("/搜 部署", "3", private=True)
    assert rows(talk.archive, "SELECT * FROM essence") == [] and len(talk.drafts()) == 3


def test_who_asked_is_told_of_a_fault_of_ours(talk: Talk) -> None:
    with talk.archive.writing() as db:
        db.execute("UPDATE groups SET time_zone = 'nowhere'")
    for words in ("/出处", "/link"):
        asked = talk.asked(words, "3", reply="7")
        for _ in range(2):
            with pytest.raises(KeyError):
                talk.give(asked)
    assert [draft.text[:8] for draft in talk.drafts()] == ["/出处 没做成，", "/link di"]


def test_command_outlasts_a_disk_that_refuses_for_a_while(talk: Talk) -> None:
    refusals = 30

    async def write(does: Callable[[sqlite3.Connection], object]) -> object:
        if refusals:
            raise ArchiveError("the disk refused a write.")
        with talk.archive.writing() as db:
            return does(db)

    talk.router = Router(talk.archive, write=write, clock=lambda: 0.0)  # type: ignore[arg-type]
    asked = talk.asked("/精华", "1", reply="7")
    while refusals:
        with pytest.raises(ArchiveError):
            talk.give(asked)
        refusals -= 1
    assert talk.give(asked) is not None and kept(talk) == 1


def test_quotation_without_an_id_finds_its_message(talk: Talk) -> None:
    """QQ and WeChat quote words, not ids."""
    assert "王五" in talk.ask("/出处", quote_text="先備份再部署", quote_sender="telegram:3")
    assert "王五" in talk.ask("/出处", quote_text=" 先备份 再部署\n", quote_sender="王五")
    assert "王五" in talk.ask("/出处", quote_text="先备份再…", quote_sender=None)
    assert "王五" in talk.ask("/出处", quote_text="先备份再部署", reply="987654")
    for sender in ("telegram:2", "李四"):
        answer = talk.ask("/出处", quote_text="先备份再部署", quote_sender=sender)
        assert "没有这条消息" in answer
    assert "没有这条消息" in talk.ask("/出处", quote_text="从没说过")


def test_quotation_that_fits_several_is_answered_with_their_codes(talk: Talk) -> None:
    told(talk.archive, said("30", "好的", "3"), said("31", "好的", "2"), said("32", "好的呀", "3"))
    answer = talk.ask("/精华", "1", quote_text="好的", quote_sender="telegram:3")
    assert "有 2 条都像" in answer and kept(talk) == 0
    code = answer.splitlines()[1].rpartition(" · ")[2]
    quoted = {"quote_text": "好的", "quote_sender": "telegram:3"}
    assert "收进精华" in talk.ask(f"/精华 {code} 好", "1", **quoted) and kept(talk) == 1
    assert "早就是" in talk.ask(f"/精华 {code}", "1")
    assert "有 2 条都像" in talk.ask("/精华 zzzzz9", "1", **quoted)


@pytest.mark.parametrize("text", ["ok", "13800138000", "！！", "🎉", "deployment finished", "a"])
def test_quotation_of_any_words_is_found(talk: Talk, text: str) -> None:
    told(talk.archive, said("40", text, "3"))
    assert "王五" in talk.ask("/出处", quote_text=text, quote_sender="telegram:3")


def test_quotation_of_what_is_older_than_a_week_is_not_found(talk: Talk) -> None:
    week = 7 * 86_400
    told(talk.archive, said("50", "很久以前", "3", at=1_790_003_600 - week - 5))
    told(talk.archive, said("51", "刚好还在", "3", at=1_790_003_600 - week + 5))
    assert "没有这条消息" in talk.ask("/出处", quote_text="很久以前")
    assert "王五" in talk.ask("/出处", quote_text="刚好还在")


def test_group_known_by_another_key_is_the_same_group(talk: Talk) -> None:
    former = "telegram:-55"
    told(talk.archive, Group(TG, "技术群", aliases=(former,)))
    talk.roles[former, "telegram:1"] = "admin"
    assert "先备份" in talk.ask("/搜 部署", group=former)
    assert "收进精华" in talk.ask("/精华", "1", group=former, reply="7") and kept(talk) == 1
    assert [d.group_key for d in talk.drafts()] == [former] * 3, "it is answered where it was asked"


def test_log_names_commands_and_never_words(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    talk.away = True
    talk.ask("/精华 秘密理由", "1", reply="7")
    with talk.archive.writing() as db:
        db.execute("UPDATE meta SET value = '0' WHERE name = 'tokens'")
    talk.ask("/搜 秘密词")
    said_in_log = "".join(record.getMessage() for record in caplog.records)
    assert "search" in said_in_log and "秘密" not in said_in_log and "部署" not in said_in_log


def test_member_of_one_group_is_nobody_in_another(talk: Talk) -> None:
    told(talk.archive, Group(QQ, "别的群"), said("1", "机密部署", group=QQ))
    talk.agree(QQ)
    assert "机密" not in talk.ask("/搜 部署") + talk.ask("/标签列表") + talk.ask("/看精华")
