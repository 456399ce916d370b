"""Where the files of a published site lie: names any disk can hold, none of them twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from web.publish.places import anchor, day_file, file_of, slug

from whole_site import NAME  # isort: skip


def test_plain_keys_stay_as_they_are_but_for_signs() -> None:
    assert slug("telegram:-100123") == "telegram_3a-100123"
    assert slug("Docker") == "_44ocker"
    assert slug("干货") == "_e5_b9_b2_e8_b4_a7"


def test_names_that_a_disk_would_read_otherwise_are_escaped() -> None:
    assert slug("..") == "_2e_2e"
    assert slug("../../etc") == "_2e._2f.._2fetc"
    assert slug("con") == "_63on"
    assert slug("nul.txt") == "_6eul.txt"
    assert slug("a.") == "a_2e"
    assert slug("") == "_"


@given(st.text(max_size=60))
def test_every_key_is_one_name(key: str) -> None:
    made = slug(key)
    assert NAME.fullmatch(made) and len(made) <= 80
    assert "/" not in made and made[0] != "." and made[-1] != "."


@given(st.text(max_size=30), st.text(max_size=30))
def test_two_keys_are_two_names(first: str, second: str) -> None:
    assert (slug(first) == slug(second)) == (first == second)


def test_parts_of_a_day_are_numbered_from_the_second() -> None:
    assert day_file("qq:1", "2026-11-20") == "g/qq_3a1/2026-11-20.html"
    assert day_file("qq:1", "2026-11-20", 2) == "g/qq_3a1/2026-11-20-2.html"


def test_a_message_is_found_by_its_own_part_of_the_key() -> None:
    assert anchor("telegram:-100123:77") == "m77"
    assert anchor("qq:1:2:3") == "m2_3a3"


def test_a_page_with_a_query_lies_below_its_page() -> None:
    assert file_of(((), ())) == "index.html"
    assert file_of((("g", "qq:1"), ())) == "g/qq_3a1/index.html"
    assert file_of((("essence",), (("before", "7"), ("tag", "a b")))) == (
        "essence/before/7/tag/a_20b.html"
    )
