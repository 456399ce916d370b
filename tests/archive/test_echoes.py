"""What an account said for the bot is no message of the group, whenever it is told of it."""

from __future__ import annotations

from archive import interrupted, outbox
from archive.database import Archive
from archive.echoes import is_echo
from archive.outbox import Draft

QQ, HERE, ELSEWHERE = "old-qq", "qq:700", "qq:701"
SAID = "“部署失败”有 1 条：\n王五 11-16 13:55：先看日志 · K7Q2MD"


def said(archive: Archive, text: str = SAID, state: str = "sent", **times: int) -> None:
    """Note something as said at second 1,000, or at other times."""
    with archive.writing() as db:
        number = outbox.put(db, Draft(QQ, text, group_key=HERE))
        outbox.begin(db, number)
        outbox.sent(db, number)
        moments = {"made_at": 1_000, "ended_at": 1_000} | times
        db.execute(
            "UPDATE outbox SET state = ?, made_at = ?, ended_at = ?", (state, *moments.values())
        )


def erase_texts(archive: Archive) -> None:
    """As it is after anything was forgotten."""
    with archive.writing() as db:
        outbox.expire(db, 1 << 40)


def echo(archive: Archive, text: str, at: int = 1_003, place: str = HERE) -> bool:
    with archive.reading() as db:
        return is_echo(db, QQ, place, text, at)


def test_echo_is_known_by_its_words_however_late_it_is_told(archive: Archive) -> None:
    said(archive)
    assert echo(archive, SAID)
    assert echo(archive, f"@阿芳\u2005{SAID}", at=1_400)
    assert not echo(archive, "这句是用机器人的号亲手打的")
    assert not echo(archive, SAID, at=9_000)


def test_part_of_what_was_too_long_is_an_echo(archive: Archive) -> None:
    long = "".join(f"第 {number} 条的题目；" for number in range(200))
    said(archive, long)
    assert echo(archive, f"@阿芳 {long[:800]}")


def test_echo_of_what_was_erased_is_known_by_place_and_time(archive: Archive) -> None:
    """TRUST 5: what was forgotten does not come back in the bot's answer that showed it."""
    said(archive)
    erase_texts(archive)
    assert echo(archive, SAID) and echo(archive, SAID, at=997)
    assert not echo(archive, SAID, place=ELSEWHERE)
    assert not echo(archive, SAID, at=1_200)


def test_of_what_was_interrupted_any_moment_until_the_next_start_counts(archive: Archive) -> None:
    said(archive, state="unsure", made_at=1_000, ended_at=5_000)
    assert echo(archive, SAID)
    erase_texts(archive)
    assert echo(archive, SAID, at=1_004)
    assert not echo(archive, SAID, at=500)


def test_what_may_have_been_said_before_a_kill_is_its_echo(archive: Archive) -> None:
    with archive.writing() as db:
        number = outbox.put(db, Draft(QQ, SAID, group_key=HERE, purpose="bridge"))
        outbox.begin(db, number)
        assert interrupted.doubted(db, [QQ], "bridge") == 1
        (at,) = db.execute("SELECT doubt FROM outbox").fetchone()
        assert is_echo(db, QQ, HERE, SAID, at) and not is_echo(db, QQ, HERE, "别的", at)
