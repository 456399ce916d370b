"""The published folder in a browser, from a disk and from a server: nothing leaves it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from demo_archive import fill_demo
from published import served
from stands import hostile_archive
from visiting import AXE, SCRIPT
from watching import Window

from archive.database import Archive
from bot.publishing import publish
from web.publish.state import Settings

pytestmark = pytest.mark.browser

BASE = "https://archive.example.org/of/ours"
STYLED = "getComputedStyle(document.body).getPropertyValue('--ink') !== ''"
BROKEN = "[...document.images].filter((i) => i.complete && !i.naturalWidth).map((i) => i.src)"
BARRED = """async (script) => {
  const barred = [], note = (event) => barred.push(event.effectiveDirective);
  document.addEventListener("securitypolicyviolation", note);
  const put = (name, values) => {
    document.body.append(Object.assign(document.createElement(name), values));
  };
  put("script", { textContent: "window.ran = true" });
  put("script", { src: script });
  put("img", { src: "https://canary.example/x.png" });
  put("iframe", { src: "https://canary.example/" });
  await fetch("https://canary.example/").catch(() => 0);
  await new Promise((done) => setTimeout(done, 100));
  return [window.ran, ...barred.sort()];
}"""


def _published(archive: Archive, out: Path, **more: Any) -> Path:
    with archive.writing() as db:
        db.execute("UPDATE groups SET visibility = 'public'")
    publish(archive, out, Settings(base_url=BASE, **more))
    return out


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    demo = fill_demo(tmp_path_factory.mktemp("demo") / "data")
    return _published(demo, tmp_path_factory.mktemp("disk") / "一个 folder #1", members=True)


@pytest.fixture(scope="module")
def base(folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "disk":
        yield folder.as_uri()
        return
    with served(folder.parent) as server:
        yield f"{server}/{quote(folder.name)}"


def _kinds(folder: Path) -> list[str]:
    """One page of each kind, the largest."""
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*.html")]
    files.sort(key=lambda file: (folder / file).stat().st_size)
    return sorted({re.sub(r"[^/]*[0-9_][^/]*", "*", file): file for file in files}.values())


@pytest.mark.parametrize("base", ["disk", "server"], indirect=True)
def test_every_kind_of_page_stands_within_its_policy(
    window: Callable[..., Window], folder: Path, base: str
) -> None:
    seen = window(base, width=360)
    faults = []
    for file in _kinds(folder):
        seen.page.goto(f"{base}/{file}")
        seen.page.wait_for_load_state("load")
        wrong = [*seen.look("wide"), *seen.page.evaluate(BROKEN), *seen.taken()]
        if not seen.page.evaluate(STYLED):
            wrong.append("no style")
        faults += [f"{file}: {one}" for one in wrong]
    assert faults == []


@pytest.mark.parametrize("base", ["disk", "server"], indirect=True)
def test_its_policy_lets_nothing_else_in(window: Callable[..., Window], base: str) -> None:
    page = window(base).page
    page.goto(f"{base}/index.html")
    kept = ["connect-src", "frame-src", "img-src", "script-src-elem", "script-src-elem"]
    assert page.evaluate(BARRED, "https://canary.example/x.js") == [None, *kept]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_folder_pass_axe(
    window: Callable[..., Window], folder: Path, scheme: str
) -> None:
    seen = window(folder.as_uri(), width=360, color_scheme=scheme)
    for file in ("index.html", "essence.html", "links.html", "calendar.html"):
        seen.page.goto(f"{folder.as_uri()}/{file}")
        seen.page.evaluate(SCRIPT)
        assert (seen.look("axe", AXE), seen.look("house")) == ([], []), file


def test_fault_25_26_hostile_pages_do_nothing(
    window: Callable[..., Window], tmp_path: Path
) -> None:
    out = _published(hostile_archive(tmp_path / "data"), tmp_path / "out", members=True)
    seen = window(out.as_uri())
    for file in _kinds(out):
        seen.page.goto(f"{out.as_uri()}/{file}")
    assert seen.taken() == []
