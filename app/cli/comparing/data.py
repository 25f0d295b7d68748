"""Two runs side by side for programs: every figure with how far it can be trusted, every step with what differs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.compare import Comparison, Difference, Half, Measure, Pair, Side
from app.compare.words import sign_of, title_of


def of_runs(found: Comparison) -> dict[str, Any]:
    """All of it, but for the texts."""
    return {
        "a": _half(found.left),
        "b": _half(found.right),
        "kinship": {"how": found.kinship.how, "at": found.kinship.at or None},
        "same_outcome": found.is_alike_in_the_end,
        "same_outputs": found.has_same_outputs,
        "changes": [
            {"kind": each.kind, "where": each.where, "a": each.left, "b": each.right} for each in found.changes
        ],
        "measures": _measures(found.measures),
        "parts_at": found.first.path if found.first is not None else None,
        "steps": [_step(found, pair) for pair in found.pairs],
    }


def of_step(found: Comparison, pair: Pair) -> dict[str, Any]:
    """One step, with what was asked and what came."""
    prompts = found.prompts(pair)
    return {
        **_step(found, pair),
        "a": _side(found.left, pair.left),
        "b": _side(found.right, pair.right),
        "prompts": _difference(prompts) if prompts is not None else None,
        "outputs": _difference(found.difference(pair)),
    }


def _half(half: Half) -> dict[str, Any]:
    start = half.start
    return {
        "run": half.run,
        "title": title_of(half),
        "scenario": start.scenario if start is not None else "",
        "mode": start.mode if start is not None else "",
        "status": half.status,
        "parent": {"run": half.parent.run, "seq": half.parent.seq} if half.parent is not None else None,
    }


def _measures(measures: Iterable[Measure]) -> dict[str, Any]:
    """By name; an amount that nobody knows is none, and so is a difference that cannot be told."""
    return {
        each.name.replace(" ", "_"): {
            "a": each.left, "b": each.right, "difference": each.difference,
            "told": {"a": each.left_told, "b": each.right_told, "difference": each.difference_told},
        }
        for each in measures
    }  # fmt: skip


def _step(found: Comparison, pair: Pair) -> dict[str, Any]:
    return {
        "step": pair.path,
        "is": sign_of(pair).word,
        "differs_in": list(pair.differs),
        "taken_over": pair.is_shared,
        "a_seq": pair.left.step.began_at if pair.left is not None else None,
        "b_seq": pair.right.step.began_at if pair.right is not None else None,
        "measures": _measures(found.measured(pair)),
    }


def _side(half: Half, side: Side | None) -> dict[str, Any] | None:
    return None if side is None else {**side.facts, "output": half.value(side.step.output)}


def _difference(difference: Difference) -> dict[str, Any]:
    blocks = [
        {
            "where": block.where, "same": block.is_same,
            "a": [{"text": piece.text, "own": piece.is_own} for piece in block.left],
            "b": [{"text": piece.text, "own": piece.is_own} for piece in block.right],
        }
        for block in difference.blocks
    ]  # fmt: skip
    return {"same": difference.is_same, "note": difference.note, "blocks": blocks}
