"""Numbers, names and lists in the pages are those of the code."""

from __future__ import annotations

import re
import sqlite3
import tomllib
from pathlib import Path

from docs_reading import ROOT, headings, spans, table, text_of

from adapters.exports import FORMATS, source, zipped
from adapters.exports.telegram_html import media as html_media
from archive import essence, ids, index, prepare, proposals, relevance, search, waiting
from archive.access import VISIBILITIES
from archive.database import BUSY_MS, PAGE_SIZE, open_archive
from bot import frames, importing

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
FORMATS_PAGE = text_of("docs/formats.md")
ARCHITECTURE = text_of("docs/architecture.md")
DECISIONS = text_of("docs/decisions.md")
CONFIGURATION = text_of("docs/configuration.md")


def _says(text: str, *facts: str) -> None:
    flat = " ".join(text.split())
    assert [fact for fact in facts if fact not in flat] == []


def test_every_format_has_a_row_and_a_section() -> None:
    names = [form.NAME for form in FORMATS]
    rows = re.findall(r"^\| \[`([\w-]+)`\]", FORMATS_PAGE, re.MULTILINE)
    sections = [words for level, words in headings(FORMATS_PAGE) if words in names]
    assert rows == sections == names


def test_formats_page_has_the_limits_of_the_code() -> None:
    _says(
        FORMATS_PAGE,
        f"{zipped.MAX_ENTRIES:,} entries",
        f"more than {zipped.MAX_TOTAL >> 30} GiB",
        f"more than {zipped.MAX_RATIO} times (from {zipped.RATIO_FROM >> 20} MiB on)",
        f"{zipped.MAX_NAME:,} characters or deeper than {zipped.MAX_DEPTH} folders",
        f"({source.MAX_DEPTH} levels)",
        f"{prepare.MAX_TEXT:,} characters",
        f"{proposals.ENOUGH} messages agree",
        f"up to {waiting.DECIDED_BY:,}",
        f"first {source.HEAD >> 10} KiB",
        *source.SUFFIXES,
    )


def test_formats_page_names_why_a_file_is_missing() -> None:
    reasons = {reason for _, reason in html_media._REASONS}
    _says(FORMATS_PAGE, *(f"`{why}`" for why in (*reasons, "not found", "unreadable")))


def test_architecture_names_every_table(tmp_path: Path) -> None:
    archive = open_archive(tmp_path, create=True)
    db = sqlite3.connect(archive.path)
    named = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    db.close()
    made = {name for (name,) in named if not name.startswith((index.TABLE, "alembic", "sqlite"))}
    listed = {name for row in table(ARCHITECTURE, "Tables") for name in spans(row[0])}
    assert listed == made
    _says(ARCHITECTURE, f"`{index.TABLE}`")


def test_architecture_names_files_that_are_there() -> None:
    for page in (ARCHITECTURE, DECISIONS, FORMATS_PAGE, text_of("docs/install.md")):
        for path in re.findall(r"\b(?:archive|adapters|bot|web|demo)/[\w/]+\.\w+", page):
            assert (ROOT / path).exists(), path


def test_architecture_has_the_numbers_of_the_code() -> None:
    _says(
        ARCHITECTURE,
        f"more than {frames.SMALL >> 20} MiB",
        f"up to {BUSY_MS // 1000} s",
        f"newest {relevance.CANDIDATES:,}",
        f"(seconds since 2000) << {ids.SHIFT}",
        f"when {1 << ids.SHIFT} are taken",
    )


def test_decisions_have_the_numbers_of_the_code() -> None:
    pairs = len((ROOT / "archive" / "simplified.txt").read_text("utf-8").split())
    _says(
        DECISIONS,
        f"{pairs:,} pairs",
        f"over the newest {relevance.CANDIDATES:,} hits",
        f"`hashsize` {index.SETTINGS['hashsize'] >> 20} MiB",
        f"`automerge` {index.SETTINGS['automerge']}",
        f"`pgsz` {index.SETTINGS['pgsz']:,}",
        f"pages of {PAGE_SIZE >> 10} KiB",
        f"more than {frames.SMALL >> 20} MiB",
        f"over {prepare.MAX_TEXT:,} characters",
    )
    assert "columnsize=0" in index.CREATE


def test_every_decision_is_dated() -> None:
    titles = [words for level, words in headings(DECISIONS) if level == "##"]
    assert titles.pop() == "Dependencies"
    assert all(re.match(r"20\d\d-\d\d-\d\d · \S", title) for title in titles)


def test_every_dependency_is_accounted_for() -> None:
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    names = {re.match(r"[\w.-]+", spec)[0] for spec in wanted}  # type: ignore[index]
    listed = set(re.findall(r"[a-z][\w-]+", DECISIONS.split("## Dependencies")[1]))
    assert names <= listed


def test_configuration_page_has_the_limits_of_the_code() -> None:
    _says(CONFIGURATION, f"a run of up to {essence.MAX_RUN}", f"exact up to {search.COUNTED:,}")
    _says(CONFIGURATION, *(f"`{value}`" for value in VISIBILITIES))


def test_json_shapes_are_those_of_the_program(tmp_path: Path) -> None:
    archive = open_archive(tmp_path, create=True)
    report = importing.import_paths(
        archive, [ROOT / "demo" / "qq"], time_zone="Asia/Shanghai"
    ).as_json()
    shape = CONFIGURATION.split("chendian import --json")[1].split("chendian search --json")[0]
    documented = set(re.findall(r'"(\w+)"', shape))
    inner = [report["messages"], *report["groups"], *report["files"]]
    assert documented == {*report, *(key for part in inner for key in part), "where", "why"}


def test_changes_begin_with_this_version() -> None:
    version = PROJECT["project"]["version"]
    first = next(words for level, words in headings(text_of("CHANGELOG.md")) if level == "##")
    assert first.split()[0] == version


def test_python_version_is_the_one_required() -> None:
    least = PROJECT["project"]["requires-python"].removeprefix(">=")
    for page in ("README.md", "README.zh-CN.md", "docs/install.md"):
        assert f"Python {least}" in text_of(page)
