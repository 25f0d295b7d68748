"""What is said of two runs in words, the same on a page, on the stage and in a pull request. What strangers wrote in it
is not made fit for anything yet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from app.compare.aligning import Pair, Shared
from app.compare.comparing import Comparison
from app.compare.halves import Half
from app.state.words import how_performed, plural

SHORT = 8  # letters of a run's id that name it


class Sign(NamedTuple):
    """How a step stands in the two: a sign that any terminal has, and the word for it."""

    mark: str
    word: str


SAME, DIFFERS, HOLDS = Sign("=", "the same"), Sign("~", "different"), Sign(" ", "different inside")
ONLY_LEFT, ONLY_RIGHT = Sign("-", "only in A"), Sign("+", "only in B")
SHARED = Sign(".", "taken over")


def sign_of(pair: Pair) -> Sign:
    """How a step stands."""
    if pair.left is None:
        return ONLY_RIGHT
    if pair.right is None:
        return ONLY_LEFT
    if pair.differs:
        return DIFFERS
    if pair.is_shared:
        return SHARED
    return HOLDS if pair.holds else SAME


def name_of(shared: Shared) -> str:
    """The first and the last of steps that happened once."""
    first, last = shared.pairs[0].path, shared.pairs[-1].path
    return first if first == last else f"{first} to {last}"


def told_of(pair: Pair) -> str:
    """In what a step differs, or that it does not."""
    if pair.only or not pair.differs:
        return sign_of(pair).word
    return ", ".join(pair.differs)


def kinship_told(found: Comparison) -> str:
    """How the two are related."""
    at = f"after event {found.kinship.at}"
    match found.kinship.how:
        case "same":
            return "A and B are one and the same run"
        case "fork":
            return f"B was forked from A {at}"
        case "origin":
            return f"A was forked from B {at}"
        case "siblings":
            return f"both were forked from one run, and share it up to event {found.kinship.at}"
    return ""


def shared_told(found: Comparison) -> str:
    """What happened once, and counts for both."""
    if not found.shared or found.kinship.how == "same":
        return ""
    taken = next((measure.left_told for measure in found.measures if measure.name == "taken over"), "")
    return f"{plural(len(found.shared), 'step')} taken over, performed once" + (f" for {taken}" if taken else "")


def parting_told(found: Comparison, named: Callable[[str], str] = str) -> str:
    """Where they part; `named` says how the step is written."""
    pair = found.first
    if pair is None:
        return "every step is the same" if found.pairs else "neither came to a step"
    numbers = ", ".join(
        f"{name} #{side.step.began_at}" for name, side in (("A", pair.left), ("B", pair.right)) if side is not None
    )
    return f"they part at {named(pair.path)} ({numbers}): {told_of(pair)}"


def short(half: Half) -> str:
    """The end of its id."""
    return half.run[-SHORT:]


def title_of(half: Half) -> str:
    """What people call it."""
    return half.recording.title or short(half)


def how_of(half: Half) -> str:
    """Who answered in it."""
    start = half.start
    if start is None:
        return ""
    return f"{how_performed(start)}, seed {start.seed}" if start.mode != "live" else how_performed(start)
