"""What was answered before is offered to who asks it again: where it is wanted, seldom, once."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from commanding import rows, said, told

from archive import consent, outbox
from archive.audit import note
from archive.database import Archive
from archive.inbox import Event, Inbox
from archive.keep import keep
from archive.outbox import Draft
from archive.questions import set_offers
from archive.records import Group, Recall
from bot.accounts import make_adapters
from bot.config import Config, MediaConfig
from bot.live.capture import Capture
from bot.live.metrics import Metrics
from bot.live.offering import Offering
from bot.live.projecting import Projected, project
from bot.live.sending import Sending
from bot.live.writer import Writer

TG, LAST = "telegram:-100123", "telegram:-100999"
ADAPTERS = make_adapters({"main": {"platform": "telegram", "token": "123456789:AAE" + "x" * 32}})
ASKED = "请问容器日志在哪看，docker 的"
_numbers = iter(range(700, 10_000))


def update(text: str, group: str = TG, ago: float = 0, **more: Any) -> Projected:
    """Make what Telegram tells of a message said some seconds ago, projected."""
    number, at = next(_numbers), int(time.time() - ago)
    who, came = more.pop("who", 2), int(time.time() - more.pop("late", 0))
    person = {"id": who, "is_bot": more.pop("bot", False), "first_name": "李四"}
    chat = {"id": int(group.partition(":")[2]), "type": "supergroup", "title": "技术群"}
    sort = "edited_message" if "edit_date" in more else "message"
    message = {"message_id": number, "date": at, "chat": chat, "from": person, "text": text, **more}
    raw = json.dumps({"update_id": number, sort: message}).encode()
    return project(ADAPTERS, Event(number, "main", str(number), group, "raw", raw, 0, came),
                   MediaConfig())  # fmt: skip


def heard(archive: Archive, *parts: Projected) -> list[Draft]:
    """Let a process keep and hear these; return what it offers in the group by then."""
    marker = update(ASKED, LAST, who=5)
    with archive.writing() as db:
        db.execute("UPDATE question_offers SET offered_at = NULL WHERE group_key = ?", (LAST,))
        db.execute("DELETE FROM audit WHERE action = 'offer' AND detail LIKE ?", (f"{LAST}%",))

    async def run() -> None:
        inbox, writer = Inbox(archive.folder), Writer(archive)
        capture = Capture(archive, inbox, writer, Config(), Metrics())
        capture.adapters = dict(ADAPTERS)
        offering = Offering(capture, Sending(capture))
        task = asyncio.create_task(offering.run())
        try:
            async with asyncio.timeout(20):
                while capture.overhear is None or not offering.groups:
                    await asyncio.sleep(0.001)
                for part in (*parts, marker):
                    with archive.writing() as db:
                        keep(db, part.records)
                    await asyncio.to_thread(capture.overhear, [part])
                while not rows(archive, "SELECT 1 FROM outbox WHERE unique_key = ?",
                               f"offer {LAST}:{marker.records[-1].id}"):  # fmt: skip
                    await asyncio.sleep(0.001)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await capture.close()
            await writer.close()
            inbox.close()

    asyncio.run(run())
    with archive.reading() as db:
        found = [parcel.draft for parcel in outbox.due(db, "main", 1 << 40, limit=1_000)]
    return [draft for draft in found if draft.group_key == TG]


@pytest.fixture
def talk(archive: Archive) -> Archive:
    for group, answerer in ((TG, "3"), (LAST, "4")):
        answer = said("8", "docker logs 加容器名 @all", answerer, reply_to="7", group=group)
        told(
            archive,
            Group(group, "技术群"),
            said("7", "docker 怎么看容器日志？", group=group),
            answer,
        )
        with archive.writing() as db:
            consent.start(db, group, by="telegram:1")
            set_offers(db, group, True, "operator")
    return archive


def test_who_asks_again_is_offered_the_answer(talk: Archive) -> None:
    part = update(ASKED)
    (draft,) = heard(talk, part)
    number = part.event.key
    assert (draft.group_key, draft.member_key, draft.reply_to) == (TG, "telegram:2", number)
    assert (draft.purpose, draft.unique) == ("offer", f"offer {TG}:{number}")
    head, alike, foot = draft.text.splitlines()
    assert "以前问过" in head and "/出处" in foot and "@all" not in alike
    assert alike.startswith("docker 怎么看容器日志？ → 王五：docker logs 加容器名")
    assert rows(talk, "SELECT target, detail FROM audit WHERE action = 'offer' AND target LIKE ?",
                f"{TG}%") == [(f"{TG}:{number}", f"{TG}:8")]  # fmt: skip


def test_offer_is_in_the_language_of_the_question(talk: Archive) -> None:
    told(talk, said("17", "how do I read docker logs?", group=TG),
         said("18", "docker logs NAME", "3", reply_to="17"))  # fmt: skip
    (draft,) = heard(talk, update("how can I read the docker logs"))
    assert draft.text.startswith("Something like this was asked before:\nhow do I read docker logs")
    assert "/link" in draft.text.splitlines()[-1]


def test_second_offer_waits_and_the_same_answer_waits_a_day(talk: Archive) -> None:
    assert len(heard(talk, update(ASKED), update(ASKED))) == 1
    with talk.writing() as db:
        db.execute("UPDATE question_offers SET offered_at = offered_at - 1800")
    assert len(heard(talk, update(ASKED))) == 1, "that answer was offered today"
    with talk.writing() as db:
        db.execute("UPDATE audit SET at = at - 86401")
        note(db, "telegram:1", "tag", f"{TG}:7")
    assert len(heard(talk, update(ASKED))) == 2


def test_same_message_after_a_kill_is_offered_nothing_again(talk: Archive) -> None:
    part = update(ASKED)
    assert len(heard(talk, part)) == 1
    with talk.writing() as db:
        db.execute("UPDATE question_offers SET offered_at = NULL")
        db.execute("DELETE FROM audit WHERE action = 'offer'")
    assert len(heard(talk, part)) == 1


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("今天下雨了", {}),
        ("这个课程有回放吗", {}),
        ("/问 docker 怎么看容器日志", {}),
        (ASKED, {"ago": 121}),
        (ASKED, {"ago": -3600}),
        (ASKED, {"late": 4}),
        (ASKED, {"bot": True}),
        (ASKED, {"edit_date": int(time.time())}),
    ],
)
def test_nothing_is_offered(talk: Archive, text: str, how: dict[str, Any]) -> None:
    """Small talk, nothing alike, commands, old and early messages, a capture that is behind, bots,
    edits."""
    assert heard(talk, update(text, **how)) == []


def test_group_that_did_not_ask_for_it_is_left_alone(talk: Archive) -> None:
    with talk.writing() as db:
        set_offers(db, TG, False, "operator")
    assert heard(talk, update(ASKED)) == []
    with talk.writing() as db:
        set_offers(db, TG, True, "operator")
        consent.stop(db, TG, by="telegram:1")
    assert heard(talk, update(ASKED)) == []


def test_what_was_taken_back_or_is_not_to_be_kept_is_neither_asked_nor_offered(
    talk: Archive,
) -> None:
    """TRUST 37: opting out holds at once, before anything is erased."""
    part = update(ASKED)
    told(talk, part.records, Recall(TG, part.event.key))
    assert heard(talk, part) == []
    with talk.writing() as db:
        consent.opt_out(db, "telegram:2", by="telegram:2")
    assert heard(talk, update(ASKED)) == []
    with talk.writing() as db:
        consent.opt_in(db, "telegram:2", by="telegram:2")
        consent.opt_out(db, "telegram:3", by="telegram:3")
    assert heard(talk, update(ASKED)) == []
