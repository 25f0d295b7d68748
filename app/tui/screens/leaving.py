"""Asks what becomes of the runs that are still performed here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from app.safety import one_line
from app.state.words import short_id
from app.tui.paint.options import Option
from app.tui.screens.choosing import Choosing
from app.tui.text import cut

if TYPE_CHECKING:
    from app.tui.batches.driving import Driven
    from app.tui.sources import Source

MOST_NAMED = 3  # batches
LONGEST = 32  # cells of a title


class Leaving(Choosing):
    """Gives keep, stop or cancel. Ctrl+C once more stops: whoever presses it twice wants to be out."""

    BINDINGS: ClassVar = [Binding("ctrl+c", "stop", "stop", show=False)]

    def __init__(self, runs: Sequence[Source], batches: Sequence[Driven] = ()) -> None:
        one = len(runs) + len(batches) == 1
        options = [
            Option("stop", "Stop, to resume later", "what is under way may end first", "s"),
            Option("keep", "Leave it running" if one else "Leave them running", "here, as plain lines", "k"),
        ]
        if runs:
            what = f"end {'this run' if len(runs) == 1 else f'these {len(runs)} runs'} for good"
            options.append(Option("cancel", "Cancel", f"{what}; batches stop" if batches else what, "c"))
        going = " and ".join([*_counted_runs(len(runs)), *_named(batches)])
        said = f"{going[:1].upper()}{going[1:]} {'is' if one else 'are'} still being performed here."
        super().__init__("Leave the theatre", options, says=said)

    def action_stop(self) -> None:
        """Stop, to resume later."""
        self.dismiss("stop")


def _counted_runs(count: int) -> list[str]:
    return ["a run" if count == 1 else f"{count} runs"] if count else []


def _named(batches: Sequence[Driven]) -> list[str]:
    """Which they are: whoever began several has to know what stops."""
    names = [f"{cut(one_line(each.title), LONGEST)} {short_id(each.batch)}" for each in batches]
    if len(names) < 2:
        return [f"the batch {name}" for name in names]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return [f"{len(names)} batches ({', '.join(names[:MOST_NAMED])}{more})"]
