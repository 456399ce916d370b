"""Makes the texts of the generated chat, as runs of plain text, links, mentions and hashtags."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from benchmarks.vocabulary import EMOJI, TRADITIONAL, Vocabulary

Piece = tuple[str, str]
"""An entity as Telegram tells it: its type (`plain`, `link`, `mention` …) and its text."""

_TO_TRADITIONAL = str.maketrans(TRADITIONAL)
_TO_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_HOSTS = ("github.com", "zhihu.com", "mp.weixin.qq.com", "bilibili.com", "example.org", "blog.cn")
_ENDS = ("", "", "", "", "。", "。", "？", "！", "…", "~", "?", " 。")
_BLOCK = 50_000


class Sentences:
    """An endless source of messages; the same seed gives the same ones."""

    def __init__(self, random: Random, vocabulary: Vocabulary) -> None:
        self._random = random
        self._vocabulary = vocabulary
        self._words = self._draw(vocabulary.words, vocabulary.weights)
        self._english = self._draw(vocabulary.english, vocabulary.english_weights)

    def _draw(self, words: tuple[str, ...], weights: tuple[float, ...]) -> Iterator[str]:
        while True:
            yield from self._random.choices(words, cum_weights=weights, k=_BLOCK)

    def next(self, needle: str | None = None) -> list[Piece]:
        """Make a message; `needle` is put into it as a word of its own."""
        random = self._random
        words = self._clauses()
        if random.random() < 0.18:
            self._mix_english(words)
        if needle:
            words.insert(random.randrange(len(words) + 1), f" {needle} ")
        text = "".join(words) + random.choice(_ENDS)
        if random.random() < 0.04:
            text = text.translate(_TO_TRADITIONAL)
        if random.random() < 0.10:
            text += random.choice(EMOJI) * random.choice((1, 1, 1, 3))
        return self._entities(text, bool(needle)) if random.random() < 0.10 else [("plain", text)]

    def _clauses(self) -> list[str]:
        random = self._random
        if random.random() < 0.03:
            length = random.randint(40, 150)
        else:
            length = min(150, 1 + int(random.lognormvariate(2.15, 0.8)))
        words = [next(self._words) for _ in range(length)]
        for place in range(4, length - 2, 5):
            if (chance := random.random()) < 0.5:
                words[place] += "，" if chance < 0.42 else "\n" if length > 40 else " "
        return words

    def _mix_english(self, words: list[str]) -> None:
        random = self._random
        for _ in range(random.choice((1, 1, 2, 3))):
            term = next(self._english)
            chance = random.random()
            if chance < 0.15:
                term = term.title()
            elif chance < 0.20:
                term = term.upper()
            elif chance < 0.23:
                term = term.translate(_TO_FULL_WIDTH)
            place = random.randrange(len(words) + 1)
            # two terms must not grow into one word
            alone = all(word[-1:] > "\u2000" and word[:1] < "\uff00" for word in words)
            words.insert(place, term if alone and random.random() < 0.5 else f" {term} ")

    def _entities(self, text: str, whole: bool) -> list[Piece]:
        random = self._random
        chance = random.random()
        if chance < 0.5:
            number = random.randrange(40_000)
            path = f"{next(self._english).strip('+#')}/{number}"
            pieces = [("plain", text + " "), ("link", f"https://{random.choice(_HOSTS)}/{path}")]
            return pieces if whole or chance < 0.35 else pieces[1:]
        if chance < 0.9:
            return [("mention", f"@user_{random.randrange(2000)}"), ("plain", " " + text)]
        return [("hashtag", "#" + next(self._words)), ("plain", " " + text)]
