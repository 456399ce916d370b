"""`/login`: a link by which one person comes in to the site, sent to them alone."""

from __future__ import annotations

import sqlite3

from archive.consent import standing
from archive.logins import LIFE, make_login
from bot.commands.command import Answer, Asked, Command, Setting

_MINUTES = LIFE // 60


def _login(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    if asked.sender_key is None or asked.sender_key == asked.group_key:
        return Answer(
            asked.say(
                "这个只发给本人：请不要匿名，再发一次。",
                "The link goes to one person alone: please ask again as yourself, not as the"
                " group.",
            )
        )
    if not setting.base_url:
        return Answer(
            asked.say(
                "这个存档没有设网址（base_url），所以没有链接可发；请告诉管理存档的人。",
                "This archive has no address (base_url), so there is no link to send; please tell"
                " whoever runs it.",
            )
        )
    if asked.sender_key in standing(db).opted_out:
        return Answer(
            asked.say(
                "你说过不要存你：登录要记下你的账号，所以没有登录。想登录就先发 /恢复存档。",
                "You asked that nothing of you be kept: a login keeps your account, so there is"
                " none. To log in, send /optin first.",
            ),
            direct=True,
        )
    nonce = make_login(db, asked.sender_key, asked.account, asked.place)
    link = f"{setting.base_url}/login/{nonce}"
    return Answer(
        asked.say(
            f"用这个链接登录，{_MINUTES} 分钟内有效，只能用一次，不要转给别人：\n{link}\n"
            "不用了就在网站上退出；30 天没用会自己退出。",
            f"Log in with this link; it works for {_MINUTES} minutes, once, and is for you"
            f" alone:\n{link}?lang=en\n"
            "Log out on the site when you are done; 30 days without use do it, too.",
        ),
        direct=True,
        secret=True,
    )


COMMANDS = (
    Command(
        names=("login", "登录"),
        who="member",
        run=_login,
        chinese="一次性的网站登录链接，只发给你",
        english="a link to log in to the site, once; sent to you alone",
        shelf="find",
        writes=True,
    ),
)
