"""The 200 queries of the benchmark, drawn from the generated chat by its seed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

import msgspec

from benchmarks.export import Line
from benchmarks.vocabulary import COMMON, FREQUENT, NEEDLES
from benchmarks.wanted import All, Any, Filter, Not, Query, Text, Wanted

_ZONE = ZoneInfo("Asia/Shanghai")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_TWO = [word for word in (FREQUENT + COMMON).split() if len(word) == 2]
_WORDS = ("docker", "api", "nginx", "git", "redis", "kubernetes", "linux", "token", "app2", "4090")
_PREFIXES = ("do", "doc", "dock", "kube", "re", "gra", "pr", "post", "ku", "ele", "mon", "gi", "ap")
_MIXED = ("用docker", "api接口", "的git", "是app", "nginx服务", "linux的", "python了", "c++的")
_DISGUISES = ("問題", "時間", "這個", "伺服器", "ＤＯＣＫＥＲ", "Ｇｉｔ", "數據庫", "學習資訊")
_NOWHERE = ("龘靐", "琥珀蜥蜴 鹦鹉螺 麒麟臂", "qzxwv", '"量子螺蛳粉博物馆"', "vwqx*")


class Sample(msgspec.Struct, frozen=True):
    """A part of the messages to draw queries from, and all groups and persons by size."""

    texts: list[str]
    groups: list[tuple[str, str]]
    """(key, title), the largest first; persons likewise."""
    people: list[tuple[str, str]]


def sample(lines: Iterable[Line], every: int) -> Sample:
    """Take every `every`th text and count who speaks where."""
    texts: list[str] = []
    groups: Counter[tuple[str, str]] = Counter()
    people: Counter[tuple[str, str]] = Counter()
    for number, line in enumerate(lines):
        if number % every == 0:
            texts.append(line.text)
            people[line.sender_key, line.sender] += 1
        groups[line.group_key, line.group_title] += 1
    return Sample(texts, *([k for k, _ in c.most_common()] for c in (groups, people)))


def make_queries(drawn: Sample, seed: int = 1) -> list[Query]:
    """Make the fixed set; the same sample and seed give the same queries."""
    return _Maker(drawn, Random(f"{seed} queries")).make()


class _Maker:
    def __init__(self, drawn: Sample, random: Random) -> None:
        self._drawn = drawn
        self._random = random
        self._common = _TWO[:60]

    def make(self) -> list[Query]:
        plan: tuple[tuple[str, int, Callable[[], tuple[str, Wanted]]], ...] = (
            ("one character", 10, lambda: self._term(self._random.choice("的是了我不有在就都好"))),
            ("one character, any", 8, lambda: self._cut(1)),
            ("two characters", 14, lambda: self._cut(2)),
            ("three characters", 8, lambda: self._cut(3)),
            ("four characters", 10, lambda: self._cut(4)),
            ("long", 4, lambda: self._cut(self._random.randint(6, 10))),
            ("common word", 8, lambda: self._term(self._random.choice(self._common))),
            ("phrase", 8, self._phrase),
            ("two terms", 16, lambda: self._terms(2)),
            ("three terms", 4, lambda: self._terms(3)),
            ("in a group", 8, self._in_group),
            ("from a person", 8, self._from_person),
            ("between dates", 8, self._between),
            ("group, person and date", 4, self._narrow),
            ("OR", 6, self._either),
            ("NOT", 6, self._without),
            ("繁體, full width", 6, self._disguised),
        )
        queries = [Query(kind, *q) for kind, count, make in plan for q in _different(make, count)]
        queries += [Query("rare", *self._term(needle)) for needle, _ in NEEDLES]
        queries += [Query("Latin word", *self._term(word)) for word in (*_WORDS, "gpt-4", "C++")]
        queries += [Query("Latin prefix", f"{p}*", Text(p, prefix=True)) for p in _PREFIXES]
        queries += [Query("Han and Latin", *self._term(mixed)) for mixed in _MIXED]
        queries += [Query("emoji", *self._term(emoji)) for emoji in "😂🔥"]
        queries += [Query("nowhere", text, _nowhere(text)) for text in _NOWHERE]
        return queries + self._by_relevance(200 - len(queries))

    def _term(self, text: str) -> tuple[str, Wanted]:
        return text, Text(text)

    def _run(self, length: int) -> str:
        """A run of Han of at least `length` from some message."""
        while True:
            found: list[str] = _HAN.findall(self._random.choice(self._drawn.texts))
            if runs := [run for run in found if len(run) >= length]:
                return self._random.choice(runs)

    def _cut(self, length: int) -> tuple[str, Wanted]:
        run = self._run(length)
        start = self._random.randrange(len(run) - length + 1)
        return self._term(run[start : start + length])

    def _phrase(self) -> tuple[str, Wanted]:
        """Two neighbouring runs with what parts them, or a piece of one, in quotes."""
        for _ in range(20):
            text = self._random.choice(self._drawn.texts)
            if match := re.search(r"[\u4e00-\u9fff]{2,4}[， ][\u4e00-\u9fff]{2,3}", text):
                said = str(match[0])
                return f'"{said}"', Text(said)
        text, wanted = self._cut(3)
        return f'"{text}"', wanted

    def _terms(self, count: int) -> tuple[str, Wanted]:
        """Common words, or pieces of one message, so that most have hits."""
        if self._random.random() < 0.4:
            terms = self._random.sample(self._common, count)
        else:
            runs: list[str] = []
            while len(runs) < count:
                runs = re.findall(r"[\u4e00-\u9fff]{2}", self._random.choice(self._drawn.texts))
            terms = self._random.sample(runs, count)
        return " ".join(terms), All(tuple(Text(term) for term in terms))

    def _in_group(self) -> tuple[str, Wanted]:
        key, title = self._random.choice(self._drawn.groups)
        text, wanted = self._common_or_cut()
        return f"{text} in:{title}", All((wanted, Filter(group=key)))

    def _from_person(self) -> tuple[str, Wanted]:
        key, name = self._random.choice(self._drawn.people[:300])
        field = self._random.choice(("from:", "来自:", "from："))
        text, wanted = self._common_or_cut()
        return f"{field}{name} {text}", All((wanted, Filter(person=key)))

    def _common_or_cut(self) -> tuple[str, Wanted]:
        if self._random.random() < 0.7:
            return self._term(self._random.choice((*self._common[:20], "的", "不", "docker")))
        return self._cut(self._random.choice((1, 2)))

    def _between(self) -> tuple[str, Wanted]:
        text, wanted = self._common_or_cut()
        dates, window = self._dates()
        return f"{text} {dates}", All((wanted, window))

    def _dates(self) -> tuple[str, Filter]:
        year, month = self._random.randint(2021, 2023), self._random.randint(1, 12)
        since = datetime(year, month, 1, tzinfo=_ZONE)
        until = datetime(year + 1, month, 15, tzinfo=_ZONE)
        window = Filter(since=int(since.timestamp()), until=int(until.timestamp()))
        return f"after:{since:%Y-%m-%d} before:{until:%Y-%m-%d}", window

    def _narrow(self) -> tuple[str, Wanted]:
        key, title = self._drawn.groups[0]
        person, name = self._drawn.people[self._random.randrange(20)]
        dates, window = self._dates()
        text, wanted = self._term(self._random.choice(("的", "我", "问题", "可以")))
        filters = (Filter(group=key), Filter(person=person), window)
        return f"{text} 群:{title} from:{name} {dates}", All((wanted, *filters))

    def _either(self) -> tuple[str, Wanted]:
        (one, _), (two, _), (both, _) = self._cut(2), self._cut(3), self._cut(1)
        alternatives = Any((Text(one), Text(two)))
        if self._random.random() < 0.5:
            return f"{one} OR {two}", alternatives
        return f"{both} ({one} OR {two})", All((Text(both), alternatives))

    def _without(self) -> tuple[str, Wanted]:
        term, unwanted = self._cut(2)[0], self._random.choice((*self._common[:9], "的"))
        return f"{term} -{unwanted}", All((Text(term), Not(Text(unwanted))))

    def _disguised(self) -> tuple[str, Wanted]:
        return self._term(self._random.choice(_DISGUISES))

    def _by_relevance(self, count: int) -> list[Query]:
        makes = (lambda: self._terms(2), lambda: self._cut(2), self._common_or_cut)
        made = [makes[number % len(makes)]() for number in range(count)]
        return [Query("by relevance", *query, order="relevance") for query in made]


def _different(make: Callable[[], tuple[str, Wanted]], count: int) -> list[tuple[str, Wanted]]:
    made: dict[str, Wanted] = {}
    for _ in range(count * 20):
        if len(made) < count:
            made.setdefault(*make())
    return list(made.items())


def _nowhere(text: str) -> Wanted:
    if text.endswith("*"):
        return Text(text.strip("*"), prefix=True)
    return All(tuple(Text(term) for term in text.strip('"').split()))
