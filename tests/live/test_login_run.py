"""A member logs in by what the bot sends, reads, is kicked and reads no more; through the
installed program."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
from accounts import TECH_KEY, approved, telegram, telegram_group
from bot_api_updates import ALICE, BOB, TECH, joined, private
from operated import Operated, until

SITE = "https://archive.example"


def browser(run: Operated) -> httpx.Client:
    """Return a browser beyond a reverse proxy on this machine."""
    ahead = {"host": "archive.example", "x-forwarded-for": "203.0.113.4", "origin": SITE}
    return httpx.Client(base_url=f"http://127.0.0.1:{run.port}", headers=ahead)


def asked_of(run: Operated, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(run.data / "archive.db")) as db:
        return db.execute(sql).fetchall()


def test_a_member_logs_in_by_telegram_and_is_out_when_kicked_fault_31(tmp_path: Path) -> None:
    accounts = f'base_url = "{SITE}"\n'
    with (
        telegram_group() as api,
        Operated(tmp_path, accounts + telegram(api), approved(TECH_KEY)).start() as run,
    ):
        number = api.say("部署手册在这里", sender=ALICE)
        # a site that is published has no operator for asking from this machine
        until(lambda: asked_of(run, "SELECT 1 FROM messages"))
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
        with browser(run) as web:
            path = f"/m/{TECH_KEY}:{number}"
            assert web.get(path).status_code == 404
            page = web.get(link[1])
            token = re.search(r'name="token" value="(\w+)"', page.text)
            assert token is not None
            form = web.cookies.get("chendian-form")
            done = web.post(link[1], data={"token": token[1]},
                            headers={"cookie": f"chendian-form={form}"})  # fmt: skip
            assert done.status_code == 303, done.text
            session = {"cookie": f"chendian={done.cookies['chendian']}"}
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
