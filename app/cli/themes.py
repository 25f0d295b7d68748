"""`footlights themes`: how the stage can look, and one theme with every colour of it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from app.cli.ink import Ink
from app.cli.narrating.text import wrap
from app.cli.problems import write_problems
from app.cli.said import as_json
from app.safety import clean
from app.settings import project_root
from app.tui.look.colour import contrast, parts
from app.tui.look.legibility import TEXTS, Reading, readings
from app.tui.look.theme_file import ThemeRefused
from app.tui.look.themes import COLOURS, DEFAULT, DIM, LIGHTS, ROLES, Theme, load, names

EXAMPLES = """
footlights themes
footlights themes show nocturne
"""

_INDENT = 14
_TERMINALS_OWN = ("black", *ROLES[:7])


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--json", action="store_true", help="print them as JSON")
    parser.set_defaults(name=None)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    listing = actions.add_parser("list", help="all themes; as without an action")
    listing.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print them as JSON")
    showing = actions.add_parser("show", help="one theme: every colour, and how well it is read")
    showing.add_argument("name", metavar="NAME", help="a name of the list")
    showing.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print it as JSON")


def perform(args: argparse.Namespace) -> int:
    """List or show."""
    project = project_root(Path.cwd())
    if args.name is None:
        return _list(project, args.json)
    theme = load(args.name, project)
    if args.json:
        sys.stdout.write(as_json(_summary(theme) | {"colours": dict(theme.colours)}, indent=2))
        return 0
    ink = Ink.for_stream(sys.stdout)
    sys.stdout.write("\n".join(ink.glyphs(line) for line in _portrait(theme, ink)) + "\n")
    return 0


def _list(project: Path, wants_json: bool) -> int:
    ink = Ink.for_stream(sys.stdout)
    told: list[dict[str, Any]] = []
    refused: list[ThemeRefused] = []
    for name in names(project):
        try:
            theme = load(name, project)
        except ThemeRefused as refusal:
            refused.append(refusal)
            told.append({"name": name, "ok": False})
            continue
        told.append(_summary(theme) | {"ok": True})
        if not wants_json:
            sys.stdout.write("\n".join(ink.glyphs(line) for line in _entry(theme, ink)) + "\n")
    if wants_json:
        sys.stdout.write(as_json(told, indent=2))
    else:
        sys.stdout.write(f"\n{len(told)} themes; footlights themes show NAME tells more, t changes it on stage\n")
        for error in refused:
            sys.stdout.write("\n")
            write_problems(error.problems, error.sources, sys.stdout)
    return 2 if refused else 0


def _entry(theme: Theme, ink: Ink) -> list[str]:
    kind = "any" if theme.is_terminals_own else "dark" if theme.dark else "light"
    notes = ["the default"] if theme.name == DEFAULT else []
    notes += [str(theme.origin)] if theme.origin != "built in" else []
    first = f"{ink.paint(f'{theme.name:<{_INDENT}}', 'accent')}{kind:<7}{_strip(theme, ink)}"
    if notes:
        first += f"  {ink.paint(', '.join(notes), 'dim')}"
    return [first.rstrip(), *(" " * _INDENT + ink.paint(line, "dim") for line in _told(theme.says, ink))]


def _strip(theme: Theme, ink: Ink) -> str:
    """The roles on their ground, then the light."""
    if not ink.colour:
        return ""
    colours = theme.colours
    roles = "".join(_painted(" ●", colours[f"role:{role}"], colours["ground"]) for role in ROLES)
    light = "".join(_painted("  ", colours["text"], colours[step]) for step in ("ground", *LIGHTS))
    return f"{roles}{light}"


def _portrait(theme: Theme, ink: Ink) -> list[str]:
    kind = "for any ground" if theme.is_terminals_own else "dark" if theme.dark else "light"
    lines = [f"{ink.paint(clean(theme.title), 'bold')}  {ink.paint(f'{theme.name}, {kind}, {theme.origin}', 'dim')}"]
    lines += ["", *_told(theme.says, ink, indent=0), "", ink.paint("colours", "bold")]
    lines += [_swatch(theme, name, says, ink) for name, says in COLOURS.items()]
    lines += ["", ink.paint("light from below", "bold")]
    lines += [_swatch(theme, name, "", ink) for name in LIGHTS]
    lines += ["", ink.paint("roles", "bold")]
    lines += [_swatch(theme, f"role:{name}", "", ink) for name in ROLES]
    return [*lines, "", *_verdict(theme, readings(theme), ink)]


def _swatch(theme: Theme, name: str, says: str, ink: Ink) -> str:
    colour = theme.colours[name]
    block = _painted("██", colour, theme.colours["ground"]) + "  " if ink.colour else ""
    measured = name in TEXTS and not theme.is_terminals_own
    ratio = f"{contrast(colour, theme.colours['ground']):4.1f}:1" if measured else ""
    return f"  {block}{name.removeprefix('role:'):<15}{colour:<9}{ratio:<8}{says}".rstrip()


def _verdict(theme: Theme, measured: list[Reading], ink: Ink) -> list[str]:
    if not measured:
        return ["The terminal's palette decides how well these are read."]
    weak = sorted((reading for reading in measured if reading.contrast < theme.contrast), key=lambda r: r.contrast)
    if not weak:
        worst = min(measured, key=lambda reading: reading.contrast)
        said = f"every text is read at {theme.contrast:g}:1 or better on every ground"
        return [f"{ink.paint('✓', 'good')} {said}", f"  at worst {_said(worst)}"]
    lines = [f"{ink.paint('!', 'warning')} below {theme.contrast:g}:1:"]
    return lines + [f"  {_said(reading)}" for reading in weak]


def _said(reading: Reading) -> str:
    return f"{reading.text} on {reading.ground} {reading.contrast:.1f}:1"


def _told(says: str, ink: Ink, indent: int = _INDENT) -> list[str]:
    return list(wrap(clean(says), max(20, min(ink.width, 100) - indent)))


def _painted(text: str, foreground: str, background: str) -> str:
    """The text in colours of a theme: as they are where the terminal says that it can, else the nearest of its 256."""
    codes = (_code(foreground, 30), _code(background, 40))
    return f"\x1b[{';'.join(filter(None, codes))}m{text}\x1b[0m"


def _code(colour: str, first: int) -> str:
    """How a terminal is told a colour; `first` is 30 for the text and 40 for its ground."""
    if colour == DIM:
        return "2" if first == 30 else ""
    if colour == "default":
        return str(first + 9)
    if not colour.startswith("#"):
        bright = 60 if colour.startswith("bright_") else 0
        return str(first + bright + _TERMINALS_OWN.index(colour.removeprefix("bright_")))
    red, green, blue = parts(colour)
    if os.environ.get("COLORTERM", "") in ("truecolor", "24bit"):
        return f"{first + 8};2;{red};{green};{blue}"
    if max(red, green, blue) - min(red, green, blue) < 24:  # the steps of grey are finer than the cube's
        return f"{first + 8};5;{232 + min(23, max(0, (red - 3) // 10))}"
    cube = [0 if part < 48 else 1 if part < 115 else (part - 35) // 40 for part in (red, green, blue)]
    return f"{first + 8};5;{16 + 36 * cube[0] + 6 * cube[1] + cube[2]}"


def _summary(theme: Theme) -> dict[str, Any]:
    worst = min(readings(theme), key=lambda reading: reading.contrast, default=None)
    return {
        "name": theme.name,
        "title": theme.title,
        "says": theme.says,
        "dark": theme.dark,
        "terminals_own": theme.is_terminals_own,
        "origin": theme.origin,
        "contrast": theme.contrast,
        "worst": worst and worst._asdict(),
    }
