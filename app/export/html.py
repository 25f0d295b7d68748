"""A film as one page that plays by itself: nothing is loaded, nothing is sent, and without a mouse it works as well.

The page is for two kinds of people. Who was there finds a moment again; who was not is told first what this is, how it
ended and who is who, and can read all of it as a transcript.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html import escape
from string import Template

from app.export import svg
from app.export.film import Caption, Film, Kind, Line, Mark
from app.export.html_rows import packed
from app.export.parts import digest, part
from app.export.picture.cells import HEIGHT, WIDTH
from app.export.picture.drawing import FONTS
from app.safety import mask_secrets, safe_text

_LAMPS: dict[Kind, tuple[str, str]] = {
    "cue": ("M6 .8 11.2 6 6 11.2.8 6z", "a cue"),
    "handoff": ("M6 2a4 4 0 1 0 0 8 4 4 0 1 0 0-8z", "work handed on"),
    "gate": ("M1.6 1.6h8.8v8.8H1.6z", "a question to a person"),
    "error": ("M6 1 11.4 10.8H.6z", "something went wrong"),
}
_ERROR_BY_NIGHT, _ERROR_BY_DAY = "#fe8882", "#b3261e"


def player(film: Film) -> str:
    """The page."""
    roles = _Roles(film)
    style = _style(film, roles)
    script = part("player/player.js")
    still = svg.still(film, svg.poster_of(film)).strip()  # where no script runs
    inner = re.findall(r"<style>(.*?)</style>", still, re.DOTALL)
    width, height = film.size
    chapters = [mark for mark in film.marks if mark.kind == "cue"]
    return Template(part("player/page.html")).substitute(
        policy=_policy([style, *inner], script),
        scheme="dark" if film.colours.is_dark else "light",
        title=_text(film.title),
        told=_text(film.told.removeprefix(f"{film.title}. ")),
        run=_text(film.run),
        style=style,
        script=script,
        width=f"{width * WIDTH:.0f}",
        height=f"{height * HEIGHT:.0f}",
        seconds=_seconds(film.seconds),
        length=_clock(film.seconds),
        still=still,
        lamps="\n".join(map(_lamp, film.marks)),
        kinds="\n".join(_kinds(film.marks)),
        cast="\n".join(roles.legend()),
        chapters="\n".join(map(_chapter, chapters)),
        transcript="\n".join(_line(line, roles) for line in film.transcript),
        no_captions=_hidden(_beside(film)),
        no_cast=_hidden(roles.people),
        no_chapters=_hidden(chapters),
        no_lamps=_hidden(film.marks),
        film=_plain(film),
    )


class _Roles:
    """Who says something in a film, and the class of the colour of each."""

    def __init__(self, film: Film) -> None:
        self._usual = film.colours.text
        self.colours = list(dict.fromkeys(line.style for line in film.transcript))
        self.people = list(dict.fromkeys((line.glyph, line.who, line.style) for line in film.transcript if line.who))

    def name(self, colour: str) -> str:
        return f"role-{self.colours.index(colour)}"

    def rules(self) -> str:
        """For the sheet; a colour is one, or it is left out."""
        return "".join(f".{self.name(colour)}{{color:{_colour(colour, self._usual)}}}" for colour in self.colours)

    def legend(self) -> Iterator[str]:
        for glyph, who, style in self.people:
            yield f'<li class="who {self.name(style)}">{_text(glyph)} {_text(who)}</li>'


def _lamp(mark: Mark) -> str:
    says = _text(" · ".join(filter(None, (mark.name, _label(mark), _clock(mark.at)))))
    tab = "" if mark.kind != "handoff" else ' tabindex="-1"'  # the transcript leads there, without a stop for each
    return (
        f'<button type="button" class="lamp {mark.kind}" data-at="{_seconds(mark.at)}" data-says="{says}"'
        f' aria-label="{says}"{tab}>{_sign(mark.kind)}</button>'
    )


def _kinds(marks: Iterable[Mark]) -> Iterator[str]:
    """What the lamps that there are stand for."""
    there = {mark.kind for mark in marks}
    for kind, (_, means) in _LAMPS.items():
        if kind in there:
            yield f'<li class="kind {kind}">{_sign(kind)} {means}</li>'


def _sign(kind: Kind) -> str:
    return f'<svg viewBox="0 0 12 12" aria-hidden="true"><path d="{_LAMPS[kind][0]}"/></svg>'


def _chapter(mark: Mark) -> str:
    name, label = _text(mark.name), _text(_label(mark))
    says = " ".join(filter(None, (name, label)))
    return (
        f'<li><a href="#{name or f"t={_seconds(mark.at)}"}" data-at="{_seconds(mark.at)}" data-says="{says}">'
        f"<b>{name}</b> <span>{label}</span> <time>{_clock(mark.at)}</time></a></li>"
    )


def _label(mark: Mark) -> str:
    """What a cue is called besides its name."""
    return "" if mark.label == mark.name else mark.label


def _line(line: Line, roles: _Roles) -> str:
    who = f"{_text(line.glyph)} {_text(line.who)}".strip()
    aside = "" if line.who else ' class="aside"'
    return (
        f'<li><a{aside} href="#t={_seconds(line.at)}" data-at="{_seconds(line.at)}"><time>{_clock(line.at)}</time> '
        f'<span class="who {roles.name(line.style)}">{who}</span> '
        f'<span class="what" dir="auto">{_text(line.text)}</span></a></li>'
    )


def _plain(film: Film) -> str:
    """What the script is given, so that no text in it can end the element it stands in."""
    told = {
        **packed(film.frames),
        "seconds": film.seconds,
        "poster": svg.poster_of(film),
        "captions": [_caption(caption) for caption in _beside(film)],
    }
    written = json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _beside(film: Film) -> tuple[Caption, ...]:
    """The captions that the page shows itself: what is burnt into the pictures is read there."""
    return () if film.burnt else film.captions


def _caption(caption: Caption) -> list[float | str]:
    return [caption.at, caption.until, mask_secrets(safe_text(caption.text))]


def _style(film: Film, roles: _Roles) -> str:
    colours, (width, height) = film.colours, film.size
    shape = width * WIDTH / (height * HEIGHT)
    names = {
        "ground": colours.ground, "panel": colours.panel, "text": colours.text, "muted": colours.muted,
        "edge": colours.edge, "accent": colours.accent,
        "error": _ERROR_BY_NIGHT if colours.is_dark else _ERROR_BY_DAY,
    }  # fmt: skip
    variables = "".join(f"--{name}:{_colour(colour, '#888')};" for name, colour in names.items())
    return f":root{{{variables}--shape:{shape:.3f};--mono:{FONTS}}}\n{part('player/player.css')}{roles.rules()}"


def _colour(colour: str, otherwise: str) -> str:
    return colour if re.fullmatch(r"#[0-9A-Fa-f]{3,8}", colour) else otherwise


def _policy(styles: Iterable[str], script: str) -> str:
    """Nothing may be loaded or sent, and nothing runs but what stands here."""
    sheets = " ".join(map(digest, styles))
    return f"default-src 'none'; script-src {digest(script)}; style-src {sheets}; base-uri 'none'; form-action 'none'"


def _hidden(wanted: object) -> str:
    return "" if wanted else " hidden"


def _text(text: str) -> str:
    """Fit to stand in a page, wherever it came from."""
    return escape(mask_secrets(safe_text(text)))


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def _clock(seconds: float) -> str:
    whole = int(seconds + 1e-6)
    return f"{whole // 60}:{whole % 60:02d}"
