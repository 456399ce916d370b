"""The oracle's verdicts on cases decided by hand."""

from collections.abc import Sequence

import pytest

from benchmarks.export import Line
from benchmarks.oracle import Found, find, normalise
from benchmarks.wanted import All, Any, Filter, Not, Query, Text, Wanted


def line(text: str, number: int = 1, **other: object) -> Line:
    facts = {
        "group_key": "telegram:-1001", "group_title": "群", "id": number,
        "sender_key": "telegram:7", "sender": "张三", "sent_at": 1000 + number,
    }  # fmt: skip
    return Line(**{**facts, **other}, text=text)  # type: ignore[arg-type]


def holds(text: str, wanted: Wanted, **other: int) -> bool:
    (found,) = find([line(text, **other)], [Query("", "", wanted)])
    return bool(found.keys)


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("务", "服务器", True),
        ("务器", "服务器", True),
        ("服器", "服务器", False),
        ("服务", "服，务", False),
        ("問題", "有问题", True),
        ("问题", "有問題", True),
        ("docker", "用Docker部署", True),
        ("docker", "dockers", False),
        ("docker", "ＤＯＣＫＥＲ", True),
        ("docker", "my_docker_file", True),
        ("api", "rapid", False),
        ("gpt-4", "试试GPT 4吧", True),
        ("gpt-4", "gpt-40", False),
        ("c++", "学C++的人", True),
        ("c++", "学c的人", False),
        ("c", "学C++的人", True),
        ("用docker", "使用Docker", True),
        ("用docker", "用了docker", False),
        ("用docker", "用dockerd", False),
        ("docker部署", "docker 部署了", True),
        ("api接口", "api，接口", True),
        ("接口，慢", "接口 慢了", True),
        ("接口，慢", "接口慢了", False),
        ("😂", "哈哈😂😂", True),
        ("部署", "部\u200b署", True),
    ],
)  # fmt: skip
def test_oracle_judges_a_term(term: str, text: str, expected: bool) -> None:
    assert holds(text, Text(term)) is expected


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [("docke", "看docker吧", True), ("docke", "xdocker", False), ("do", "undo", False)],
)
def test_oracle_judges_a_prefix(term: str, text: str, expected: bool) -> None:
    assert holds(text, Text(term, prefix=True)) is expected


def test_oracle_joins_terms() -> None:
    one, two = Text("甲"), Text("乙")
    assert holds("甲和乙", All((one, two)))
    assert not holds("甲", All((one, two)))
    assert holds("乙", Any((one, two)))
    assert holds("甲", All((one, Not(two))))
    assert not holds("甲乙", All((one, Not(two))))
    assert holds("丙", Not(one))


def test_oracle_filters() -> None:
    term = Text("甲")
    assert holds("甲", All((term, Filter(group="telegram:-1001"))))
    assert not holds("甲", All((term, Filter(group="telegram:-1002"))))
    assert holds("甲", All((term, Filter(person="telegram:7"))))
    assert not holds("甲", All((term, Filter(person="telegram:8"))))
    assert holds("甲", All((term, Filter(since=50, until=51))), sent_at=50)
    assert not holds("甲", All((term, Filter(since=50, until=51))), sent_at=51)
    assert not holds("甲", All((term, Filter(since=50, until=51))), sent_at=49)


def test_newest_allows_any_of_those_sent_in_the_last_second() -> None:
    found = Found(["a", "b", "c", "d"], [1, 2, 2, 3])
    assert found.newest(2) == ({"d"}, {"b", "c", "d"})
    assert found.newest(4) == ({"a", "b", "c", "d"},) * 2


def test_normalised_text_has_one_width_case_and_script() -> None:
    assert normalise("ＡＰＩ 這個") == "api 这个"


def every_query_alone(lines: Sequence[Line], queries: list[Query]) -> list[Found]:
    return [find(lines, [query])[0] for query in queries]


def test_judging_queries_together_or_alone_is_the_same() -> None:
    texts = ["甲乙丙", "乙丙", "丙丁 docker", "甲", "docker部署"]
    lines = [line(text, number) for number, text in enumerate(texts)]
    wanted = (Text("甲"), Text("乙丙"), Any((Text("丁"), Text("甲"))), Not(Text("丙")))
    queries = [Query("", "", part) for part in (*wanted, All(wanted[:2]), Text("docker"))]
    assert find(lines, queries) == every_query_alone(lines, queries)
