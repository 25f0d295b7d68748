"""Pictures for a page that is read by night and by day: how they are called, and the lines that pick the right one."""

from __future__ import annotations

from html import escape
from pathlib import Path

SHADES = ("dark", "light")


def kinds_of(name: str) -> tuple[str, ...]:
    """What is made in each shade: beside a picture that moves one that stands still, for whoever wants none to move."""
    return ("svg", "still") if name == "svg" else ("still",)


def files_of(path: Path, name: str) -> list[Path]:
    """Every file, shade by shade: tour-dark.svg, tour-still-dark.svg."""
    stem = path.name.removesuffix(".svg").removesuffix(".still")
    ends = [f"{'-still' if kind != name else ''}-{shade}.svg" for shade in SHADES for kind in kinds_of(name)]
    return [path.with_name(f"{stem}{end}") for end in ends]


def snippet(path: Path, name: str, told: str) -> str:
    """HTML for a README: whoever reads it at night, or wants nothing to move, is shown the picture for that."""
    dark, *others = [file.name for file in files_of(path, name)]
    by_night = "(prefers-color-scheme: dark)"
    sources = [(by_night, dark)]
    light = others[-1]
    if len(others) > 1:
        still_dark, light, still_light = others
        at_rest = "(prefers-reduced-motion: reduce)"
        sources = [(f"{at_rest} and {by_night}", still_dark), (at_rest, still_light), *sources]
    lines = [f'  <source media="{media}" srcset="{escape(file)}">' for media, file in sources]
    picture = f'  <img alt="{escape(told)}" src="{escape(light)}">'
    return "\n".join(["<picture>", *lines, picture, "</picture>", ""])
