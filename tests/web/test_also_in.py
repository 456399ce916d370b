"""Where else an article stands: among the results, on the message's page, by the API, in HTML
that nobody's group title can break."""

from __future__ import annotations

import pytest

from archive.groups import set_visibility
from archive.records import Group, Message

A, B, C = "telegram:-1001", "qq:7", "qq:8"
ARTICLE = "上线前先停写，再核对两边的行数，最后切换读取，出错就退回上一个版本，谁都不要临时改配置"


@pytest.fixture
def posted(fill, archive):
    fill(
        Group(A, title="开发群"), Group(B, title="<b>运维群"), Group(C, title="密室"),
        *(
            Message(key, id="1", sent_at=1_763_433_060 + n, text=ARTICLE)
            for n, key in enumerate((C, B, A))
        ),
    )  # fmt: skip
    with archive.writing() as db:
        for key in (A, B):
            set_visibility(db, key, "public", "test")


def test_a_page_of_results_shows_it_once_with_its_places(posted, site):
    page = site.get("/search?q=核对").text
    assert page.count('<article class="hit') == 1
    assert "还在" in page and f'href="/m/{B}:1"' in page and "密室" in page
    assert "<b>运维群" not in page and "&lt;b&gt;运维群" in page


def test_of_a_group_that_is_hidden_nothing_is_told(posted, site):
    """Fault 31."""
    for path in ("/search?q=核对", f"/m/{A}:1", "/api/search?q=核对"):
        told = site.get(path, host="example.org").text
        assert "运维群" in told and "密室" not in told and C not in told


def test_the_page_of_a_message_names_its_other_places(posted, site):
    page = site.get(f"/m/{B}:1").text
    assert "别的群也有" in page and f'href="/m/{A}:1"' in page and f'href="/m/{C}:1"' in page


def test_the_api_tells_places_and_every_copy_if_asked(posted, site):
    (hit,) = site.get("/api/search?q=核对").json()["hits"]
    assert [one["key"] for one in hit["also_in"]] == [f"{C}:1", f"{B}:1"]
    assert hit["also_in"][0]["group_title"] == "密室"
    apart = site.get("/api/search?q=核对&apart=true").json()["hits"]
    assert [one["group"] for one in apart] == [A, B, C]
