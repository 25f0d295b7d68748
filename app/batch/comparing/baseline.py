"""Baselines: what a batch has come to, as one small file that later batches are held against.

A line of the file is a run, so that a change of it reads well in a pull request. A run is found again by its scenario,
its cell and its seed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml

from app.batch.cells import value_key
from app.batch.plan import Item, Plan
from app.batch.results import ItemResult, Results
from app.batch.statistics import Measure
from app.document.source import Source, read_source
from app.document.suggest import shortened
from app.errors import FootlightsError
from app.events import Mode
from app.safety import covered
from app.scenario.cells import Cell
from app.state.words import short_id
from footlights import __version__

FORMAT = "footlights/baseline"
VERSION = 1
LARGEST = 4_000_000  # bytes of a file
_LONGEST_LINE = 160  # characters of what is kept of one run

Amount = Annotated[float, msgspec.Meta(ge=0)]


class BaselineRefused(FootlightsError):
    """A baseline cannot be read, or says nothing about this batch."""

    exit_code = 2


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One run."""

    seed: int
    passed: bool
    cost_usd: Amount | None = None  # none: a call has no known price
    seconds: Amount | None = None
    tokens: Annotated[int, msgspec.Meta(ge=0)] = 0
    score: float | None = None

    def value(self, measure: Measure) -> float | None:
        """One of its measures."""
        found = self.passed if measure == "success" else getattr(self, measure)
        return None if found is None else float(found)


class KeptCell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All runs of one scenario in one cell."""

    scenario: str
    cell: Cell
    digest: str  # of the scenario as it was performed, and of what its inputs were beside the cell
    runs: tuple[Kept, ...]

    @property
    def passes(self) -> int:
        """How many passed."""
        return sum(run.passed for run in self.runs)


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A batch to hold others against."""

    format: str
    version: int
    mode: Mode
    batch: str
    title: str
    footlights: str  # the version that wrote it
    cells: tuple[KeptCell, ...]


def baseline_of(results: Results) -> Baseline:
    """What a batch has come to; it has to be over, since what lacks would be lacking ever after."""
    insist_on_few_enough(results.plan)
    missing = len(results.items) - len(results.over)
    if missing:
        runs = "run has" if missing == 1 else "runs have"
        raise BaselineRefused(
            f"no baseline was kept: {missing:,} {runs} no result yet",
            f"footlights batch --resume {short_id(results.row.batch)}  keeps it when they have",
        )
    return yardstick_of(results)


def yardstick_of(results: Results) -> Baseline:
    """The same of a batch that stays in the archive, whatever of it is over."""
    groups: dict[bytes, list[ItemResult]] = {}
    for found in results.over:
        groups.setdefault(place_of(results.plan, found.item), []).append(found)
    cells = tuple(_kept_cell(results.plan, group) for group in groups.values())
    plan = results.plan
    return Baseline(FORMAT, VERSION, plan.mode, plan.batch, plan.title, __version__, cells)


def insist_on_few_enough(plan: Plan) -> None:
    """A baseline is a small file; it is known before anything is performed whether it would be."""
    places = {place_of(plan, item): (plan.sources[item.source].scenario, own_cell(item)) for item in plan.items}
    size = sum(len(json.dumps(each)) + _LONGEST_LINE for each in places.values()) + len(plan.items) * _LONGEST_LINE
    if size > LARGEST:
        said = f"a baseline of this batch may have {size / 1e6:,.1f} MB, and {LARGEST / 1e6:.0f} MB are read at most"
        raise BaselineRefused(said, "keep one of fewer runs, or of shorter values")


def place_of(plan: Plan, item: Item) -> bytes:
    """Which scenario and cell an item is of, so that another batch can find it."""
    return place(plan.sources[item.source].scenario, own_cell(item))


def place(scenario: str, cell: Cell) -> bytes:
    """A scenario and a cell as something to look up by."""
    return value_key([scenario, cell])


def own_cell(item: Item) -> Cell:
    """The cell as it is kept: without the scenario, which is named beside it, and without keys of services."""
    cell: Cell = covered({name: value for name, value in item.cell.items() if name != "scenario"})
    return cell


def digest_of(plan: Plan, item: Item) -> str:
    """Changes when the scenario does, a card of its cast, or an input that is the same in all cells."""
    given = {name: value for name, value in item.inputs.items() if name not in item.cell}
    files = plan.sources[item.source].bundle.get("files")
    return sha256(msgspec.json.encode([files, given], order="sorted")).hexdigest()[:16]


