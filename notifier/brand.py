"""An organization's colour, made legible: which ink to write on it, and whether it can be a link on white."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from notifier.facts import DEFAULT_COLOR

WHITE, BLACK = "#ffffff", "#000000"
READABLE = 4.5
"""The contrast that WCAG 2 asks of running text (AA)."""

VISIBLE = 3
"""The contrast that it asks of shapes that matter, such as a button's."""

NIGHT, EDGE = "#1f2224", "#7f868b"
"""The card's ground at night, and a grey that is seen on it and on white."""


@dataclass(frozen=True)
class Brand:
    """`ink` reads on `color`, `link` on white; `edge` shows where a field of `color` ends, by day and by night."""

    color: str
    ink: str
    link: str
    edge: str


@lru_cache(maxsize=1024)
def brand_of(color: str) -> Brand:
    """`color` is #rrggbb. Of white and black one always reaches 4.5:1."""
    ink = WHITE if contrast(WHITE, color) >= contrast(BLACK, color) else BLACK
    link = color if contrast(color, WHITE) >= READABLE else DEFAULT_COLOR
    stands_out = all(contrast(color, ground) >= VISIBLE for ground in (WHITE, NIGHT))
    return Brand(color, ink, link, color if stands_out else EDGE)


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio of two #rrggbb colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    channels = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
