"""What a kill left half told is told from what the platform took and was written down."""

from __future__ import annotations

from pathlib import Path

import pytest
from commanding import TG, rows
from test_sending import Platform, send

from adapters.contract import Carrying, Sent
from archive import outbox
from archive.database import Archive
from archive.outbox import Draft
from bot.live import taken
from bot.live.taken import Taken

BROUGHT = outbox.BROUGHT[0]


def begun(archive: Archive, *places: str, purpose: str = BROUGHT) -> list[int]:
    """Note things to say in these groups as being sent."""
    with archive.writing() as db:
        ids = [outbox.put(db, Draft("main", "话", group_key=p, purpose=purpose)) for p in places]
        for number in ids:
            outbox.begin(db, number)
    return ids


def killed(archive: Archive, *said: int) -> None:
    """Leave the file of a process that was killed after these were said."""
    file = Taken(archive.folder)
    file.begin()
    for number in said:
        file.note(number, Sent(f"m{number}", ("other",)))


def states(archive: Archive) -> list[tuple[str, str | None, int]]:
    return rows(archive, "SELECT state, message_id, tries FROM outbox ORDER BY id")


def test_of_each_group_only_the_first_not_written_down_is_in_doubt(archive: Archive) -> None:
    one, _, _, other, _ = begun(archive, TG, TG, TG, "telegram:-5", "telegram:-5")
    killed(archive, one, other)
    send(archive, Platform(), until="SELECT 1 FROM outbox WHERE state = 'sending'")
    assert states(archive) == [
        ("sent", f"m{one}", 1), ("unsure", None, 1), ("waiting", None, 0),
        ("sent", f"m{other}", 1), ("unsure", None, 1),
    ]  # fmt: skip


def test_an_answer_that_was_said_is_known_to_be(archive: Archive) -> None:
    one, _ = begun(archive, TG, TG, purpose="answer")
    killed(archive, one)
    send(archive, Platform())
    assert states(archive) == [("sent", f"m{one}", 1), ("unsure", None, 1)]


def test_a_digest_is_looked_for_where_the_platform_shows_what_was_said(archive: Archive) -> None:
    begun(archive, TG, purpose=outbox.DIGEST)
    killed(archive)
    platform = Platform()
    platform.carries = Carrying("Telegram", looks=True)
    send(archive, platform)
    ((message),) = platform.said
    assert message.doubt is not None and states(archive)[0][0] == "sent"


@pytest.mark.parametrize("boot", ["another", ""])
def test_after_a_power_cut_what_is_not_written_down_may_have_been_said(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, boot: str
) -> None:
    one, _, _ = begun(archive, TG, TG, TG)
    killed(archive, one)
    (tmp_path / "boot").write_text(boot)
    monkeypatch.setattr(taken, "_BOOT", tmp_path / "boot")
    send(archive, Platform())
    assert [state for state, _, _ in states(archive)] == ["sent", "unsure", "unsure"]


def test_a_line_cut_off_by_a_kill_is_no_line(archive: Archive) -> None:
    killed(archive, 1)
    path = archive.folder / "run" / "taken"
    with path.open("ab") as file:
        file.write(b'[2,["m2"')
    left = Taken(archive.folder).left()
    assert left.whole and left.taken == {1: Sent("m1", ("other",))}


def test_what_the_archive_has_goes_from_the_file(archive: Archive) -> None:
    file, path = Taken(archive.folder), archive.folder / "run" / "taken"
    for number in range(1_000):
        file.note(number, Sent(f"m{number}"))
        if number != 7:
            file.known([number])
    file.close()
    assert path.stat().st_size < 70_000 and path.stat().st_mode & 0o77 == 0
    assert Taken(archive.folder).left().taken[7] == Sent("m7")
