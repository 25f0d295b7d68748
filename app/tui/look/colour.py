"""Colours as numbers: how light one is, how well one is read on another, and what lies between two."""

from __future__ import annotations

from functools import lru_cache

READABLE = 4.5  # the contrast that WCAG 2 asks of text (level AA)


def contrast(one: str, other: str) -> float:
    """How well one colour is read on another, from 1 (not at all) to 21 (black on white), as WCAG 2 measures it."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=1024)
def luminance(colour: str) -> float:
    """How light a colour `#rrggbb` is to the eye, from 0 (black) to 1 (white)."""
    red, green, blue = (_linear(part / 255) for part in parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mix(one: str, other: str, share: float) -> str:
    """The colour that lies between two: at 0 it is the one, at 1 the other."""
    pairs = zip(parts(one), parts(other), strict=True)
    return "#" + "".join(f"{round(first + (second - first) * share):02x}" for first, second in pairs)


def parts(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of a colour `#rrggbb`, each from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
