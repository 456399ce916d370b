"""Computes what takes seconds in a process of its own, so that capture is not slowed: JSON on
standard output.

    python -m bot.jobs.compute digest FOLDER GROUP week|day PERIOD
    python -m bot.jobs.compute candidates FOLDER GROUP SINCE UNTIL LIMIT
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from archive.access import member
from archive.database import Archive
from archive.errors import ArchiveError
from archive.groups import get_group

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
    what, folder, group_key, *rest = words
    archive = Archive(Path(folder))
    reader = member(frozenset((group_key,)))
    with archive.reading() as db:
        if what == "digest":
            from archive.digest import day, make_digest, week

            kind, name = rest
            zone = get_group(db, reader, group_key).time_zone
            period = week(name, zone) if kind == "week" else day(name, zone)
            return msgspec.json.encode(make_digest(db, reader, [group_key], period))
        from archive.candidates import candidates

        since, until, limit = map(int, rest)
        return msgspec.json.encode(candidates(db, reader, [group_key], since, until, limit))


def main() -> None:
    """Compute what the command line asks for, behind everything else on the machine."""
    os.nice(_NICE)
    sys.stdout.buffer.write(compute(sys.argv[1:]))


if __name__ == "__main__":
    main()
