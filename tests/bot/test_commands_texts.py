"""The registry, the page and the menu say the same; every answer is short, in two languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from commanding import TG, Talk, said, speaking, told

from archive.database import Archive
from archive.records import Group
from archive.text import normalise
from bot.commands import limits, target
from bot.commands.command import LONGEST, Command, usage
from bot.commands.registry import COMMANDS, find, menu

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "commands.md").read_text("utf-8")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def page_rows() -> list[list[str]]:
    table = PAGE.split("\n## Commands\n")[1].split("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_page_lists_every_command_as_it_is() -> None:
    who = {"author": "author, admin"}
    assert page_rows() == [
        [
            f"`{usage(command, False)}`",
            " ".join(f"`/{name}`" for name in command.names if not name.isascii()),
            who.get(command.who, command.who),
            command.english,
        ]
        for command in COMMANDS
    ]


def test_page_has_the_numbers_of_the_code() -> None:
    flat = " ".join(PAGE.split())
    assert f"give {limits.EACH_PERSON} commands a minute, a group {limits.EACH_GROUP}" in flat
    assert f"all together {limits.IN_ALL} a second" in flat
    assert f"last {target.DAYS} days" in flat


def test_page_says_which_commands_need_no_consent_and_how_each_is_undone() -> None:
    flat = " ".join(PAGE.split())
    listed = re.search(r"not archived only (.*?) are answered", flat)
    assert listed is not None
    named = {find(name[1:]) for name in re.findall(r"`(/\w+)`", listed[1])}
    assert named == {command for command in COMMANDS if not command.needs_consent}
    undone = set(re.findall(r"^\| `/(\w+)[^`]*` \|", PAGE.split("## Undoing")[1], re.MULTILINE))
    assert undone == {command.names[0] for command in COMMANDS if command.writes}


def test_names_are_english_and_chinese_and_nobody_elses() -> None:
    names = [normalise(name) for command in COMMANDS for name in command.names]
    assert len(names) == len(set(names))
    for command in COMMANDS:
        assert command.names[0].isascii() and not command.names[-1].isascii()
        assert all(find(normalise(name)) is command for name in command.names)
        assert _HAN.search(command.chinese) and command.english.isascii()


def test_menu_fits_what_platforms_take() -> None:
    for line in menu():
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,31}", line.name)
        assert 3 <= len(line.chinese) <= 100 and 3 <= len(line.english) <= 100
    assert [line.name for line in menu()] == [command.names[0] for command in COMMANDS]


def spoken(talk: Talk, text: str, who: str, **more: object) -> str:
    answer = talk.ask(text, who, **more)
    lines = [line for line in answer.splitlines() if not line.startswith("https://")]
    assert len(lines) <= 5, answer
    assert len(answer) <= LONGEST, answer
    assert "\0" not in answer
    return answer


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.names[0])
@pytest.mark.parametrize("who", ["1", "2", "3"])
def test_every_answer_is_short_and_in_the_language_asked_in(
    archive: Archive, command: Command, who: str
) -> None:
    talk = speaking(archive, {"7": "before the deployment, make a copy #howto"})
    told(archive, Group(TG, "tech"))
    for name in command.names:
        for words in ("", "x", "deployment", "on", "1h", "off", "#howto"):
            for more in ({}, {"reply": "7"}, {"private": True}):
                answer = spoken(talk, f"/{name} {words}", who, **more)
                if name.isascii():
                    without = re.sub(r"\[不存\]|王五|张三|李四|小王|技术群", "", answer)
                    assert not _HAN.search(without) or "（" in without, answer
                elif answer:
                    assert _HAN.search(answer), answer


@pytest.mark.parametrize("archived", [True, False])
def test_help_shows_what_this_person_can_do_here(archive: Archive, archived: bool) -> None:
    talk = Talk(archive, archived=archived)
    admin, member = spoken(talk, "/帮助", "1"), spoken(talk, "/帮助", "2")
    if archived:
        assert "/取消精华" in admin and "/取消精华" not in member and "/搜" in member
        assert "/开启存档" not in spoken(talk, "/帮助", "1", private=True)
    else:
        assert admin == member and "/开启存档" in member and "/搜" not in member


def test_help_explains_one_command(archive: Archive) -> None:
    talk = Talk(archive)
    for asked in ("精华", "/精华", "加精", "ESSENCE", "精華"):
        assert "/精华、/加精" in talk.ask(f"/帮助 {asked}"), asked
    assert "Names: /essence" in talk.ask("/help essence")
    assert "没有 /乱写 这条命令" in talk.ask("/帮助 乱写")


def test_hostile_names_stay_on_their_line(archive: Archive) -> None:
    talk = Talk(archive)
    told(archive, said("7", "部署", "9\n@all \u202e" + "长" * 100))
    for text in ("/搜 部署", "/精华"):
        answer = spoken(talk, text, "1", reply="7")
        assert "@all" not in answer and "\u202e" not in answer and "长" * 21 not in answer
