"""Plans a batch: every cell of every scenario, as often as it is to be performed, each run with its seed and its id.

An axis is a name of the scenario's own `strategy: matrix`, one of its inputs, or an address as in `footlights fork
--set`: `agents.cto.model`, `plan.prompt`. So two prompts, models or cards are compared like two markets are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from math import prod
from os.path import commonpath
from pathlib import Path
from typing import Any

import msgspec

from app.batch.cells import cell_name, value_key, value_name
from app.batch.plan import Item, Plan, Source
from app.batch.statistics import Measure
from app.cast import Registry
from app.document.suggest import did_you_mean, listed
from app.engine.bundle import Bundle, bundle_of, checked_again
from app.engine.choices import HIGHEST_SEED
from app.engine.editing import Edit, edited
from app.engine.inputs import check_given
from app.engine.once import once
from app.engine.reaching import with_used
from app.engine.scripts import slips_in
from app.engine.starting import root_of
from app.engine.ulid import new_id, new_ids
from app.errors import FootlightsError, Problem, ScenarioRefused, UsageError
from app.events import Mode
from app.scenario import Checked
from app.scenario.cells import Cell, cells_of, combined
from app.settings import search_folders

MOST = 100_000  # runs of one batch
MOST_COMBINED = 1_000_000  # cells of which some are left out
SCENARIO = "scenario"  # the axis that a batch of several files has
_OF_AGENTS = (".model", ".card", ".mode")
EDITED = (".prompt", *_OF_AGENTS)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a batch beyond what its scenarios say."""

    mode: Mode = "live"
    matrix: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    include: Sequence[Cell] = ()
    exclude: Sequence[Cell] = ()
    repeat: int | None = None
    seed: int | None = None
    rows: Sequence[Mapping[str, Any]] = ()  # inputs: each row is a run of its own
    inputs: Mapping[str, Any] = field(default_factory=dict)  # the same for all that take them
    title: str = ""
    compare: str = ""
    limits: Mapping[str, float] = field(default_factory=dict)
    budget: Mapping[str, float] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    parallel: int | None = None
    looks: int = 0
    primary: Measure = "success"
    by: str = ""
    cassette: str = ""
    record: str = ""


