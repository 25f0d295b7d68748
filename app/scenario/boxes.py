"""A checked scenario becomes the boxes of its picture: who acts in each step, under which conditions, after what."""

from __future__ import annotations

from collections.abc import Sequence

from app.scenario.checking import Checked
from app.scenario.checks.inspection import speakers
from app.scenario.model import ApproveStep, AskStep, DebateStep, NarrateStep, SetStep, ToolStep, UsesStep
from app.scenario.model.modifiers import Step
from app.scenario.needs import Member, needs_of
from app.scenario.picture import Box, Span
from app.scenario.places import Block, Place, places_in

Line = tuple[Span, ...]


def boxes_of(checked: Checked) -> tuple[Box, ...]:
    """The outermost steps as boxes; blocks hold the boxes of what is inside them."""
    assert checked.scenario is not None
    cast = {member.name: member for member in needs_of(checked).cast}
    return _boxes(checked, Block(checked.scenario.steps, ("steps",), None, side_by_side=False), cast)


def _boxes(checked: Checked, block: Block, cast: dict[str, Member]) -> tuple[Box, ...]:
    order = checked.orders[block.name]
    made = []
    for place in places_in(block):
        inner = place.inner()
        made.append(
            Box(
                place.id,
                place.id,
                place.step.kind,
                tuple(_lines(place, cast)),
                tuple(_marks(place.step)),
                tuple(order.needs[place.id]),
                _boxes(checked, inner, cast) if inner else (),
            )
        )
    return tuple(made)


def _lines(place: Place, cast: dict[str, Member]) -> Sequence[Line]:
    named = list(dict.fromkeys(name for name, _ in speakers(place)))
    agents = [_agent(cast[name], place.step) for name in named if name in cast]
    match place.step:
        case DebateStep(debate=debate):
            decided = f"{debate.judge} judges" if debate.judge else debate.decide
            return [*agents, (Span(f"{debate.rounds} rounds, {decided}", "dim"),)]
        case ApproveStep(approve=gate):
            return [(Span(" / ".join(gate.options), "dim"),), *_role(gate.role)]
        case AskStep(ask=question):
            return [(Span("answers in words", "dim"),), *_role(question.role)]
        case ToolStep(tool=tool):
            return [(Span(tool, "dim"),)]
        case UsesStep(uses=file):
            return [(Span(file, "dim"),)]
        case SetStep(set=values):
            return [(Span(", ".join(values), "dim"),)]
        case NarrateStep():
            return []
    return agents


def _agent(member: Member, step: Step) -> Line:
    mode = getattr(step, "mode", None) or member.mode
    name = Span(f"{member.glyph} {member.name}", f"agent.{member.color}")
    return (name, Span(f" · {mode}", "dim")) if mode else (name,)


def _role(role: str | None) -> list[Line]:
    return [(Span(f"waits for {role}", "dim"),)] if role else []


def _marks(step: Step) -> Sequence[str]:
    marks = []
    if step.if_ is not None:
        marks.append(f"if {_shortened(step.if_)}")
    if step.loop is not None:
        until = f", until {_shortened(step.loop.until)}" if step.loop.until else ""
        marks.append(f"↻ at most {step.loop.max}{until}")
    if step.for_each is not None:
        over = f"{len(step.for_each)} items" if isinstance(step.for_each, list) else _shortened(step.for_each)
        together = f", {step.max_parallel} at once" if step.max_parallel else ""
        marks.append(f"× each {step.as_ or 'item'} of {over}{together}")
    if step.retry is not None:
        marks.append(f"retry {step.retry.attempts}")
    if step.cue is not None:
        marks.append(step.cue)
    return marks


def _shortened(expression: str) -> str:
    """The expression as one reads it: without its braces and the words that are always the same."""
    bare = expression.strip().removeprefix("${{").removesuffix("}}").strip()
    return bare.replace("steps.", "").replace(".output", "").replace("inputs.", "")
