"""The order of the steps: no step waits for itself in a circle, every step can be reached, added needs are told."""

from __future__ import annotations

from itertools import pairwise

from app.scenario import expressions
from app.scenario.checks.inspection import Inspection
from app.scenario.expressions import ExpressionMistake
from app.scenario.order import Order
from app.scenario.places import Place


def check_cycles(case: Inspection) -> None:
    """Each block's steps can be put in an order."""
    for block in case.blocks:
        order = case.orders[block.name]
        if not (cycle := order.cycle()):
            continue
        waiting = set(cycle)
        first = next(step for step in order.ids if step in waiting)
        turn = cycle.index(first)
        way = [*cycle[turn:-1], *cycle[:turn], first]
        case.report.error(
            "cycle",
            "these steps wait for each other: " + " → ".join(way),
            _why(order, way),
            at=(*block.at, first, "needs") if block.steps[first].needs else (*block.at, first),
        )


def _why(order: Order, way: list[str]) -> str:
    """Tell the need that the author may not know of."""
    for step, need in pairwise(way):
        if need not in order.inferred.get(step, ()):
            continue
        if order.ids.index(need) > order.ids.index(step) and not order.by_position.isdisjoint(way):
            return f'"{step}" refers to "{need}", which stands below it: move "{need}" up, or give it needs: []'
        return f'"{step}" refers to "{need}"'
    for step, need in pairwise(way):
        if step in order.by_position:
            return f'"{step}" has no needs, so it waits for the step above it, "{need}"; needs: [] starts it at once'
    return "a loop is a block: put the steps inside steps: and add loop: {max: 3, until: ...}"


def check_added_needs(case: Inspection) -> None:
    """A need that expressions added to written ones is said; one that follows from the others is not worth a word."""
    for block in case.blocks:
        order = case.orders[block.name]
        for name, added in order.inferred.items():
            if block.steps[name].needs is None and not block.side_by_side:
                continue
            for need in added:
                if not order.implied(name, need):
                    message = f'"{name}" also waits for "{need}", because it refers to it'
                    case.report.note("added-need", message, "add it to needs: to say so", at=(*block.at, name))


def check_reachable(case: Inspection) -> None:
    """A step whose condition can never hold is never performed, and neither is what needs it."""
    for block in case.blocks:
        never: dict[str, str] = {}
        for name in case.orders[block.name].sequence():
            place = Place(name, block.steps[name], block)
            value = _constant(place.step.if_)
            if value is not expressions.NOT_CONSTANT and not value:
                never[name] = "its condition is always false"
                case.report.warning("never", f'"{name}" is never performed: {never[name]}', "", at=(*place.at, "if"))
            elif not _runs_regardless(place) and (
                blocked := [need for need in case.orders[block.name].needs[name] if need in never]
            ):
                never[name] = f'it needs "{blocked[0]}"'
                message = f'"{name}" is never performed: it needs "{blocked[0]}", which never is'
                case.report.warning("never", message, "if: always() would perform it all the same", at=place.at)
            elif place.step.if_ is not None and value is not expressions.NOT_CONSTANT:
                case.report.note(
                    "always", f'the condition of "{name}" is always true', "leave it out", at=(*place.at, "if")
                )


def check_loops(case: Inspection) -> None:
    """A loop whose end can never come, or always comes at once, is not what was meant."""
    for place in case.places:
        loop = place.step.loop
        if loop is None or loop.until is None:
            continue
        value = _constant(loop.until)
        if value is not expressions.NOT_CONSTANT:
            what = "ends after one turn" if value else f"always takes all {loop.max} turns"
            case.report.warning("loop", f"this never changes, so the loop {what}", at=(*place.at, "loop", "until"))


def _constant(condition: str | None) -> object:
    if condition is None:
        return expressions.NOT_CONSTANT
    try:
        return expressions.constant(expressions.parse_bare(condition))
    except ExpressionMistake:
        return expressions.NOT_CONSTANT


def _runs_regardless(place: Place) -> bool:
    condition = place.step.if_ or ""
    return "always()" in condition or "failure()" in condition
