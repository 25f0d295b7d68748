"""`footlights scenarios`: the plays there are, and one of them as its file."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from app.cli.explain import wrapped
from app.cli.ink import Ink
from app.cli.said import clean
from app.document import read_source
from app.scenario.library import Listed, find_scenario, list_scenarios
from app.settings import project_root

EXAMPLES = """
footlights scenarios list --tag demo
footlights scenarios show hello > my-own.yaml
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="all scenarios, by company")
    listing.add_argument(
        "words", nargs="*", metavar="WORD", help="only those with these words in name, title, synopsis or tags"
    )
    listing.add_argument("--tag", metavar="TAG", help="only those with this tag")
    listing.add_argument("--json", action="store_true", help="print them as JSON")
    showing = actions.add_parser("show", help="the file of one scenario")
    showing.add_argument("name", metavar="NAME", help="a name of the list, or a file")


def perform(args: argparse.Namespace) -> int:
    """List or show."""
    if args.action == "show":
        path, shown = find_scenario(args.name, Path.cwd())
        sys.stdout.write(clean(read_source(path, shown).text))
        return 0
    found = [listed for listed in list_scenarios(project_root(Path.cwd())) if _wanted(listed, args.words, args.tag)]
    if args.json:
        json.dump([listed._asdict() | {"path": str(listed.path)} for listed in found], sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        _print(found)
    return 0


def _wanted(listed: Listed, words: list[str], tag: str | None) -> bool:
    told = " ".join((listed.name, listed.title, listed.synopsis, *listed.tags)).lower()
    return (tag is None or tag in listed.tags) and all(word.lower() in told for word in words)


def _print(found: list[Listed]) -> None:
    ink = Ink.for_stream(sys.stdout)
    company = ""
    for listed in found:
        if listed.name.rpartition("/")[0] != company:
            company = listed.name.rpartition("/")[0]
            sys.stdout.write(f"{ink.paint(clean(company), 'bold')}\n")
        name = ink.paint(clean(listed.name.rpartition("/")[2]), "accent")
        sys.stdout.write(f"  {name}  {clean(listed.title)}\n")
        told = listed.mistake or listed.synopsis
        for line in wrapped(clean(told), min(ink.width, 100) - 6):
            sys.stdout.write(f"      {ink.paint(line, 'error' if listed.mistake else 'dim')}\n")
    plural = "" if len(found) == 1 else "s"
    sys.stdout.write(f"\n{len(found)} scenario{plural}; footlights explain NAME shows the plan\n")