def planned(scenarios: Sequence[Checked], wish: Wish) -> Plan:
    """The plan; raises UsageError or ScenarioRefused with what cannot be performed, before anything is."""
    parts = [_Part(checked, name, wish) for checked, name in zip(scenarios, _names(scenarios), strict=True)]
    _draft_all(parts, wish)
    count = sum(part.repeat * len(part.drafts) for part in parts)
    if not count:
        raise UsageError("no cell is left, so there is nothing to perform", "see what --exclude and exclude: leave out")
    _insist_on_size(count)
    rounds = max(part.repeat for part in parts)
    drafts = [  # round by round, so that what belongs together is there early, and pairs are complete
        (part, draft, repeat) for repeat in range(rounds) for part in parts for draft in part.drafts
        if repeat < part.repeat
    ]  # fmt: skip
    sources = list(chain.from_iterable(part.sources for part in parts))
    places = {id(source): place for place, source in enumerate(sources)}
    items = tuple(
        Item(run, places[id(draft.source)], draft.cell, repeat, part.seed + repeat, draft.inputs, draft.matrix)
        for run, (part, draft, repeat) in zip(new_ids(len(drafts)), drafts, strict=True)
    )
    axes = tuple(dict.fromkeys(chain.from_iterable(item.cell for item in items)))
    compare = wish.compare or (parts[0].compare if len(parts) == 1 else None) or ""
    _insist_on_compared(compare, axes)
    return Plan(
        batch=new_id(), title=wish.title or _title(scenarios), mode=wish.mode, sources=tuple(sources), items=items,
        axes=axes, compare=compare, limits=dict(wish.limits), budget=dict(wish.budget), hosts=wish.hosts,
        answers=dict(wish.answers), parallel=wish.parallel, looks=wish.looks, by=wish.by,
        primary=wish.primary, cassette=wish.cassette, record=wish.record,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Draft:
    source: Source
    cell: Cell
    inputs: dict[str, Any]
    matrix: dict[str, Any]


class _Part:
    """One scenario with its cells."""

    def __init__(self, checked: Checked, name: str, wish: Wish) -> None:
        scenario, strategy = checked.scenario, checked.scenario and checked.scenario.strategy
        assert scenario is not None
        self.checked = checked
        self.name = name
        self.inputs = frozenset(scenario.inputs)
        self.repeat = wish.repeat or (strategy.repeat if strategy else 1)
        self.seed = wish.seed if wish.seed is not None else (strategy.seed if strategy else 0)
        self.parallel = strategy.max_parallel if strategy else None
        self.sources: list[Source] = []
        self.drafts: list[_Draft] = []
        self._by_edits: dict[bytes, Source] = {}
        self._own = frozenset(strategy.own) if strategy else frozenset()
        self._in_rows = frozenset(name for row in wish.rows for name in row)
        self.compare = strategy.compare if strategy else None
        self.unknown = [name for name in wish.matrix if not self._takes(name)]

    def draft(self, wish: Wish, *, several: bool) -> None:
        """Write down every run; raises with the first thing that is wrong."""
        assert self.checked.scenario is not None
        strategy = self.checked.scenario.strategy
        matrix = self.axes(wish)
        if self.seed + self.repeat - 1 > HIGHEST_SEED:
            raise UsageError(
                f"the last seed would be above {HIGHEST_SEED}, which is the highest", "begin with a lower one"
            )
        include = [*self._left_of(strategy.include if strategy else ()), *self._meant(wish.include)]
        exclude = [*self._left_of(strategy.exclude if strategy else ()), *self._meant(wish.exclude)]
        each = self.repeat * max(1, len(wish.rows))
        _insist_on_room(matrix, exclude, each)
        cells = cells_of(matrix, include, exclude)
        _insist_on_size(len(cells) * each)
        head = {SCENARIO: self.name} if several else {}
        self.drafts = [self._draft(head | cell, wish, row) for cell in cells for row in (wish.rows or ({},))]

    def leaves_out(self, cell: Cell, wish: Wish) -> bool:
        """Is there anything that this part of a cell excludes?"""
        matrix = self.axes(wish)
        return any(all(value in matrix.get(name, ()) for name, value in part.items()) for part in self._meant([cell]))

    def axes(self, wish: Wish) -> dict[str, Sequence[Any]]:
        """What is varied, with its values: what the file says, and what is wished in its place."""
        assert self.checked.scenario is not None
        strategy = self.checked.scenario.strategy
        written = {
            name: values
            for name, values in (strategy.matrix if strategy else {}).items()
            if _input(name) not in self._in_rows
        }
        return written | {name: values for name, values in wish.matrix.items() if name not in self.unknown}

    def _left_of(self, cells: Sequence[Cell]) -> list[Cell]:
        """Of the file's own cells those that say nothing of what the rows give in their place."""
        return [cell for cell in cells if not any(_input(name) in self._in_rows for name in cell)]

    def _meant(self, cells: Sequence[Cell]) -> list[Cell]:
        """Of several cells those that are meant for this scenario, which one that names none is."""
        return [
            {name: value for name, value in cell.items() if name != SCENARIO}
            for cell in cells
            if cell.get(SCENARIO, self.name) == self.name
        ]

    def takes(self) -> Iterator[str]:
        """What can be varied here."""
        assert self.checked.scenario is not None
        yield from (*self._own, *self.inputs)
        yield from (f"agents.{name}{edited}" for name in self.checked.scenario.agents for edited in _OF_AGENTS)
        yield from (f"{place.name}.prompt" for place in self.checked.places if getattr(place.step, "prompt", None))

    def _takes(self, name: str) -> bool:
        if name in self._own or name in self.inputs:
            return True
        edit = Edit(name, None)
        scenario = self.checked.scenario
        assert scenario is not None
        if edit.kind == "inputs":
            return edit.name in self.inputs
        if edit.kind == "agents":
            return edit.name in scenario.agents
        return name.endswith(EDITED) and any(place.name == edit.name for place in self.checked.places)

    def _draft(self, cell: Cell, wish: Wish, row: Mapping[str, Any]) -> _Draft:
        axes = {name: value for name, value in cell.items() if name != SCENARIO}
        inputs = {name: value for name, value in wish.inputs.items() if name in self.inputs} | dict(row)
        inputs |= {_input(name): value for name, value in axes.items() if _input(name) in self.inputs}
        matrix = {name: value for name, value in axes.items() if name in self._own or not self._takes(name)}
        matrix |= {name: value for name, value in row.items() if name in self._own}
        edits = {name: value for name, value in axes.items() if name not in matrix and _input(name) not in self.inputs}
        source = self._source(edits)
        check_given(self.checked, inputs)
        if row:
            cell = cell | {name: value for name, value in row.items() if name not in cell}
        return _Draft(source, cell, inputs, matrix)

    def _source(self, edits: Mapping[str, Any]) -> Source:
        """The scenario with these changes, checked like any other file."""
        key = msgspec.json.encode(edits, order="sorted")
        if key not in self._by_edits:
            bundle: Bundle = bundle_of(self.checked)
            if edits:
                bundle = edited(bundle, [Edit(name, value) for name, value in edits.items()])
                cards = [str(value) for name, value in edits.items() if name.endswith(".card")]
                bundle["files"] |= _texts_of_cards(cards, root_of(self.checked))
                _insist_on(edits, bundle)
            scenario = self.checked.scenario
            assert scenario is not None
            reads = _variables(self.checked)
            made = Source(
                self.name, scenario.title or "", bundle, str(root_of(self.checked)), self.checked.name,
                tuple(reads), tuple(name for name, is_needed in reads.items() if is_needed), self.parallel,
                once(self.checked, slips_in),
            )  # fmt: skip
            self._by_edits[key] = made
            self.sources.append(made)
        return self._by_edits[key]


def _insist_on(edits: Mapping[str, Any], bundle: Bundle) -> None:
    """The file as it was changed is nobody's: what is wrong with it is said of the change, and not of a line in it."""
    try:
        checked_again(bundle)
    except ScenarioRefused as refused:
        first = refused.problems[0]
        raise UsageError(f"{cell_name(edits)}: {first.message}", first.hint) from refused


def _insist_on_room(matrix: Mapping[str, Sequence[Any]], exclude: Sequence[Cell], each: int) -> None:
    """Asked before any cell is written down: those of thirty axes would not fit into memory, nor be counted in time."""
    count = prod(map(len, matrix.values()))
    if exclude and count <= MOST_COMBINED:
        count = sum(1 for _ in combined(matrix, exclude))
    elif exclude:
        said = f"that would be {count:,} combinations, and so many cannot be looked through for what is left out"
        raise UsageError(said, "take fewer values")
    _insist_on_size(count * each)


def _insist_on_size(runs: int) -> None:
    if runs > MOST:
        raise UsageError(
            f"that would be {runs:,} runs, and a batch has at most {MOST:,}", "take fewer values or repeats"
        )


def _variables(checked: Checked) -> dict[str, bool]:
    """What it, or what it uses, reads from the environment; and whether it has no other value for that."""
    found: dict[str, bool] = {}
    for part in with_used(checked):
        for name, default in part.scenario.env.items() if part.scenario is not None else ():
            found[name] = found.get(name, False) or default is None
    return dict(sorted(found.items()))


def _texts_of_cards(names: Iterable[str], root: Path) -> dict[str, str]:
    """Those of the project come along with the scenario."""
    registry = Registry(search_folders("agents", root))
    found = [entry for name in names if (entry := registry.find(name)) is not None]
    return {f"agents/{entry.name}.yaml": entry.text for entry in found}


def _draft_all(parts: Sequence[_Part], wish: Wish) -> None:
    """Write down the runs of all scenarios; raises with what is wrong with any of them."""
    wrong: list[FootlightsError] = list(_wrong_axes(parts, wish))
    for part in parts:
        try:
            part.draft(wish, several=len(parts) > 1)
        except UsageError as error:
            said = f"{part.name}: {error.message}" if len(parts) > 1 else error.message
            wrong.append(UsageError(said, error.hint))
        except ScenarioRefused as refused:
            wrong.append(refused)
    raise_all(wrong)


def _wrong_axes(parts: Sequence[_Part], wish: Wish) -> Iterator[UsageError]:
    """An axis that no scenario knows is a slip of the pen, and so is a cell to be left out that is not there."""
    for name in wish.matrix:
        if all(name in part.unknown for part in parts):
            known = sorted({known for part in parts for known in part.takes()})
            meant = next((one for one in known if one.endswith(f"/{name}")), name)  # a step inside a block, without it
            hint = did_you_mean(meant, known, "an axis is of the matrix, an input, agents.NAME.model or STEP.prompt")
            yield UsageError(f'"{name}" is nothing that can be varied here', hint)
        if name.startswith("inputs.") and _input(name) in wish.matrix:
            yield UsageError(f'"{_input(name)}" and "{name}" are one input', "keep one")
        if not wish.matrix[name]:
            yield UsageError(f'"{name}" has no values', f"write  {name}=one,two")
        counts = Counter(map(value_key, wish.matrix[name]))
        if twice := [value for value in wish.matrix[name] if counts[value_key(value)] > 1]:
            said = f'"{name}" has the value {value_name(twice[0])} more than once'
            yield UsageError(said, "keep one; --repeat COUNT performs every cell so often")
    for cell in wish.include:
        if all(part.name != cell.get(SCENARIO, part.name) for part in parts):
            said = f'--include {cell_name(cell)}: there is no scenario "{cell[SCENARIO]}" here'
            yield UsageError(said, did_you_mean(str(cell[SCENARIO]), [part.name for part in parts]))
    for cell in wish.exclude:
        if not any(part.leaves_out(cell, wish) for part in parts):
            yield UsageError(f"--exclude {cell_name(cell)} leaves nothing out", "--dry-run lists the cells there are")


def insist_on_one_giver(scenarios: Sequence[Checked], wish: Wish) -> None:
    """Raise when an input is varied and given as well: what is given would be passed over without a word.

    What a table gives takes the place of what the file varies.
    """
    parts = [_Part(checked, "", wish) for checked in scenarios]
    varied = {_input(name) for part in parts for name in part.axes(wish) if _input(name) in part.inputs}
    in_rows = {name for row in wish.rows for name in row}
    wrong = [
        UsageError(f'-i: "{name}" is varied here', f"--matrix {name}=VALUE  performs one value alone")
        for name in sorted(varied & wish.inputs.keys())
    ]
    wrong += [
        UsageError(f'--each: "{name}" is varied here', f"leave out the column, or --matrix {name}")
        for name in sorted(in_rows & {_input(name) for name in wish.matrix})
    ]
    raise_all(wrong)


def raise_all(wrong: Sequence[FootlightsError]) -> None:
    """Raise what is wrong, all of it in one; nothing when nothing is."""
    if len(wrong) == 1:
        raise wrong[0]
    problems: list[Problem] = []
    sources: dict[str, str] = {}
    for error in wrong:
        if isinstance(error, ScenarioRefused):
            problems += error.problems
            sources |= error.sources
        else:
            problems.append(Problem("batch", error.message, error.hint))
    if problems:
        raise ScenarioRefused(problems, sources)


def _insist_on_compared(axis: str, axes: Sequence[str]) -> None:
    if axis and axis not in axes:
        otherwise = f"there {'is' if len(axes) == 1 else 'are'} {listed(axes)}" if axes else "--matrix makes one"
        raise UsageError(f'there is no axis "{axis}" to compare along', did_you_mean(axis, axes, otherwise))


def _input(name: str) -> str:
    return name.removeprefix("inputs.")


def _names(scenarios: Sequence[Checked]) -> list[str]:
    """What each is called: by its name, or by its file where another has that name too.

    By that name it is found in cassettes and baselines, so it is the same wherever the project stands, and from
    wherever its file is named.
    """
    by_name: dict[str, list[Checked]] = {}
    for checked in scenarios:
        assert checked.scenario is not None
        by_name.setdefault(checked.scenario.name, []).append(checked)
    called = {
        id(checked): name if len(alike) == 1 else path
        for name, alike in by_name.items()
        for checked, path in zip(alike, _paths(alike), strict=True)
    }
    return [called[id(checked)] for checked in scenarios]


def _paths(scenarios: Sequence[Checked]) -> list[str]:
    """Their files as seen from the project that all of them are in, or from the folder that holds them all."""
    files = [checked.sources[checked.name].path.resolve() for checked in scenarios]
    roots = {root_of(checked) for checked in scenarios}
    above = roots.pop() if len(roots) == 1 else commonpath(file.parent for file in files)
    return [file.relative_to(above).as_posix() for file in files]


def _title(scenarios: Sequence[Checked]) -> str:
    names = [checked.scenario.name for checked in scenarios if checked.scenario is not None]
    return names[0] if len(names) == 1 else f"{len(names)} scenarios"


def item_name(plan: Plan, item: Item) -> str:
    """An item as people read it: what it performs, its cell, and which of its repeats it is."""
    return " ".join(
        part for part in (plan.sources[item.source].scenario, cell_called(plan, item), f"#{item.repeat + 1}") if part
    )


def cell_called(plan: Plan, item: Item) -> str:
    """Its cell: market=DE tone=plain. Which scenario it is of is said apart."""
    return plan.names.of_cell({name: value for name, value in item.cell.items() if name != SCENARIO})
