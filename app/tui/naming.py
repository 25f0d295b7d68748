"""Who and what is called what on a screen, fit for a terminal: agents, steps, amounts."""

from __future__ import annotations

from app.events import Performer
from app.safety import one_line
from app.state import RunState, words
from app.state.words import spaced
from app.tui.look.glyphs import ASCII, Glyphs
from app.tui.look.themes import ROLES
from app.tui.text import cells, cut, tokens

LITTLE = frozenset(("of", "the", "and", "for", "in", "a", "an", "to", "&"))  # no title ends with these
LONGEST = 600  # characters of a text that a line looks at; no row shows more


def sign(who: Performer, glyphs: Glyphs) -> str:
    """The glyph of one of the cast in one cell; where it cannot be drawn, the first letter of their name."""
    if glyphs is ASCII and not who.glyph.isascii():
        return (one_line(who.title or who.id)[:1] or "?").upper()
    glyph = one_line(who.glyph)
    return glyph if cells(glyph) == 1 else glyphs.on


def role_of(who: Performer) -> str:
    """The style of one of the cast; white for a colour that no theme has."""
    return f"role:{who.color if who.color in ROLES else 'white'}"


def name_of(agent: str, state: RunState) -> str:
    """What one of the cast is called."""
    known = state.agents.get(agent)
    return one_line(known.who.title or known.who.id if known is not None else agent)


def short_title(title: str, room: int, *, ellipsis: str = "…") -> str:
    """A title in so many cells: of a long one as many of its first words as fit, and at least the first, cut."""
    is_cut = False
    while " " in title and (cells(title) > room or (is_cut and title.rpartition(" ")[2].lower() in LITTLE)):
        title, is_cut = title.rpartition(" ")[0].rstrip(",;: "), True
    return cut(title, room, ellipsis=ellipsis)


def short_path(path: str) -> str:
    """As much of a step's path as tells it apart on one screen: polish/2, 2/verdict."""
    return "/".join(path.split("/")[-2:])


def step_name(path: str, state: RunState) -> str:
    """What a step is called: by its title, or else by the last word of its path."""
    step = state.steps.get(path)
    return one_line(step.title if step is not None and step.title else spaced(path.rpartition("/")[2]))


def amount(measure: str, value: float) -> str:
    """So much of what is limited, in few cells: $2.00, 15 min, 4 calls, 20k tokens."""
    return words.amount(measure, value, plural)


def plural(count: int, word: str) -> str:
    """A count with its word: 1 call, 3 calls."""
    return f"{tokens(count)} {word}{'' if count == 1 else 's'}"
