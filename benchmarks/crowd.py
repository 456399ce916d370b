"""The groups and members of the generated chat, and when they speak."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from random import Random

import msgspec

from benchmarks.vocabulary import zipf

BEIJING = 8 * 3600
_FIRST = 1_546_300_800  # 2019-01-01
_LAST = 1_704_067_200  # 2024-01-01, well before any clock this runs on
_BURST = 14
_PAUSE = 25.0
BUSY_DAY = 2_400
"""Messages of the busiest day, so that a page of 2,000 can be measured."""

_TITLES = """
技术交流大群 摄影作业班 运营小组 读书会 服务器互助 前端开发者 独立产品人 求职内推 数据分析营
周末徒步 胶片爱好者 写作打卡营 房东租客 厨房日记 开源翻译组 机器学习夜谈 电影沙龙 亲子阅读
羽毛球约场 旧物交换
"""
_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许邓"
    "冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红鹏"
    "飞玲雪梅琳晨曦宇轩浩然梓涵诗雨佳怡思远子墨一凡若溪"
)


class Chat(msgspec.Struct, frozen=True):
    """A group of the export; `id` is bare, as Telegram Desktop writes it."""

    id: int
    title: str
    messages: int


class Person(msgspec.Struct, frozen=True):
    """A member; no name is a part of another's."""

    id: int
    name: str


def make_chats(random: Random, size: int, groups: int) -> list[Chat]:
    """Share `size` messages among groups by Zipf, the largest first."""
    titles = _TITLES.split()
    titles += [f"{title}第{part}分群" for part in range(2, 100) for title in titles]
    bounds = [round(size * w / zipf(groups, 0.0)[-1]) for w in (0.0, *zipf(groups, 0.0))]
    ids = random.sample(range(1_100_000_000, 2_300_000_000), groups)
    sizes = [end - begin for begin, end in pairwise(bounds)]
    return [Chat(i, t, n) for i, t, n in zip(ids, titles, sizes, strict=False)]


def make_people(random: Random, count: int = 2_000) -> list[Person]:
    """Make members with names of equal length, all different."""
    names: dict[str, None] = {}
    while len(names) < count:
        name = random.choice(_SURNAMES) + random.choice(_GIVEN) + random.choice(_GIVEN)
        names.setdefault(name)
    ids = random.sample(range(100_000_000, 7_000_000_000), count)
    return [Person(i, n) for i, n in zip(ids, names, strict=True)]


def times(random: Random, count: int) -> Iterator[int]:
    """Yield `count` rising times: bursts of talk by day, quiet nights, one very busy day."""
    start = _FIRST + random.randrange(0, (_LAST - _FIRST) // 3)
    quiet = max(60.0, ((_LAST - start) - count * _PAUSE) / max(1, count / _BURST) * 0.9)
    now = float(start)
    busy_from = count // 2 if count >= 2 * BUSY_DAY else count
    for number in range(count):
        if number == busy_from:
            now += 86_400 - (now + BEIJING) % 86_400 + 7 * 3600
        if busy_from <= number < busy_from + BUSY_DAY:
            now += random.expovariate(1 / 15) + 1
        elif random.random() < 1 / _BURST:
            now = _awake(now + random.expovariate(1 / quiet))
        else:
            now += random.expovariate(1 / (_PAUSE - 1)) + 1
        yield int(now)


def _awake(now: float) -> float:
    hour = (now + BEIJING) % 86_400 / 3600
    return now + (8 - hour) * 3600 if 1 <= hour < 7 else now
