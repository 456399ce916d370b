"""Rows of a CSV with their places and faults, whatever its delimiter and line ends."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from adapters.exports.encoding import Text

MAX_FIELD = 16 * 2**20
"""Characters of one cell."""

Row = tuple[str, list[str], str | None]
"""Where it is, its cells, and why there are none."""


def delimiter_of(line: str) -> str:
    """Tell the delimiter from the first line: what is saved as Unicode text has tabs."""
    return "\t" if line.count("\t") > line.count(",") else ","


def columns_of(line: str) -> list[str]:
    """Return the names in the first line; none where it is not a line of CSV."""
    line = line.strip("\ufeff \r\n")
    try:
        found = next(csv.reader([line], delimiter=delimiter_of(line)), [])
    except csv.Error:
        return []
    return [name.strip() for name in found]


def rows_of(text: Text, lines: Iterator[str], delimiter: str) -> Iterator[Row]:
    """Give each row after the first line, or why it could not be read."""
    csv.field_size_limit(MAX_FIELD)
    # strict, so that a file cut inside a quoted cell is noticed
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            # the message of the module names the fault, never the content
            yield f"line {reader.line_num + 1}", [], f"not a row of CSV: {error}"
            continue
        if row is None:
            return
        fault = text.fault("\n".join(row)) if text.damaged else None
        yield f"line {reader.line_num + 1}", row, fault
