"""A roster as CSV: read from what spreadsheets write, written so that nothing in it is run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import date
from typing import Protocol

import msgspec

from archive.errors import ArchiveError
from archive.text import normalise

MAX_LINES = 100_000
"""Lines of one roster."""
MAX_CELL = 500
"""Characters of a name or note."""
ROLES = {
    "owner": ("群主",),
    "admin": ("管理员", "管理"),
    "guest": ("嘉宾", "partner", "合伙人"),
    "member": ("成员", "会员", "群友"),
    "newcomer": ("新人",),
}
"""Roles and how else they are written; the first other name is the one shown in Chinese."""

_HEADS = {
    "name": ("name", "姓名", "名字", "昵称", "成员", "群昵称", "nickname"),
    "member_key": ("member", "key", "member_key", "账号", "编号", "成员账号"),
    "role": ("role", "角色", "身份"),
    "expires_on": (
        "expires_on", "expires", "expiry", "到期", "到期日", "到期日期", "到期时间", "有效期至",
    ),
    "note": ("note", "备注", "说明"),
}  # fmt: skip
_NEVER = ("-", "无", "永久", "长期", "never", "none")
_DATE = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?(?:[ T]\d.*)?")
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_SHOWN = 5
"""Faults named at once."""


class Entry(msgspec.Struct, frozen=True):
    """A line of a roster file; "" and None where it says nothing."""

    line: int
    name: str
    member_key: str | None = None
    role: str = ""
    expires_on: str | None = None
    without_end: bool = False
    note: str = ""


class Line(Protocol):
    """What is written of a line."""

    @property
    def name(self) -> str: ...
    @property
    def member_key(self) -> str | None: ...
    @property
    def role(self) -> str: ...
    @property
    def expires_on(self) -> str | None: ...
    @property
    def note(self) -> str: ...


def read_roster(text: str, platform: str = "") -> list[Entry]:
    """Read a roster whose first line names its columns; a key without a platform is of `platform`.

    Raises ArchiveError that names the lines which cannot be read; then nothing is taken.
    """
    try:
        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), _dialect(text)))
    except csv.Error as error:
        raise ArchiveError(f"this is no CSV ({error}).", "save it as CSV again") from None
    if len(rows) > MAX_LINES + 1:
        raise ArchiveError(f"a roster has at most {MAX_LINES:,} lines.", "import it in parts")
    columns = _columns(rows[0] if rows else [])
    entries, faults = list[Entry](), list[str]()
    seen: dict[str, int] = {}
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        try:
            entry = _entry(number, {n: _cell(row, at) for n, at in columns.items()}, platform)
            before = seen.setdefault(entry.member_key or normalise(entry.name), number)
            if before != number:
                raise ValueError(f"is the same person as line {before}")
        except ValueError as error:
            faults.append(f"line {number} {error}")
        else:
            entries.append(entry)
    if faults:
        more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise ArchiveError(
            f"{'; '.join(faults[:_SHOWN])}{more}.", "nothing was taken; mend the file and try again"
        )
    return entries


def as_csv(lines: Iterable[Line]) -> str:
    """Write a roster; cells that a spreadsheet would run begin with an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["name", "member", "role", "expires_on", "note"])
    for line in lines:
        cells = (line.name, line.member_key or "", line.role, line.expires_on or "", line.note)
        writer.writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) or cell.startswith("'") else cell


def _dialect(text: str) -> type[csv.Dialect]:
    head = text.lstrip("\ufeff").partition("\n")[0]

    class Found(csv.excel):
        delimiter = max(",;\t", key=head.count)

    return Found


def _columns(head: list[str]) -> dict[str, int]:
    """Return the place of each column that is known by its heading."""
    places = {normalise(cell).strip(): place for place, cell in reversed(list(enumerate(head)))}
    found = {
        name: places[normalise(other)]
        for name, others in _HEADS.items()
        for other in reversed(others)
        if normalise(other) in places
    }
    if "name" not in found and "member_key" not in found:
        raise ArchiveError(
            "the first line names neither a name nor a member.",
            "begin with a line like: name,member,role,expires_on,note",
        )
    return found


def _cell(row: list[str], place: int) -> str:
    cell = row[place].strip() if place < len(row) else ""
    return cell[1:] if cell.startswith("'") else cell


def _entry(number: int, cells: dict[str, str], platform: str) -> Entry:
    if any(len(cell) > MAX_CELL for cell in cells.values()):
        raise ValueError(f"has a cell of more than {MAX_CELL} characters")
    name = " ".join(cells.get("name", "").replace("\0", "").split())
    key = cells.get("member_key", "")
    if key and ":" not in key:
        key = f"{platform}:{key}" if platform else key
    if not normalise(name).strip() and not key:
        raise ValueError("has neither a name nor a member")
    end = cells.get("expires_on", "")
    never = normalise(end) in _NEVER
    return Entry(
        line=number,
        name=name,
        member_key=key or None,
        role=_role(cells.get("role", "")),
        expires_on=None if never or not end else _date(end),
        without_end=never,
        note=cells.get("note", "").replace("\0", ""),
    )


def _role(cell: str) -> str:
    if not cell:
        return ""
    for role, others in ROLES.items():
        if normalise(cell) in map(normalise, (role, *others)):
            return role
    raise ValueError(f"has a role that is none of {', '.join(ROLES)}")


def _date(cell: str) -> str:
    found = _DATE.fullmatch(normalise(cell).strip())
    try:
        if found is None:
            raise ValueError
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        raise ValueError("has a date that is none; write 2026-12-31") from None
