"""Runs: everything that was performed in this workspace, to open, replay, resume, search and be rid of."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from app.errors import FootlightsError
from app.journal import Archive, Hit, RunRow
from app.journal.connection import locate
from app.safety import one_line
from app.state.words import plural
from app.tui.history import Detail, Figures, detail, figures, gathered, hits
from app.tui.keys import bindings
from app.tui.listed import ListPlace
from app.tui.paint.history import SHORT, columns_of, title_of, told, words_of
from app.tui.paint.leaf import ago, invitation
from app.tui.paint.options import Option
from app.tui.paint.rows import Row, Span
from app.tui.preflight import ELSEWHERE, unusable
from app.tui.refused import in_words
from app.tui.screens.choosing import Choosing
from app.tui.screens.confirm import Confirm
from app.tui.table import Listing
from app.tui.widgets.table import Pane, Table

if TYPE_CHECKING:
    from textual.timer import Timer

FIRST = 200  # runs that are shown before all others are read
AHEAD = 60  # runs around the cursor of which the figures are worked out
PAUSE = 0.25  # seconds without a key until a text is looked for in all runs
GOES_ON = ("paused", "interrupted")
EVERYTHING = ("", "")


class Runs(ListPlace[RunRow]):
    """The archive."""

    NAME = "runs"
    SPOTS = ("runs", "lists", "tables", "places")
    BINDINGS: ClassVar = bindings("runs", "lists", "tables", "places")

    def __init__(self) -> None:
        super().__init__()
        self.listing: Listing[RunRow] = Listing((), lambda row: row.run, words_of)
        self.table = Table(self.listing, "Runs", id="runs")
        self.pane = Pane(self._told, id="run")
        self.rows: list[RunRow] = []
        self.status = ""  # only those
        self.only = EVERYTHING  # else only those of a play, a tag, a batch
        self._figures: dict[tuple[str, int], Figures] = {}
        self._busiest = 0  # tokens in one stretch of a run, of all that were looked at
        self._details: dict[tuple[str, int], Detail] = {}
        self._hits: dict[str, list[Hit]] = {}
        self._has_read = False
        self._unusable = ""  # why nothing can be kept
        self._typing: Timer | None = None

    def on_mount(self) -> None:
        """Draw it empty, then read."""
        glyphs = self.house.glyphs
        self.listing.columns = columns_of(
            lambda row: self._figures.get((row.run, row.seq)), lambda: self._busiest, _now, glyphs
        )
        super().on_mount()

    # What is shown

    async def look(self) -> None:
        """Read the runs: at first the last ones, then all."""
        workspace, is_first = self.house.workspace, not self._has_read
        self._has_read = True
        if is_first:
            self._show(await gathered(workspace, lambda archive: archive.runs(limit=FIRST), []))
        if not is_first or len(self.rows) == FIRST:
            self._show(await gathered(workspace, lambda archive: archive.runs(limit=None), []))
        if not self.rows:
            self._unusable = await asyncio.to_thread(unusable, workspace)
            self._filter()
        await self._work_out()

    def _show(self, rows: list[RunRow]) -> None:
        self.rows = rows
        self._filter()

    def _filter(self) -> None:
        kind, name = self.only
        shown = [row for row in self.rows if self.status in ("", row.standing) and _is_of(row, kind, name)]
        self.table.right = _filters(self.status, name)
        self.table.empty = self._why_empty()
        self.listing.put(shown)
        self.table.changed()
        self.pane.redraw()

    def _why_empty(self) -> Sequence[Row]:
        if self.listing.query:
            return invitation("Nothing was said like that", "esc shows all runs again")
        if self.rows:
            return invitation("No run is like that", "s and f choose others")
        if not self._has_read:
            return ()
        if self._unusable:
            return invitation("Nothing can be kept here", self._unusable, ELSEWHERE)
        return invitation("Nothing was performed yet", "alt+1 shows the plays; r rehearses one, without a model")

    async def _work_out(self) -> None:
        """The figures of what is around the cursor, and the run under it whole."""
        first = max(0, self.listing.cursor - AHEAD)
        near = [row for row in self.listing.lines[first : first + 2 * AHEAD] if isinstance(row, RunRow)]
        wanted = [row for row in near if (row.run, row.seq) not in self._figures]
        if wanted:
            nothing: dict[tuple[str, int], Figures] = {}
            self._figures |= await gathered(self.house.workspace, lambda archive: figures(archive, wanted), nothing)
            self._busiest = max((max(each.activity, default=0) for each in self._figures.values()), default=0)
            self.table.redraw()
        await self._read_chosen()

    async def _read_chosen(self) -> None:
        row = self.listing.chosen
        if row is None or (row.run, row.seq) in self._details:
            return
        try:
            found = await gathered(self.house.workspace, lambda archive: _detail(archive, row), None)
        except FootlightsError as error:
            self.house.say(in_words(error), severity="error")
            return
        if found is not None:
            self._details = dict([*self._details.items()][-8:]) | {(row.run, row.seq): found}
            self.pane.redraw()

    def moved(self) -> None:
        """Tell of another run."""
        super().moved()
        self.run_worker(self._work_out, group="detail", exclusive=True)  # type: ignore[arg-type]

    def _told(self, width: int) -> tuple[Row | str, Sequence[Row]]:
        row = self.listing.chosen
        if row is None:
            return "", ()
        title: Row = (Span(title_of(row), "text bold"), Span(f"  {row.run[-SHORT:]}", "muted"))
        known = self._details.get((row.run, row.seq)) or self._last_known(row)
        if known is None:
            return title, ()
        forks = [each for each in self.rows if each.parent == row.run]
        return title, told(known, forks, self._hits.get(row.run, ()), width, _now(), self.house.glyphs)

    def _last_known(self, row: RunRow) -> Detail | None:
        """The run as it was a moment ago, so that the pane does not flicker while it goes on."""
        return next((each for (run, _), each in reversed(self._details.items()) if run == row.run), None)

    # Search

    def found(self, words: str) -> None:
        """By title at once; by what was said a moment after the last key."""
        self._hits = {}
        super().found(words)
        self.table.empty = self._why_empty()
        if self._typing is not None:
            self._typing.stop()
        if words.strip():
            self._typing = self.set_timer(PAUSE, lambda: self.run_worker(partial(self._search, words), group="search"))

    async def _search(self, words: str) -> None:
        found: dict[str, list[Hit]] = await gathered(self.house.workspace, lambda archive: hits(archive, words), {})
        if self.listing.query == " ".join(words.lower().split()):
            self._hits = found
            self.listing.search(words, found.keys())
            self.table.changed()
            self.pane.redraw()

    # Filters

    def action_next_status(self) -> None:
        """Only those of the next status that any run has."""
        known = ["", *sorted({row.standing for row in self.rows})]
        at = known.index(self.status) if self.status in known else 0
        self.status = known[(at + 1) % len(known)]
        self._filter()

    async def action_clear(self) -> None:
        """Show all again: what was looked for first, then what was chosen, then what is marked; then go back."""
        if not self.listing.query and (self.status or self.only != EVERYTHING):
            self.status, self.only = "", EVERYTHING
            self._filter()
            return
        await super().action_clear()

    def action_filter(self) -> None:
        """Choose a play, a tag or a batch."""
        plays = Counter(row.scenario for row in self.rows)
        tags = Counter(tag for row in self.rows for tag in row.tags)
        batches = Counter(row.batch for row in self.rows if row.batch)
        listed = [Option("", "all", plural(len(self.rows), "run"), "0")]
        for kind, counted in (("play", plays), ("tag", tags), ("batch", batches)):
            listed += [
                Option(f"{kind} {name}", one_line(f"{kind} {name}"), plural(count, "run"))
                for name, count in counted.most_common()
            ]

        def chosen(value: str | None) -> None:
            if value is not None:
                kind, _, name = value.partition(" ")
                self.only = (kind, name)
                self._filter()

        self.house.push_screen(Choosing("Show only", listed), chosen)

    # What is done to runs

    def why_not(self, action: str) -> str:
        """Why a key does nothing now."""
        row = self.listing.chosen
        if action in ("open", "replay", "mark", "remove", "resume", "fork") and row is None:
            return "there is no run here"
        if action == "resume" and row is not None and row.status not in GOES_ON:
            return "it is being performed" if row.status == "running" else "it has ended; nothing is left to do"
        if action == "compare" and self._compared is None:
            return "mark two runs with space" if row is not None else "there is no run here"
        if action == "remove" and not any(not each.holder for each in self.listing.acted_on):
            return "it is being performed; cancel it first"
        return ""

    async def action_open(self) -> None:
        """Show it on the stage, as it is now."""
        if self._may("open") and (row := self.listing.chosen) is not None:
            await self.house.open_run(row.run)

    async def action_replay(self) -> None:
        """Show it from its beginning."""
        if self._may("replay") and (row := self.listing.chosen) is not None:
            await self.house.open_run(row.run, entrance="start")

    def action_resume(self) -> None:
        """Go on with it, in this process."""
        from app.engine import resume
        from app.settings import who
        from app.tui.sources import Here

        if not self._may("resume") or (row := self.listing.chosen) is None:
            return
        try:
            going = resume(row.run, workspace=self.house.workspace, patient=True, by=who())
        except FootlightsError as error:
            self.house.say(in_words(error), severity="error")
            return
        self.house.open_stage(Here(going))

    def action_fork(self) -> None:
        """Say where a run of its own begins from a moment of this one."""
        if self._may("fork"):
            self.house.say("open the run, go to the moment, inspect it, and press F there")

    def action_compare(self) -> None:
        """Two that are marked side by side; or this one, with what it was forked from, or with its fork."""
        if self._may("compare") and (two := self._compared) is not None:
            self.house.compare(*two)

    @property
    def _compared(self) -> tuple[str, str] | None:
        """The two that would be compared: the earlier one first."""
        if self.listing.marks:
            marked = sorted(self.listing.acted_on, key=lambda row: row.run)
            return (marked[0].run, marked[1].run) if len(marked) == 2 else None
        row = self.listing.chosen
        if row is None:
            return None
        if row.parent:
            return row.parent, row.run
        fork = next((each for each in self.rows if each.parent == row.run), None)
        return (row.run, fork.run) if fork is not None else None

    def action_mark(self) -> None:
        """Mark it, and go to the next."""
        if self._may("mark"):
            self.listing.mark()
            self.listing.move(1)
            self.table.changed()

    def copied(self) -> str:
        """The ids of the runs that are meant."""
        return "\n".join(row.run for row in self.listing.acted_on)

    def action_remove(self) -> None:
        """Remove runs for good, once a person has said so."""
        if not self._may("remove"):
            return
        rows = [row for row in self.listing.acted_on if not row.holder]
        performed = len(self.listing.acted_on) - len(rows)
        named = [f"{row.run[-SHORT:]}  {row.standing}  {title_of(row)}, {ago(row.started, _now())}" for row in rows]
        lost = [
            f"{plural(sum(row.seq for row in rows), 'event')} and every text in them, for good. This cannot be undone.",
        ]
        if any(row.status in GOES_ON for row in rows):
            lost.append("What is unfinished among them can then not be resumed.")
        if performed:
            lost.append(
                f"{plural(performed, 'run')} being performed: left as it is."
                if performed == 1
                else f"{performed} runs are being performed: left as they are."
            )
        card = Confirm(f"Remove {plural(len(rows), 'run')}", named, lost, "remove", lambda at: self._remove(rows[at]))
        self.house.push_screen(card, self._removed)

    def _remove(self, row: RunRow) -> None:
        """One of them, with what its tools left in the outbox; called in a thread."""
        from app.journal.prune import delete_runs
        from app.journal.traces import remove, traces_of

        async def traces() -> object:
            async with Archive.open(self.house.workspace) as archive:
                return await traces_of(archive, row.run)

        left = asyncio.run(traces())
        delete_runs(locate(self.house.workspace), [row.run])
        remove(left)  # type: ignore[arg-type]

    def _removed(self, count: int | None) -> None:
        if count:
            self.listing.marks.clear()
            self.house.say(f"removed {plural(count, 'run')}")
        self.look_again()


async def _detail(archive: Archive, row: RunRow) -> Detail | None:
    return await detail(archive, row)


def _is_of(row: RunRow, kind: str, name: str) -> bool:
    match kind:
        case "play":
            return row.scenario == name
        case "tag":
            return name in row.tags
        case "batch":
            return row.batch == name
    return True


def _filters(*words: str) -> Row:
    told = "  ".join(one_line(word) for word in words if word)
    return (Span(f"only {told}", "accent"),) if told else ()


def _now() -> int:
    return time.time_ns() // 1000
