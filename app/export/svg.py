"""A film as a picture that moves, and one moment of it as a picture that stands still: SVG that loads nothing.

It plays wherever a picture can stand, also as an image on a page: whatever changes is a strip behind a window of one
row, and one rule of CSS for each strip says when it moves on. Without animation, or for whoever wants none, every strip
stands at the poster.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from app.export.film import Film, Frame
from app.export.picture.cells import HEIGHT, MARGIN, TOP, WIDTH, Cell, Look, Row, short
from app.export.picture.drawing import Looks, Window, drawn, framed, pieces
from app.export.strips import State, Strip, strips_of

_APART = 4.0  # between the states of a strip: what is beside the window is not seen in it
_SHARED = 40  # characters from which a piece that comes again is written once
_OVER = 0.5  # that a window is higher than its row at either end: so lines meet

Thing = TypeVar("Thing", bound=Hashable)


def still(film: Film, at: float) -> str:
    """What is seen at a moment."""
    return drawn(frame_at(film, at).rows, window_of(film))


def animated(film: Film) -> str:
    """All of it, again and again."""
    strips, poster, looks = strips_of(film), poster_of(film), Looks()
    states = States(strips, looks)
    moving = [_placed(strip, number, states, poster) for number, strip in enumerate(strips)]
    standing = pieces(_without(strips, frame_at(film, poster)), looks)
    rules = [_keyframes(strip, number, film.seconds, poster) for number, strip in enumerate(strips)]
    sheet = "".join([looks.sheet, f".st{{animation:{film.seconds:g}s step-end infinite}}", *rules, _REDUCED])
    windows = [_window(height, film.size[0]) for height in sorted({strip.height for strip in strips})]
    return framed([*windows, *states.defined(), *standing, *moving], film.size, window_of(film), sheet)


def animations(svg: str) -> int:
    """How many things move in a picture."""
    return svg.count("@keyframes ")


def window_of(film: Film) -> Window:
    """What is around the cells."""
    colours = film.colours
    return Window(film.title, colours.ground, colours.panel, colours.muted, colours.edge, film.told)


def frame_at(film: Film, at: float) -> Frame:
    """What is on the screen at a moment."""
    return film.frames[max(0, bisect_right(film.frames, at, key=lambda frame: frame.at) - 1)]


def poster_of(film: Film) -> float:
    """The moment at which most is to be seen."""
    known: dict[int, int] = {}

    def fullness(row: Row) -> int:
        if id(row) not in known:
            known[id(row)] = sum(cell.text.isalnum() for cell in row)
        return known[id(row)]

    return max(film.frames, key=lambda frame: sum(map(fullness, frame.rows))).at


class States:
    """Each state of a strip as it is drawn; pieces that several have are drawn once, and states too."""

    def __init__(self, strips: Sequence[Strip], looks: Looks) -> None:
        counted = Counter(state for strip in strips for state in dict.fromkeys(cells for _, cells in strip.states))
        self._drawn = {state: pieces(state, looks) for state in counted}
        shared = Counter(piece for drawn in self._drawn.values() for piece in drawn)
        self._pieces = _named("p", (piece for piece, times in shared.items() if times > 1 and len(piece) > _SHARED))
        self._states = _named("s", (state for state, times in counted.items() if times > 1 and self._drawn[state]))

    def defined(self) -> Iterator[str]:
        """What others point at."""
        yield "<defs>"
        for piece, name in self._pieces.items():
            yield piece.replace(" ", f' id="{name}" ', 1)
        for state, name in self._states.items():
            yield f'<g id="{name}">{self._body(state)}</g>'
        yield "</defs>"

    def at(self, state: State, y: float) -> str:
        """A state so far below the first."""
        if not self._drawn[state]:
            return ""
        if state in self._states:
            return f'<use href="#{self._states[state]}" y="{short(y)}"/>'
        return f'<g transform="translate(0 {short(y)})">{self._body(state)}</g>'

    def _body(self, state: State) -> str:
        return "".join(
            f'<use href="#{self._pieces[piece]}"/>' if piece in self._pieces else piece for piece in self._drawn[state]
        )


def _named(letter: str, things: Iterable[Thing]) -> dict[Thing, str]:
    return {thing: f"{letter}{number}" for number, thing in enumerate(things)}


def _window(height: int, columns: int) -> str:
    """What is seen of a strip of so many rows."""
    right, bottom = columns * WIDTH + 2 * MARGIN, TOP + height * HEIGHT + _OVER
    return f'<clipPath id="w{height}"><path d="M0 {short(TOP - _OVER)}H{short(right)}V{short(bottom)}H0z"/></clipPath>'


def _placed(strip: Strip, number: int, states: States, poster: float) -> str:
    """A strip behind its window."""
    x, y = short(strip.start * WIDTH), short(strip.row * HEIGHT)
    drawn = "".join(states.at(state, down) for state, down in _offsets(strip, poster).items())
    return (
        f'<g transform="translate({x} {y})" clip-path="url(#w{strip.height})">'
        f'<g class="st" style="animation-name:f{number}">{drawn}</g></g>'
    )


def _offsets(strip: Strip, poster: float) -> dict[State, float]:
    """How far below its window each state is: that of the poster stands in it."""
    order = list(dict.fromkeys(state for _, state in strip.states))
    shown = order.index([state for at, state in strip.states if at <= poster][-1])
    return {state: (number - shown) * (strip.height * HEIGHT + _APART) for number, state in enumerate(order)}


def _keyframes(strip: Strip, number: int, seconds: float, poster: float) -> str:
    """When a strip moves where; moments at which it moves to the same place are told together."""
    moments: dict[float, list[str]] = {}
    offsets = _offsets(strip, poster)
    for at, state in strip.states:
        moments.setdefault(offsets[state], []).append(_percent(at / seconds))
    moves = (f"{','.join(when)}{{transform:translateY({short(0 - down)}px)}}" for down, when in moments.items())
    return f"@keyframes f{number}{{{''.join(moves)}}}"


def _percent(share: float) -> str:
    return f"{100 * share:.3f}".rstrip("0").rstrip(".") + "%"


def _without(strips: Sequence[Strip], frame: Frame) -> list[Row]:
    """The cells that never change."""
    rows = list(frame.rows)
    for strip in strips:
        nothing = [_NOTHING] * (strip.end - strip.start)
        for at in range(strip.row, strip.row + strip.height):
            rows[at] = (*rows[at][: strip.start], *nothing, *rows[at][strip.end :])
    return rows


_NOTHING = Cell(" ", Look(""))
_REDUCED = "@media (prefers-reduced-motion:reduce){.st{animation:none}}"
