"""The interface's texts in Chinese and English, and which of them a request asks for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

LANGUAGES = {"zh": "zh-Hans", "en": "en"}
"""What `?lang=` takes, and the language tag of each; the first is the default."""

_FOLDER = Path(__file__).parent / "words"
_COMMAND = re.compile(r"(?<![\w/])/\w+")
"""A command as it is typed: `/采纳`."""
_LARGER = re.compile(r"larger than (\d{1,9}) MB")


class Words:
    """The texts of one language: `words("search.found", n=37)`."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.lang = LANGUAGES[code]
        self.texts: dict[str, Any] = {}
        for file in sorted((_FOLDER / self.lang).glob("*.toml")):
            self.texts |= _flat(tomllib.loads(file.read_text("utf-8")))

    def __call__(self, key: str, **values: object) -> str:
        """Return the text under a dotted key with its values filled in; never markup."""
        text = self.texts[key]
        if isinstance(text, dict):
            text = text["one" if values.get("n") == 1 else "other"]
        return text.format(**values) if values else str(text)

    def rich(self, key: str, **values: str) -> Markup:
        """Return a text as HTML, each value escaped and in a `<bdi>` of its own."""
        told = {name: Markup("<bdi>{}</bdi>").format(value) for name, value in values.items()}
        return escape(self.texts[key]).format(**told)

    def typed(self, key: str) -> Markup:
        """Return a text as HTML in which no line ends within a command."""
        marked = _COMMAND.sub(r'<span class="typed">\g<0></span>', str(escape(self.texts[key])))
        return Markup(marked)

    def has(self, key: str) -> bool:
        """Tell whether there is a text under this key."""
        return key in self.texts

    def name(self, table: str, key: str) -> str:
        """Return the word for a platform, kind …, or the key itself where none is known."""
        return str(self.texts.get(f"{table}.{key}", key))

    def reason(self, why: str) -> str:
        """Return in words why a file is not there; what no word is known for stays as it is."""
        if found := _LARGER.fullmatch(why):
            return self("media.larger", n=found[1])
        return self.name("media", "not wanted" if why.startswith("not wanted: ") else why)

    def counted(self, key: str, n: int, exact: bool = True) -> str:
        """Return a count in words; a lower bound reads `10,000+`."""
        return self(key if exact else f"{key}_more", n=n)

    def day(self, day: date, beside: date | None = None) -> str:
        """Return `11 月 18 日`, with the year where it is not that of `beside`."""
        key = "date.day" if beside is not None and beside.year == day.year else "date.full"
        return self._dated(key, day.year, day.month, day.day)

    def weekday(self, day: date) -> str:
        """Return `星期三`."""
        return str(self.texts["date.weekdays"][day.weekday()])

    def month(self, name: str, year: bool = True) -> str:
        """Return `2026 年 11 月` for `2026-11`, or `11 月` without the year."""
        key = "date.year_month" if year else "date.month"
        return self._dated(key, int(name[:4]), int(name[5:7]))

    def _dated(self, key: str, year: int, month: int, day: int = 1) -> str:
        name = self.texts["date.months"][month - 1]
        text = self(key, year=year, month=month, day=day, name=name)
        return text.replace(" ", "\u00a0")


def _flat(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Turn `{"search": {"found": …}}` into `{"search.found": …}`."""
    texts: dict[str, Any] = {}
    for name, value in tables.items():
        if isinstance(value, dict):
            texts.update({f"{name}.{key}": text for key, text in value.items()})
        else:
            texts[name] = value
    return texts


@cache
def words_in(code: str) -> Words:
    """Return the texts of `zh` or `en`, read once."""
    return Words(code)


def asked_for(lang: str | None, accept: str | None) -> Words:
    """Choose the language: `?lang=` first, then `Accept-Language`, then Chinese."""
    if lang in LANGUAGES:
        return words_in(lang)
    wanted = sorted(_accepted(accept or ""), reverse=True)
    for _, _, code in wanted:
        if code in LANGUAGES:
            return words_in(code)
    return words_in("en" if wanted and wanted[0][2] != "*" else "zh")


def _accepted(header: str) -> list[tuple[float, int, str]]:
    """Return (weight, place, code) of the languages a browser accepts, `zh-TW` as `zh`."""
    found = []
    for place, part in enumerate(header.split(",")[:20]):
        tag, _, weight = part.partition(";q=")
        try:
            quality = float(weight or 1)
        except ValueError:
            continue
        code = tag.strip().partition("-")[0].lower()
        if (code.isalpha() or code == "*") and quality > 0:
            found.append((quality, -place, code))
    return found
