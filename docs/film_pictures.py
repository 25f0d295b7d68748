"""Makes the pictures that move: the tour, by night and by day, each with a picture of it that stands still."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from app.export.film import Cut, filmed
from app.export.redaction import fit_to_leave
from app.export.svg import animated, poster_of, still
from app.tui.filed import TOUR_TAKES, found
from docs.stage_pictures import THEMES

FILMS = {"tour": Cut(size=(110, 32), fit=TOUR_TAKES, fps=5.0)}  # of the recording that ships with the house


def films(names: Sequence[str] = ()) -> dict[str, str]:
    """Every one by its file name; some, where some are named."""
    wanted = [name for name in FILMS if not names or name in names]
    return {file: picture for name in wanted for file, picture in asyncio.run(_both(name)).items()}


async def _both(name: str) -> dict[str, str]:
    made = {}
    shown = await found("")
    for shade, theme in THEMES.items():
        film = await filmed(fit_to_leave(shown.recording), replace(FILMS[name], theme=theme, cues=shown.sheet))
        made[f"{name}-{shade}.svg"] = animated(film)
        made[f"{name}-still-{shade}.svg"] = still(film, poster_of(film))
    return made
