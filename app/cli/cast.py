"""`footlights cast`: the agents there are, and one of them whole."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from app.cast import Card, Entry, Registry
from app.cli.explain import colour, limits, padded, wrapped
from app.cli.ink import Ink, cell_width
from app.cli.problems import write_problems
from app.cli.said import as_json, say_good
from app.errors import NotFound, Problem
from app.safety import clean
from app.settings import project_root, search_folders

EXAMPLES = """
footlights cast list healthcare
footlights cast show engineering/qa
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="all agents, by company")
    listing.add_argument(
        "words", nargs="*", metavar="WORD", help="only those with these words in company, name, title, modes or aliases"
    )
    listing.add_argument("--json", action="store_true", help="print them as JSON")
    showing = actions.add_parser("show", help="one agent: persona, modes, criteria")
    showing.add_argument("name", metavar="NAME", help="company/id, id or alias")
    showing.add_argument("--json", action="store_true", help="print it as JSON")
    checking = actions.add_parser("check", help="check every card")
    checking.add_argument("--json", action="store_true", help="print the problems as JSON")


def perform(args: argparse.Namespace) -> int:
    """List, show or check."""
    registry = Registry(search_folders("agents", project_root(Path.cwd())))
    match args.action:
        case "list":
            return _list([one for one in registry.entries() if _has(one, args.words)], args.json)
        case "show":
            return _show(registry, args.name, args.json)
    return _check(registry, args.json)


def _has(entry: Entry, words: list[str]) -> bool:
    card = entry.card
    told = " ".join((entry.name, *((card.title, *card.modes, *card.aka) if card is not None else ()))).casefold()
    return all(word.casefold() in told for word in words)


def _list(entries: list[Entry], wants_json: bool) -> int:
    if wants_json:
        sys.stdout.write(as_json([_summary(entry) for entry in entries], indent=2))
        return 0
    ink = Ink.for_stream(sys.stdout)
    company = ""
    width = max((len(entry.name.partition("/")[2]) for entry in entries), default=0)
    for entry in entries:
        if entry.path.parent.name != company:
            company = entry.path.parent.name
            sys.stdout.write(f"{ink.paint(clean(company), 'bold')}\n")
        sys.stdout.write(f"  {ink.glyphs(_row(entry, ink, width))}\n")
    sys.stdout.write(f"\n{len(entries)} agents; footlights cast show NAME tells more\n")
    return 0


def _row(entry: Entry, ink: Ink, width: int) -> str:
    name = clean(entry.name.partition("/")[2])
    card = entry.card
    if card is None:
        return f"{ink.paint('!', 'error')} {name:<{width}}  {clean(entry.problems[0].message)}"
    sign = ink.paint(clean(card.glyph), colour(card.color))
    origin = "" if entry.origin == "built in" else f"  ({entry.origin})"
    return f"{sign} {name:<{width}}  {clean(card.title)}: {clean(', '.join(card.modes))}{origin}"


def _show(registry: Registry, name: str, wants_json: bool) -> int:
    entry = registry.find(name)
    if entry is None:
        raise NotFound(f'there is no card "{name}"', registry.hint(name))
    if entry.card is None:
        write_problems(entry.problems, {}, sys.stderr)
        return 2
    if wants_json:
        sys.stdout.write(
            as_json(_summary(entry) | {"card": entry.card.model_dump(mode="json", by_alias=True)}, indent=2)
        )
        return 0
    ink = Ink.for_stream(sys.stdout)
    sys.stdout.write(ink.glyphs("\n".join(_portrait(entry, entry.card, ink)) + "\n"))
    return 0


def _portrait(entry: Entry, card: Card, ink: Ink) -> list[str]:
    width = min(ink.width, 100)
    sign = ink.paint(clean(f"{card.glyph} {card.title}"), colour(card.color))
    lines = [f"{sign}  {ink.paint(clean(f'{entry.name}, version {entry.version}, {entry.origin}'), 'dim')}", ""]
    lines += wrapped(clean(card.persona), width)
    for name, mode in card.modes.items():
        default = "  (default)" if name == card.first_mode else ""
        lines += ["", ink.paint(clean(f"mode {name}{default}"), "bold")]
        for paragraph in mode.prompt.strip().splitlines():
            lines += [f"  {line}" for line in wrapped(clean(paragraph), width - 2)] or [""]
    rows = [(clean(key), clean(value)) for key, value in card.criteria.items()]
    if rows:
        widest = max(cell_width(key) for key, _ in rows)
        lines += ["", ink.paint("criteria", "bold"), *(f"  {padded(key, widest)}  {value}" for key, value in rows)]
    told = {
        "tools": ", ".join(card.tools),
        "tones": ", ".join(card.tones),
        "formats": ", ".join(card.formats),
        "limits": limits(card.limits) if card.limits else "",
        "also known as": ", ".join(card.aka),
    }
    return [*lines, "", *(f"{clean(key)}: {clean(value)}" for key, value in told.items() if value)]


def _check(registry: Registry, wants_json: bool) -> int:
    entries = registry.entries()
    problems: list[Problem] = [problem for entry in entries for problem in entry.problems]
    if wants_json:
        sys.stdout.write(
            as_json({"ok": not problems, "problems": [problem._asdict() for problem in problems]}, indent=2)
        )
    elif problems:
        texts = {problem.file: entry.text for entry in entries for problem in entry.problems}
        write_problems(problems, texts, sys.stdout)
    else:
        say_good(f"{len(entries)} cards, no errors")
    return 2 if problems else 0


def _summary(entry: Entry) -> dict[str, Any]:
    card = entry.card
    return {
        "name": entry.name,
        "title": card.title if card else "",
        "modes": list(card.modes) if card else [],
        "aka": card.aka if card else [],
        "origin": entry.origin,
        "version": entry.version,
        "ok": card is not None,
    }
