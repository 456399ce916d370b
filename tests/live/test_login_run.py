"""A member logs in by what the bot sends, and reads; who is kicked reads no more, who stays out is
erased; through the installed program."""

from __future__ import annotations

import re
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import httpx
from accounts import TECH_KEY, all_acknowledged, approved, telegram, telegram_group
from bot_api import FakeBotApi
from bot_api_updates import ALICE, BOB, TECH, joined, private
from operated import Operated, until

SITE = "https://archive.example"
HERE = f'base_url = "{SITE}"\n'


def browser(run: Operated) -> httpx.Client:
    """Return a browser beyond a reverse proxy on this machine."""
    ahead = {"host": "archive.example", "x-forwarded-for": "203.0.113.4", "origin": SITE}
    return httpx.Client(base_url=f"http://127.0.0.1:{run.port}", headers=ahead)


def asked_of(run: Operated, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(run.data / "archive.db")) as db:
        return db.execute(sql).fetchall()


def enters(api: FakeBotApi, run: Operated, web: httpx.Client) -> dict[str, str]:
    """Let Bob ask for a link in the group and press its button; return what his browser sends."""
    api.say("/start", private(BOB), BOB)
    until(lambda: api.sent)
    asked = len(api.sent)
    api.say("/登录", sender=BOB)
    until(lambda: len(api.sent) > asked)
    (told,) = api.sent[asked:]
    assert told["chat_id"] == BOB["id"]
    assert told["link_preview_options"] == {"is_disabled": True}
    link = re.search(rf"{SITE}(/login/[\w-]+)", told["text"])
    assert link is not None
    token = token_in(web.get(link[1]))
    form = web.cookies.get("chendian-form")
    done = web.post(link[1], data={"token": token}, headers={"cookie": f"chendian-form={form}"})
    assert done.status_code == 303, done.text
    return {"cookie": f"chendian={done.cookies['chendian']}"}


def token_in(page: httpx.Response) -> str:
    found = re.search(r'name="token" value="(\w+)"', page.text)
    assert found is not None
    return found[1]


def holding(run: Operated, words: bytes) -> list[str]:
    """Return the files in which these words stand."""
    files = [path for path in run.data.rglob("*") if path.is_file()]
    return [path.name for path in files if words in path.read_bytes()]


def test_a_member_logs_in_by_telegram_and_is_out_when_kicked_fault_31(tmp_path: Path) -> None:
    with (
        telegram_group() as api,
        Operated(tmp_path, HERE + telegram(api), approved(TECH_KEY)).start() as run,
    ):
        number = api.say("部署手册在这里", sender=ALICE)
        # a site that is published has no operator for asking from this machine
        until(lambda: asked_of(run, "SELECT 1 FROM messages"))
        with browser(run) as web:
            path = f"/m/{TECH_KEY}:{number}"
            assert web.get(path).status_code == 404
            session = enters(api, run, web)
            assert "部署手册" in web.get(path, headers=session).text
            run.kill()
            run.start()
            web.base_url = f"http://127.0.0.1:{run.port}"
            assert "部署手册" in web.get(path, headers=session).text
            api.set_member(TECH, BOB, "kicked")
            api.add_update({"chat_member": joined(TECH, BOB, ALICE, "member", "kicked")})
            until(lambda: web.get(path, headers=session).status_code == 404)
        assert asked_of(run, "SELECT text FROM outbox WHERE purpose = 'login'") == [("",)]
        assert run.stop() == 0
        assert "/login/" not in run.said()


def test_who_stays_out_by_the_site_is_not_kept_from_then_on_and_erased_fault_33(
    tmp_path: Path,
) -> None:
    with (
        telegram_group() as api,
        Operated(tmp_path, HERE + telegram(api), approved(TECH_KEY)).start() as run,
    ):
        api.say("zqcanaryqz 从前", sender=BOB)
        until(lambda: asked_of(run, "SELECT 1 FROM messages"))
        with browser(run) as web:
            session = enters(api, run, web)
            token = token_in(web.get("/me/optout", headers=session))
            fields = {"token": token, "sure": "yes"}
            done = web.post("/me/optout", data=fields, headers=session)
            assert done.status_code == 200, done.text
            api.say("zqcanaryqz 以后", sender=BOB)
            assert web.get("/me", headers=session).status_code == 404
        all_acknowledged(api)
        until(lambda: not asked_of(run, "SELECT 1 FROM messages"))
        until(lambda: not holding(run, b"zqcanaryqz"))
        assert run.stop() == 0
        with closing(sqlite3.connect(run.data / "inbox.db")) as db:
            bodies = [zlib.decompress(body) for (body,) in db.execute("SELECT body FROM events")]
        assert not any(b"zqcanaryqz" in body for body in bodies)
