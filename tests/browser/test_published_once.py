"""The published search shows an article that several groups have once, as the site's own does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from published import publish_search, served
from watching import Window

from archive.access import operator
from archive.database import open_archive
from archive.groups import set_visibility
from archive.keep import keep
from archive.records import Group, Message
from archive.search import search

pytestmark = pytest.mark.browser

DONE = "[data-state=shown], [data-state=failed]"
DAY, NOON = 86_400, 1_788_000_000
ARTICLE = "琥珀数据库恢复的完整步骤：先停掉写入，再把日志拷到另一台机器上回放，最后核对行数。"
LINK = "琥珀 https://www.example.org/post/7?utm_source=wx"
SAID = (
    ("甲", 0, ARTICLE), ("乙", 1, ARTICLE.replace("，", ", ")), ("甲", 2, ARTICLE),
    ("丙", 3, ARTICLE), ("丁", 30, ARTICLE), ("甲", 4, "琥珀在哪里"), ("乙", 4, "琥珀在哪里"),
    ("甲", 5, LINK), ("乙", 6, "转一个琥珀 http://example.org/post/7"), ("丙", 6, "琥珀 https://example.org"),
    ("丁", 6, "琥珀 https://example.org"), ("甲", 7, ARTICLE + "再补一句不同的话"),
    ("乙", 8, ARTICLE + "13812345678"), ("丙", 8, ARTICLE + "13887654321"),
)  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[Any]]]:
    """The address of a published search, and what the site's own search finds."""
    archive = open_archive(tmp_path_factory.mktemp("groups") / "data", create=True)
    keys = {name: f"telegram:-{number}" for number, name in enumerate("甲乙丙丁", 1)}
    with archive.writing() as db:
        keep(db, [Group(key, f"{name}群") for name, key in keys.items()])
        keep(db, [
            Message(keys[name], str(number), NOON + day * DAY + number, "telegram:9", "某人",
                    text=text) for number, (name, day, text) in enumerate(SAID)
        ])  # fmt: skip
        for key in keys.values():
            set_visibility(db, key, "public", "operator")
    with archive.reading() as db:
        hits = search(db, "琥珀", operator(), limit=50, once=True).hits
    out = tmp_path_factory.mktemp("published")
    publish_search(archive, operator(), out)
    with served(out) as base:
        yield base, hits


def test_an_article_is_shown_once_with_its_places_as_the_site_shows_it(
    window: Callable[..., Window], told: tuple[str, list[Any]]
) -> None:
    base, hits = told
    page = window(base).page
    page.goto(f"{base}/search.html#q=琥珀")
    page.wait_for_selector(DONE, state="attached")
    shown = [
        (hit.locator("a[href]").first.get_attribute("href").rpartition("#m")[2],
         {link.inner_text() for link in hit.locator(".also a").all()})
        for hit in page.locator("article.hit").all()
    ]  # fmt: skip
    wanted = [
        (hit.message.key.rpartition(":")[2], {place.group_title for place in hit.also_in})
        for hit in hits
    ]
    assert len(shown) == len(wanted) == len(SAID) - 4
    assert shown == wanted
    assert page.locator(".also span").first.inner_text() == "还在"
