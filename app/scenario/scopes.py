"""What expressions may refer to at each place of a scenario, and of which type it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from app.document.types import Anything, Boolean, Choice, Integer, ListOf, MapOf, Maybe, Nothing, Number, Text, Type
from app.scenario.expressions import Scope
from app.scenario.model import (
    AgentStep,
    ApproveStep,
    AskStep,
    BlockStep,
    DebateStep,
    NarrateStep,
    ParallelStep,
    Scenario,
)
from app.scenario.passages import BEFORE_THE_STEP
from app.scenario.places import Block, Place

OUTCOMES = ("succeeded", "failed", "skipped", "cancelled", "exhausted", "refused", "truncated", "expired")
USAGE = MapOf({name: Integer() for name in ("input", "cache_read", "cache_write", "output", "total")})
RUN = MapOf({
    "id": Text(), "scenario": Text(), "mode": Choice(("live", "rehearsal", "cassette")), "seed": Integer(),
    "cost_usd": Number(), "tokens": Integer(), "elapsed_s": Number(),
})  # fmt: skip
AGENT = MapOf({"id": Text(), "title": Text(), "mode": Maybe(Text()), "company": Maybe(Text())})
DEBATE = MapOf({
    "decision": Text(), "reasons": ListOf(Text()), "votes": Anything(), "dissent": ListOf(Text()), "rounds": Integer(),
})  # fmt: skip
ANSWER = MapOf({"answer": Text(), "by": Text()})
RESERVED = (
    "inputs", "env", "vars", "steps", "matrix", "item", "loop", "run", "agent", "secrets",
    "true", "false", "null", "and", "or", "not",
)  # fmt: skip

ELSEWHERE = {
    "matrix": "matrix is there when strategy: has one",
    "item": "item is there in a step with for_each, and inside it",
    "loop": "loop is there in a step with loop or for_each, and inside it",
    "agent": "agent is there in the prompts of agents",
    "secrets": "secrets can be used in with: of a tool and in key: of a model, nowhere else",
    "steps": "the steps have not been performed when this is read",
    "run": "the run has not begun when this is read",
    "vars": "vars are computed after this is read",
    "inputs": "inputs are not read here",
    "env": "env is not read here",
}


def state_of(output: Type) -> MapOf:
    """What `steps.<id>` is when the step's output has a type."""
    return MapOf({"output": output, "outcome": Choice(OUTCOMES), "usage": USAGE, "cost_usd": Number()})


@dataclass(slots=True)
class Types:
    """The types found so far: of inputs, vars, declared outputs, and of the steps already looked at."""

    inputs: dict[str, Type] = field(default_factory=dict)
    vars: dict[str, Type] = field(default_factory=dict)
    declared: dict[str, Type] = field(default_factory=dict)  # by step name: what `output:` says
    items: dict[str, Type] = field(default_factory=dict)  # by step name: what for_each goes over
    outputs: dict[str, Type] = field(default_factory=dict)  # by step name: what the step gives
    returned: dict[str, Type] = field(default_factory=dict)  # what the scenario's own outputs are

    def once(self, place: Place) -> Type:
        """What a step gives when it is done once, before for_each makes a list of it."""
        step = place.step
        match step:
            case BlockStep() | ParallelStep():
                inner = place.inner()
                assert inner is not None
                return MapOf({name: self.outputs.get(f"{place.name}/{name}", Anything()) for name in inner.steps})
            case DebateStep(debate=debate):
                if debate.options is None:
                    return DEBATE
                return MapOf({**DEBATE.fields, "decision": Choice(tuple(debate.options))})
            case ApproveStep(approve=approve):
                return MapOf({"choice": Choice(tuple(approve.options)), "note": Text(), "by": Text()})
            case AskStep():
                return ANSWER
            case NarrateStep():
                return Nothing()
        return self.declared.get(place.name, Anything())

    def settle(self, place: Place) -> None:
        """Fix what a step gives; its needs and the steps inside it are settled before."""
        once = self.once(place)
        self.outputs[place.name] = ListOf(once) if place.step.for_each is not None else once


