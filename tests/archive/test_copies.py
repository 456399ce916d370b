"""The same article in several groups is one hit with its places, as far as the reader may see."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from told import T0, found, said, told

from archive.access import Reader, member, public
from archive.copies import also_in
from archive.database import Archive
from archive.forget import forget
from archive.groups import set_visibility
from archive.ids import DAY
from archive.levels import set_level
from archive.places import canonical
from archive.records import Attachment, Group, Message, Recall
from archive.views import Results

A, B, C, HIDDEN = "telegram:-1", "telegram:-2", "qq:3", "qq:4"
ARTICLE = "上线前先停写，再核对两边的行数，最后切换读取，出错就退回上一个版本，谁都不要临时改配置"
LINK = "https://www.example.org/posts/17?id=5"


@pytest.fixture
def groups(archive: Archive) -> Archive:
    told(archive, *(Group(key, f"群{key[-1]}") for key in (A, B, C, HIDDEN)))
    return archive


def posted(archive: Archive, *texts: tuple[str, str], at: int = T0, **more: object) -> None:
    """Post texts, (group, text), a minute after each other."""
    for number, (group, text) in enumerate(texts):
        told(archive, post(group, text, at + 60 * number, **more))


def post(group: str, text: str, at: int, **more: object) -> Message:
    return said(f"{at}", text, at, group=group, **more)


def shown(archive: Archive, query: str, reader: Reader | None = None, **more: object) -> list[str]:
    """Search, and return hits as `群 +other groups`."""
    return lines(found(archive, query, reader, once=True, **more))


def lines(results: Results) -> list[str]:
    return [
        " +".join((hit.message.group_title, *(one.group_title for one in hit.also_in)))
        for hit in results.hits
    ]


def test_an_article_in_three_groups_is_one_hit_with_its_places(groups: Archive) -> None:
    posted(groups, (A, ARTICLE), (B, f"{ARTICLE}！"), (C, ARTICLE.replace("，", ", ")))
    assert shown(groups, "核对") == ["群3 +群1 +群2"]
    (closest,) = shown(groups, "核对", order="relevance")
    assert sorted(closest.split(" ")) == ["+群2", "+群3", "群1"]
    results = found(groups, "核对", once=True)
    assert results.count == 3 and results.older is None
    assert [one.key for one in results.hits[0].also_in] == [f"{A}:{T0}", f"{B}:{T0 + 60}"]
    assert len(found(groups, "核对").hits) == 3


def test_a_filter_still_finds_the_copy_in_its_group(groups: Archive) -> None:
    posted(groups, (A, ARTICLE), (B, ARTICLE), (C, ARTICLE))
    for key, title in ((A, "群1"), (B, "群2"), (C, "群3")):
        (line,) = shown(groups, f"核对 in:{key}")
        assert line.startswith(title) and line.count("+") == 2


@pytest.mark.parametrize(
    "text",
    ["收到", "好的，谢谢大家", "@所有人 明天上午十点开会", "同意", "666", "https://example.org/"],
)
def test_what_is_short_is_never_one(groups: Archive, text: str) -> None:
    posted(groups, (A, text), (B, text))
    query = "example" if "://" in text else text.split()[-1][-3:]
    assert shown(groups, query) == ["群2", "群1"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ARTICLE * 3, f"各位老师早上好：\n【转发】{ARTICLE * 3}"),
        (f"{ARTICLE} {LINK}", f"{ARTICLE} {LINK}&utm_source=wx&from=timeline"),
        (f"核对 {LINK}", "核对 http://example.org/posts/17?spm=a.b&id=5#wechat_redirect"),
        (
            ARTICLE,
            "上線前先停寫，再核對兩邊的行數，最後切換讀取，出錯就退回上一個版本，誰都不要臨時改配置",
        ),
    ],
)
def test_greetings_and_what_tracks_readers_make_no_other_article(
    groups: Archive, one: str, other: str
) -> None:
    posted(groups, (A, one), (B, other))
    assert shown(groups, "核对") == ["群2 +群1"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{ARTICLE}甲", f"{ARTICLE}乙"),
        (f"{ARTICLE} 13812345678", f"{ARTICLE} 13912345678"),
        (f"{ARTICLE} {LINK}", f"{ARTICLE} {LINK}6"),
        (f"核对 {LINK}", f"核对 {LINK}6"),
        (f"核对 {LINK} https://a.b/c", f"核对 {LINK} https://a.b/d"),
    ],
)
def test_what_differs_is_two(groups: Archive, one: str, other: str) -> None:
    posted(groups, (A, one), (B, other))
    assert shown(groups, "核对") == ["群2", "群1"]


def test_the_same_file_is_one_and_with_words_it_is_told_by_these(groups: Archive) -> None:
    paper = Attachment("file", "手册.pdf", sha256="ab" * 32, size=9)
    posted(groups, (A, ""), (B, ""), attachments=(paper,))
    told(groups, post(C, ARTICLE, T0 + 600, attachments=(paper,)))
    assert shown(groups, "手册") == ["群3", "群2 +群1"]


def test_a_week_apart_it_is_said_again(groups: Archive) -> None:
    posted(groups, (A, ARTICLE))
    posted(groups, (B, ARTICLE), at=T0 + 8 * DAY)
    assert shown(groups, "核对") == ["群2", "群1"]
    # what lies between makes it one
    posted(groups, (C, ARTICLE), at=T0 + 5 * DAY)
    assert shown(groups, "核对") == ["群2 +群1 +群3"]


def test_repeated_in_one_group_every_time_is_a_hit(groups: Archive) -> None:
    posted(groups, (A, ARTICLE), (A, ARTICLE), (A, ARTICLE))
    assert shown(groups, "核对") == ["群1"] * 3


def test_places_a_reader_may_not_see_are_not_told(groups: Archive) -> None:
    """Fault 31: hidden groups, withheld messages, people who left."""
    posted(groups, (HIDDEN, ARTICLE), (A, ARTICLE), (B, ARTICLE), (HIDDEN, ARTICLE))
    with groups.writing() as db:
        set_visibility(db, A, "public", "operator")
    reader = member(frozenset((A, B)))
    alone = found(groups, "核对", reader, once=True)
    assert lines(alone) == ["群2 +群1"] and alone.count == 2
    assert shown(groups, "核对", public()) == ["群1"]
    assert shown(groups, "核对", member(frozenset((HIDDEN,)))) == ["群4 +群1"]
    with groups.writing() as db:
        (row_id,) = db.execute(
            "SELECT m.id FROM messages m JOIN groups g ON g.id = group_id WHERE key = ?", (A,)
        ).fetchone()
        set_level(db, row_id, "admins", "operator")
        assert also_in(db, reader, row_id) == ()
    assert shown(groups, "核对", reader) == ["群2"]


def test_what_is_forgotten_recalled_or_edited_is_no_place_any_more(groups: Archive) -> None:
    posted(groups, (A, ARTICLE), (B, ARTICLE), (C, ARTICLE), (HIDDEN, ARTICLE))
    told(groups, Recall(A, f"{T0}", at=T0 + 900))
    told(groups, post(B, "改成别的了，核对过", T0 + 60, edited_at=T0 + 901))
    with groups.writing() as db:
        forget(db, [f"{C}:{T0 + 120}"], by="operator")
    assert shown(groups, "核对") == ["群4", "群2"]
    told(groups, post(B, ARTICLE, T0 + 60, edited_at=T0 + 902))
    assert shown(groups, "核对") == ["群4 +群2"]


def test_no_page_shows_what_another_has_shown(groups: Archive) -> None:
    for number in range(30):
        text = f"第 {number} 篇：{ARTICLE}"
        posted(groups, (A, text), (B, text), (C, text), at=T0 + 86_400 * number)
    for order in ("newest", "relevance"):
        seen, cursor = [], None
        while True:
            page = found(groups, "核对", once=True, limit=7, cursor=cursor, order=order)
            seen += [hit.excerpt for hit in page.hits]
            cursor = page.older
            if cursor is None:
                break
            assert len(page.hits) == 7
        assert len(seen) == len(set(seen)) == 30


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    plan=st.lists(
        st.tuples(st.sampled_from((A, B, C)), st.integers(0, 3), st.integers(0, 9)), max_size=25
    ),
    limit=st.integers(1, 4),
)
def test_every_message_is_on_one_page_or_a_place_there(
    new_archive: Callable[[], Archive], plan: list[tuple[str, int, int]], limit: int
) -> None:
    archive = new_archive()
    told(archive, *(Group(key, f"群{key[-1]}") for key in (A, B, C)))
    texts = ["一".join([ARTICLE] * (1 + number)) for number in range(3)] + ["核对"]
    told(
        archive,
        (said(str(place), texts[text], T0 + day * DAY + place, group=group)
         for place, (group, text, day) in enumerate(plan)),
    )  # fmt: skip
    seen: list[tuple[str, str]] = []
    cursor = None
    while True:
        page = found(archive, "核对", once=True, limit=limit, cursor=cursor)
        for hit in page.hits:
            seen += [(hit.message.text, g) for g in
                     (hit.message.group_key, *(one.group_key for one in hit.also_in))]  # fmt: skip
        cursor = page.older
        if cursor is None:
            break
    assert {(texts[text], group) for group, text, _ in plan} == set(seen)


def test_addresses_are_compared_without_what_tracks() -> None:
    assert canonical("HTTPS://www.A.org:443/x/?b=2&a=1&utm_medium=m") == "a.org/x?a=1&b=2"
    assert canonical("https://a.org/#/page/2") != canonical("https://a.org/#/page/3")
    assert canonical("http://[broken") == "http://[broken"
