"""A place with the grid of a batch in it: the keys that move in it, what is left out of it, and how it is divided."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from textual.widgets import Input

from app.batch.verdicts import Verdict
from app.safety import one_line
from app.tui.batches.grid import Group
from app.tui.batches.watch import Watch
from app.tui.paint.frame import BORDERS
from app.tui.paint.leaf import invitation
from app.tui.paint.rows import Row, Span
from app.tui.place import Place
from app.tui.widgets.batch import GridView
from app.tui.widgets.table import Search

LEAST_GRID = 4  # rows of the grid, with its frame
LEAST_ITEM = {"-low": 2, "-short": 5, "-high": 8}  # rows of the chosen item, by how high the window is
LEAST_ID = 5  # letters, below which a word is part of too many ids
_ITEM = re.compile(r"\bitem (\d[\d,]*)")
Filter = tuple[str, tuple[Verdict, ...]]  # its name, and what it shows
NOT_PASSED: tuple[Verdict, ...] = ("unmet", "failed", "exhausted")
FILTERS: tuple[Filter, ...] = (
    ("not passed", NOT_PASSED),
    *((verdict, (verdict,)) for verdict in ("passed", "unmet", "failed", "exhausted", "paused", "running", "waiting")),
)
ALL: Filter = ("", ())


class Text(NamedTuple):
    """What an item is found by, in small letters."""

    name: str  # scenario and cell
    repeat: str  # "#3"
    number: int
    run: str


class GridPlace(Place):
    """A subclass has a `#floor` with the grid and the chosen item on it, and a line to search in."""

    def __init__(self, known: Watch) -> None:
        super().__init__()
        self.known = known
        self.grid = GridView()
        self.groups: tuple[Group, ...] = ()
        self.filter = ALL
        self.words = ""
        self._texts: list[Text] = []

    def on_resize(self) -> None:
        """There is other room."""
        self.call_after_refresh(self.lay_out)

    def lay_out(self) -> None:
        """What is shown, and how the floor is divided: the grid has what it needs, the chosen item the rest."""
        if self.known.plan is None:
            return
        groups = self._kept()
        self.grid.right = self._told_filter(groups)
        self.grid.empty = invitation("No run is like that", "f and / choose others, esc shows all")
        floor = self.query_one("#floor").size
        least = LEAST_ITEM["-low" if self.has_class("-low") else "-short" if self.has_class("-short") else "-high"]
        self.grid.show(groups, floor.width, floor.height - least)
        needed = max(LEAST_GRID, len(self.grid.grid.rows) + BORDERS)
        self.grid.styles.height = min(needed, max(LEAST_GRID, floor.height - least))

    def _kept(self) -> Sequence[Group]:
        """The items that are not left out by the filter and by what somebody looks for."""
        wanted, verdicts, words = self.filter[1], self.grid.verdicts, words_in(self.words)
        if not wanted and not words:
            return self.groups
        texts = self._all_texts if words else ()
        kept = {
            place
            for place, verdict in enumerate(verdicts)
            if (not wanted or verdict in wanted) and all(is_found(word, texts[place]) for word in words)
        }
        return [group._replace(items=tuple(each for each in group.items if each in kept)) for group in self.groups]

    @property
    def _all_texts(self) -> list[Text]:
        """What each item is found by."""
        if not self._texts:
            items = (self.known.item(place) for place in range(self.known.total))
            self._texts = [
                Text(*item.name.lower().rpartition(" ")[::2], item.number, item.item.run.lower()) for item in items
            ]
        return self._texts

    def _told_filter(self, groups: Sequence[Group]) -> Row:
        said = " ".join(filter(None, (self.filter[0], f"/{one_line(self.words)}" if self.words else "")))
        count = sum(len(group.items) for group in groups)
        return (Span(f"only {said}: {count:,}", "accent"),) if said else ()

    # Keys

    def action_right(self) -> None:
        self.grid.beside(1)

    def action_left(self) -> None:
        self.grid.beside(-1)

    def action_down(self) -> None:
        self.grid.below(1)

    def action_up(self) -> None:
        self.grid.below(-1)

    def action_page_down(self) -> None:
        self.grid.below(self.grid.page)

    def action_page_up(self) -> None:
        self.grid.below(-self.grid.page)

    def action_first(self) -> None:
        self.grid.go(next(iter(self.grid.grid.order), None))

    def action_last(self) -> None:
        self.grid.go(self.grid.grid.order[-1] if self.grid.grid.order else None)

    def action_next_failed(self, by: int) -> None:
        """To the next that did not pass; after the last comes the first."""
        failed = [place for place, verdict in enumerate(self.grid.verdicts) if verdict in NOT_PASSED]
        if not self.grid.to_next(failed, by):
            self.house.say("none has failed" if not failed else "none of those that are shown", severity="warning")

    def action_filter(self) -> None:
        """Only those of the next verdict that any has; after the last, all."""
        counts = self.known.counts
        kinds = [each for each in FILTERS if sum(counts[verdict] for verdict in each[1])]
        if sum(bool(counts[verdict]) for verdict in NOT_PASSED) < 2:
            kinds = [each for each in kinds if each[0] != "not passed"]
        known = [ALL, *kinds]
        at = known.index(self.filter) if self.filter in known else 0
        self.filter = known[(at + 1) % len(known)]
        self.lay_out()

    def action_search(self) -> None:
        self.query_one(Search).open()

    async def action_clear(self) -> None:
        """Show all again; when all are shown, go back."""
        if self.words or self.filter != ALL or self.has_class("-turned"):
            self.remove_class("-turned")
            self.filter, self.words = ALL, ""
            self.query_one(Search).value = ""
            self.lay_out()
            return
        await self.house.action_back()

    # What the line to search in tells

    def on_input_changed(self, event: Input.Changed) -> None:
        """Find while somebody types."""
        event.stop()
        self.words = event.value
        if self.known.plan is not None:
            self.lay_out()


def words_in(text: str) -> list[str]:
    """What somebody looks for; "item 24", as the screen calls it, is one word."""
    return _ITEM.sub(lambda found: f"item={found[1].replace(',', '')}", text.lower()).split()


def is_found(word: str, text: Text) -> bool:
    """By a part of its name, or of its run's id; a number is that of the item, and behind a # that of the repeat."""
    if word.startswith("#") and word[1:].isdecimal():
        return word == text.repeat
    if word in text.name or word in (f"{text.number}", f"{text.number:,}", f"item={text.number}"):
        return True
    return len(word) >= LEAST_ID and word in text.run
