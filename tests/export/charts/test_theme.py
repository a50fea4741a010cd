from __future__ import annotations

from itertools import combinations

import pytest

from optimizer.export.charts import theme

PALEST_STEP = 25.0
"""Least difference in CIE L* between fills that lie beside each other: told apart on a grey printer."""


def _luminance(colour: str) -> float:
    """Return the relative luminance Y of sRGB (IEC 61966-2-1), 0 to 1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def lightness(colour: str) -> float:
    """Return CIE L*, 0 to 100."""
    y = _luminance(colour)
    return 116 * y ** (1 / 3) - 16 if y > 216 / 24389 else y * 24389 / 27


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("one", "other"), list(combinations(theme.PALETTE, 2)))
def test_fills_differ_in_lightness_without_any_hue(one: str, other: str) -> None:
    assert abs(lightness(one) - lightness(other)) >= PALEST_STEP


def test_the_first_and_the_hollow_fill_differ_in_lightness() -> None:
    assert abs(lightness(theme.INK) - lightness(theme.PAPER)) >= PALEST_STEP


@pytest.mark.parametrize("colour", [theme.INK, theme.QUIET])
@pytest.mark.parametrize("ground", [theme.PAPER, theme.PALE])
def test_text_has_the_contrast_that_reading_asks_for(colour: str, ground: str) -> None:
    assert contrast(colour, ground) >= 4.5


def test_known_lightness() -> None:
    assert lightness("#ffffff") == pytest.approx(100)
    assert lightness("#000000") == 0
    assert lightness("#777777") == pytest.approx(50.0, abs=0.1)
    assert contrast("#ffffff", "#000000") == pytest.approx(21)


def test_hatch_alternates_and_fills_the_width() -> None:
    text = theme.hatch("#112233")
    assert text.count("color: '#112233'") == text.count(f"color: '{theme.PAPER}'") == 16
    assert "offset: 0.0000" in text
    assert "offset: 1.0000" in text
