"""How a copy is known as one: by our mark, or by its words where another bridge brought it."""

from __future__ import annotations

import re
import time
from collections import OrderedDict

from archive.matching import comparable

_MARK = re.compile(r"\s*〔[^〔〕\n]{1,80}〕\S")
_PARTED = re.compile(r"[:：>】\]）)」|]|\n")
"""What stands between the name that a bridge writes and the words."""
_SIGNS = str.maketrans("〔〕：", "（）:")
_NAME = 80
"""Characters before a mark that another program may have set there."""
_SHORTEST = 4
"""Characters: shorter words are said by anybody."""
_REPEATED = 12
"""Characters from which saying the same again and again looks like a loop."""
MOST = 5
"""Times that the same crosses to a group within `_WITHIN`."""
_WITHIN = 600.0
"""Seconds for which what was said is remembered."""
_REMEMBERED = 100_000


def plain(name: str) -> str:
    """Return a name that cannot be taken for a mark, or for two names."""
    return name.translate(_SIGNS)


def head(label: str, name: str) -> str:
    """Return what stands before the words of a copy."""
    label, name = plain(label), plain(name)
    return f"〔{label}〕{name}：" if name else f"〔{label}〕"


def is_marked(text: str) -> bool:
    """Tell whether a text begins as the copies of this program do, whoever runs it."""
    return _MARK.match(text) is not None


class Recent:
    """What was said lately in groups that are joined."""

    def __init__(self) -> None:
        self._said: OrderedDict[tuple[str, str], float] = OrderedDict()
        """(group, words) → when."""
        self._crossed: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    def note(self, group_key: str, text: str) -> None:
        """Remember what was said in a group."""
        words = comparable(text)
        if len(words) >= _SHORTEST:
            self._said[group_key, words] = time.monotonic()
            self._said.move_to_end((group_key, words))
            while len(self._said) > _REMEMBERED:
                self._said.popitem(last=False)

    def was_brought(self, text: str, others: list[str]) -> bool:
        """Tell whether a text is a name and then what was said just now in one of these groups, or
        what is marked, as another bridge would write it."""
        now = time.monotonic()
        for parting in list(_PARTED.finditer(text))[:8]:
            if parting.end() <= _NAME and is_marked(text[parting.end() :]):
                return True
            words = comparable(text[parting.end() :])
            if len(words) < _SHORTEST:
                continue
            if any(now - self._said.get((key, words), -_WITHIN) < _WITHIN for key in others):
                return True
        return False

    def circles(self, target: str, text: str) -> bool:
        """Count what crosses; tell whether the same has crossed too often lately."""
        words = comparable(text)
        if len(words) < _REPEATED:
            return False
        now = time.monotonic()
        times = [at for at in self._crossed.pop((target, words), []) if now - at < _WITHIN]
        self._crossed[target, words] = [*times, now][-MOST - 1 :]
        while len(self._crossed) > _REMEMBERED:
            self._crossed.popitem(last=False)
        return len(times) >= MOST
