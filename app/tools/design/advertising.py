"""How an advertisement is drawn: words are set as large as they fit, and never smaller than can be read."""

from __future__ import annotations

from typing import NamedTuple
from xml.etree import ElementTree

_WIDE = 0.56  # of a letter, on average, in parts of its size: a little generous, since fonts differ
_LEADING = 1.2
_LEAST = 11  # smaller than this is decoration


class Palette(NamedTuple):
    """The three colours of an advertisement."""

    ground: str
    ink: str
    accent: str


class Box(NamedTuple):
    """Where words go: a corner, a size, and the largest letters."""

    x: int
    y: int
    width: int
    height: int
    letters: int


class Size(NamedTuple):
    """A standard size, and where everything goes in it."""

    width: int
    height: int
    headline: Box
    text: Box
    button: Box
    brand: Box


SIZES = {
    "rectangle": Size(
        300,
        250,
        Box(20, 20, 260, 90, 30),
        Box(20, 115, 260, 65, 16),
        Box(20, 195, 130, 36, 16),
        Box(160, 205, 120, 20, 14),
    ),
    "leaderboard": Size(
        728,
        90,
        Box(20, 10, 300, 70, 26),
        Box(335, 15, 220, 60, 15),
        Box(570, 14, 140, 36, 16),
        Box(570, 60, 140, 20, 14),
    ),
    "skyscraper": Size(
        160,
        600,
        Box(14, 30, 132, 200, 26),
        Box(14, 250, 132, 180, 16),
        Box(14, 470, 132, 36, 15),
        Box(14, 555, 132, 22, 14),
    ),
}


def draw(words: dict[str, str], palette: Palette, size: Size) -> tuple[str, list[str]]:
    """Return the SVG, and the names of what does not fit."""
    picture = ElementTree.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {size.width} {size.height}",
        width=str(size.width),
        height=str(size.height),
        role="img",
    )
    picture.set("aria-label", ". ".join(filter(None, (words["headline"].rstrip("."), words["text"]))))
    _rectangle(picture, Box(0, 0, size.width, size.height, 0), palette.ground)
    boxes = {"headline": size.headline, "text": size.text, "button": size.button, "brand": size.brand}
    cramped = [
        name for name, box in boxes.items() if words[name] and not _write(picture, name, words[name], box, palette)
    ]
    return ElementTree.tostring(picture, encoding="unicode"), cramped


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG measures it, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def fitted(text: str, box: Box) -> tuple[int, list[str]]:
    """Return the largest letters in which a text fits, with its lines; 0 if none does."""
    for letters in range(box.letters, _LEAST - 1, -1):
        lines = _wrapped(text, int(box.width / (letters * _WIDE)))
        if lines and len(lines) * letters * _LEADING <= box.height:
            return letters, lines
    return 0, []


def _wrapped(text: str, most: int) -> list[str]:
    """Break between words; nothing if a word alone is too long."""
    lines: list[str] = []
    for word in text.split():
        if len(word) > most:
            return []
        if lines and len(lines[-1]) + 1 + len(word) <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _write(picture: ElementTree.Element, name: str, text: str, box: Box, palette: Palette) -> bool:
    """Write words into their box; say whether they fit."""
    letters, lines = fitted(text, box)
    if not letters:
        return False
    centred = name == "button"
    if centred:
        _rectangle(picture, box, palette.accent)
    start = box.y + letters
    if centred:
        start = box.y + round((box.height - len(lines) * letters * _LEADING) / 2 + letters)
    for number, line in enumerate(lines):
        element = ElementTree.SubElement(
            picture,
            "text",
            {
                "x": str(box.x + box.width // 2 if centred else box.x),
                "y": str(start + round(number * letters * _LEADING)),
                "font-family": "sans-serif",
                "font-size": str(letters),
                "fill": palette.ground if centred else palette.ink,
            },
        )
        if centred:
            element.set("text-anchor", "middle")
        if name == "headline":
            element.set("font-weight", "bold")
        element.text = line
    return True


def _rectangle(picture: ElementTree.Element, box: Box, colour: str) -> None:
    place = {"x": str(box.x), "y": str(box.y), "width": str(box.width), "height": str(box.height)}
    ElementTree.SubElement(picture, "rect", place | {"fill": colour})


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
