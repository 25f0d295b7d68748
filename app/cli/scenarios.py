"""`footlights scenarios`: the plays there are, and one of them as its file."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from app.cli.explain import padded, wrapped
from app.cli.ink import Ink
from app.cli.said import as_json
from app.document import read_source
from app.safety import clean
from app.scenario.library import Listed, find_scenario, list_scenarios
from app.settings import project_root

EXAMPLES = """
footlights scenarios list healthcare debate
footlights scenarios show hello > my-own.yaml
"""


MOST_TAGS = 12  # that are named below the list


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="all scenarios, by company")
    listing.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help="only those with these words in name, title, synopsis, tags or cast, or with such a step: debate, team",
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
    everything = list_scenarios(project_root(Path.cwd()))
    found = [one for one in everything if one.has(args.words) and (args.tag is None or args.tag in one.tags)]
    if args.json:
        sys.stdout.write(as_json([listed._asdict() | {"path": str(listed.path)} for listed in found], indent=2))
        return 0
    ink = Ink.for_stream(sys.stdout)
    is_narrowed = len(found) < len(everything)
    for line in _told_whole(found, ink) if is_narrowed else _told_briefly(found, ink):
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"\n{_closing(found, is_narrowed)}\n")
    return 0


def _told_briefly(found: list[Listed], ink: Ink) -> Iterator[str]:
    """A line a play: what there is."""
    width = min(ink.width, 120)
    for company, plays in groupby(found, key=lambda one: one.company):
        yield ink.paint(clean(company) or "here", "bold")
        listed = list(plays)
        widest = max(len(_short(one)) for one in listed)
        for one in listed:
            room = max(20, width - widest - 4)
            first, *rest = wrapped(clean(one.mistake or one.title), room)
            words = ", ".join(map(clean, one.tags))
            fits = not rest and len(first) + len(words) + 3 <= room
            tags = f"   {ink.paint(words, 'dim')}" if words and fits else ""
            shown = ink.paint(first, "error") if one.mistake else first
            yield f"  {ink.paint(padded(_short(one), widest), 'accent')}  {shown}{tags}"
            yield from (f"{' ' * (widest + 4)}{line}" for line in rest)


def _told_whole(found: list[Listed], ink: Ink) -> Iterator[str]:
    """What happens in each, for those who look for something."""
    for company, plays in groupby(found, key=lambda one: one.company):
        yield ink.paint(clean(company) or "here", "bold")
        for one in plays:
            yield f"  {ink.paint(_short(one), 'accent')}  {clean(one.title)}"
            for line in wrapped(clean(one.mistake or one.synopsis), min(ink.width, 100) - 6):
                yield f"      {ink.paint(line, 'error' if one.mistake else 'dim')}"
            if one.tags:
                yield f"      {ink.paint('tags: ' + ', '.join(map(clean, one.tags)), 'dim')}"


def _closing(found: list[Listed], is_narrowed: bool) -> str:
    count = f"{len(found)} scenario{'' if len(found) == 1 else 's'}"
    if is_narrowed:
        return f"{count}; footlights explain NAME shows the plan"
    tags = Counter(tag for one in found for tag in one.tags).most_common(MOST_TAGS)
    often = ", ".join(f"{clean(tag)} {times}" for tag, times in tags)
    return f"{count}; tags: {often}\nfootlights scenarios list WORD tells more, footlights explain NAME shows the plan"


def _short(one: Listed) -> str:
    return clean(one.name.rpartition("/")[2])
