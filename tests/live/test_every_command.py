"""Every command over each platform's peer: in both languages, permitted and refused, and killed."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import commands_to_find
import commands_to_run
import pytest
from accounts import telegram_group
from every_command import Row
from gateway import Gateway, needed
from operated import Operated, until
from places import Place, QqPlace, Said, TelegramPlace, Told, WechatPlace
from program import rows, run, whole
from qq_gateway import QqGateway

from bot.commands.limits import IN_ALL
from bot.commands.registry import COMMANDS, find

SHELVES = (*commands_to_find.SHELVES, *commands_to_run.SHELVES)
ENGLISH, CHINESE = 0, 1
PATIENCE = 60
"""Seconds for an answer, where eight people wait at once on a machine that has more to do."""
_CODE = re.compile(r" · (\w{6})\b")

pytestmark = pytest.mark.timeout(240)


class Turns:
    """Lets commands be given as fast as all together may give them, and no faster."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0.0

    def take(self) -> None:
        """Wait for a turn."""
        with self._lock:
            until(lambda: time.monotonic() >= self._next)
            self._next = time.monotonic() + 1 / IN_ALL


class Walk:
    """One shelf of the table, gone through in one place."""

    def __init__(self, place: Place, shelf: Sequence[Row], data: Path, turns: Turns) -> None:
        self.place = place
        middle = len(shelf) // 2
        self.halves = shelf[:middle], shelf[middle:]
        self._data, self._turns = data, turns
        self._said: dict[tuple[str, int], Said | None] = {}
        self._codes: dict[tuple[str, int], str] = {}
        self._matched: list[Told] = []
        self._others = [
            pattern for row in shelf if not self._kept_out(row) for pattern in row.also or ()
        ]
        self._last: Said | None = None

    def go(self, half: int) -> None:
        """Give the commands of one half, each in both languages."""
        for number, row in enumerate(self.halves[half]):
            self._obeyed(row, ENGLISH)
            if row.refused:
                # every second one in the other language, and each in both over the platforms
                self._refused(row, (number + (self.place.platform == "qq")) % 2)
            self._obeyed(row, CHINESE)
            command = find(row.command)
            if command is not None and command.needs_consent:
                self._turns.take()
                self.place.say("passer", row.typed[ENGLISH], "other")

    def again(self) -> None:
        """Deliver the last command once more."""
        assert self._last is not None
        self.place.again(self._last)

    def wait_for_others(self) -> None:
        """Wait until others, too, were told what they are to be told."""
        for also in map(re.compile, self._others):
            until(
                lambda: any(also.search(told.text) for told in self.place.told()),  # noqa: B023
                PATIENCE,
            )

    def finish(self) -> None:
        """Assert that nobody was told anything besides, nor anything twice."""
        left = self.place.told()
        for told in self._matched:
            left.remove(told)
        others = [told for told in left if any(re.search(p, told.text) for p in self._others)]
        assert [told for told in left if told not in others] == []
        assert len(others) == len(set(others))

    def _kept_out(self, row: Row) -> bool:
        """Tell whether a command cannot be obeyed here."""
        return row.wechat is not None and self.place.platform == "wechat"

    def _obeyed(self, row: Row, language: int) -> None:
        about = self._meant(row, language)
        where = row.where
        typed = row.typed[language].format(ask=self._codes.get(("ask", language)))
        who, patterns, holds = row.by[language], row.told, row.holds
        if row.wechat and self._kept_out(row):
            patterns, holds = row.wechat, (0,)
        told = self._give(who, typed, where, about, alone=row.alone)
        assert re.search(patterns[language], told.text), (row.command, typed, told.text)
        if code := _CODE.search(told.text):
            self._codes[row.command, language] = code[1]
        self._holds(row, holds[-1 if language else 0] if holds else None)

    def _refused(self, row: Row, language: int) -> None:
        assert row.refused is not None
        refused = row.refused
        typed = (refused.typed or row.typed)[language]
        code = self._codes.get((row.command, ENGLISH), "")
        name = row.typed[language].split()[0]
        if typed == "{code}":
            typed = f"{name} {code}"
        about = self._meant(row, CHINESE) if refused.where == "group" else None
        told = self._give(refused.by, typed, refused.where, about)
        pattern = refused.told[language].format(name=name.strip("/"))
        assert re.search(pattern, told.text), (row.command, typed, told.text)
        if row.holds and not self._kept_out(row):
            self._holds(row, row.holds[len(row.holds) - 2])

    def _meant(self, row: Row, language: int) -> Said | None:
        """Return the message a command is about, having said what goes before it."""
        if row.said and (row.command, language) not in self._said:
            said = row.said[language]
            self._said[row.command, language] = (
                self.place.upload("author", said) if row.files else self.place.say("author", said)
            )
        if row.of is None and not row.about:
            return None
        return self._said[row.of or row.command, language]

    def _give(
        self, who: str, typed: str, where: str, about: Said | None, alone: bool = False
    ) -> Told:
        """Give a command and return the one answer to it."""
        before = len(self.place.told())
        self._turns.take()
        said = self.place.say(who, typed, where, about)
        if where == "group":
            self._last = said
        to = who if alone or where == "alone" else where

        def answers() -> list[Told]:
            return [
                told
                for told in self.place.told()[before:]
                if told.to == to and (told.to == who or told.answers in (said.id, who))
                and not any(re.search(pattern, told.text) for pattern in self._others)
            ]  # fmt: skip

        try:
            told, *more = until(answers, PATIENCE)
        except AssertionError:
            raise AssertionError((typed, who, where, self.place.told()[before:])) from None
        assert not more
        self._matched.append(told)
        return told

    def _holds(self, row: Row, expected: object) -> None:
        if row.kept:
            key = (self.place.key(row.where if row.where == "new" else "group"),)
            values = key if "?1" in row.kept else ()
            found: Any = None
            try:
                until(lambda: rows(self._data, row.kept, *values) == [(expected,)])
            except AssertionError:
                found = rows(self._data, row.kept, *values)
                raise AssertionError((row.command, found, expected)) from None


