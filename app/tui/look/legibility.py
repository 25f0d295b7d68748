"""How well each text of a theme is read on each ground: what themes promise, what their tests hold them to."""

from __future__ import annotations

from typing import NamedTuple

from app.tui.look.colour import contrast
from app.tui.look.themes import LIGHTS, ROLES, Theme

TEXTS = ("text", "muted", "accent", "good", "warning", "error", "info", *(f"role:{name}" for name in ROLES))
GROUNDS = ("ground", "panel", "selection", *LIGHTS)


class Reading(NamedTuple):
    """A text on the ground where it is read worst."""

    text: str
    ground: str
    contrast: float


def readings(theme: Theme) -> list[Reading]:
    """Each text of a theme where it is read worst; none for one whose colours only the terminal knows."""
    return [] if theme.is_terminals_own else [_worst(theme, text) for text in TEXTS]


def _worst(theme: Theme, text: str) -> Reading:
    colours = theme.colours
    measured = ((contrast(colours[text], colours[ground]), ground) for ground in GROUNDS)
    least, ground = min(measured)
    return Reading(text, ground, least)
