"""Consent and opting out in a running archive: at once, whenever it was said, to the last byte."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import pytest
from accounts import TECH_KEY, all_acknowledged, approved, telegram, telegram_group
from bot_api import FakeBotApi
from bot_api_updates import ALICE, BOB, TECH, reaction, user
from operated import Operated, until
from program import run, whole

WORDS = ("金丝雀口令", "canary7391")
EVE = user(1666, " ".join(WORDS), username=WORDS[1])
PICTURE = b"\x89PNG\r\n\x1a\n" + WORDS[1].encode() * 500


def operated(folder: Path, api: FakeBotApi) -> Operated:
    return Operated(folder, telegram(api), approved(TECH_KEY))


def test_consent_withdrawn_while_nobody_listened_holds_for_what_was_said_after_it(
    tmp_path: Path,
) -> None:
    """Fault 37: all of it comes in at once, and is decided in the order in which it was said."""
    with telegram_group() as api, operated(tmp_path, api).start() as one:
        api.say("最早的一句")
        one.finds("最早的一句")
        assert one.stop() == 0
        for text in ("还同意的时候", "/关闭存档", "不同意以后", "/开启存档", "又同意以后"):
            api.say(text, sender=ALICE)
        api.say("/不要存我", sender=BOB)
        api.say("退出以后", sender=BOB)
        api.say("/恢复存档", sender=BOB)
        one.start()
        until(lambda: len(api.sent) == 4)
        api.say("回来以后", sender=BOB)
        for kept in ("还同意的时候", "又同意以后", "回来以后"):
            one.finds(kept)
        assert one.search("不同意以后") == [] == one.search("退出以后")
        assert one.stop() == 0
        with closing(sqlite3.connect(one.data / "inbox.db")) as db:
            stored = [zlib.decompress(body).decode() for (body,) in db.execute(BODIES)]
        assert not any("不同意以后" in body or "退出以后" in body for body in stored)


BODIES = "SELECT body FROM events UNION ALL SELECT body FROM quarantine"


def packed(data: Path) -> list[bytes]:
    """Return a piece of every stored body that holds the words, as it lies in the file."""
    with closing(sqlite3.connect(data / "inbox.db")) as db:
        bodies = [body for (body,) in db.execute(BODIES)]
    needle = WORDS[1].encode()
    return [body[20:60] for body in bodies if needle in zlib.decompress(body)]


def found_in(data: Path, needles: list[bytes]) -> list[str]:
    """Return the files of the data folder in which any of the needles stands."""
    return [
        path.name
        for path in data.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]


def spread(api: FakeBotApi) -> int:
    """Let a person's words get to every place they can get to; return the message of theirs."""
    said = " ".join(WORDS)
    number = api.say(f"先说 {said}", sender=EVE)
    api.say(f"改成 {said}", sender=EVE, edit=number)
    file = api.add_file(PICTURE, "photos/file_1.png")
    api.say(sender=EVE, photo=[file | {"width": 9, "height": 9}], caption=said)
    api.say(sender=EVE, document=file | {"file_name": f"{WORDS[1]}.png"})
    api.say("他说得对", sender=BOB, reply_to=number, quote={"text": said, "position": 0})
    api.add_update(reaction(TECH, number, EVE))
    api.say("/精华 #好", sender=ALICE, reply_to=number)
    return number


@pytest.mark.parametrize("killed", [False, True])
def test_of_who_opts_out_no_byte_is_left(tmp_path: Path, killed: bool) -> None:
    """Fault 33: text, versions, names, files, quotes, index, answers, raw events and the log."""
    with telegram_group() as api, operated(tmp_path, api).start() as one:
        api.meet(TECH, EVE)
        number = spread(api)
        one.finds("他说得对")
        until(lambda: api.sent and any((one.data / "media").rglob("*/*")))
        needles = [word.encode() for word in WORDS] + packed(one.data)
        assert len(needles) > 5
        assert {"archive.db-wal", "inbox.db-wal"} <= set(found_in(one.data, needles))
        api.say("/不要存我", sender=EVE)
        api.say(f"最后一句 {WORDS[1]}", sender=EVE)
        all_acknowledged(api)
        if killed:
            one.kill()
            one.start()
        until(lambda: not found_in(one.data, needles))
        api.say(f"还在说 {WORDS[1]}", sender=EVE)
        api.say("再引一次", sender=BOB, reply_to=number)
        one.finds("再引一次")
        assert killed or "不存你说的" in api.sent[-1]["text"]
        assert one.stop() == 0
        assert found_in(one.data, needles) == [] == packed(one.data)
        assert not any(word in one.said() for word in WORDS)
        assert run("search", "他说得对", "--data", one.data, "--json").json["count"] == 1
        whole(one.data)
