"""A film as an asciicast, for asciinema and its player: only the cells that change are written.

Version 2 is read by every asciinema there is, version 3 by those from 3.0 on.
See https://docs.asciinema.org/manual/asciicast/v2 and v3.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise

from app.export.diff import blank, changed
from app.export.film import Colours, Film
from app.export.picture.cells import Cell, Look, Row

IDLE = 2.0  # seconds: a player need not wait longer for the next frame
_TERM = "xterm-256color"
_NEAR = 4  # cells that stand as they should are written again rather than jumped over


def cast(film: Film, *, version: int = 2) -> str:
    """The film as the text of a file, a line an event."""
    lines = [_json(_head(film, version))]
    before = 0.0
    for at, code, text in _events(film):
        lines.append(_json([at if version == 2 else round(at - before, 3), code, text]))
        before = at
    return "\n".join(lines) + "\n"


def _head(film: Film, version: int) -> dict[str, object]:
    width, height = film.size
    theme = theme_of(film.colours)
    about = {"title": film.title, "idle_time_limit": IDLE}
    if version == 2:
        return {"version": 2, "width": width, "height": height, **about, "env": {"TERM": _TERM}, "theme": theme}
    return {"version": 3, "term": {"cols": width, "rows": height, "type": _TERM, "theme": theme}, **about}


def theme_of(colours: Colours) -> dict[str, str]:
    """What a player shows around the cells; they name their own colours."""
    palette = [colours.ground, colours.accent, colours.text, colours.muted] * 2
    return {"fg": colours.text, "bg": colours.ground, "palette": ":".join(palette)}


def _events(film: Film) -> Iterator[tuple[float, str, str]]:
    """Every frame and every cue, in order. A player that stops at a cue has drawn what it is about."""
    frames = [(round(at, 3), "o", text) for at, text in _written(film)]
    cues = [(round(mark.at, 3), "m", f"{mark.name} {mark.label}".strip()) for mark in film.marks if mark.kind == "cue"]
    yield from sorted([*frames, *cues], key=lambda event: (event[0], event[1] == "m"))
    yield round(film.seconds, 3), "o", ""  # until here the last picture stays


def _written(film: Film) -> Iterator[tuple[float, str]]:
    """Each frame as what turns the one before into it."""
    pen = Pen(film.colours)
    yield film.frames[0].at, "".join(pen.whole(film.frames[0].rows))
    for before, frame in pairwise(film.frames):
        yield frame.at, "".join(pen.change(before.rows, frame.rows))


class Pen:
    """Writes cells as a terminal wants them, and knows how it wrote last."""

    def __init__(self, colours: Colours) -> None:
        self._ground = colours.ground
        self._look: Look | None = None

    def whole(self, rows: tuple[Row, ...]) -> Iterator[str]:
        """A first picture: no cursor is seen."""
        yield "\x1b[?25l"
        for number, row in enumerate(rows):
            yield f"\x1b[{number + 1}H"
            yield from self._write(row)

    def change(self, before: tuple[Row, ...], rows: tuple[Row, ...]) -> Iterator[str]:
        """What turns one picture into the next."""
        for number, (was, row) in enumerate(zip(before, rows, strict=True)):
            if row is was:
                continue
            for start, end in changed(was, row, _NEAR):
                yield f"\x1b[{number + 1};{start + 1}H"
                yield from self._write(row[start:end])

    def _write(self, cells: Row) -> Iterator[str]:
        for cell in cells:
            if cell.text:
                yield self._turn(cell)
                yield cell.text

    def _turn(self, cell: Cell) -> str:
        """The codes that make the pen write like this cell."""
        look, was = cell.look, self._look
        if look == was or (was is not None and cell.text == " " and blank(look) == blank(was)):
            return ""
        self._look = look
        codes = []
        letters = _letters(look)
        if was is None or _letters(was) - letters:
            codes, was = ["0"], None
        codes += [str(code) for code in sorted(letters if was is None else letters - _letters(was))]
        if was is None or look.colour != was.colour:
            codes.append(f"38;2;{_decimal(look.colour)}")
        if was is None or look.ground != was.ground:
            codes.append(f"48;2;{_decimal(look.ground or self._ground)}")
        return f"\x1b[{';'.join(codes)}m"


def _letters(look: Look) -> set[int]:
    """How letters are written, in the codes of a terminal."""
    ways = {1: look.bold, 3: look.italic, 4: look.underline, 9: look.strike}
    return {code for code, is_so in ways.items() if is_so}


def _decimal(colour: str) -> str:
    """#ff8000 as 255;128;0."""
    return ";".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
