"""Reads a published folder as a browser would: pages, links, what they lead to."""

from __future__ import annotations

import posixpath
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LEADING = ("href", "src", "action", "poster", "data-copy", "data-share", "srcset", "formaction")
_ALIVE = ("script", "iframe", "object", "embed", "base", "form", "style", "portal", "frame")
_TOLD_BY = ("a", "button")
"""What may name a whole address: a link of people's, and what copies a page's own."""
_OWN = re.compile(r"(\.\./)*s/(page|published_[a-z]+)\.js\?v=[0-9a-f]+")
_UNLINKED = ("x/", "robots.txt", "sitemap")
_FIND = re.compile(r'<form class="find" role="search" action="(\.\./)*search\.html">')
NAME = re.compile(r"[a-z0-9._-]+(/[a-z0-9._-]+)*")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.policies: list[str] = []
        """What it may load."""
        self.alive: list[str] = []
        """What a browser would run, or send somewhere."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        told = dict(attrs)
        if tag == "meta" and told.get("http-equiv") == "Content-Security-Policy":
            # what stands before it is not held to it
            self.policies.append("" if self.links else told.get("content") or "")
        own = (
            tag == "script"
            and (_OWN.fullmatch(told.get("src") or "") or told.get("type") == "application/ld+json")
        ) or _FIND.fullmatch(self.get_starttag_text() or "")
        if (tag in _ALIVE and not own) or any(name.startswith("on") for name, _ in attrs):
            self.alive.append(self.get_starttag_text() or tag)
        self.links += [value or "" for name, value in attrs if name in _LEADING]
        if tag not in _TOLD_BY and told.get("rel") != "canonical":
            whole = (value or "" for name, value in attrs if name in _LEADING)
            self.alive += [f"loads {link}" for link in whole if urlsplit(link).netloc]


def files_of(folder: Path) -> set[str]:
    """Return every file by its path in the folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def all_of(folder: Path) -> bytes:
    """Return every byte of it, and the names of its files."""
    names = sorted(files_of(folder))
    return b"\n".join([*(folder.joinpath(n).read_bytes() for n in names), *map(str.encode, names)])


def faults_of(folder: Path) -> list[str]:
    """Return what is wrong with its links and names, and which files nothing leads to."""
    pages = {}
    for file in files_of(folder):
        if file.endswith(".html"):
            pages[file] = _Page()
            pages[file].feed((folder / file).read_text("utf-8"))
    faults = [f"{file}: name" for file in files_of(folder) if not NAME.fullmatch(file)]
    reached = {".chendian-published", "index.html"}
    for file, page in pages.items():
        if len(page.ids) != len(set(page.ids)):
            faults.append(f"{file}: an id twice")
        faults += [f"{file}: {tag}" for tag in page.alive]
        if len(page.policies) != 1 or not page.policies[0].startswith("default-src 'none';"):
            faults.append(f"{file}: no policy")
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "mailto"):
                continue
            beside = posixpath.join(posixpath.dirname(file), unquote(parts.path))
            target = posixpath.normpath(beside) if parts.path else file
            reached.add(target)
            if not link or parts.scheme or link.startswith("/"):
                faults.append(f"{file}: {link!r}")
            elif not (folder / target).is_file():
                faults.append(f"{file}: {link!r} leads nowhere")
            elif parts.fragment and parts.fragment not in pages[target].ids:
                faults.append(f"{file}: {link!r} has no such place")
    # the scripts of the index lead to each other; robots begin with what is for them
    left = {file for file in files_of(folder) - reached if not file.startswith(_UNLINKED)}
    return [*faults, *(f"{file}: not reached" for file in left)]
