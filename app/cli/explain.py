"""`footlights explain`: the plan of a scenario before it costs anything: graph, cast, needs, limits."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.cli.ink import Ink, cell_width
from app.cli.problems import write_problems
from app.cli.said import as_json
from app.cli.worst_page import grounds, shares, verdict
from app.document.suggest import listed
from app.document.values import Limits
from app.safety import clean
from app.scenario import Checked, load
from app.scenario.boxes import boxes_of
from app.scenario.library import find_scenario
from app.scenario.model import Scenario
from app.scenario.needs import Candidate, Gate, Member, Needs, needs_of
from app.scenario.picture import Span, draw
from app.scenario.worst import Worst, worst_of
from providers.keys import has_key

EXAMPLES = """
footlights explain feature-sprint
footlights explain scenarios/business/market-scan.yaml --json
"""

WIDEST = 140
Row = tuple[Span, str, str]
STYLES = {
    "border": "dim", "edge": "dim", "dim": "dim", "title": "bold", "kind": "dim", "condition": "yellow", "mark": "cyan",
    "border.gate": "yellow", "border.condition": "dim", "border.loop": "cyan",
}  # fmt: skip


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", metavar="FILE", help="a scenario file, or a name of the library")
    parser.add_argument(
        "--width", type=int, metavar="COLUMNS", help="draw this wide; left out, as wide as the terminal"
    )
    parser.add_argument("--json", action="store_true", help="print the plan as JSON")


def perform(args: argparse.Namespace) -> int:
    """Check the file, then tell what it would do."""
    checked = load(*find_scenario(args.file, Path.cwd()))
    assert checked.scenario is not None
    if args.json:
        sys.stdout.write(as_json(_as_data(checked, checked.scenario), indent=2))
        return 0
    ink = Ink.for_stream(sys.stdout)
    width = max(20, min(args.width or ink.width, WIDEST))
    page = Page(ink, width)
    page.header(checked.scenario)
    page.graph(checked)
    needs = needs_of(checked)
    page.cast(needs.cast)
    page.models(needs)
    page.people(needs.gates)
    page.worst(worst_of(checked))
    page.rest(needs, checked.scenario)
    sys.stdout.write(page.text())
    if told := [problem for problem in checked.problems if problem.severity != "error"]:
        write_problems(told, checked.texts(), sys.stderr)
    return 0


class Page:
    """Lines of the explanation, in sections; what is empty is left out."""

    def __init__(self, ink: Ink, width: int) -> None:
        self._ink = ink
        self._width = width
        self._lines: list[str] = []

    def text(self) -> str:
        """The page, ready to be written."""
        return self._ink.glyphs("\n".join(self._lines) + "\n")

    def header(self, scenario: Scenario) -> None:
        """Title and synopsis."""
        self._lines.append(self._ink.paint(clean(scenario.title or scenario.name), "bold"))
        if scenario.synopsis:
            self._lines += [self._ink.paint(line, "dim") for line in wrapped(clean(scenario.synopsis), self._width)]
        self._lines.append("")

    def graph(self, checked: Checked) -> None:
        """The picture of the steps."""
        for line in draw(boxes_of(checked), self._width).lines:
            self._lines.append("".join(self._span(span) for span in line).rstrip())

    def cast(self, cast: Iterable[Member]) -> None:
        """Who plays what, and on which models."""
        rows = []
        for member in cast:
            name = Span(clean(f"{member.glyph} {member.name}"), colour(member.color))
            who = f"{member.title}, {member.mode}" if member.mode else member.title
            models = listed(member.models, "or") if member.models else "any model that is configured"
            limit = "" if member.privacy == "public" else f"  {member.privacy} only"
            rows.append((name, clean(who), clean(models + limit)))
        self._table("cast", rows)

    def models(self, needs: Needs) -> None:
        """Which models may be called, what they may see, and whether the key is there."""
        rows = [(Span(clean(model.name)), clean(model.use), _key_of(model)) for model in needs.models]
        self._table("models", rows)

    def people(self, gates: Iterable[Gate]) -> None:
        """Where the run waits for a person."""
        rows = []
        for gate in gates:
            who = gate.role or "anybody"
            then = f"after {duration(gate.timeout)}: {gate.default}" if gate.timeout else "waits until answered"
            rows.append((Span(clean(gate.step)), clean(who), clean(then)))
        self._table("people", rows)

    def worst(self, worst: Worst) -> None:
        """What it may cost, by agent and in all."""
        if not worst.shares:
            return
        rows = [(Span(clean(agent)), calls, clean(cost)) for agent, calls, cost in shares(worst)]
        self._table("cost, at the very most", [*rows, (Span("in all"), "", clean(verdict(worst)))])
        for ground in grounds(worst):
            self._lines += [f"  {self._ink.paint(line, 'dim')}" for line in wrapped(clean(ground), self._width - 2)]

    def rest(self, needs: Needs, scenario: Scenario) -> None:
        """Network, tools, secrets, limits and calls, a line each."""
        rows = [
            ("network", _network(needs), ""),
            ("tools", ", ".join(needs.tools), ""),
            ("secrets", ", ".join(needs.secrets), ""),
            ("environment", ", ".join(needs.environment), ""),
            ("limits", limits(scenario.limits), ""),
            (
                "calls",
                f"{needs.calls} at most" if needs.calls is not None else "a list decides how many",
                "",
            ),
        ]
        self._table("needs", [(Span(name), clean(what), last) for name, what, last in rows if what])
        closing = "rehearsed, it needs no key, no network and no money"
        self._lines += ["", *(self._ink.paint(line, "good") for line in wrapped(closing, self._width))]

    def _table(self, title: str, rows: list[Row]) -> None:
        """Three columns side by side where they fit, else the last two below each other beside the first."""
        if not rows:
            return
        self._lines += ["", self._ink.paint(title, "bold")]
        first = min(max(cell_width(row[0].text) for row in rows), self._width // 3)
        second = max(cell_width(row[1]) for row in rows)
        for name, what, how in rows:
            start = f"  {self._ink.paint(name.text, name.style) if name.style else name.text}"
            start += " " * (first - cell_width(name.text) + 2)
            style = "yellow" if how.endswith("not set") else ""
            if first + second + cell_width(how) + 6 <= self._width:
                self._lines.append(f"{start}{padded(what, second)}  {self._painted(how, style)}".rstrip())
                continue
            below = [(line, "") for line in wrapped(what, self._width - first - 4)]
            below += [(line, style) for line in wrapped(how, self._width - first - 4)]
            for line, look in below:
                self._lines.append(start + self._painted(line, look))
                start = " " * (first + 4)

    def _painted(self, text: str, style: str) -> str:
        return self._ink.paint(text, style) if style else text

    def _span(self, span: Span) -> str:
        style = STYLES.get(span.style) or (colour(span.style[6:]) if span.style.startswith("agent.") else "")
        text = clean(span.text)
        return self._ink.paint(text, style) if style else text


def colour(name: str) -> str:
    """The nearest of the terminal's own colours; bright ones are told apart only by a theme."""
    return name.removeprefix("bright_")