def exercised(folder: Path, places: Sequence[Place]) -> None:
    """Go through the whole table, a shelf in each place, with a kill in the middle."""
    accounts = "\n".join(dict.fromkeys(place.account() for place in places))
    groups = "\n".join(place.groups() for place in places)
    with (
        Operated(folder, accounts, groups) as one,
        ThreadPoolExecutor(len(places)) as pool,
    ):
        walks = [
            Walk(place, shelf, one.data, turns)
            for turns in [Turns()]
            for place, shelf in zip(places, SHELVES, strict=True)
        ]
        connected(one.start(), len(places))
        for place in places:
            place.meet()
        list(pool.map(lambda walk: walk.go(0), walks))
        one.kill()
        take_in_roster(one.data, places[-1].key())
        before = len(one.said().encode())
        connected(one.start(), len(places), before)
        for walk in walks:
            walk.again()
        list(pool.map(lambda walk: walk.go(1), walks))
        for walk in walks:
            walk.wait_for_others()
        assert one.stop() == 0
        for walk in walks:
            walk.finish()
        assert "Traceback" not in one.said()
        whole(one.data)


def connected(one: Operated, number: int, after: int = 0) -> None:
    """Wait until every account with a gateway has reached it."""
    if "telegram" not in one.config.read_text("utf-8"):
        until(lambda: one.said(after).count("connected account=") >= number)


def take_in_roster(data: Path, group_key: str) -> None:
    """Take in a roster, as whoever runs the archive does while it is stopped."""
    soon = date.today() + timedelta(days=9)
    file = data.parent / "roster.csv"
    file.write_text(commands_to_run.ROSTER.format(soon=soon), "utf-8")
    run("roster", "import", file, "--group", group_key, "--data", data, expect=0)


@pytest.fixture
def gateways() -> Iterator[list[Gateway]]:
    needed()
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        made = [Gateway() for _ in SHELVES]
        for gateway in made:
            stack.callback(gateway.__exit__)
        list(pool.map(Gateway.start, made))
        yield made


def test_every_command_has_a_row() -> None:
    listed = [row.command for shelf in SHELVES for row in shelf]
    assert sorted(listed) == sorted(command.names[0] for command in COMMANDS)


def test_every_command_on_telegram(tmp_path: Path) -> None:
    """Faults 1 and 39."""
    with telegram_group() as api:
        exercised(tmp_path, [TelegramPlace(number, api) for number in range(len(SHELVES))])


def test_every_command_on_qq(tmp_path: Path) -> None:
    """Faults 1 and 39."""
    with ExitStack() as stack:
        gateways = [stack.enter_context(QqGateway()) for _ in SHELVES]
        exercised(tmp_path, [QqPlace(number, gateway) for number, gateway in enumerate(gateways)])


def test_every_command_on_wechat(tmp_path: Path, gateways: list[Gateway]) -> None:
    """Faults 1 and 39."""
    exercised(tmp_path, [WechatPlace(number, gateway) for number, gateway in enumerate(gateways)])
