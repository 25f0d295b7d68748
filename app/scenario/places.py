"""Where each step stands: its block, its neighbours, its path in the file and in events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.document import Path
from app.scenario.model import AnyStep, BlockStep, ParallelStep, Scenario


@dataclass(frozen=True, slots=True)
class Block:
    """Steps that share a scope: those of the scenario, or those inside one step."""

    steps: Mapping[str, AnyStep]
    at: Path
    owner: Place | None
    side_by_side: bool

    @property
    def name(self) -> str:
        """The path of ids that leads here; "" for the scenario itself."""
        return self.owner.name if self.owner else ""

    def depth(self) -> int:
        """How many blocks this one is inside of."""
        return 0 if self.owner is None else self.owner.block.depth() + 1


@dataclass(frozen=True, slots=True)
class Place:
    """One step of a scenario with its address."""

    id: str
    step: AnyStep
    block: Block

    @property
    def name(self) -> str:
        """The ids from the outermost block to here, joined by /."""
        return f"{self.block.name}/{self.id}" if self.block.owner else self.id

    @property
    def at(self) -> Path:
        """The path in the file."""
        return (*self.block.at, self.id)

    def enclosing(self) -> Iterator[Place]:
        """The steps this one is inside of, innermost first."""
        owner = self.block.owner
        while owner is not None:
            yield owner
            owner = owner.block.owner

    def inner(self) -> Block | None:
        """The block inside this step, if it has one."""
        match self.step:
            case BlockStep(steps=steps):
                return Block(steps, (*self.at, "steps"), self, side_by_side=False)
            case ParallelStep(parallel=steps):
                return Block(steps, (*self.at, "parallel"), self, side_by_side=True)
        return None


def blocks_of(scenario: Scenario) -> list[Block]:
    """Every block, outer before inner, in file order."""
    found = [Block(scenario.steps, ("steps",), None, side_by_side=False)]
    for block in found:  # grows while it is read
        found.extend(inner for place in places_in(block) if (inner := place.inner()))
    return found


def places_in(block: Block) -> list[Place]:
    """The steps of one block, in file order."""
    return [Place(name, step, block) for name, step in block.steps.items()]
