"""What is said live: sentences of the generated chat, and words by which one of them is found."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from random import Random

from benchmarks.sentences import Sentences
from benchmarks.vocabulary import make_vocabulary

_DIFFERENT = 2_000
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Talk:
    """Texts without end, made beforehand so that saying them takes no time."""

    def __init__(self, seed: int) -> None:
        sentences = Sentences(Random(f"{seed} talk"), make_vocabulary(seed))
        made = ["".join(text for _, text in sentences.next()) for _ in range(_DIFFERENT)]
        self._texts: Iterator[str] = cycle(text for text in made if text.strip())

    def next(self) -> str:
        """Return the next one."""
        return next(self._texts)


def probe_word(words: str, number: int) -> str:
    """Return a word that occurs nowhere else: `words` names the series, letters only."""
    said = ""
    for _ in range(4):
        number, last = divmod(number, len(_LETTERS))
        said = _LETTERS[last] + said
    return f"qzx{words}{said}"
