"""Strata: layers from the newest down, as wide as much was said."""

from __future__ import annotations

from archive.views import Count, LayerView
from web import strata
from web.words import words_in

ZH, EN = words_in("zh"), words_in("en")


def test_width_follows_what_was_said_and_depth_darkens():
    layers = [LayerView("2026-02", 50, 1, (14,)), LayerView("2026-01", 100, 0)]
    layers += [LayerView("2025-12", 1, 0)]
    found = strata.months(layers, ZH, lambda name: f"/{name}")
    assert [band.width for band in found.shown] == [50, 100, 1]
    assert [band.tone for band in found.shown] == [0, 1, 2]
    assert [band.year for band in found.shown] == [
        "2026\u00a0年".replace("\u00a0", " "),
        "",
        "2025 年",
    ]
    assert found.shown[0].ticks == (21.8,) and found.has_essence
    assert found.shown[0].said.replace("\u00a0", " ") == "2026 年 2 月，50 条，精华 1"


def test_ticks_of_a_narrow_band_do_not_run_together():
    layers = [LayerView("2026-02", 10, 5, (1, 2, 3, 30, 31)), LayerView("2026-01", 100, 0)]
    quiet = strata.months(layers, ZH, lambda name: None).shown[0]
    assert quiet.ticks == (0.2, 9.5) and "精华 5" in quiet.said


def test_old_layers_open_on_demand():
    layers = [LayerView(f"{2026 - i // 12}-{12 - i % 12:02}", 5, 0) for i in range(60)]
    found = strata.months(layers, EN, lambda name: None)
    assert (len(found.shown), len(found.older)) == (18, 42)
    assert max(band.tone for band in found.older) == strata.TONES - 1


def test_counts_of_a_search_make_layers():
    found = strata.of_counts([Count("2025-03", "", 2), Count("2026-03", "", 4)], EN, str)
    assert [(band.label, band.year, band.count) for band in found.shown] == [
        ("Mar", "2026", "4"), ("Mar", "2025", "2"),
    ]  # fmt: skip


def test_no_layers_is_no_figure():
    assert strata.months([], ZH, str).shown == ()
