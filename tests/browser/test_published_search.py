"""The published folder's search in Chromium, from a disk and from a plain server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from demo_archive import NOW, fill_demo
from published import publish_search, served
from stands import hostile_archive
from visiting import AXE, SCRIPT
from watching import Window

from archive.access import operator, public
from archive.database import Archive
from archive.highlight import marks_in
from archive.keep import keep
from archive.published_texts import groups_of, said
from archive.records import Group, Message
from archive.text import normalise, places, tokens
from web.publish.places import anchor
from web.publish.search_snippets import searched
from web.publish.search_terms import kinds

pytestmark = pytest.mark.browser

DONE = "[data-state=shown], [data-state=failed]"
ALL = """([wanted, filters]) => Promise.all(wanted.map((typed) => {
  const {Search, parsed, fits} = window.chendianSearch, index = window.chendianIndex;
  const search = new Search(window.chendianPage.contents(), parsed(typed), filters);
  return search.more(Infinity).then(() => Promise.all(search.found.map(index.rowOf)))
    .then((rows) => search.newer.concat(rows.filter((row) => fits(row, search.query, filters))))
    .then((right) => [
      right.map((row) => row.href.split('#')[1]),
      !search.exact || right.length === search.found.length + search.newer.length,
    ]);
}))"""
LETTERS = "部署服务問题們が한글ア﨑𠮷〇abAB１2éÉｃß_ -.,，。！\n+#👍🏽❤️\u200b\u0301ªΣя\uff9e\u3099"
NO_FILTER: dict[str, Any] = {"group": None, "essence": False, "month": None}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return fill_demo(tmp_path_factory.mktemp("demo") / "data")


@pytest.fixture(scope="module")
def folder(demo: Archive, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("published") / "a folder 沉淀"
    publish_search(demo, operator(), out)
    return out


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    with served(folder) as base:
        yield base


@pytest.fixture
def opened(window: Callable[..., Window]) -> Iterator[Callable[..., Any]]:
    """Open a published search; nothing it does then may be a fault, such as asking for a file
    outside its folder."""
    windows: list[Window] = []

    def open_at(base: str, query: str = "", **more: Any) -> Any:
        windows.append(window(base, **more))
        page = windows[-1].page
        page.goto(f"{base}/search.html{query}")
        page.wait_for_selector(DONE, state="attached")
        return page

    yield open_at
    assert [fault for opened in windows for fault in opened.taken()] == []


def ask(page: Any, typed: str) -> list[str]:
    """Type a query and return the words of what is shown."""
    page.fill(".find input", typed)
    page.wait_for_timeout(120)
    page.wait_for_selector(DONE, state="attached")
    return [words.inner_text() for words in page.locator(".hit .words").all()]


@pytest.mark.parametrize("from_disk", [True, False])
def test_search_finds_as_one_types_from_a_disk_and_from_a_server(
    opened: Callable[..., Any], folder: Path, server: str, from_disk: bool
) -> None:
    page = opened(folder.as_uri() if from_disk else server, "#q=内存")
    assert page.locator(".hit mark").first.inner_text() == "内存"
    assert page.locator("[data-part=count]").inner_text() == "1 条"
    assert all("docker" in words.lower() for words in ask(page, "docke*"))
    assert len(ask(page, "索引")) == 20
    page.click("[data-part=more]")
    page.wait_for_selector(".hit:nth-child(40)")
    assert "#q=%E7%B4%A2%E5%BC%95" in page.url
    assert ask(page, "琥珀蜥蜴") == []
    assert page.locator("[data-part=count]").inner_text() == "没有找到"


def test_filters_narrow_and_are_kept_in_the_address(
    opened: Callable[..., Any], server: str
) -> None:
    page = opened(server, "?q=的")
    page.select_option("select[name=g]", label="后端夜谈")
    page.select_option("select[name=m]", "2026-11")
    page.wait_for_selector(DONE, state="attached")
    assert "m=2026-11" in page.url and "g=" in page.url
    shown = page.locator(".hit .meta").all_inner_texts()
    assert shown and all("后端夜谈" in meta and "2026-11-" in meta for meta in shown)
    again = opened(page.url.split("/search")[0], "/".join(page.url.split("search.html")[1:]))
    assert again.locator(".hit .meta").all_inner_texts() == shown
    page.click("button[name=e]")
    page.wait_for_selector(DONE, state="attached")
    assert page.locator(".hit").count() == page.locator(".hit.ess").count()


def test_results_are_walked_through_by_keys_and_told_aloud(
    opened: Callable[..., Any], server: str
) -> None:
    page = opened(server, "#q=索引")
    page.focus(".find input")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement === document.querySelectorAll('.words')[1]")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.name") == "q"
    status = page.get_by_role("status").filter(has_text="条")
    status.wait_for(state="attached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_a_phone_and_passes_axe(
    window: Callable[..., Window], server: str, scheme: str
) -> None:
    seen = window(server, width=360, color_scheme=scheme)
    seen.page.goto(f"{server}/search.html#q=索引")
    seen.page.wait_for_selector(DONE, state="attached")
    seen.page.evaluate(SCRIPT)
    assert (seen.look("wide"), seen.look("axe", AXE), seen.look("house")) == ([], [], [])
    assert seen.taken() == []


QUERIES = (
    "的", "索引", "慢查询", "超时慢", "先看慢查询，是昨天", '"服务又报"', "超时 慢", "的 了 索引",
    "docker", "docke*", "a", "asyncio 的", "问題", "ＤＯＣＫＥＲ", "索引 -超时", "sqlite", "3",
    "👍", "再等等", "等", "琥珀", "流量切走 先", "https", "debug模式", "开debug", "ex*", "c",
)  # fmt: skip


def test_everything_that_is_found_is_what_brute_force_finds(
    opened: Callable[..., Any], demo: Archive, folder: Path
) -> None:
    _found_exactly(opened(folder.as_uri()), demo, QUERIES)


def test_no_text_is_too_odd_to_be_found(
    opened: Callable[..., Any], archive: Archive, tmp_path: Path
) -> None:
    random = Random(5)
    said_ = ["".join(random.choices(LETTERS, k=random.randint(0, 16))) for _ in range(400)]
    with archive.writing() as db:
        keep(db, [Group("qq:1", title="乱")])
        keep(db, [Message("qq:1", str(n), NOW + n * 60, text=t) for n, t in enumerate(said_)])
    publish_search(archive, operator(), tmp_path / "out")
    page = opened((tmp_path / "out").as_uri())
    _found_exactly(page, archive, [f"{word}*" for word in ("ab", "bc", "b1", "12", "яс", "ss")])


def _found_exactly(page: Any, archive: Archive, queries: Sequence[str]) -> None:
    with archive.reading() as db:
        keys = groups_of(db, operator())
        texts = [message for message in said(db, operator()) if message.text is not None]
    folded = [normalise(searched(message.text)) for message in texts]
    queries = [*queries, *_cut_out([message.text.words for message in texts if message.text])]
    found = page.evaluate(ALL, [queries, NO_FILTER])
    for typed, (anchors, whole) in zip(queries, found, strict=True):
        wanted = [
            anchor(f"{keys[message.group][0]}:{message.platform_id}")
            for message, text in reversed(list(zip(texts, folded, strict=True)))
            if _holds(typed, text)
        ]
        assert (anchors, whole) == (wanted, True), ascii(typed)


def _cut_out(texts: list[str]) -> list[str]:
    """Pieces of one to six characters of what was said."""
    random = Random(7)
    pieces = [random.choice(texts) for _ in range(200)]
    starts = [random.randrange(max(1, len(text))) for text in pieces]
    cut = [text[at : at + random.randint(1, 6)] for text, at in zip(pieces, starts, strict=True)]
    return [f'"{piece}"' for piece in cut if '"' not in piece and tokens(piece).body]


def _holds(typed: str, text: str) -> bool:
    if typed.startswith('"'):
        return any(places(typed.strip('"'), text))
    return all(
        any(places(word.removeprefix("-"), text)) != word.startswith("-") for word in typed.split()
    )


def test_filters_find_what_brute_force_finds(
    opened: Callable[..., Any], demo: Archive, folder: Path
) -> None:
    with demo.reading() as db:
        texts = [message for message in said(db, operator()) if message.text is not None]
    page = opened(folder.as_uri())
    groups = page.evaluate("window.chendianPage.contents().groups.length")
    for group, essence in product(range(groups), (False, True)):
        filters = {"group": group, "essence": essence, "month": None}
        (everything, _), (some, _) = page.evaluate(ALL, [["", "的"], filters])
        assert len(set(everything)) == len(everything) >= len(some)
        assert set(some) <= set(everything)
    whole = page.evaluate(ALL, [[""], {**NO_FILTER, "essence": True}])[0][0]
    assert len(whole) == sum(message.essence for message in texts) > 0


def test_browser_folds_every_character_as_the_index_does(
    opened: Callable[..., Any], folder: Path
) -> None:
    page = opened(folder.as_uri())
    codes = [code for code in range(0x30000) if not 0xD800 <= code < 0xE000]
    folded = page.evaluate(
        "(codes) => codes.map((c) => window.chendianText.normalise(String.fromCodePoint(c)))", codes
    )
    # of characters that this Python does not know the browser may know more
    wrong = [
        hex(code)
        for code, seen in zip(codes, folded, strict=True)
        if seen != normalise(chr(code)) and kinds()[code]
    ]
    assert wrong == []


def test_browser_marks_what_python_marks(opened: Callable[..., Any], folder: Path) -> None:
    page = opened(folder.as_uri())
    random = Random(11)
    texts = ["".join(random.choices(LETTERS, k=random.randint(0, 14))) for _ in range(600)]
    terms = [text[at : at + 3] for text in texts for at in [random.randrange(len(text) + 1)]]
    terms = [term + "*" * (number % 7 == 0) for number, term in enumerate(terms)]
    told = page.evaluate(
        """(pairs) => pairs.map(([text, term]) => [
          window.chendianText.normalise(text),
          window.chendianText.marksIn(text, [term])
            .map((span) => span.map((at) => Array.from(text.slice(0, at)).length)),
        ])""",
        list(zip(texts, terms, strict=True)),
    )
    for text, term, (folded, marks) in zip(texts, terms, told, strict=True):
        assert folded == normalise(text), ascii(text)
        assert [tuple(span) for span in marks] == list(marks_in(text, [term])), ascii((text, term))


def test_hostile_text_is_shown_as_text_and_runs_nowhere(
    opened: Callable[..., Any], tmp_path: Path
) -> None:
    archive = hostile_archive(tmp_path / "data")
    publish_search(archive, public(), tmp_path / "out")
    page = opened((tmp_path / "out").as_uri())
    for typed in ("script", "alert", "img", "on*", "javascript"):
        ask(page, typed)
    assert page.locator(".hit").count() > 0
    inside = "[data-part=hits] :not(article,div,b,bdi,a,span,time,mark)"
    assert page.locator(inside).count() == 0
    assert page.locator("select option *").count() == 0


def test_public_finds_no_private_word_and_no_file_holds_one(
    demo: Archive, tmp_path: Path, opened: Callable[..., Any]
) -> None:
    publish_search(demo, public(), tmp_path / "out")
    with demo.reading() as db:
        hidden = {m.group for m in said(db, operator())} - {m.group for m in said(db, public())}
        words = [m.text.words for m in said(db, operator()) if m.group in hidden and m.text]
    long = sorted(words, key=len)[-20:]
    for file in (tmp_path / "out" / "x").rglob("*.js"):
        body = file.read_bytes()
        assert not [word for word in long if word[:40].encode() in body], file
    page = opened((tmp_path / "out").as_uri())
    (found, _) = page.evaluate(ALL, [[f'"{long[-1][:12]}"'], NO_FILTER])[0]
    assert found == []