def padded(text: str, width: int) -> str:
    """The text filled up to a width."""
    return text + " " * (width - cell_width(text))


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most a width."""
    import textwrap

    return textwrap.wrap(text, max(10, width))


def duration(seconds: float) -> str:
    """A time as the file writes it."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds * 1000:g}ms"


def limits(found: Limits | None) -> str:
    """What may be spent, in words."""
    if found is None:
        return "none"
    parts = [
        f"${found.cost_usd:.2f}" if found.cost_usd is not None else "",
        f"{found.tokens:,} tokens" if found.tokens is not None else "",
        duration(found.wall) if found.wall is not None else "",
        f"{found.turns} calls" if found.turns is not None else "",
    ]
    return f"{', '.join(part for part in parts if part)}; then {found.on_exceed or 'stop'}"


def _key_of(model: Candidate) -> str:
    """What the model may see, and whether its key is there; never the key."""
    if not model.keys:
        return f"{model.privacy}, no key needed"
    there = [name for name in model.keys if has_key(name)]
    return f"{model.privacy}, {f'{there[0]} is set' if there else ' or '.join(model.keys) + ' is not set'}"


def _network(needs: Needs) -> str:
    if needs.hosts:
        return listed(needs.hosts)
    return "none for models" if all(member.models for member in needs.cast) else "depends on the model"


def _as_data(checked: Checked, scenario: Scenario) -> dict[str, Any]:
    needs = needs_of(checked)
    return {
        "name": scenario.name,
        "title": scenario.title or scenario.name,
        "synopsis": scenario.synopsis or "",
        "file": checked.name,
        "version": checked.digest,
        "steps": [
            {
                "step": place.name,
                "kind": place.step.kind,
                "line": scenario.line_of(place.name),
                "needs": checked.orders[place.block.name].needs[place.id],
                "layer": checked.orders[place.block.name].layers()[place.id],
                "if": place.step.if_,
            }
            for place in checked.places
        ],
        "needs": asdict(needs) | {"hosts": needs.hosts},
        "worst": asdict(worst := worst_of(checked)) | {"at_most": worst.at_most},
        "problems": [problem._asdict() for problem in checked.problems],
    }
