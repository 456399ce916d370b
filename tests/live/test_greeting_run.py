"""A newcomer of a live group is greeted, once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from operated import Operated, until
from qq_gateway import GROUP, QqGateway

NEW = 20_009


def test_newcomer_is_greeted_once_whatever_becomes_of_the_program(tmp_path: Path) -> None:
    greet = f'[groups."qq:{GROUP}"]\ngreet = true\narchive = true\nwelcome = "不发广告"'
    with QqGateway() as qq, Operated(tmp_path, qq.account(), greet).start() as one:
        until(lambda: "connected account=" in one.said())
        qq.do(lambda peer: peer.say(GROUP, 20_003, "先说一句"))
        one.finds("先说一句")
        qq.do(lambda peer: peer.join(GROUP, NEW))
        until(lambda: any("不发广告" in text for text in qq.answers()))
        one.kill()
        one.start()
        qq.do(lambda peer: peer.leave(GROUP, NEW))
        qq.do(lambda peer: peer.join(GROUP, NEW))
        qq.do(lambda peer: peer.say(GROUP, 20_003, "又说一句"))
        one.finds("又说一句")
        with closing(sqlite3.connect(one.data / "archive.db")) as db:
            said = db.execute("SELECT member_key, group_key FROM outbox WHERE purpose = 'greeting'")
            assert said.fetchall() == [(f"qq:{NEW}", None)]
