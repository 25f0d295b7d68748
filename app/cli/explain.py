"""`footlights explain`: the plan of a scenario before it costs anything: graph, cast, needs, limits."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.cli.ink import Ink, cell_width
from app.cli.problems import write_problems
from app.cli.said import clean
from app.document.suggest import listed
from app.document.values import Limits
from app.scenario import Checked, load
from app.scenario.boxes import boxes_of
from app.scenario.library import find_scenario
from app.scenario.model import Scenario
from app.scenario.needs import Gate, Member, Needs, needs_of
from app.scenario.picture import Span, draw

EXAMPLES = """
footlights explain feature-sprint
footlights explain scenarios/business/market-scan.yaml --json
"""

WIDEST = 140
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
        json.dump(_as_data(checked, checked.scenario), sys.stdout, indent=2)
        sys.stdout.write("\n")
        return 0
    ink = Ink.for_stream(sys.stdout)
    width = max(20, min(args.width or ink.width, WIDEST))
    page = Page(ink, width)
    page.header(checked.scenario)
    page.graph(checked)
    needs = needs_of(checked)
    page.cast(needs.cast, checked.scenario)
    page.models(needs)
    page.people(needs.gates)
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

    def cast(self, cast: Iterable[Member], scenario: Scenario) -> None:
        """Who plays what, and on which models."""
        rows = []
        for member in cast:
            name = self._ink.paint(clean(f"{member.glyph} {member.name}"), colour(member.color))
            who = f"{member.title}, {member.mode}" if member.mode else member.title
            models = listed(member.models, "or") if member.models else "any model that is configured"
            limit = "" if member.privacy == "public" else f"  {member.privacy} only"
            rows.append((name, clean(who), clean(models + limit)))
        self._table("cast", rows)

    def models(self, needs: Needs) -> None:
        """Which models may be called, what they may see, and whether the key is there."""
        rows = []
        for model in needs.models:
            key = self._ink.paint("no key needed", "dim")
            if model.keys:
                there = [name for name in model.keys if os.environ.get(name) or os.environ.get(f"{name}_FILE")]
                key = (
                    f"{there[0]} is set"
                    if there
                    else self._ink.paint(f"{' or '.join(model.keys)} is not set", "yellow")
                )
            rows.append((clean(model.name), clean(model.use), f"{model.privacy:<8}{key}"))
        self._table("models", rows)

    def people(self, gates: Iterable[Gate]) -> None:
        """Where the run waits for a person."""
        rows = []
        for gate in gates:
            who = gate.role or "anybody"
            then = f"after {duration(gate.timeout)}: {gate.default}" if gate.timeout else "waits until answered"
            rows.append((clean(gate.step), clean(who), clean(then)))
        self._table("people", rows)

    def rest(self, needs: Needs, scenario: Scenario) -> None:
        """Network, tools, secrets, limits and calls, a line each."""
        rows = [
            ("network", listed(needs.hosts) if needs.hosts else "not for models", ""),
            ("tools", ", ".join(needs.tools), ""),
            ("secrets", ", ".join(needs.secrets), ""),
            ("environment", ", ".join(needs.environment), ""),
            ("limits", limits(scenario.limits), ""),
            ("calls", f"{needs.calls} at most" if needs.calls is not None else "as many as a list has items", ""),
        ]
        self._table("needs", [(clean(name), clean(what), last) for name, what, last in rows if what])
        closing = "rehearsed, it needs no key, no network and no money"
        self._lines += ["", *(self._ink.paint(line, "good") for line in wrapped(closing, self._width))]

    def _table(self, title: str, rows: list[tuple[str, str, str]]) -> None:
        if not rows:
            return
        self._lines += ["", self._ink.paint(title, "bold")]
        widths = [max(visible(row[column]) for row in rows) for column in range(2)]
        widths = [min(widths[0], self._width // 3), min(widths[1], self._width // 2)]
        indent = widths[0] + 4
        for first, second, third in rows:
            cells = f"  {padded(first, widths[0])}  {padded(second, widths[1])}  {third}".rstrip()
            if visible(cells) <= self._width:
                self._lines.append(cells)
                continue
            self._lines.append(f"  {padded(first, widths[0])}  {(wrapped(second, self._width - indent) or [''])[0]}")
            self._lines += [" " * indent + line for line in wrapped(second, self._width - indent)[1:]]
            if third:
                self._lines.append(" " * indent + third)

    def _span(self, span: Span) -> str:
        style = STYLES.get(span.style) or (colour(span.style[6:]) if span.style.startswith("agent.") else "")
        text = clean(span.text)
        return self._ink.paint(text, style) if style else text


def colour(name: str) -> str:
    """The nearest of the terminal's own colours; bright ones are told apart only by a theme."""
    return name.removeprefix("bright_")


def visible(text: str) -> int:
    """Cells that a text takes, painted or not."""
    import re

    return cell_width(re.sub(r"\x1b\[[0-9;]*m", "", text))


def padded(text: str, width: int) -> str:
    """The text filled up to a width."""
    return text + " " * (width - visible(text))


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
        "problems": [asdict(problem) for problem in checked.problems],
    }
