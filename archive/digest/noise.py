"""What nobody needs to be told: greetings, stickers, adverts, chain letters, commands to bots."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from archive.digest.said import RED_PACKET, STICKER, Said
from archive.links import links_in
from archive.questions.detecting import is_command

_SLIGHT_LENGTH = 24
_AGAIN = 3
"""How often one person says the same until it says nothing."""
_SHORT_ADVERT = 220

_GREETINGS = frozenset(Path(__file__).with_name("greetings.txt").read_text("utf-8").split())
_REPEATED = re.compile(
    r"(?:[哈嘿呵嘻嗯啊哦噢喔哇6赞牛强棒顶]+|h[ha]+|e?m{2,}|lo+l|\d|yes)[了啦的呀吧]?"
)
_OPENING = re.compile(r"(?:大家|各位|群友们?)?(?:早上好|早安|晚安|早啊|早呀|早[，,]|good morning)")
_PLUS = re.compile(r"(?:.{0,12}[+＋]\s?[1-9一]|[1-9])\s*")
_ROLL_CALL = re.compile(r"(?:#?接龙.{0,40}\s)?\s*1\s*[.、．)）].{1,20}\s+2\s*[.、．)）]", re.S)
_NOT_WORDS = re.compile(r"[\W_]+")
_PLACEHOLDER = re.compile(r"\[[^\[\]\s]{1,6}\]")
_CHAIN = re.compile(r"转发(?:给|到).{0,4}个(?:群|人|朋友)|看到的人都会有好运|不转不是")
_SIGNS = re.compile(
    r"加(?:我|个)?\s?(?:微信|薇|威|v信|vx|wx|v[:：\s])|微信[:：]\s?[a-z]\w{4}|扫码|二维码|优惠|限时|秒杀|特价|包邮|"
    r"内部价|先到先得|手慢无|名额有限|免费领|领取|返利|返现|佣金|招代理|代理|无效退款|假一赔|下单|折扣|"
    r"立减|原价|客服|日赚|兼职|刷单|贷款|推广|自用.{0,6}推荐|一年才|最后[一二三五十\d]+件|备注.{0,4}群友|拼团|砍一刀|日结|招商|"
    r"promo code|discount|buy now"
)


def is_slight(one: Said) -> bool:
    """Tell whether a message says nothing by itself."""
    text = one.text
    if one.kind in (STICKER, RED_PACKET) or is_command(text):
        return True
    if len(text) > _SLIGHT_LENGTH:
        return _ROLL_CALL.match(text) is not None
    words = one.plain
    bare = _NOT_WORDS.sub("", _PLACEHOLDER.sub("", words))
    return (
        not bare
        or bare in _GREETINGS
        or _REPEATED.fullmatch(bare) is not None
        or _PLUS.fullmatch(words) is not None
        or _OPENING.match(words) is not None
        or _ROLL_CALL.match(text) is not None
    )


def adverts(said: list[Said]) -> set[int]:
    """Return the ids of messages that sell or chain, or say the same over and over in one group;
    the same article in each of several groups is no advert."""
    found = {one.id for one in said if len(one.plain) >= 10 and sells(one.plain)}
    again = Counter((one.group, one.sender, one.text) for one in said if len(one.text) >= 6)
    linked = Counter(
        (one.group, one.sender, link) for one in said for link in set(links_in(one.text))
    )
    for one in said:
        if again[one.group, one.sender, one.text] >= _AGAIN or any(
            linked[one.group, one.sender, link] >= 2 for link in links_in(one.text)
        ):
            found.add(one.id)
    return found


def sells(plain: str) -> bool:
    """Tell whether a normalised text is an advert or a chain letter: it has two signs of one, three
    if it is long."""
    if _CHAIN.search(plain):
        return True
    return signs_of(plain) >= (2 if len(plain) <= _SHORT_ADVERT else 3)


def signs_of(plain: str) -> int:
    """Return how many signs of an advert a normalised text has."""
    return len(set(_SIGNS.findall(plain)))
