"""What jobs say, and to whom: admins of this moment, people who were asked, groups, mail."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread
from threading import enumerate as enumerate_threads

import msgspec
import pytest
from scene import SUNDAY, TG, WEEKLY, Scene
from smtp import Smtp

from archive import candidates, consent, questions
from archive.access import operator
from archive.database import Archive
from archive.forget import forget
from bot.config import Config, DigestConfig, MailConfig, RemindersConfig
from bot.jobs.alarm import FILE, AlarmClock
from bot.jobs.compute import in_child
from bot.jobs.periods import Timetable

DAY = 86_400
SUGGESTING = Config(reminders=RemindersConfig(candidates=True))
ASKING = Config(reminders=RemindersConfig(assigned=True, open_questions=True))


@pytest.fixture
def smtp() -> Iterator[Smtp]:
    server = Smtp()
    yield server
    server.close()


def mailed(scene: Scene, port: int) -> None:
    mail = MailConfig(
        host="127.0.0.1", port=port, sender="沉淀 <bot@site.example>", starttls=False,
        to=("wang@site.example", "zhen@site.example"),
    )  # fmt: skip
    scene.jobs = scene.process(msgspec.structs.replace(WEEKLY, mail=mail))


def mails(scene: Scene) -> list[tuple[str, int]]:
    with scene.archive.reading() as db:
        return db.execute("SELECT state, tries FROM mails ORDER BY address").fetchall()


def test_admins_of_this_moment_are_told_of_a_draft(archive: Archive) -> None:
    """TRUST 32: one the platform no longer confirms is told nothing."""
    scene = Scene(archive, Config(digest=DigestConfig(enabled=True)))
    scene.said("1", "部署用 docker compose，先拉镜像")
    scene.look()
    scene.look(SUNDAY)
    (draft,) = scene.drafts("notice")
    assert (draft.member_key, draft.group_key) == ("telegram:1", None)
    assert "docker" not in draft.text and "/周报 通过" in draft.text
    scene.account.admins.clear()
    scene.said("2", "备份每天三点跑")
    scene.look(SUNDAY + 7 * DAY)
    assert len(scene.drafts("notice")) == 1


def test_candidates_are_suggested_to_admins_once_and_kept(archive: Archive) -> None:
    scene = Scene(archive, SUGGESTING)
    scene.said("1", "部署用 docker compose，@all 先拉镜像")
    scene.look()
    scene.look(SUNDAY + 3_600)
    (draft,) = scene.drafts("notice")
    assert draft.member_key == "telegram:1" and "@all" not in draft.text
    assert "3 人回复" in draft.text and "/精华" in draft.text
    scene.look(SUNDAY + 3_600 + DAY)
    assert len(scene.drafts("notice")) == 1
    with archive.reading() as db:
        assert [one.key for one in candidates.suggested(db, operator())] == [f"{TG}:1"]
        assert db.execute("SELECT count(*) FROM essence").fetchone() == (0,)


def test_open_questions_are_listed_and_who_was_asked_is_reminded(archive: Archive) -> None:
    scene = Scene(archive, ASKING)
    scene.said("1", "谁知道怎么给 nginx 换证书？", "2")
    scene.said("2", "今天天气不错", "3")
    with archive.writing() as db:
        questions.open_question(db, f"{TG}:1", "telegram:2")
        questions.assign(db, f"{TG}:1", "telegram:3", "telegram:1")
    scene.look()
    for _ in range(3):
        scene.look(SUNDAY + DAY)
    to_one, to_all = sorted(scene.drafts("notice"), key=lambda draft: draft.group_key or "")
    assert to_one.member_key == "telegram:3" and "nginx" in to_one.text
    assert to_all.group_key == TG and "/待回答" in to_all.text


def test_digest_is_mailed_once_to_each_address(archive: Archive, smtp: Smtp) -> None:
    scene = Scene(archive)
    scene.said("1", "部署用 docker compose，先拉镜像")
    mailed(scene, smtp.port)
    scene.look()
    for moment in range(4):
        scene.look(SUNDAY + 10 * moment)
    assert sorted(to for to, _ in smtp.mails) == ["wang@site.example", "zhen@site.example"]
    mail = smtp.mails[0][1]
    assert "技术群" in mail["Subject"] and "docker compose" in mail.get_content()
    assert mail.get_content_type() == "text/plain"
    assert mails(scene) == [("sent", 1), ("sent", 1)]


def test_mail_that_is_not_taken_is_tried_again_without_what_was_forgotten(
    archive: Archive, smtp: Smtp
) -> None:
    """TRUST 5, 33."""
    scene = Scene(archive)
    scene.said("1", "部署用 docker compose，先拉镜像")
    scene.said("2", "我的门牌号是三〇二", "2")
    smtp.refuses = 451
    mailed(scene, smtp.port)
    scene.look()
    scene.look(SUNDAY)
    scene.look(SUNDAY + 5)
    assert mails(scene) == [("waiting", 1), ("waiting", 1)]
    with archive.writing() as db:
        forget(db, [f"{TG}:2"], "telegram:2")
    smtp.refuses = 0
    scene.look(SUNDAY + 120)
    assert mails(scene) == [("sent", 2), ("sent", 2)]
    assert all("门牌" not in mail.get_content() for _, mail in smtp.mails)


def test_mail_of_a_group_that_withdrew_is_not_sent(archive: Archive, smtp: Smtp) -> None:
    """TRUST 37."""
    scene = Scene(archive)
    scene.said("1", "部署用 docker compose，先拉镜像")
    smtp.refuses = 451
    mailed(scene, smtp.port)
    scene.look()
    scene.look(SUNDAY)
    scene.look(SUNDAY + 5)
    with archive.writing() as db:
        consent.stop(db, TG, by="telegram:1")
    smtp.refuses = 0
    scene.look(SUNDAY + 120)
    assert smtp.mails == [] and {state for state, _ in mails(scene)} == {"failed"}


def test_mail_that_is_refused_for_good_is_given_up(archive: Archive, smtp: Smtp) -> None:
    scene = Scene(archive)
    scene.said("1", "部署用 docker compose，先拉镜像")
    smtp.refuses = 550
    mailed(scene, smtp.port)
    scene.look()
    scene.look(SUNDAY)
    scene.look(SUNDAY + 5)
    assert mails(scene) == [("failed", 1), ("failed", 1)]


def test_server_that_is_not_encrypted_gets_no_mail(archive: Archive, smtp: Smtp) -> None:
    scene = Scene(archive)
    scene.said("1", "部署用 docker compose，先拉镜像")
    mail = MailConfig(host="127.0.0.1", port=smtp.port, sender="b@x.example", to=("w@x.example",))
    scene.jobs = scene.process(msgspec.structs.replace(WEEKLY, mail=mail))
    scene.look()
    scene.look(SUNDAY)
    scene.look(SUNDAY + 5)
    assert smtp.mails == [] and mails(scene) == [("waiting", 1)]


def test_digest_is_computed_in_a_child_process(archive: Archive) -> None:
    scene = Scene(archive)
    scene.said("1", "部署的时候先拉镜像再重启，回滚就用上一个标签，别直接删容器，血的教训")
    for n, who in enumerate(("2", "3", "2", "3")):
        scene.said(str(10 + n), f"这个我试过，第 {n} 步很重要", who, reply_to="1")
    scene.compute = in_child  # type: ignore[method-assign]
    scene.jobs = scene.process()
    scene.look()
    scene.look(SUNDAY)
    scene.look(SUNDAY + 5)
    assert scene.edition("2026-W47") == "sent"
    assert any("拉镜像" in draft.text for draft in scene.drafts())


def test_child_that_fails_is_an_error_without_anybodys_words(archive: Archive) -> None:
    scene = Scene(archive)
    scene.said("1", "部署的时候先拉镜像再重启")
    scene.compute = in_child  # type: ignore[method-assign]
    scene.jobs = scene.process()
    scene.look()
    with archive.writing() as db:
        db.execute("DROP TABLE reactions")
        db.execute("CREATE TABLE reactions(message_id)")
    scene.look(SUNDAY)
    run = scene.run_of("weekly digest", "2026-W47")
    assert run is not None and run.state == "failed" and run.why
    assert "the computation ended with 1" in run.why


def test_alarm_rings_though_its_store_is_no_database(archive: Archive) -> None:
    (archive.folder / FILE).write_bytes(b"no database" * 100)
    rung: list[int] = []
    clock = AlarmClock(archive.folder, lambda: rung.append(1))
    clock.set([("weekly digest", Timetable("20:00", "sunday"), "Asia/Shanghai")])
    clock.set([("daily digest", Timetable("21:30"), "Europe/Berlin")])
    store = (archive.folder / FILE).read_bytes()
    assert b"daily digest Europe/Berlin" in store
    clock.close()
    clock.set([])


def test_an_alarm_that_is_closed_while_it_is_set_ends(archive: Archive) -> None:
    for _ in range(20):
        clock = AlarmClock(archive.folder, lambda: None)
        wanted = [("weekly digest", Timetable("20:00", "sunday"), "Asia/Shanghai")]
        setting = Thread(target=clock.set, args=(wanted,))
        setting.start()
        clock.close()
        setting.join()
        clock.set(wanted)
        assert "APScheduler" not in [thread.name for thread in enumerate_threads()]


def test_process_rings_and_ends_when_it_is_told(archive: Archive) -> None:
    scene = Scene(archive)
    scene.said("1", "部署用 docker compose，先拉镜像")

    async def run() -> None:
        task = asyncio.create_task(scene.jobs.run())
        while not (archive.folder / FILE).exists():
            await asyncio.sleep(0.01)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(run(), 30))
