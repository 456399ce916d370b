"""Files that come later: filled in where they are missing, given up with a reason (TRUST 14)."""

from __future__ import annotations

import io

from told import T0, TG, assert_whole, found, full_group, rows, said, told

from archive.access import operator, public
from archive.database import Archive
from archive.media import fill, find_media, give_up, unused
from archive.messages import get_message
from archive.missing import missing_media
from archive.records import Attachment, Recall
from archive.store import Stored
from archive.verify import verify

WAITING = Attachment("photo", "图.jpg", missing="not fetched yet", size=99, source="file-1")
KEY = f"{TG}:1"


def stored(archive: Archive, content: bytes = b"bytes") -> Stored:
    return archive.media.take(io.BytesIO(content))


def test_file_is_filled_in_and_found(archive: Archive) -> None:
    told(archive, full_group(), said("1", "看", attachments=(WAITING, WAITING)))
    assert found(archive, "有:图片").count == 1
    file = stored(archive)
    with archive.writing() as db:
        assert missing_media(db, operator(), TG) == {"not fetched yet": 2}
        assert fill(db, KEY, 0, file, "image/jpeg")
        assert missing_media(db, operator()) == {"not fetched yet": 1}
        first, second = get_message(db, operator(), KEY).attachments
        assert (first.sha256, first.missing, first.mime, first.size) == (
            file.sha256, None, "image/jpeg", 5,
        )  # fmt: skip
        assert (second.sha256, second.missing) == (None, "not fetched yet")
        assert find_media(db, operator(), file.sha256).size == 5
        assert_whole(db)
    assert found(archive, "有:图片").count == 1 and verify(archive) == []


def test_only_what_is_missing_is_filled(archive: Archive) -> None:
    first, other = stored(archive), stored(archive, b"other")
    told(archive, full_group(), said("1", "看", attachments=(WAITING,)))
    with archive.writing() as db:
        assert fill(db, KEY, 0, first, None)
        assert not fill(db, KEY, 0, other, None)
        assert not fill(db, KEY, 7, other, None)
        assert not fill(db, f"{TG}:999", 0, other, None)
        give_up(db, KEY, 0, "expired")
        give_up(db, f"{TG}:999", 0, "expired")
        assert unused(db, other.sha256) and not unused(db, first.sha256)
    assert rows(archive, "SELECT sha256, missing FROM attachments") == [(first.sha256, None)]


def test_told_again_the_file_stays(archive: Archive) -> None:
    """TRUST 1, 22."""
    told(archive, full_group(), said("1", "看", attachments=(WAITING,)))
    file = stored(archive)
    with archive.writing() as db:
        fill(db, KEY, 0, file, None)
    told(archive, said("1", "看", attachments=(WAITING,)))
    told(archive, said("1", "看看", attachments=(WAITING,), edited_at=T0 + 60))
    assert rows(archive, "SELECT sha256, missing FROM attachments") == [(file.sha256, None)]


def test_recalled_message_takes_no_file_any_more(archive: Archive) -> None:
    told(archive, full_group(), said("1", "看", attachments=(WAITING,)), Recall(TG, "1"))
    with archive.writing() as db:
        assert not fill(db, KEY, 0, stored(archive), None)


def test_reasons_are_counted_for_those_who_may_see_the_group(archive: Archive) -> None:
    told(archive, full_group(), (said(str(n), "看", attachments=(WAITING,)) for n in range(1, 4)))
    told(archive, said("9", "看", attachments=(WAITING,), group="qq:1"))
    with archive.writing() as db:
        give_up(db, KEY, 0, "too large")
        assert missing_media(db, operator(), TG) == {"not fetched yet": 2, "too large": 1}
        assert missing_media(db, operator()) == {"not fetched yet": 3, "too large": 1}
        assert missing_media(db, public()) == {}
