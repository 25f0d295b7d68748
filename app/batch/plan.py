"""What a batch performs, decided before its first run: the scenarios as they were read, and every run with its id.

Each item has the id of its run from the beginning. So whatever happens on the way, an item has one run and no more: it
is performed if the archive does not know it, gone on with if it was cut off, and left alone when it is over.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import msgspec

from app.batch.cells import Names
from app.batch.statistics import Measure
from app.events import Mode


class Source(msgspec.Struct, frozen=True):
    """A scenario as its runs perform it, whatever happens to its files."""

    scenario: str  # its name
    title: str
    bundle: dict[str, Any]
    root: str  # of the project in which it was read
    file: str = ""  # as it is shown
    reads: tuple[str, ...] = ()  # variables of the environment
    needs: tuple[str, ...] = ()  # of them, those without which it cannot be performed
    max_parallel: int | None = None  # of its runs at the same time
    slips: bool = False  # some of its lines are otherwise now and then


class Item(msgspec.Struct, frozen=True):
    """One run of a batch."""

    run: str
    source: int  # which of the plan's
    cell: dict[str, Any] = {}
    repeat: int = 0
    seed: int = 0
    inputs: dict[str, Any] = {}
    matrix: dict[str, Any] = {}  # what ${{ matrix }} holds
    erased: bool = False  # it was given something that is known no more


class Plan(msgspec.Struct, frozen=True, dict=True):
    """A whole batch."""

    batch: str
    title: str
    mode: Mode
    sources: tuple[Source, ...]
    items: tuple[Item, ...]
    axes: tuple[str, ...] = ()
    compare: str = ""  # the axis whose values are held against each other
    limits: dict[str, float] = {}  # of each run
    budget: dict[str, float] = {}  # of all runs together
    hosts: tuple[str, ...] = ()
    answers: dict[str, str] = {}
    parallel: int | None = None
    looks: int = 0  # how often a comparison is looked at before all is performed; then it may stop early
    by: str = ""
    against: str = ""  # the baseline that it is held against
    tolerance: tuple[str, ...] = ()  # what may be worse than there, as it was written
    fail_if_worse: bool = False
    save_baseline: str = ""  # the file that keeps what comes of it
    primary: Measure = "success"  # what decides a comparison
    cassette: str = ""  # the folder whose cassettes are played, one a run; or one file that all play
    record: str = ""  # the folder that each run writes its cassette into
    variables: dict[str, str] = {}  # that its scenarios read, each with a digest of its value when the batch began

    @cached_property
    def names(self) -> Names:
        """What the values of its axes are called."""
        return Names(item.cell for item in self.items)

    @property
    def leaves_nothing_to_chance(self) -> bool:
        """Lines that are written or recorded are the same every time; models are asked for what a cassette lacks."""
        return self.mode == "rehearsal" or (self.mode == "cassette" and not self.record)

    def is_certain(self, item: Item) -> bool:
        """Does it come out the same however often it is performed, and whatever is asked? Lines that slip do not."""
        slips = self.mode == "rehearsal" and self.sources[item.source].slips
        return self.leaves_nothing_to_chance and not slips


def encoded(plan: Plan) -> bytes:
    """As it is kept."""
    return msgspec.json.encode(plan)


def decoded(body: bytes) -> Plan:
    """As it was kept."""
    return _decoder.decode(body)


_decoder = msgspec.json.Decoder(Plan)
