"""Takes an archive's messages out, in the form that is asked for and as far as a reader sees."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from adapters.writers import chatlab, chendian_jsonl, tables
from archive.access import Reader, operator
from archive.audit import note
from archive.carry.out import files, origin, told
from archive.carry.rows import Chosen
from archive.carry.views import people_in, seen_messages
from archive.database import Archive
from archive.errors import ArchiveError
from archive.groups import find_group, group_id, list_groups
from archive.ids import HIGHEST, LOWEST
from archive.records import Message
from archive.views import GroupView, MessageView
from bot.export_places import Place, placed_at

Form = Literal["jsonl", "chatlab", "csv"]
Progress = Callable[[int, int], None]
_SINGLE: dict[Form, tuple[str, ...]] = {
    "jsonl": (".jsonl",), "chatlab": (".jsonl",), "csv": (".csv",)
}  # fmt: skip
_NO_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_SHOWN_EVERY = 5_000


class Wanted(msgspec.Struct, frozen=True):
    """What is to be taken out, for whom."""

    reader: Reader = operator()
    groups: tuple[str, ...] = ()
    """Keys or titles; none: all that the reader sees."""
    first: int = LOWEST
    """Ids of messages: from this one on …"""
    end: int = HIGHEST
    """… to before this one."""
    media: bool = True


class Exported(msgspec.Struct):
    """What was taken out."""

    messages: int = 0
    groups: int = 0
    files: int = 0
    missing: int = 0
    """Files that should be in the archive's media and are not."""
    seconds: float = 0.0


def export(
    archive: Archive,
    out: Path,
    form: Form,
    wanted: Wanted,
    by: str = "operator",
    progress: Progress | None = None,
) -> Exported:
    """Write an export to a new file, folder or ZIP. Raises ArchiveError."""
    if form == "jsonl" and not wanted.reader.everything:
        raise ArchiveError(
            "the lossless form holds everything and is for the operator.",
            "use --format chatlab, csv, markdown or epub for others",
        )
    began = time.monotonic()
    run = _Export(archive, wanted, progress)
    with archive.reading() as db:
        groups_wanted(db, wanted)
    with placed_at(out, _SINGLE[form]) as place:
        # before it is read: a copy says as well that it was made
        with archive.writing() as db:
            note(db, by, "export", form, ", ".join(wanted.groups)[:500])
        with archive.reading() as db:
            groups = groups_wanted(db, wanted)
            run.expect(groups)
            write = {"jsonl": run.lossless, "chatlab": run.chatlab, "csv": run.table}[form]
            write(db, groups, place)
    run.done.seconds = time.monotonic() - began
    return run.done


def groups_wanted(db: sqlite3.Connection, wanted: Wanted) -> list[GroupView]:
    """Return the groups that are asked for. Raises NotFound, ArchiveError."""
    if wanted.groups:
        found = [find_group(db, wanted.reader, name) for name in wanted.groups]
        return list({group.key: group for group in found}.values())
    found = list_groups(db, wanted.reader)
    if not found:
        raise ArchiveError(
            "there is no group that this reader may see.", "see: chendian group list"
        )
    return found


T = TypeVar("T")


class _Export:
    """One export under way."""

    def __init__(self, archive: Archive, wanted: Wanted, progress: Progress | None) -> None:
        self._archive = archive
        self._wanted = wanted
        self._progress = progress
        self._expected = 0
        self.done = Exported()

    def expect(self, groups: list[GroupView]) -> None:
        """Learn what there is, for the bar."""
        self._expected = sum(group.messages for group in groups)
        self.done.groups = len(groups)

    def lossless(self, db: sqlite3.Connection, groups: list[GroupView], place: Place) -> None:
        """Write all that is stored."""
        wanted = self._wanted
        ids = tuple(group_id(db, wanted.reader, group.key) for group in groups)
        chosen = Chosen(ids, wanted.first, wanted.end, all_groups=not wanted.groups)
        media = wanted.media and place.takes_files
        place.write(
            chendian_jsonl.NAME,
            chendian_jsonl.lines(origin(db, chosen, media), self._counted(told(db, chosen))),
        )
        if media:
            for digest in files(db, chosen):
                self._copy(place, digest)

    def chatlab(self, db: sqlite3.Connection, groups: list[GroupView], place: Place) -> None:
        """Write a file a group."""
        if not place.takes_files and len(groups) > 1:
            raise ArchiveError(
                f"a ChatLab file holds one group, and these are {len(groups)}.",
                "name one with --group, or a folder or .zip to export to",
            )
        taken: set[str] = set()
        for group in groups:
            found: dict[str, None] = {}

            def placed(digest: str, found: dict[str, None] = found) -> str | None:
                if not (self._wanted.media and place.takes_files):
                    return None
                if not self._archive.media.path(digest).is_file():
                    return None
                found[digest] = None
                return _media(digest)

            messages = self._counted(self._seen(db, group))
            people = people_in(db, self._wanted.reader, group)
            name = _free(f"{_named(group)}.jsonl", taken)
            place.write(
                name, chatlab.lines(group, people, messages, at=int(time.time()), placed=placed)
            )
            for digest in found:
                if digest not in taken:
                    taken.add(digest)
                    self._copy(place, digest)

    def table(self, db: sqlite3.Connection, groups: list[GroupView], place: Place) -> None:
        """Write one table."""
        messages = (m for group in groups for m in self._seen(db, group))
        place.write("messages.csv", tables.rows(self._counted(messages)))

    def _seen(self, db: sqlite3.Connection, group: GroupView) -> Iterator[MessageView]:
        wanted = self._wanted
        return seen_messages(db, wanted.reader, group, wanted.first, wanted.end)

    def _copy(self, place: Place, digest: str) -> None:
        if place.copy(_media(digest), self._archive.media.path(digest)):
            self.done.files += 1
        else:
            self.done.missing += 1

    def _counted(self, items: Iterable[T]) -> Iterator[T]:
        for item in items:
            if isinstance(item, Message | MessageView):
                self.done.messages += 1
                if self._progress is not None and self.done.messages % _SHOWN_EVERY == 0:
                    self._progress(self.done.messages, self._expected)
            yield item


def _media(digest: str) -> str:
    return f"media/{digest[:2]}/{digest}"


def _named(group: GroupView) -> str:
    """Return a name of a file for a group, whatever its title has in it."""
    name = _NO_NAME.sub("_", group.title).strip(" .")
    return name.encode()[:120].decode("utf-8", "ignore") or "group"


def _free(name: str, taken: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    number = 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem} ({number}){dot}{ending}"
    taken.add(name.casefold())
    return name
