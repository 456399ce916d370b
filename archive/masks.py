"""Personal numbers: found, kept out of the index, masked before the public.

Patterns from GB 11643 (ID, ISO 7064 MOD 11-2), ISO/IEC 7812 (cards, Luhn) and the mobile number
plan of China; e-mail and WeChat ids by their written form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from archive.text import INVISIBLE

_UNSEEN = frozenset(map(chr, INVISIBLE))
_INVISIBLE = "".join(map(chr, INVISIBLE))
_HINT = re.compile(r"[\d@＠微vVwW]")
_MAYBE = re.compile(
    rf"[\d０-９](?:[ \-－{_INVISIBLE}]{{0,3}}[\d０-９]){{10}}|[@＠]|微信|[wW][xXeE]|[vV][xX]"
)
"""What every one of them has in it; most messages have neither this nor the hint of it."""
_MOBILE = re.compile(r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")
# no card begins with 1 or 20, but times and the numbers of orders do
_CARD = re.compile(r"(?<!\d)(?!1|20)\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.A)
# "微信：Android" is no id: without the word for it, an id has a digit or sign in it
_WECHAT = re.compile(
    r"(?:(?:微信|wechat|weixin)\s*(?:号|id)|vx|wx)\s*[:：]\s*([a-z][\w-]{5,19})"
    r"|(?:微信|wechat|weixin)\s*[:：]\s*((?=[a-z]+[\d_-])[a-z][\w-]{5,19})"
    r"|(?<!\w)(wxid_\w{6,32})",
    re.I | re.A,
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def maybe_personal(text: str) -> bool:
    """Tell quickly whether a text could hold a personal number at all."""
    return _HINT.search(text) is not None and _MAYBE.search(text) is not None


def find_personal(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of personal numbers and addresses, in order, not overlapping."""
    if not maybe_personal(text):
        return []
    # width folded character by character, so that places can be told
    plain = text.translate(_FOLD)
    places: Sequence[int] = range(len(text))
    if len(plain) < len(text):
        places = [place for place, char in enumerate(text) if char not in _UNSEEN]
    kept: list[tuple[int, int]] = []
    for first, last in sorted(_candidates(plain)):
        start, end = places[first], places[last - 1] + 1
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
        elif end > kept[-1][1]:
            kept[-1] = (kept[-1][0], end)
    return kept


def mask(text: str) -> str:
    """Return the text with personal numbers masked: `138****1234`."""
    return _replaced(text, masked) if maybe_personal(text) else text


def strip(text: str) -> str:
    """Return the text as it may be indexed: without personal numbers."""
    return _replaced(text, lambda found: " ")


def _replaced(text: str, replacement: Callable[[str], str]) -> str:
    spans = find_personal(text)
    if not spans:
        return text
    parts: list[str] = []
    at = 0
    for start, end in spans:
        parts += [text[at:start], replacement(text[start:end])]
        at = end
    return "".join([*parts, text[at:]])


def masked(found: str) -> str:
    """Return what stands for one personal number or address."""
    if len(found) < 8:
        return "*" * len(found)
    return found[:3] + "****" + found[-4:] if "@" not in found else found[0] + "***@***"


class _Fold(dict[int, str | None]):
    """What each character is told as: its narrow form, nothing where it is not seen."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        folded = unicodedata.normalize("NFKC", char)
        self[code] = found = None if char in _UNSEEN else folded if len(folded) == 1 else char
        return found


_FOLD = _Fold()


def _candidates(text: str) -> Iterator[tuple[int, int]]:
    for match in _MOBILE.finditer(text):
        yield match.span()
    for match in _IDENTITY.finditer(text):
        if is_identity(match.group()):
            yield match.span()
    for match in _CARD.finditer(text):
        if is_card(re.sub(r"\D", "", match.group())):
            yield match.span()
    for match in _EMAIL.finditer(text) if "@" in text else ():
        yield match.span()
    for match in _WECHAT.finditer(text):
        yield match.span(match.lastindex or 0)


def is_identity(number: str) -> bool:
    """Check an 18-digit identity number: its date and its ISO 7064 check character."""
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(d) * w for d, w in zip(number[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17].upper()


def is_card(digits: str) -> bool:
    """Check a card number of 16 to 19 digits with Luhn."""
    if not 16 <= len(digits) <= 19:
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
