"""The crawl of a published folder: what it follows, and what it calls broken."""

from __future__ import annotations

from pathlib import Path

from benchmarks.crawling import crawl

CONTENTS = 'chendian("contents","v1",{"groups":[["g/a/","甲","m"]]},"")\n'
ROWS = 'chendian("s/0/0",["2026-01-01","甲"],[[0,0,%s,1,1,"话",0]])\n'


def site(folder: Path, index: str, anchor: int = 7) -> Path:
    for name, body in {
        "index.html": index,
        "g/a/2026-01-01.html": '<a href="../../index.html">x</a><p id="m7">话</p>',
        "x/contents.js": CONTENTS,
        "x/v1/s/0/0.js": ROWS % anchor,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(body, "utf-8")
    return folder


def test_what_leads_somewhere_is_counted(tmp_path: Path) -> None:
    link = '<a href="g/a/2026-01-01.html?x&amp;y#m7">x</a><a href="https://a.example">x</a>'
    found = crawl(site(tmp_path, link))
    assert (found.pages, found.links, found.places, found.away, found.results) == (2, 2, 1, 1, 1)
    assert (found.broken, found.unreached) == (0, 0)


def test_what_leads_nowhere_or_out_is_told(tmp_path: Path) -> None:
    links = '<a href="/g"></a><img src="https://a.example/x.png"><a href="index.html#no"></a>'
    found = crawl(site(tmp_path, links, anchor=8))
    assert found.faults == [
        "index.html: /g leads nowhere", "index.html: loads https://a.example/x.png",
        "index.html: index.html has no no", "0.js: g/a/2026-01-01.html has no m8",
    ]  # fmt: skip
    assert found.unreached == 1
