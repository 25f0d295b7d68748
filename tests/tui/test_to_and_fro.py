"""What the stage works out of a run, wherever its audience went before, is what it works out who only came there."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.events import Event
from app.playback.show import Show
from app.tui.forecast import Outlook
from app.tui.intended import plan_of
from app.tui.rates import rates_of
from app.tui.script import book_of, first_task, script_of
from app.tui.standing import coming, seats, standing
from app.tui.timeline.gantt import Gantt
from app.tui.timeline.lanes import folded_at_first, lanes_of
from corpus.histories import History, histories


@given(histories(), st.data())
def test_to_and_fro_in_a_run_changes_nothing_of_what_is_worked_out(history: History, data: Any) -> None:
    show, gantt, outlook = Show(history.value), Gantt(), Outlook()
    places = data.draw(st.lists(st.integers(0, len(history.events)), min_size=1, max_size=6))
    for place in places:
        go_to(show, history.events[:place])
        straight = Show(history.value)
        go_to(straight, history.events[:place])
        assert worked_out(show, gantt, outlook) == worked_out(straight, Gantt(), Outlook())


def go_to(show: Show, events: list[Event]) -> None:
    show.start_again()
    for event in events:
        show.apply(event)


def worked_out(show: Show, gantt: Gantt, outlook: Outlook) -> list[Any]:
    """Everything."""
    state, rates, book = show.state, rates_of(show), book_of(show)
    gantt.follow(show)
    outlook.look(show.events, state)
    plan = plan_of(show.value(state.start.plan)) if state.start is not None else {}
    lanes = [lanes_of(gantt, state, by, folded_at_first(state)) for by in ("agent", "step")]
    return [
        [(script_of(show, agent), standing(show, agent), first_task(show, agent)) for agent in state.agents],
        (coming(show), seats(show, 2), book.has_captions, book.plan),
        (rates.waits(), rates.tools(state), rates.contexts(state), rates.speed(state, {}, show.now)),
        (rates.whole(state, {}, 20, show.now), rates.lately(state, {}, 20, show.now)),
        (gantt.bars, gantt.arrows, gantt.marks, gantt.spends, gantt.spent, gantt.now, gantt.over, lanes),
        outlook.forecast(state, plan),
    ]
