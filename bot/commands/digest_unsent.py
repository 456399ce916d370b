"""The digest of a day or week that was never sent: computed when asked for, edited by nobody."""

from __future__ import annotations

import subprocess
import sys
import threading

import msgspec

from archive.database import Archive
from archive.digest import Digest, Language, Period, day, is_large, make_digest, week
from archive.editions import find_edition
from archive.errors import ArchiveError, NotFound
from archive.groups import get_group
from bot.commands.command import Asked, Setting
from bot.jobs.compute import digest_words

MOST_HERE = 2_000
"""Messages of a period that is computed within this process; a larger one has its own."""
LONGEST = 10
"""Seconds after which a computation is given up."""

_at_work = threading.Lock()


class Busy(Exception):
    """Another digest is being computed for somebody."""


def compute_unsent(
    archive: Archive, asked: Asked, setting: Setting, kind: str, name: str
) -> Digest | None:
    """Compute a period of the group, in private of the person's only group, as they may read it;
    None where it was sent, is to come, or is none. Raises Busy, ArchiveError."""
    groups = [asked.place] if asked.place else sorted(setting.reader.group_keys)
    language: Language = "zh-Hans" if asked.chinese else "en"
    with archive.reading() as db:
        sent = (find_edition(db, setting.reader, one, kind, name) for one in groups)
        if len(groups) != 1 or any(sent):
            return None
        try:
            zone = get_group(db, setting.reader, groups[0]).time_zone
            period = week(name, zone) if kind == "week" else day(name, zone)
        except NotFound:
            return None
        if period.since > asked.at:
            return None
        if not is_large(db, setting.reader, groups[0], period, MOST_HERE):
            return make_digest(db, setting.reader, groups, period, language=language)
    return _in_child(archive, groups, period, language)


def _in_child(archive: Archive, groups: list[str], period: Period, language: Language) -> Digest:
    if not _at_work.acquire(blocking=False):
        raise Busy
    try:
        words = digest_words(archive.folder, groups, period, language)
        done = subprocess.run(
            [sys.executable, "-m", "bot.jobs.compute", *words],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST, check=True,
        )  # fmt: skip
        return msgspec.json.decode(done.stdout, type=Digest)
    except (subprocess.SubprocessError, OSError):
        # what the child complained of may quote
        raise ArchiveError("the digest was not computed.", "ask again later") from None
    finally:
        _at_work.release()
