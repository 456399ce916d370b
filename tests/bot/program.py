"""Runs the installed `chendian` as a person would, and looks into what it left behind."""

from __future__ import annotations

import atexit
import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from warm import Warm

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(sys.executable).with_name("chendian")
FIXTURES = ROOT.parent / "shared/fixtures"
LIMIT = 100
"""Seconds after which a run counts as hanging."""

SENTENCES = re.compile(r"error: .+[.。?？!] .+(?:[.。?？]|: chendian [^.]+| --data [^.]+\))")
"""`error: what. what to do.`; behind a command to be copied there is no full stop."""

_warm = Warm()
atexit.register(_warm.stop)
_NOT_COMPARED = {"runs", "alembic_version", "meta", "former_states", "told_again"}


class Ran(msgspec.Struct):
    """What a run answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def environment(**more: str) -> dict[str, str]:
    """The environment of a run: nobody's configuration, wide lines."""
    own = {name: value for name, value in os.environ.items() if name != "CHENDIAN_CONFIG"}
    return {**own, "COLUMNS": "200", **more}


def run(*words: str | Path, cwd: Path | None = None, expect: int | None = None, **more: str) -> Ran:
    """Run `chendian` with these words; a traceback fails the test, whatever was expected."""
    code, out, err = _warm.run(list(map(str, words)), cwd or Path.cwd(), environment(**more))
    return checked(Ran(code, out.decode(), err.decode(errors="replace")), expect)


def run_onto(terminal: Path, *words: str | Path, **more: str) -> int:
    """Run `chendian` on a terminal; return its exit code."""
    return _warm.run_onto(
        list(map(str, words)), Path.cwd(), environment(**more), terminal, terminal
    )


def run_cold(
    *words: str | bytes | Path,
    expect: int | None = None,
    env: dict[str, str] | None = None,
    text_in: str = "utf-8",
    **options: Any,
) -> Ran:
    """Run the installed program itself; `options` are those of `subprocess.run`."""
    done = subprocess.run(
        [PROGRAM, *words], env={**environment(), **(env or {})}, timeout=LIMIT,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
    )  # fmt: skip
    out, err = (part or b"" for part in (done.stdout, done.stderr))
    return checked(
        Ran(done.returncode, out.decode(text_in), err.decode(text_in, "replace")), expect
    )


def checked(ran: Ran, expect: int | None) -> Ran:
    """Fail the test for a traceback, or for another exit code than expected."""
    assert "Traceback" not in ran.err, ran.err
    assert expect is None or ran.code == expect, f"exit {ran.code}\n{ran.out}\n{ran.err}"
    return ran


def refused(*words: str | Path, cwd: Path | None = None, **more: str) -> str:
    """Run what must fail: exit code 1 and one line `error: what. what to do.`; returns it."""
    ran = run(*words, cwd=cwd, expect=1, **more)
    (line,) = ran.err.splitlines()
    assert SENTENCES.fullmatch(line), line
    return line


def begin(*words: str | Path, **options: Any) -> subprocess.Popen[bytes]:
    """Start `chendian` and do not wait for it."""
    return subprocess.Popen(
        [PROGRAM, *words], env=environment(),
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
    )  # fmt: skip


def whole(data: Path) -> None:
    """Assert that `verify` finds nothing."""
    assert run("verify", "--data", data, "--json", expect=0).json == {"ok": True, "found": []}


def rows(data: Path, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Ask the database of an archive."""
    with closing(sqlite3.connect(data / "archive.db")) as db:
        return db.execute(statement, values).fetchall()


def dump(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Read every row of every table that a second import of the same could have changed.

    Which run brought a message is left out, and when: both differ between equal archives.
    """
    with closing(sqlite3.connect(data / "archive.db")) as db:
        names = [
            name
            for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            if not name.startswith(("message_index", "sqlite_")) and name not in _NOT_COMPARED
        ]
        return {name: _table(db, name) for name in sorted(names)}


def _table(db: sqlite3.Connection, name: str) -> list[tuple[Any, ...]]:
    # each import notes its own spans
    without = {"run_id", "id"} if name == "coverage" else {"run_id"}
    columns = [r[1] for r in db.execute(f"PRAGMA table_info({name})") if r[1] not in without]
    named = ", ".join(columns)
    return db.execute(f"SELECT DISTINCT {named} FROM {name} ORDER BY {named}").fetchall()