class States(Mapping[str, Type]):
    """`steps` as one place sees it: its siblings, then those of the blocks around, the nearest first."""

    def __init__(self, block: Block, types: Types) -> None:
        self._block = block
        self._types = types

    @cached_property
    def _around(self) -> States | None:
        return self._outside()

    def _outside(self) -> States | None:
        return States(self._block.owner.block, self._types) if self._block.owner else None

    def __getitem__(self, name: str) -> Type:
        if name in self._block.steps:
            path = f"{self._block.name}/{name}" if self._block.owner else name
            return state_of(self._types.outputs.get(path, Anything()))
        if self._around is None or (self._block.owner and name == self._block.owner.id):
            raise KeyError(name)
        return self._around[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._block.steps
        if self._around is not None:
            yield from (name for name in self._around if name not in self._block.steps)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Turn(States):
    """`loop.previous`: the steps of a block as one turn left them, without those around it."""

    def _outside(self) -> None:
        return None


class Scopes:
    """Builds the scope of a passage from the place it stands in."""

    def __init__(self, scenario: Scenario, types: Types) -> None:
        self._scenario = scenario
        self._types = types
        matrix = scenario.strategy.own if scenario.strategy else {}
        self._fixed: dict[str, Type] = {
            "inputs": MapOf(types.inputs, noun="input"),
            "env": MapOf(dict.fromkeys(scenario.env, Text()), noun="name in env:"),
            "run": RUN,
            "secrets": MapOf({}, rest=Text()),
        }
        if matrix:
            self._fixed["matrix"] = MapOf(dict.fromkeys(matrix, Anything()), noun="matrix value")
        self._states: dict[str, MapOf] = {}

    def of_top_level(self, names: frozenset[str]) -> Scope:
        """For texts outside the steps; `outputs` sees the outermost ones."""
        known = dict(self._fixed) | {"vars": MapOf(self._types.vars, noun="var")}
        outermost = Block(self._scenario.steps, ("steps",), None, side_by_side=False)
        known["steps"] = MapOf(States(outermost, self._types), noun="step")
        return _scope(known, names)

    def of_step(self, place: Place, names: frozenset[str], key: str) -> Scope:
        """For a text of a step: `if` and `for_each` see what is around it, `until` what is inside."""
        before = key in BEFORE_THE_STEP
        known: dict[str, Type] = dict(self._fixed) | {"vars": MapOf(self._types.vars, noun="var")}
        known["steps"] = self._steps(place.inner() or place.block) if key == "until" else self._steps(place.block)
        aliases = {}
        for around in reversed([*([] if before else [place]), *place.enclosing()]):
            if around.step.for_each is not None:
                item = self._types.items.get(around.name, Anything())
                known["item"] = item
                known["loop"] = MapOf({"index": Integer()})
                if around.step.as_:
                    aliases[around.step.as_] = item
            if around.step.loop is not None:
                known["loop"] = MapOf({"index": Integer(), "previous": Maybe(self._turn(around))})
        if isinstance(place.step, AgentStep) or "agent" in names:
            known["agent"] = AGENT
        known.update(aliases)
        return _scope(known, names | frozenset(aliases), status=key == "if")

    def _steps(self, block: Block) -> MapOf:
        if block.name not in self._states:
            # Open, because a name that no step has was told already, with where it is instead.
            self._states[block.name] = MapOf(States(block, self._types), rest=Anything(), noun="step")
        return self._states[block.name]

    def _turn(self, place: Place) -> Type:
        """What one turn of a loop leaves for the next."""
        inner = place.inner()
        if inner is None:
            return state_of(self._types.once(place))
        return MapOf(Turn(inner, self._types), noun="step")


def _scope(known: dict[str, Type], allowed: frozenset[str], *, status: bool = False) -> Scope:
    absent = {name: hint for name, hint in ELSEWHERE.items() if name not in known or name not in allowed}
    return Scope({name: found for name, found in known.items() if name in allowed}, absent, status)


def is_true_or_false(found: Type) -> bool:
    """Can a value of this type be a condition?"""
    match found:
        case Boolean() | Anything():
            return True
        case Maybe(of=inner):
            return is_true_or_false(inner)
    return False
