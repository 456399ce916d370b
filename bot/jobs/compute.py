"""Computes what takes seconds in a process of its own, so that capture is not slowed: JSON on
standard output.

    python -m bot.jobs.compute digest FOLDER GROUPS LANGUAGE named|unnamed SINCE UNTIL PERIOD
    python -m bot.jobs.compute candidates FOLDER GROUP SINCE UNTIL LIMIT
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from archive.access import member
from archive.database import Archive
from archive.errors import ArchiveError

if TYPE_CHECKING:
    from archive.digest import Digest, Language, Period

LONGEST = 900
"""Seconds after which a computation is given up."""

_NICE = 10


async def in_child(words: Sequence[str]) -> bytes:
    """Run a computation in a child process and return its JSON. Raises ArchiveError."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.jobs.compute", *words,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(LONGEST):
            made, error = await child.communicate()
    except BaseException as ended:
        if child.returncode is None:
            child.kill()
        await child.wait()
        if isinstance(ended, TimeoutError):
            raise ArchiveError("it took too long to compute.", "see the log") from None
        raise
    if child.returncode != 0:
        # the last line names the fault; what stands before it may quote
        last = error.decode(errors="replace").strip().rpartition("\n")[2].partition(":")[0]
        raise ArchiveError(
            f"the computation ended with {child.returncode} ({last[:80]}).", "see the log"
        )
    return made


def compute(words: Sequence[str]) -> bytes:
    """Compute what a command line asks for."""
    what, folder, of, *rest = words
    archive = Archive(Path(folder))
    if what == "digest":
        return msgspec.json.encode(_digest(archive, of, *rest))
    from archive.candidates import candidates

    since, until, limit = map(int, rest)
    with archive.reading() as db:
        found = candidates(db, member(frozenset((of,))), [of], since, until, limit)
    return msgspec.json.encode(found)


def digest_words(
    folder: Path, groups: Sequence[str], period: Period, language: Language, named: bool = True
) -> tuple[str, ...]:
    """Return the command line of a digest of these groups as their members may read it."""
    return (
        "digest", str(folder), msgspec.json.encode(groups).decode(), language,
        "named" if named else "unnamed", str(period.since), str(period.until), period.name,
    )  # fmt: skip


def _digest(
    archive: Archive, of: str, language: str, named: str, since: str, until: str, name: str
) -> Digest:
    from archive.digest import CHINESE, Period, make_digest

    groups = msgspec.json.decode(of, type=list[str])
    with archive.reading() as db:
        return make_digest(
            db, member(frozenset(groups)), groups, Period(name, int(since), int(until)),
            language="en" if language == "en" else CHINESE, named=named == "named",
        )  # fmt: skip


def main() -> None:
    """Compute what the command line asks for, behind everything else on the machine."""
    os.nice(_NICE)
    sys.stdout.buffer.write(compute(sys.argv[1:]))


if __name__ == "__main__":
    main()
