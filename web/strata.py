"""Strata 地层: months or days as layers, wider where more was said, darker with depth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from archive.views import Count, LayerView
from web.words import Words

TONES = 8
"""Shades from the newest layer to the oldest."""

_SHOWN = 18
"""Layers shown at once; older ones open on demand."""

_APART = 4.5
"""Between two ticks, so that they do not run together; the band's words say the number."""


class Band(msgspec.Struct, frozen=True):
    """One layer, ready to be drawn in a box of 100 × 8."""

    label: str
    year: str
    """The year where it changes, `""` elsewhere."""
    said: str
    """The whole in words, for those who do not see the drawing."""
    count: str
    essence: int
    width: float
    tone: int
    ticks: tuple[float, ...]
    href: str | None
    current: bool = False


class Strata(msgspec.Struct, frozen=True):
    """Layers from the newest down."""

    shown: tuple[Band, ...]
    older: tuple[Band, ...]
    has_essence: bool


def months(
    layers: Sequence[LayerView], words: Words, href: Callable[[str], str | None], now: str = ""
) -> Strata:
    """Draw months; a tick for every day on which essence lies."""
    most = max((layer.messages for layer in layers), default=1)
    bands, year = [], ""
    for depth, layer in enumerate(layers):
        width = _width(layer.messages, most)
        ticks = _apart(round(width * (day - 0.5) / 31, 1) for day in layer.essence_days)
        band = _band(layer, words, words.month(layer.name, year=False), width, depth, ticks)
        fresh = layer.name[:4] if layer.name[:4] != year else ""
        year = layer.name[:4]
        bands.append(
            msgspec.structs.replace(
                band,
                said=_said(layer, words, words.month(layer.name)),
                year=words("date.year", year=fresh) if fresh else "",
                href=href(layer.name),
                current=layer.name == now,
            )
        )
    return _split(bands)


def days(
    layers: Sequence[LayerView], words: Words, href: Callable[[str], str | None], now: str = ""
) -> Strata:
    """Draw the days of a month, the newest first; no shade, one tick for essence."""
    most = max((layer.messages for layer in layers), default=1)
    bands = []
    for layer in layers:
        width = _width(layer.messages, most)
        ticks = (round(width / 2, 1),) if layer.essence else ()
        label = words("date.month_day", day=int(layer.name[8:10]))
        band = _band(layer, words, label, width, 2, ticks)
        bands.append(
            msgspec.structs.replace(band, href=href(layer.name), current=layer.name == now)
        )
    return Strata(tuple(bands), (), any(b.essence for b in bands))


def of_counts(counts: Iterable[Count], words: Words, href: Callable[[str], str | None]) -> Strata:
    """Draw a search's months, which know no essence."""
    layers = [LayerView(count.key, count.messages, 0) for count in counts]
    return months(sorted(layers, key=lambda layer: layer.name, reverse=True), words, href)


def _apart(places: Iterable[float]) -> tuple[float, ...]:
    """Leave out what lies too near the tick before it."""
    kept: list[float] = []
    for place in sorted(places):
        if not kept or place - kept[-1] >= _APART:
            kept.append(place)
    return tuple(kept)


def _split(bands: list[Band]) -> Strata:
    # a few more are shown rather than hidden behind a word
    cut = len(bands) if len(bands) <= _SHOWN + 4 else _SHOWN
    return Strata(tuple(bands[:cut]), tuple(bands[cut:]), any(b.essence for b in bands))


def _width(messages: int, most: int) -> float:
    return max(round(100 * messages / max(most, 1), 1), 1.0)


def _said(layer: LayerView, words: Words, name: str) -> str:
    key = "strata.band_essence" if layer.essence else "strata.band"
    return words(key, name=name, n=layer.messages, essence=layer.essence)


def _band(
    layer: LayerView, words: Words, label: str, width: float, depth: int, ticks: tuple[float, ...]
) -> Band:
    return Band(
        label=label,
        year="",
        said=_said(layer, words, label),
        count=f"{layer.messages:,}",
        essence=layer.essence,
        width=width,
        tone=min(depth, TONES - 1),
        ticks=ticks,
        href=None,
    )
