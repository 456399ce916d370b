"""The erasure ledger: what was forgotten and refused, so that a backup from before can be told.

A file that only grows, beside the archive and wherever its backups go. Messages and people stand in
it as keyed hashes; keys that are needed again are sealed with the archive's secret.
"""

from __future__ import annotations

import base64
import fcntl
import hmac
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from archive.consent import group_keys
from archive.database import transaction
from archive.errors import ArchiveError
from archive.tombstones import mark_of, secret_of

_PLACES = "backups"
"""Name of the fact in `meta`: the folders in which there are backups."""
_WISHES = (
    "opt out", "opt in", "consent", "consent withdrawn", "visibility",
    "publish", "publish withdrawn", "alias withdrawn",
)  # fmt: skip
"""Actions of the audit whose last word holds after a restore, too."""
_OVERLAP = 60
"""Seconds for which messages are looked at again: a transaction takes a while."""
_TAIL = 8 << 20
"""Bytes read of a ledger that is known to be complete."""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: a forgotten `message`, `person` or `name`, an `alias`, or a wish of the audit."""

    kind: str
    at: int = 0
    """Unix seconds."""
    match: str = ""
    """Keyed hash."""
    sealed: str = ""
    """JSON, sealed."""


def name_of(db: sqlite3.Connection) -> str:
    """Return the ledger's file name, which differs from archive to archive."""
    return f"erasures-{archive_mark(db)}.jsonl"


def archive_mark(db: sqlite3.Connection) -> str:
    """Return 12 characters by which an archive and its backups know each other."""
    return mark_of(secret_of(db), "archive")[:12]


def lines_of(db: sqlite3.Connection, since: int = 0) -> list[Line]:
    """Return everything this archive knows to be forgotten or refused, oldest first; messages
    since a Unix time."""
    return sorted(_lines(db, since), key=lambda line: line.at)


def _lines(db: sqlite3.Connection, since: int) -> Iterator[Line]:
    secret = secret_of(db)
    keys = {i: group_keys(db, key) for i, key in db.execute("SELECT id, key FROM groups")}
    groups = {i: _sealed(secret, named) for i, named in keys.items()}
    for group, match, at in db.execute(
        "SELECT group_id, match, forgotten_at FROM tombstones WHERE forgotten_at >= ?", (since,)
    ):
        if group in groups:
            yield Line("message", at, match, groups[group])
    for match, at in db.execute("SELECT mark, at FROM erased_people"):
        yield Line("person", at, match)
    rows = db.execute("SELECT group_id, match, member_key FROM forgotten_names")
    for group, match, member in rows:
        if group in keys:
            yield Line("name", 0, match, _sealed(secret, [keys[group], member]))
    rows = db.execute("SELECT group_id, member_key, name, at FROM shown_names")
    for group, member, name, at in rows:
        if group in keys:
            yield Line("alias", at, "", _sealed(secret, [keys[group], member, name]))
    rows = db.execute(
        "SELECT action, at, target, detail FROM audit WHERE action IN"
        " (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(_WISHES),),
    )
    for action, at, target, detail in rows:
        yield Line(action, at, "", _sealed(secret, [target, detail]))


def write(db: sqlite3.Connection, folder: Path) -> list[Path]:
    """Bring the ledgers of an archive's folder and of its backups up to date, outside a
    transaction.

    Return the folders of backups that could not be reached. Raises ArchiveError.
    """
    name, now = name_of(db), int(time.time())
    ledger, others = folder / name, [place / name for place in places(db)]
    since = min(_complete_until(path, now) for path in (ledger, *others))
    lines = lines_of(db, since)
    if lines or ledger.exists():
        try:
            add(ledger, lines, whole=not since)
        except OSError as error:
            raise ArchiveError(
                f"{ledger} cannot be written ({error.strerror}).", "check the disk"
            ) from error
        _written[ledger] = (ledger.stat().st_size, now)
    away = []
    for path in others:
        try:
            add(path, lines, whole=not since)
            _written[path] = (path.stat().st_size, now)
        except OSError:
            away.append(path.parent)
    return away


_written: dict[Path, tuple[int, int]] = {}
"""What this process has brought up to date: ledger → (bytes, when). A long one is read once."""


def _complete_until(path: Path, now: int) -> int:
    """Return the Unix time up to which a ledger surely has all messages."""
    size, at = _written.get(path, (-1, 0))
    try:
        untouched = path.stat().st_size == size
    except OSError:
        return 0
    return max(0, at - _OVERLAP) if untouched and at <= now else 0


def add(path: Path, lines: Iterable[Line], whole: bool = True) -> None:
    """Append what a ledger does not have yet; on the disk when it returns. Raises OSError.

    Not `whole`: what stands far above its end may be written again.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not whole:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
        there = file.read()
        known = set(there.split(b"\n"))
        new = [line for line in map(msgspec.json.encode, lines) if line not in known]
        if not new:
            return
        # a kill may have cut the last line
        torn = b"\n" if there and not there.endswith(b"\n") else b""
        file.write(torn + b"".join(line + b"\n" for line in dict.fromkeys(new)))
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> tuple[list[Line], int]:
    """Return a ledger's lines, and how many of them are not readable. Raises OSError."""
    found, broken = list[Line](), list[bytes]()
    parts = path.read_bytes().split(b"\n")
    for part in filter(None, parts):
        try:
            found.append(msgspec.json.decode(part, type=Line))
        except msgspec.DecodeError:
            broken.append(part)
    # what a kill cut was written again
    lost = [one for one in broken if not any(p != one and p.startswith(one) for p in parts)]
    return found, len(lost)


def places(db: sqlite3.Connection) -> list[Path]:
    """Return the folders in which there are backups of this archive."""
    row = db.execute("SELECT value FROM meta WHERE name = ?", (_PLACES,)).fetchone()
    return [Path(place) for place in json.loads(row[0])] if row else []


def remember_place(db: sqlite3.Connection, place: Path) -> None:
    """Note that backups are kept in a folder, so that its ledger is kept up to date."""
    known = places(db)
    if place not in known:
        value = json.dumps([str(one) for one in (*known, place)])
        with transaction(db):
            db.execute("INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)", (_PLACES, value))


def unsealed(secret: bytes, line: Line) -> list[object] | None:
    """Return what a line names; None: it was sealed with another secret."""
    try:
        whole = base64.b64decode(line.sealed, validate=True)
    except ValueError:
        return None
    plain = _mixed(secret, whole[:16], whole[16:])
    if not hmac.compare_digest(whole[:16], _seal_of(secret, plain)):
        return None
    found: list[object] = json.loads(plain)
    return found


def _sealed(secret: bytes, value: list[object] | list[str]) -> str:
    """Encrypt: the same value is the same text, so that it is known to be there already."""
    plain = json.dumps(value, ensure_ascii=False).encode()
    seal = _seal_of(secret, plain)
    return base64.b64encode(seal + _mixed(secret, seal, plain)).decode()


def _seal_of(secret: bytes, plain: bytes) -> bytes:
    return hmac.digest(secret, b"ledger seal\0" + plain, "sha256")[:16]


def _mixed(secret: bytes, seal: bytes, text: bytes) -> bytes:
    blocks = (
        hmac.digest(secret, b"ledger stream\0" + seal + number.to_bytes(4, "big"), "sha256")
        for number in range(len(text) // 32 + 1)
    )
    return bytes(a ^ b for a, b in zip(text, b"".join(blocks), strict=False))
