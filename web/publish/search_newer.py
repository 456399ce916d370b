"""What was said since the index was built: one small file, looked through by the page itself."""

from __future__ import annotations

import sqlite3
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from archive.access import Reader
from archive.ids import first_id, seconds_of
from archive.published_texts import groups_of, said
from web.publish.places import beginning_of
from web.publish.search_scripts import FOLDER, Scripts
from web.publish.search_snippets import Snippets, folder_of, shared

LARGEST = 50_000
"""Bytes of that file; with more the index is to be built anew."""
_A_DAY = 26 * 3600
"""Seconds, with the hour that clocks are put back."""
_HEAD, _TAIL = "chendian(", ")\n"


def add_to_index(db: sqlite3.Connection, reader: Reader, out: Path, after_id: int) -> bool:
    """Write down what is newer than the index, `after_id` being the newest message it must have;
    False where it must be built anew, and nothing is changed then.

    Only for an archive in which nothing older was changed, forgotten or is read by others now.
    """
    contents = out / FOLDER / "contents.js"
    if not contents.is_file():
        return False
    name, version, index, former = _read(contents)
    groups = groups_of(db, reader)
    known = [[folder_of(key), title, beginning_of(key)] for key, title, _ in groups.values()]
    if after_id < index["newest"] or known != index["groups"]:
        return False
    rows, size = [], 0
    snippets = Snippets(groups)
    # from the day's beginning on, for its parts are counted
    newest = index["newest"]
    for message in said(db, reader, first_id(seconds_of(newest) - _A_DAY)):
        row = snippets.row(message)
        if row is None or message.id <= newest:
            continue
        rows.append(row)
        size += len(message.text.words.encode()) if message.text else 0
        if size > LARGEST:
            return False
    body = msgspec.json.encode(shared(rows))
    if len(body) > LARGEST:
        return False
    newer = f"newer-{blake2b(body, digest_size=8).hexdigest()}" if rows else ""
    if newer:
        Scripts(out / FOLDER / version).values(newer, *shared(rows))
    # put in place whole: another folder may share the file that is there
    Scripts(out / FOLDER / version).values(name, version, index, newer)
    (out / FOLDER / version / "contents.js").replace(contents)
    if former and former != newer:
        (out / FOLDER / version / f"{former}.js").unlink(missing_ok=True)
    return True


def _read(contents: Path) -> tuple[str, str, dict[str, Any], str]:
    told = contents.read_text("utf-8").removeprefix(_HEAD).removesuffix(_TAIL)
    return msgspec.json.decode(f"[{told}]", type=tuple[str, str, dict[str, Any], str])
