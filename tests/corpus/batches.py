"""Batches for tests: a play with a matrix, one that is planned and performed, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from app.batch.conducting import Conducted
from app.batch.driving import Drive
from app.batch.executor import Ending
from app.batch.plan import Item, Plan
from app.batch.planning import Wish, planned
from app.batch.results import Results, results_of
from app.journal import Archive, Journal
from app.scenario import Checked, load

GREET = """\
schema: footlights/v1
name: greet
title: A greeting
agents: {host: {persona: You greet.}}
strategy: {matrix: {market: [DE, FR]}, repeat: 2, seed: 7}
inputs: {tone: {type: string, default: plain}}
steps:
  hello: {agent: host, prompt: "Greet ${{ matrix.market }}, ${{ inputs.tone }}.", rehearsal: {reply: Good evening.}}
outputs: {said: "${{ matrix.market }} ${{ inputs.tone }}"}
expect: [{step: hello, contains: evening}]
"""


def read(folder: Path, text: str = GREET, name: str = "greet") -> Checked:
    """A scenario that is written into a folder, and checked."""
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, path.name)


@dataclass(slots=True)
class Noted:
    """A watcher that remembers."""

    begun: list[Item] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)

    def begins(self, item: Item) -> None:
        self.begun.append(item)

    def ended(self, item: Item, ending: Ending) -> None:
        self.endings.append(ending)


async def performed(journal: Journal, plan: Plan, watcher: Noted | None = None, workers: int = 0) -> Conducted:
    """A batch that is conducted from its beginning."""
    return await Drive.begin(journal, plan).conduct(watcher or Noted(), workers=workers)


async def results(journal: Journal, batch: str = "last") -> Results:
    """What became of it."""
    async with Archive(journal.path) as archive:
        return await results_of(archive, batch)


def rehearsal(checked: Checked, **wish: object) -> Plan:
    """The plan of a batch of one scenario that is rehearsed."""
    return planned([checked], Wish(mode="rehearsal", **wish))  # type: ignore[arg-type]
