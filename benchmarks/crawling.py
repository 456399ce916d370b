"""Follows every link of a published folder, and every place that its search leads to."""

from __future__ import annotations

import json
import posixpath
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import msgspec

_TAG = re.compile(rb"<(a|link|script|img|video|audio|source|form)\b([^>]*)>")
_LINK = re.compile(rb' (?:href|src|action|poster)="([^"]*)"')
_ID = re.compile(rb' id="([^"]*)"')
_AWAY = re.compile(r"(?:https?|mailto):")
_TOLD = 50
"""Faults that are named."""


class Crawled(msgspec.Struct):
    """What was followed."""

    pages: int = 0
    links: int = 0
    places: int = 0
    """Links to an id of a page."""
    away: int = 0
    """Links of people to elsewhere, and a page's own address."""
    results: int = 0
    """Messages of the search, each of which leads to its row."""
    broken: int = 0
    unreached: int = 0
    """Pages nothing leads to."""
    faults: list[str] = []

    def fault(self, what: str) -> None:
        """Note what is wrong."""
        self.broken += 1
        if len(self.faults) < _TOLD:
            self.faults.append(what)


def crawl(folder: Path) -> Crawled:
    """Follow all of it; a file or id that is not there, and whatever would be loaded from outside
    the folder, is a fault."""
    found = Crawled()
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    ids: dict[str, frozenset[bytes]] = {}
    wanted: dict[str, dict[bytes, str]] = defaultdict(dict)
    reached = {"index.html"}
    for file in sorted(name for name in files if name.endswith(".html")):
        body = (folder / file).read_bytes()
        ids[file] = frozenset(_ID.findall(body))
        found.pages += 1
        for tag, link in _links(body):
            if _AWAY.match(link):
                found.away += 1
                if tag not in (b"a", b"link"):
                    found.fault(f"{file}: loads {link}")
                continue
            target, place = _target(file, link)
            found.links += 1
            reached.add(target)
            if target not in files:
                found.fault(f"{file}: {link} leads nowhere")
            elif place:
                found.places += 1
                wanted[target][place.encode()] = file
    for target, file, place in _results(folder):
        found.results += 1
        if target not in ids:
            found.fault(f"{file}: {target} is not there")
        else:
            wanted[target][place.encode()] = file
    for target, places in wanted.items():
        for missing in places.keys() - ids.get(target, frozenset()):
            found.fault(f"{places[missing]}: {target} has no {missing.decode()}")
    found.unreached = len(ids.keys() - reached)
    return found


def _links(body: bytes) -> Iterator[tuple[bytes, str]]:
    for tag, inside in _TAG.findall(body):
        for link in _LINK.findall(inside):
            yield tag, unescape(link.decode())


def _target(file: str, link: str) -> tuple[str, str]:
    path, _, place = link.partition("#")
    path = path.partition("?")[0]
    if not path:
        return file, place
    # one that begins with a slash, or with a scheme, names nothing that is there
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), path)), place


def _results(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Return (page, script, id) of every message of the search."""
    version, told, newer = _values(folder / "x" / "contents.js")[1:]
    scripts = [*(folder / "x" / version).glob("s/*/*.js")]
    scripts += [folder / "x" / version / f"{newer}.js"] if newer else []
    for script in scripts:
        _, names, rows = _values(script)
        for group, day, anchor, *_ in rows:
            place, _, beginning = told["groups"][group]
            whole = anchor if isinstance(anchor, str) else f"{beginning}{anchor}"
            yield f"{place}{names[day]}.html", script.name, whole


def _values(script: Path) -> list[Any]:
    text = script.read_text("utf-8").removeprefix("chendian(").removesuffix(")\n")
    values: list[Any] = json.loads(f"[{text}]")
    return values


if __name__ == "__main__":
    crawled = crawl(Path(sys.argv[1]))
    print(msgspec.json.format(msgspec.json.encode(crawled), indent=1).decode())
    sys.exit(1 if crawled.broken or crawled.unreached else 0)
