"""Which step waits for which: written needs, file order, and what expressions refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.scenario.places import Block


@dataclass(slots=True)
class Order:
    """The needs of one block's steps, each need with the reason why it is there."""

    ids: tuple[str, ...]
    needs: dict[str, list[str]] = field(default_factory=dict)
    inferred: dict[str, list[str]] = field(default_factory=dict)
    by_position: set[str] = field(default_factory=set)

    def layers(self) -> dict[str, int]:
        """How many steps must have ended, one after another, before each can start."""
        depth: dict[str, int] = {}
        for step in self.sequence():
            depth[step] = 1 + max((depth[need] for need in self.needs[step] if need in depth), default=-1)
        return depth

    def sequence(self) -> list[str]:
        """An order in which each step comes after its needs; ties by position. Steps on a cycle come last."""
        waiting = {step: len(self.needs[step]) for step in self.ids}
        followers: dict[str, list[str]] = {step: [] for step in self.ids}
        for step, needs in self.needs.items():
            for need in needs:
                followers[need].append(step)
        position = {step: index for index, step in enumerate(self.ids)}
        from heapq import heapify, heappop, heappush

        ready = [position[step] for step in self.ids if waiting[step] == 0]
        heapify(ready)
        done: list[str] = []
        while ready:
            step = self.ids[heappop(ready)]
            done.append(step)
            for follower in followers[step]:
                waiting[follower] -= 1
                if waiting[follower] == 0:
                    heappush(ready, position[follower])
        placed = set(done)
        return done + [step for step in self.ids if step not in placed]

    def cycle(self) -> list[str]:
        """One way round in which every step waits for the next, or nothing."""
        settled: set[str] = set()
        for start in self.ids:
            trail: dict[str, None] = {}  # in order, and quick to search
            stack: list[tuple[str, int]] = [(start, 0)]
            while stack:
                step, index = stack.pop()
                if index == 0:
                    if step in settled:
                        continue
                    trail[step] = None
                if index < len(self.needs[step]):
                    stack.append((step, index + 1))
                    need = self.needs[step][index]
                    if need in trail:
                        way = list(trail)
                        return [*way[way.index(need) :], need]
                    stack.append((need, 0))
                else:
                    settled.add(step)
                    del trail[step]
        return []

    def implied(self, step: str, need: str) -> bool:
        """Does `step` wait for `need` already, through other steps?"""
        seen = {need}
        reached = [other for other in self.needs[step] if other != need]
        while reached:
            other = reached.pop()
            if other == need:
                return True
            if other not in seen:
                seen.add(other)
                reached.extend(self.needs[other])
                if need in self.needs[other]:
                    return True
        return False


def order_of(block: Block, references: Mapping[str, Iterable[str]]) -> Order:
    """The order of a block: what is written, else the step before, and what expressions refer to."""
    ids = tuple(block.steps)
    order = Order(ids)
    before: str | None = None
    for name, step in block.steps.items():
        if step.needs is not None:
            written: Sequence[str] = [need for need in step.needs if need in block.steps and need != name]
        elif before is None or block.side_by_side:
            written = []
        else:
            written = [before]
            order.by_position.add(name)
        order.needs[name] = list(dict.fromkeys(written))
        before = name
    for name, referred in references.items():
        added = [
            other for other in referred if other in block.steps and other != name and other not in order.needs[name]
        ]
        order.inferred[name] = list(dict.fromkeys(added))
        order.needs[name].extend(order.inferred[name])
    return order
