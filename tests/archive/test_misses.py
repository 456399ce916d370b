"""Search misses: counted by day without anybody's number or name, bounded, and forgotten."""

from __future__ import annotations

import pytest
from told import TG, full_group, said, told

from archive.access import member, operator, public
from archive.database import Archive
from archive.misses import (
    DAYS,
    MAX_ROWS,
    Countable,
    Miss,
    count_miss,
    countable,
    kept_words,
    misses,
)
from archive.personal import erase_person

NOW = 1_795_000_000
"""2026-11-18 19:06:40 in Shanghai."""


def counted(archive: Archive, *queries: str, at: int = NOW) -> list[Miss]:
    with archive.writing() as db:
        for query in queries:
            if miss := countable(db, query, at):
                count_miss(db, miss, at=at)
    with archive.reading() as db:
        return misses(db, operator())


def test_misses_are_counted_by_what_they_mean(archive: Archive) -> None:
    found = counted(archive, "備份  恢復", "备份 恢复", "ＤＯＣＫＥＲ")
    assert found == [Miss("备份 恢复", 2, "2026-11-18"), Miss("docker", 1, "2026-11-18")]


@pytest.mark.parametrize(
    "query",
    ["from:张三 部署", "部署 OR (来自:李四 备份)", "-from:张三 部署", "13812345678", "138 1234 567",
     "卡 6222 0212 3", "@某人", "词" * 61,
     "has:link", "befor:2026", "", "！？", "11010519491231002X"],
)  # fmt: skip
def test_what_may_be_somebodys_is_not_kept(archive: Archive, query: str) -> None:
    assert counted(archive, query) == []


def test_personal_numbers_are_taken_out(archive: Archive) -> None:
    asked = ("退款 微信号:abc_12345", "备份 a@b.cn", "卡号 6222021234567894")
    assert [kept_words(query, NOW) for query in asked] == ["退款 微信号:", "备份", "卡号"]


def test_names_of_people_are_not_kept(archive: Archive) -> None:
    told(archive, [full_group(), said("1", "好"), said("2", "好", who="44")])
    assert counted(archive, "张三", "张三 电话", "wangwu", "wang wu", "找wang wu要") == [
        Miss("wangwu", 1, "2026-11-18")
    ]


def test_no_more_than_so_many_rows_and_days_are_kept(archive: Archive) -> None:
    with archive.writing() as db:
        db.executemany(
            "INSERT INTO search_misses(day, query, times) VALUES('2026-11-17', ?, 1)",
            [(f"甲{i}",) for i in range(MAX_ROWS)],
        )
        count_miss(db, Countable("新的"), at=NOW)
        rows = db.execute("SELECT count(*), max(day) FROM search_misses").fetchone()
        assert rows == (MAX_ROWS, "2026-11-18")
        count_miss(db, Countable("更新的"), at=NOW + DAYS * 86_400)
        assert db.execute("SELECT query FROM search_misses").fetchall() == [("更新的",)]


def test_only_the_operator_reads_misses(archive: Archive) -> None:
    assert counted(archive, "备份")
    with archive.reading() as db:
        assert (
            misses(db, public()) == misses(db, member(frozenset({TG}), "m", frozenset({TG}))) == []
        )


def test_a_day_is_the_operators(archive: Archive) -> None:
    with archive.writing() as db:
        count_miss(db, Countable("备份"), at=NOW + 6 * 3600, time_zone="Asia/Shanghai")
        count_miss(db, Countable("备份"), at=NOW + 6 * 3600, time_zone="UTC")
        days = db.execute("SELECT day FROM search_misses ORDER BY 1").fetchall()
    assert days == [("2026-11-18",), ("2026-11-19",)]


def test_erasing_a_person_takes_out_searches_for_them_33(archive: Archive) -> None:
    """TRUST 33."""
    counted(archive, "李四 的方案", "部署 方案")
    told(archive, [full_group(), said("1", "好", who="43")])
    with archive.writing() as db:
        erase_person(db, ["telegram:43"])
        assert [m.query for m in misses(db, operator())] == ["部署 方案"]
