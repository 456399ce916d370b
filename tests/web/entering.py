"""People before a site: a platform that says who is in which group, and browsers with cookies."""

from __future__ import annotations

import io
import re
import time
from typing import Any

import httpx
from asking import Asker

from archive import invites
from archive.api_tokens import make_token
from archive.database import Archive
from archive.keep import keep
from archive.logins import OPERATOR, make_login
from archive.records import AnyRecord, Attachment, Group, Member, Message
from archive.roster import take
from archive.roster_csv import Entry
from web.app import create_app
from web.limits import Limits
from web.membership import Silent

SITE = "https://archive.example"
HOST = "archive.example"
AWAY = {"host": HOST, "client": "192.0.2.7"}
"""How somebody from elsewhere asks."""
MINE, OTHER = "telegram:-1001", "telegram:-1002"
ANN, BEN, CAT, DAN, EVE, ZOE = (f"telegram:{number}" for number in (11, 12, 13, 14, 15, 16))
"""Admin and members of MINE: Ann, Ben; Cat's time is over, Dan left; Eve is a guest on the roster;
Zoe is in OTHER."""
CANARY, TAG = "雨燕七号", "燕子"
NOW = int(time.time())


class Platform:
    """Says who is in which group, as a platform does."""

    def __init__(self) -> None:
        self.roles: dict[tuple[str, str], str] = {
            (MINE, ANN): "admin", (MINE, BEN): "member", (MINE, CAT): "member",
            (MINE, DAN): "member", (OTHER, ZOE): "member", (OTHER, CAT): "member",
            (OTHER, DAN): "member",
        }  # fmt: skip
        self.silent = False
        self.asked = 0

    async def __call__(self, account: str, group_key: str, member_key: str, /) -> str | None:
        self.asked += 1
        if self.silent:
            raise Silent
        return self.roles.get((group_key, member_key))


class Browser:
    """Somebody's browser, which keeps its cookies."""

    def __init__(self, site: Asker, **from_where: str) -> None:
        self.site = site
        self.cookies: dict[str, str] = {}
        self.where = AWAY | from_where
        self.token = ""

    def get(self, path: str, **headers: str) -> httpx.Response:
        answer = self._kept(self.site.get(path, **self._sent(headers)))
        found = re.search(r'name="token" value="(\w+)"', answer.text)
        self.token = found[1] if found else self.token
        return answer

    def post(self, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        sent = {"origin": SITE, "sec-fetch-site": "same-origin"} | headers
        return self._kept(self.site.post(path, fields, **self._sent(sent)))

    def press(self, path: str, **fields: str) -> httpx.Response:
        """Open a page and send its form; where it has none any more, the form opened before."""
        self.get(path)
        return self.post(path, {"token": self.token} | fields)

    @property
    def is_in(self) -> bool:
        return "chendian" in self.cookies

    def _sent(self, headers: dict[str, str]) -> dict[str, Any]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return self.where | headers | ({"cookie": cookie} if cookie else {})

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        for header in answer.headers.get_list("set-cookie"):
            name, _, rest = header.partition("=")
            value = rest.partition(";")[0].strip('"')
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = value
        return answer


class Place:
    """An archive with two groups, its site and its platform."""

    def __init__(self, archive: Archive, visibility: str = "private", **options: Any) -> None:
        self.archive = archive
        self.platform = Platform()
        known: dict[str, Any] = {
            "base_url": SITE, "loopback": True, "roles": self.platform, "title": "沉淀",
        }  # fmt: skip
        self.site = Asker(create_app(archive, **known | options))
        self.picture = ""
        # no time passes for those who are counted
        self.site.app.state.limits = Limits(lambda: 0.0)
        self._fill(visibility)

    def _fill(self, visibility: str) -> None:
        stored = self.archive.media.take(io.BytesIO(b"\x89PNG\r\n\x1a\n" + CANARY.encode()))
        self.picture = stored.sha256
        photo = Attachment("photo", "p.png", sha256=stored.sha256, size=stored.size)
        told: list[AnyRecord] = [Group(MINE, CANARY), Group(OTHER, "别的群")]
        for key in (ANN, BEN, CAT, DAN):
            told.append(Member(key, f"人{key[-2:]}", group_key=MINE, at=NOW))
        told.append(Member(ZOE, "佐伊", group_key=OTHER, at=NOW))
        told.append(
            Message(
                MINE,
                "1",
                NOW - 60,
                ANN,
                "人11",
                text=f"#{TAG} {CANARY}",
                attachments=(photo,),
            )
        )
        told.append(Message(OTHER, "1", NOW - 60, ZOE, "佐伊", text="别的话"))
        self.told(*told)
        with self.archive.writing() as db:
            db.execute("UPDATE groups SET visibility = ? WHERE key = ?", (visibility, MINE))
            take(
                db, MINE,
                [
                    Entry(1, "猫", CAT, "member", "2020-01-01"),
                    Entry(2, "嘉宾", EVE, "guest"),
                ],
                "test",
            )  # fmt: skip

    def told(self, *records: AnyRecord) -> None:
        with self.archive.writing() as db:
            keep(db, records)

    def left(self, who: str, group: str = MINE) -> None:
        """Let somebody be heard to leave."""
        self.told(Member(who, group_key=group, role="left", at=int(time.time())))

    def link(self, who: str = BEN, group: str | None = None) -> str:
        with self.archive.writing() as db:
            return f"/login/{make_login(db, who, 'main', group)}"

    def log_in(self, who: str) -> Browser:
        """Return the browser of somebody who came in by a link; it must work."""
        browser = Browser(self.site)
        answer = browser.press(self.link(who))
        assert answer.status_code == 303 and browser.is_in, answer.text
        return browser

    def operator(self) -> Browser:
        return self.log_in(OPERATOR)

    def invited(self, group: str | None = MINE) -> Browser:
        with self.archive.writing() as db:
            _, token = invites.make_invite(db, group, by="operator")
        browser = Browser(self.site)
        assert browser.press(f"/invite/{token}").status_code == 303
        return browser

    def program(self, names: bool, group: str = MINE) -> Browser:
        """Return a program that shows a token for a group."""
        with self.archive.writing() as db:
            _, token = make_token(
                db, [group], names=names, ends_at=int(time.time()) + 900, by="operator"
            )
        return Browser(self.site, authorization=f"Bearer {token}")

    def older(self, seconds: int) -> None:
        """Let time pass for what the platform said."""
        with self.archive.writing() as db:
            db.execute("UPDATE sessions SET checked_at = checked_at - ?", (seconds,))

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.archive.reading() as db:
            return db.execute(sql, values).fetchall()