def kept(found: ItemResult) -> Kept:
    """A run as it is kept."""
    cost = None if found.spent.unpriced else round(found.cost_usd, 9)
    return Kept(found.item.seed, found.passed, cost, found.seconds, found.tokens, found.score)


def _kept_cell(plan: Plan, group: list[ItemResult]) -> KeptCell:
    first = group[0].item
    runs = tuple(kept(found) for found in group)
    return KeptCell(plan.sources[first.source].scenario, own_cell(first), digest_of(plan, first), runs)


def written(baseline: Baseline) -> str:
    """The file: its head, then a line a run."""
    head = msgspec.to_builtins(baseline) | {"cells": []}
    lines = json.dumps(head, indent=2).removesuffix("[]\n}")
    cells = ",\n".join(_written_cell(cell) for cell in baseline.cells)
    return f"{lines}[\n{cells}\n  ]\n}}\n"


def _written_cell(cell: KeptCell) -> str:
    about = {"scenario": cell.scenario, "cell": cell.cell, "digest": cell.digest}
    runs = ",\n".join(f"      {json.dumps(msgspec.to_builtins(run))}" for run in cell.runs)
    return f'    {json.dumps(about)[:-1]}, "runs": [\n{runs}\n    ]}}'


def is_baseline(path: Path) -> bool:
    """Does a file say that it is one? Then another one may take its place, of whichever version it is."""
    try:
        with path.open("rb") as file:
            return FORMAT.encode() in file.read(_LONGEST_LINE)
    except OSError:
        return False


def read_baseline(path: Path, shown: str = "") -> Baseline:
    """Read one; raises ScenarioRefused with the place of what is wrong with it."""
    source = read_source(path, shown or str(path), LARGEST)
    try:
        data = msgspec.json.decode(source.text)
    except RecursionError as error:
        raise source.refuse("baseline", "this is nested too deeply for a baseline", _MADE) from error
    except msgspec.DecodeError as error:
        said, line, column = _misread(source, str(error))
        raise source.refuse("baseline", f"this is not JSON: {said}", _MADE, line=line, column=column) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise source.refuse("baseline", "this is no baseline", _MADE)
    if data.get("version") != VERSION:
        said = f"this baseline has format {shortened(str(data.get('version')))}, and {VERSION} is what is read here"
        line, column = _place_of(source, ["version"])
        raise source.refuse("baseline", said, "--save-baseline  writes it anew", line=line, column=column)
    try:
        return msgspec.convert(data, Baseline)
    except msgspec.ValidationError as error:
        said, _, where = str(error).partition(" - at `$")
        line, column = _place_of(source, _steps(where))
        raise source.refuse("baseline", said[:1].lower() + said[1:], _MADE, line=line, column=column) from error


_MADE = "footlights batch ... --save-baseline NAME  writes one"
_BYTE = re.compile(r" \(byte (\d+)\)")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


def _misread(source: Source, told: str) -> tuple[str, int, int]:
    """What is wrong with the JSON, and where: at a byte, or at the end where some of it is missing."""
    said = told.removeprefix("JSON is malformed: ").partition(" - at ")[0]
    if "truncated" in said:
        said, before = "it ends in the middle", source.text.rstrip()
    else:
        byte = _BYTE.search(said)
        before = source.text.encode()[: int(byte[1]) if byte else 0].decode(errors="replace")
    return _BYTE.sub("", said).lower(), before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _steps(where: str) -> list[str | int]:
    return [int(number) if number else name for name, number in _STEP.findall(where)]


def _place_of(source: Source, steps: list[str | int]) -> tuple[int, int]:
    """Where a value stands: JSON is YAML, whose nodes know that."""
    try:
        node: Any = yaml.compose(source.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:  # few texts are JSON alone: those with halves of characters
        return 1, 1
    for step in steps:
        inner = next(_children(node, step), None)
        if inner is None:
            break
        node = inner
    return node.start_mark.line + 1, node.start_mark.column + 1


def _children(node: Any, step: str | int) -> Iterator[Any]:
    if isinstance(node, yaml.MappingNode):
        yield from (value for name, value in node.value if name.value == step)
    elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        yield node.value[step]
