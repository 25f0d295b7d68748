"""What somebody wrote into the form of a batch becomes a plan: by the words and the checks of the command line."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.document.suggest import did_you_mean, listed, shortened
from app.errors import FootlightsError, ScenarioRefused, UsageError
from app.safety import one_line
from app.state.words import money
from app.tui.refused import in_words

if TYPE_CHECKING:
    from app.batch.plan import Plan
    from app.batch.planning import Wish
    from app.scenario import Checked

MOST_REPEATS = 10_000
MOST_TOLD = 4  # things that are wrong


@dataclass(frozen=True, slots=True)
class Ahead:
    """What would be performed, in one line; or everything that is in its way."""

    outlook: str = ""
    wrong: tuple[str, ...] = ()
    warning: str = ""  # it could begin, and would not come far


def matrix_in(checked: Checked, text: str) -> Mapping[str, Sequence[Any]]:
    """The axes that were written, one a line; raises FootlightsError with all that is wrong with them."""
    from app.batch.planning import raise_all
    from app.batch.wording import Wording, each_once

    wording = Wording([checked])
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    pairs = [pair for line in lines if (pair := wording.attempt(_axis, wording, line)) is not None]
    matrix: dict[str, Sequence[Any]] = wording.attempt(each_once, pairs, "vary", "keep one of them") or {}
    raise_all(wording.wrong)
    return matrix


def _axis(wording: Any, line: str) -> tuple[str, list[Any]]:
    name, equals, _ = line.partition("=")
    if not equals or not name.strip():
        raise UsageError(f'"{shortened(line)}" names no values', "write  market=DE,FR")
    axis: tuple[str, list[Any]] = wording.axis(line)
    return axis


def axes_of(checked: Checked, text: str) -> tuple[str, ...]:
    """The names of what varies, the file's own included; what is wrong with any is for its field to say."""
    strategy = checked.scenario.strategy if checked.scenario is not None else None
    own = tuple(strategy.matrix) if strategy is not None else ()
    wished = (line.partition("=")[0].strip() for line in text.splitlines())
    return tuple(dict.fromkeys((*own, *filter(None, wished))))


def wrong_axis(axis: str, axes: Sequence[str]) -> str:
    """Why nothing can be compared along it."""
    if not axis or axis in axes:
        return ""
    hint = did_you_mean(axis, axes, f"there is {listed(axes)}" if axes else "vary something first")
    return one_line(f'there is no axis "{shortened(axis)}"; {hint}')


def wrong_count(text: str, most: int) -> str:
    """Why it is no number of something."""
    is_one = text.strip().isdecimal() and len(text.strip()) < 10 and 1 <= int(text) <= most
    return "" if is_one else f"a whole number from 1 to {most:,}"


def planned_with(checked: Checked, wish: Wish) -> Plan:
    """The plan, all of it checked; raises FootlightsError with what cannot be performed or compared."""
    from app.batch.planning import planned

    plan = planned([checked], wish)
    if plan.compare:
        from app.batch.comparing.pairing import paired
        from app.batch.statistics import rate_interval

        paired(plan, plan.compare)
        rate_interval(1, 2)  # says what is missing where the library is
    return plan


def ahead_of(checked: Checked, wish: Wish) -> Ahead:
    """What would be performed. The comparison is looked at when it begins: what knows statistics takes long to load."""
    from app.batch.outlook import outlook_of
    from app.batch.planning import planned

    try:
        plan = planned([checked], wish)
        return Ahead(one_line(outlook_of(plan)), warning=too_little_for(plan))
    except FootlightsError as error:
        return Ahead(wrong=all_wrong(error))


def too_little_for(plan: Plan) -> str:
    """That a live budget has no room for the first call: it would pause the batch before anything was performed."""
    from app.engine.bundle import checked_again
    from app.engine.reaching import usual_models
    from app.scenario.worst import first_call

    budget = plan.budget.get("cost_usd")
    if plan.mode != "live" or budget is None:
        return ""
    usual = usual_models(ready=True)
    needed = max(first_call(checked_again(source.bundle), usual) or 0.0 for source in plan.sources)
    if math.isinf(needed):
        return "no budget can be kept: nobody knows what the first call costs"
    if needed <= budget:
        return ""
    return f"the budget is too small: the first call may cost {money(needed)}"


def all_wrong(error: FootlightsError) -> tuple[str, ...]:
    """Each thing that is wrong, in words."""
    if not isinstance(error, ScenarioRefused):
        return (in_words(error),)
    said = dict.fromkeys(in_words(FootlightsError(each.message, each.hint)) for each in error.problems)
    return (*list(said)[:MOST_TOLD], *([f"and {len(said) - MOST_TOLD} more"] if len(said) > MOST_TOLD else []))
