"""Writes the tables of the pages about our companies, from the cards and the scenarios themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path

from app.cast import Registry
from app.cast.card import Card
from app.scenario.library import Listed, list_scenarios
from app.settings import Folder, content_root

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]


def tables() -> dict[str, Callable[[], Table]]:
    """Two tables for each company, and one of all companies."""
    made: dict[str, Callable[[], Table]] = {"companies": companies}
    for company in sorted({*(card.company for card in cards()), *(play.company for play in plays())}):
        made[f"cast of {company}"] = partial(cast_of, company)
        made[f"plays of {company}"] = partial(plays_of, company)
    return made


def companies() -> Table:
    """Who there is, and how much they have to show."""
    rows: list[tuple[str, ...]] = []
    for company in sorted({card.company for card in cards()}):
        here = [play for play in plays() if play.company == company]
        agents = [card for card in cards() if card.company == company]
        modes = sum(len(card.modes) for card in agents)
        rows.append((f"[{company}](company/{company}.md)", str(len(agents)), str(modes), str(len(here))))
    return ("company", "agents", "modes", "plays"), rows


def cast_of(company: str) -> Table:
    """Who they are, how they work, and what their work is held to."""
    head = ("", "card", "who", "ways of working", "tools", "held to")
    return head, [_row_of(card) for card in cards() if card.company == company]


def plays_of(company: str) -> Table:
    """What they perform."""
    rows: list[tuple[str, ...]] = []
    for play in plays():
        if play.company == company:
            words = dict.fromkeys([*play.tags, *(kind for kind in play.kinds if kind not in ("tool", "parallel"))])
            link = f"[`{play.name}`](../../scenarios/{play.name}.yaml)"
            rows.append((link, play.title, _listed(words), play.synopsis))
    return ("play", "title", "with", "what happens"), rows


@cache
def cards() -> tuple[Card, ...]:
    """Every card that ships."""
    entries = Registry((Folder("built in", content_root() / "agents"),)).entries()
    return tuple(entry.card for entry in entries if entry.card is not None)


@cache
def plays() -> tuple[Listed, ...]:
    """Every scenario that ships."""
    return tuple(one for one in list_scenarios(Path("/nowhere")) if one.origin == "built in")


def _row_of(card: Card) -> tuple[str, ...]:
    path = f"{card.company}/{card.id}"
    return (
        card.glyph,
        f"[`{path}`](../../agents/{path}.yaml)",
        _listed([card.title, *(f"`{alias}`" for alias in card.aka)]),
        _listed(mode.title or name.replace("_", " ") for name, mode in card.modes.items()),
        _listed(f"`{tool}`" for tool in card.tools),
        _listed(f"{name} {bound}" for name, bound in card.criteria.items()),
    )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
