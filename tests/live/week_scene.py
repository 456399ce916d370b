"""One program, three groups, a mail server and a site; what arrives there, written to files."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import unquote

from accounts import telegram, telegram_group, wechat
from gateway import Gateway, free_port
from golden_week import DAY, Turn, people, said_in, turn
from operated import Operated, until
from program import rows
from qq_gateway import QqGateway
from smtp import Smtp
from tellers import QqTeller, TelegramTeller, Teller, WechatTeller
from transcripts import Line

ADMINS = {"telegram": "老周", "qq": "山猫", "wechat": "山猫"}
ADDRESS = "zhen@site.example"


class Week:
    """The groups of a week, and who runs their archive."""

    def __init__(
        self, folder: Path, due: Turn, tg: TelegramTeller, qq: QqTeller, wx: WechatTeller
    ) -> None:
        self.due, self.tg, self.qq, self.wx = due, tg, qq, wx
        self.every: tuple[Teller, ...] = (tg, qq, wx)
        self.mail = Smtp()
        self.folder = folder / "arrived"
        self.folder.mkdir()
        port = free_port()
        self.site = f"http://127.0.0.1:{port}"
        accounts = "\n".join((telegram(tg.api), qq.qq.account(), wechat(wx.gateway)))
        groups = [f'[groups."{one.key}"]\ngreet = true\nwelcome = "不发广告"' for one in self.every]
        # the gateway shows no roles
        groups[2] += f'\nadmins = ["wechat:{wx.people[ADMINS["wechat"]]}"]'
        self.one = Operated(folder, accounts, "\n".join(groups))
        self.one.environment = {
            "CHENDIAN_WEB__PORT": str(port),
            "CHENDIAN_WEB__BASE_URL": self.site,
            "CHENDIAN_MAIL__HOST": "127.0.0.1",
            "CHENDIAN_MAIL__PORT": str(self.mail.port),
            "CHENDIAN_MAIL__STARTTLS": "false",
            "CHENDIAN_MAIL__SENDER": "沉淀 <bot@site.example>",
            "CHENDIAN_MAIL__TO": f'["{ADDRESS}"]',
        }
        self._without_digest = self.one.config.read_text("utf-8")

    def start(self) -> None:
        """Start the program and wait until it hears all three platforms."""
        before = len(self.one.said().encode())
        self.one.start()
        until(lambda: self.one.said(before).count("connected account=") == len(self.every))

    def told(self, more: dict[str, list[Line]]) -> None:
        """Say the whole week as fast as the platforms take it, and something more in its midst."""
        said = [
            (at, number, line)
            for number, one in enumerate(self.every)
            for line, at in said_in(one.platform, self.due)
        ]
        middle = (self.due.since + self.due.until) // 2
        for number, one in enumerate(self.every):
            said += [(middle + 30 * n, number, x) for n, x in enumerate(more[one.platform])]
        for at, number, line in sorted(said, key=lambda row: row[:2]):
            self.every[number].tell(line, at)

    def set_digest(self, *more: str) -> None:
        """Turn weekly digests on, as they were a week ago: the program is not running."""
        self.one.config.write_text(
            self._without_digest + "\n" + self.due.config + "\n".join(more), "utf-8"
        )
        since = int(time.time()) - 6 * DAY
        with closing(sqlite3.connect(self.one.data / "archive.db")) as db, db:
            db.executemany(
                "INSERT OR REPLACE INTO job_switches(job, place, since) VALUES(?, ?, ?)",
                [("weekly digest", one.key, since) for one in self.every],
            )

    def digests(self, one: Teller) -> list[str]:
        """Return the messages of digests that arrived in a group, oldest first."""
        return [t for place, t in one.heard() if place == "group" and self.is_digest(t)]

    def is_digest(self, text: str) -> bool:
        """Tell whether a message is a digest as it is sent."""
        return self.due.period in text and "怎么选的" in text

    def mails(self) -> list[str]:
        """Return the mails that were taken, with their subjects."""
        return [f"{mail['Subject']}\n\n{mail.get_content()}" for _, mail in list(self.mail.mails)]

    def arrived(self) -> dict[str, str]:
        """Return everything that was told, by the name of the file it is written to."""
        found = {f"{one.platform}.txt": "\n\n".join(self.digests(one)) for one in self.every}
        for number, mail in enumerate(self.mails(), 1):
            found[f"mail-{number}.txt"] = mail
        return found

    def write(self, name: str, text: str) -> None:
        """Write down what somebody was told, to be read."""
        (self.folder / name).write_text(text + "\n", "utf-8")

    def links(self, text: str) -> list[str]:
        """Return the keys of the messages a text links to."""
        return [unquote(key) for key in re.findall(rf"{self.site}/m/(\S+)", text)]

    def text_of(self, key: str) -> str:
        """Return what a message says in the archive."""
        group, _, number = key.rpartition(":")
        ((text,),) = rows(
            self.one.data,
            "SELECT text FROM messages m JOIN groups g ON g.id = m.group_id"
            " WHERE g.key = ? AND platform_id = ?",
            group, number,
        )  # fmt: skip
        return str(text)


@contextmanager
def a_week(folder: Path) -> Iterator[Week]:
    """Make the peers, people in them, and a program that is not started yet."""
    with ExitStack() as held:
        api = held.enter_context(telegram_group())
        qq, gateway = held.enter_context(QqGateway()), held.enter_context(Gateway())
        week = Week(
            folder,
            turn(time.time()),
            TelegramTeller(api, ADMINS["telegram"]),
            QqTeller(qq, ADMINS["qq"]),
            WechatTeller(gateway, people("wechat"), ADMINS["wechat"]),
        )
        held.callback(week.mail.close)
        held.enter_context(week.one)
        yield week
