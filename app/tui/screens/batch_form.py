"""The form before a batch of a play: how often, what varies, how many at a time, live or rehearsed, for how much."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal

from app.errors import FootlightsError
from app.safety import one_line
from app.tui.batches.axes import axes_in, example_of
from app.tui.batches.wishing import (
    MOST_REPEATS,
    Ahead,
    ahead_of,
    all_wrong,
    axes_of,
    matrix_in,
    planned_with,
    wrong_axis,
    wrong_count,
)
from app.tui.paint.form import Field
from app.tui.paint.options import Option
from app.tui.paint.rows import Row, Span
from app.tui.screens.inputs import Given, Inputs, wrong_cost
from app.tui.text import wrap
from app.tui.widgets.form import Asked, Changed

if TYPE_CHECKING:
    from textual.timer import Timer

    from app.batch.plan import Plan
    from app.batch.planning import Wish
    from app.tui.playbill import Playbill

USUAL = 10  # repeats, where the scenario names none
MOST_AT_A_TIME = 1000
LEAST_TOLD = 2  # rows of what is said of it, where there is no room for more
REST = 0.2  # seconds after a key before one looks what would be performed
REHEARSED, LIVE = "rehearsed", "live"

REPEAT = Field("how often", "line", "times", "", "Runs of each cell, a seed each.")
PARALLEL = Field("at a time", "line", "runs", "", "Left out: 8 live, or all cores.")
VARY = Field("vary", "text", "NAME=VALUES, one a line", "")
COMPARE = Field("compare along", "line", "an axis", "", "Its values are held against the first one, pair by pair.")
MODE = Field("perform it", "choice", "", REHEARSED, "Live asks real models: it costs.", values=(REHEARSED, LIVE))
BUDGET = Field("budget", "line", "US dollars", "", "All runs together, no more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished(Given):
    """What was asked for: the plan, and what every field said."""

    plan: Plan
    texts: Mapping[str, str]


class BatchForm(Inputs):
    """Gives a plan once all that was written can be performed, or nothing."""

    CSS_PATH: ClassVar = [*Inputs.CSS_PATH, Path(__file__).with_name("batch_form.tcss")]
    BINDINGS: ClassVar = [Binding("ctrl+n", "add_axis", "what can vary", show=False)]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-wide")]  # noqa: RUF012

    def __init__(self, bill: Playbill, last: Mapping[str, Any], texts: Mapping[str, str]) -> None:
        super().__init__(bill, last, live=False)
        self.live = texts.get(MODE.name) == LIVE
        fields = (_repeat(bill), PARALLEL, _vary(bill), _compare(bill), MODE, BUDGET)
        asked = [Asked(replace(field, text=texts.get(field.name, field.text))) for field in fields]
        self._repeat, self._parallel, self._vary, self._compare, self._mode, self._budget = self._own = asked
        self._ahead = Ahead()
        self._timer: Timer | None = None

    def fields(self) -> ComposeResult:
        """The short ones side by side, where there is room."""
        yield Horizontal(self._repeat, self._parallel)
        yield self._vary
        yield self._compare
        yield Horizontal(self._mode, self._budget)
        yield from self._asked

    def on_mount(self) -> None:
        """Say what would be performed."""
        self._look_ahead_soon()

    def on_changed(self, message: Changed) -> None:
        """Say it again."""
        self.live = self._mode.text == LIVE
        self._look_ahead_soon()

    def begin(self) -> None:
        """Plan it, and see whether all of it can be performed."""
        self.run_worker(self._begin, group="begin", exclusive=True)  # type: ignore[arg-type]

    def given(self) -> Given:
        """What every run is given; what varies needs no value of its own."""
        return Given(super().given().inputs)

    @property
    def how(self) -> str:
        """How it will be performed."""
        return "a batch, live, with real models" if self.live else "a batch, rehearsed: no key, no cost, no network"

    @property
    def keys(self) -> list[tuple[str, str]]:
        """What to press."""
        return [("enter", "begin"), ("esc", "back"), ("ctrl+n", "axes"), ("ctrl+j", "new line"), ("tab", "next")]

    def told(self, width: int) -> Sequence[Row]:
        """What would be performed, or everything that is in its way."""
        ahead = self._ahead
        said = [(ahead.warning, "warning"), *((wrong, "error") for wrong in ahead.wrong)]
        said.insert(len(said) if self.is_low else 0, (ahead.outlook, "text bold"))
        rows = [(Span(line, look),) for text, look in said if text for line in wrap(text, width)]
        return rows[:LEAST_TOLD] if self.is_low else rows

    def action_add_axis(self) -> None:
        """Choose something that can vary, and go on writing there."""
        self.run_worker(self._add_axis, group="axis", exclusive=True)  # type: ignore[arg-type]

    async def _add_axis(self) -> None:
        from app.tui.screens.choosing import Choosing

        taken = axes_of(self._checked, self._vary.text)
        lines = {axis.name: axis for axis in axes_in(self._checked) if axis.name not in taken}
        options = [Option(axis.name, one_line(axis.name), axis.says) for axis in lines.values()]
        chosen = await self.house.push_screen_wait(Choosing("What can vary", options))
        if chosen is not None:
            self._vary.write_line(lines[chosen].line)
            self._vary.enter()

    # What was written

    @property
    def _all(self) -> list[Asked]:
        return [*self._own, *self._asked]

    def _wrong_with(self, asked: Asked) -> str:
        text = asked.text.strip()
        if asked is self._repeat:
            return wrong_count(text, MOST_REPEATS)
        if asked is self._parallel:
            return wrong_count(text, MOST_AT_A_TIME) if text else ""
        if asked is self._vary:
            return self._wrong_matrix(text)
        if asked is self._compare:
            return wrong_axis(text, axes_of(self._checked, self._vary.text))
        if asked is self._mode:
            return "no model to play it live" if text == LIVE and self.bill.cannot_play else ""
        if asked is self._budget:
            return wrong_cost(text)
        return "" if asked.field.name in axes_of(self._checked, self._vary.text) else super()._wrong_with(asked)

    def _wrong_matrix(self, text: str) -> str:
        try:
            matrix_in(self._checked, text)
        except FootlightsError as error:
            return all_wrong(error)[0]
        return ""

    def _wish(self) -> Wish:
        from app.batch.planning import Wish
        from app.settings import who

        parallel, budget = self._parallel.text.strip(), self._budget.text.strip()
        return Wish(
            mode="live" if self.live else "rehearsal",
            matrix=matrix_in(self._checked, self._vary.text),
            repeat=int(self._repeat.text),
            inputs=self.given().inputs,
            compare=self._compare.text.strip(),
            budget={"cost_usd": float(budget)} if budget else {},
            parallel=int(parallel) if parallel else None,
            by=who(),
        )

    # What would be performed

    def _look_ahead_soon(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(REST, self._look_ahead)

    def _look_ahead(self) -> None:
        wanting = next((asked.field.name for asked in self._all if self._wrong_with(asked)), "")
        if wanting:
            self._tell(Ahead(f"still wanted: {one_line(wanting)}"))  # what is wrong with it, it says itself
        else:
            self.run_worker(self._look, group="ahead", exclusive=True)  # type: ignore[arg-type]

    async def _look(self) -> None:
        self._tell(await asyncio.to_thread(ahead_of, self._checked, self._wish()))

    def _tell(self, ahead: Ahead) -> None:
        self._ahead = ahead
        self.words.changed()
        self.fit()

    async def _begin(self) -> None:
        try:
            plan = await asyncio.to_thread(planned_with, self._checked, self._wish())
        except FootlightsError as error:
            self._tell(Ahead(wrong=all_wrong(error)))
            self._vary.enter()
            return
        self.dismiss(
            Wished(self.given().inputs, plan=plan, texts={asked.field.name: asked.text for asked in self._own})
        )


def _repeat(bill: Playbill) -> Field:
    strategy = bill.checked.scenario.strategy if bill.checked and bill.checked.scenario else None
    return replace(REPEAT, text=str(strategy.repeat if strategy is not None and strategy.repeat > 1 else USUAL))


def _vary(bill: Playbill) -> Field:
    assert bill.checked is not None
    own = axes_of(bill.checked, "")
    says = f"The file varies {one_line(', '.join(own))}; a name written here takes its place." if own else ""
    return replace(
        VARY, help=says or "ctrl+n shows what can vary, with its values.", example=example_of(axes_in(bill.checked))
    )


def _compare(bill: Playbill) -> Field:
    strategy = bill.checked.scenario.strategy if bill.checked and bill.checked.scenario else None
    return replace(COMPARE, text=(strategy.compare or "") if strategy is not None else "")
