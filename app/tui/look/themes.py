"""Finds themes by name in the project's themes/, the user's and ours, and gives them to Textual.

A theme is a file with a colour for every name below. Painters use the names alone; see docs/themes.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import NotFound
from app.settings import Folder, Origin, search_folders

if TYPE_CHECKING:
    import textual.theme

DEFAULT = "footlights"
DIM = "dim"  # in a theme of the terminal's own colours: the text colour, as that terminal dims it

COLOURS = {
    "text": "what is read",
    "muted": "what is read second: labels, times",
    "faint": "rules and dots that nobody has to read",
    "ground": "the background of everything",
    "panel": "a surface that is raised above the ground",
    "edge": "the border of a panel at rest",
    "focus": "the border of what has the focus",
    "accent": "the house's own: keys, what matters now",
    "good": "done, in order",
    "warning": "something to look at",
    "error": "failed",
    "info": "something to know",
    "selection": "the background of the chosen row",
    "track": "the empty part of a bar",
    "gate": "the border of questions, and nothing else",
}
LIGHTS = ("light:1", "light:2", "light:3", "light:4")
ROLES = (
    "red", "green", "yellow", "blue", "magenta", "cyan", "white",
    "bright_red", "bright_green", "bright_yellow", "bright_blue", "bright_magenta", "bright_cyan", "bright_white",
)  # fmt: skip

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Theme:
    """A colour for every name, as `#rrggbb`; or, in a theme of the terminal's own colours, as one of their names."""

    name: str
    title: str
    says: str
    dark: bool
    contrast: float  # what every text keeps on every ground
    colours: Mapping[str, str]
    origin: Origin = "built in"

    @property
    def is_terminals_own(self) -> bool:
        """Are these the colours that the terminal's own palette gives the sixteen names?"""
        return not self.colours["ground"].startswith("#")


def names(project: Path) -> list[str]:
    """Every theme there is, ours in the order of the house: the default one first."""
    return sorted(_files(project), key=lambda name: (name != DEFAULT, name))


def load(name: str, project: Path) -> Theme:
    """The theme of that name; raises `NotFound`, or `ThemeRefused` with all that is wrong in its file."""
    from app.tui.look.theme_file import read_built_in, read_theme

    found = _files(project).get(name)
    if found is None:
        from app.document.suggest import did_you_mean

        raise NotFound(
            f'there is no theme "{name}"',
            did_you_mean(name, names(project), otherwise='"footlights themes" shows all of them'),
        )
    folder, path = found
    if folder.origin == "built in":
        return read_built_in(path)
    return read_theme(path, folder.origin)


def textual_theme(theme: Theme) -> textual.theme.Theme:
    """The theme as Textual knows it, with a CSS variable for each of our names: $ground, $light-1, $role-bright-red."""
    from textual.theme import Theme as TextualTheme

    colours = {name: _for_textual(name, colour) for name, colour in theme.colours.items()}
    return TextualTheme(
        name=theme.name,
        primary=colours["accent"],
        secondary=colours["info"],
        accent=colours["accent"],
        success=colours["good"],
        warning=colours["warning"],
        error=colours["error"],
        foreground=colours["text"],
        background=colours["ground"],
        surface=colours["panel"],
        panel=colours["panel"],
        boost=colours["panel"],
        dark=theme.dark,
        ansi=theme.is_terminals_own,
        variables={name.replace(":", "-").replace("_", "-"): colour for name, colour in colours.items()}
        | {name: colours.get(meant, meant) for name, meant in _OF_TEXTUAL.items()},
    )


def _files(project: Path) -> dict[str, tuple[Folder, Path]]:
    found: dict[str, tuple[Folder, Path]] = {}
    for folder in search_folders("themes", project):
        for path in sorted(folder.path.glob("*.yaml")):
            if _NAME.fullmatch(path.stem):
                found.setdefault(path.stem, (folder, path))
    return found


def _for_textual(name: str, colour: str) -> str:
    """The colour as CSS knows it, which can neither dim nor reverse what a terminal's palette gives it."""
    if colour.startswith("#"):
        return colour
    if colour == DIM:
        return "ansi_default" if name == "muted" else "ansi_bright_black"
    return "ansi_bright_black" if name == "selection" and colour == "default" else f"ansi_{colour}"


# What Textual's own widgets draw with, in our names.
_OF_TEXTUAL = {
    "ansi-background": "ground",
    "ansi-foreground": "text",
    "text-muted": "muted",
    "text-disabled": "faint",
    "foreground-muted": "muted",
    "foreground-disabled": "faint",
    "border": "focus",
    "border-blurred": "edge",
    "block-cursor-foreground": "text",
    "block-cursor-background": "selection",
    "block-cursor-text-style": "bold",
    "block-cursor-blurred-foreground": "text",
    "block-cursor-blurred-background": "track",
    "block-hover-background": "track",
    "surface-active": "track",
    "scrollbar": "edge",
    "scrollbar-hover": "faint",
    "scrollbar-active": "accent",
    "scrollbar-background": "ground",
    "scrollbar-background-hover": "ground",
    "scrollbar-background-active": "ground",
    "scrollbar-corner-color": "ground",
    "link-color": "accent",
    "link-color-hover": "accent",
    "link-background-hover": "ground",
    "footer-background": "ground",
    "footer-foreground": "muted",
    "footer-description-foreground": "muted",
    "footer-key-foreground": "accent",
    "input-cursor-background": "accent",
    "input-cursor-foreground": "ground",
    "input-selection-background": "selection",
    "input-selection-foreground": "text",
    "screen-selection-background": "selection",
    "screen-selection-foreground": "text",
    "button-foreground": "text",
    "button-color-foreground": "ground",
    "markdown-h1-color": "accent",
    "markdown-h2-color": "accent",
    "markdown-h3-color": "text",
    "markdown-h4-color": "text",
    "markdown-h5-color": "muted",
    "markdown-h6-color": "muted",
}
