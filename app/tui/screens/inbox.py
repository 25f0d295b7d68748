"""Inbox: everything that waits for a person, in all runs, wherever they are performed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from app.errors import FootlightsError
from app.journal import Archive, Journal
from app.journal.questions import Waiting
from app.safety import clean, one_line
from app.state.words import short_id, spaced
from app.tui.asking import Asked
from app.tui.batches.belonging import Belonging, Belongings
from app.tui.history import gathered
from app.tui.keys import bindings
from app.tui.listed import ListPlace
from app.tui.paint.history import title_of
from app.tui.paint.leaf import invitation
from app.tui.paint.letter import ITEM, columns_of, whole, words_of
from app.tui.paint.rows import Row, Span
from app.tui.refused import in_words
from app.tui.screens.gate import GateCard
from app.tui.table import Listing
from app.tui.widgets.table import Pane, Table


class Inbox(ListPlace[Waiting]):
    """The questions of all runs."""

    NAME = "inbox"
    SPOTS = ("inbox", "lists", "tables", "places")
    BINDINGS: ClassVar = bindings("inbox", "lists", "tables", "places")
    LOOKS = 0.5

    def __init__(self, run: str = "") -> None:
        """`run` is the one whose questions somebody comes for."""
        super().__init__()
        self._wanted = run
        self.listing: Listing[Waiting] = Listing((), _key, lambda each: words_of(each, self._belonging(each)))
        self.table = Table(self.listing, "Inbox", id="inbox")
        self.table.counts = lambda each: not each.is_answered
        self.pane = Pane(self._told, id="letter")
        self._belongings = Belongings()

    def on_mount(self) -> None:
        """Draw it empty, then read."""
        self._columns = columns_of(_now, self._belonging, self.house.glyphs)
        super().on_mount()

    async def look(self) -> None:
        """Read what waits."""
        waiting: list[Waiting] = await gathered(self.house.workspace, self._read, [])
        self.table.empty = invitation(
            "Nothing waits for a person", "runs of other terminals ask here too, within a second", "esc goes back"
        )
        is_of_a_batch = any(self._belonging(each) for each in waiting)
        self.listing.columns = tuple(each for each in self._columns if is_of_a_batch or each.title != ITEM)
        self.listing.put(waiting)
        if (wanted := next((each for each in waiting if each.row.run == self._wanted), None)) is not None:
            self.listing.go_to(_key(wanted))
            self._wanted = ""
        self.table.changed()
        self.tick()

    async def _read(self, archive: Archive) -> list[Waiting]:
        waiting = await self.questions.look(archive)
        await self._belongings.look(archive, (each.row for each in waiting))
        return waiting

    def _belonging(self, each: Waiting) -> Belonging | None:
        """Which item of which batch asks, if one does."""
        return self._belongings.of(each.row.run)

    def _told(self, width: int) -> tuple[Row | str, Sequence[Row]]:
        each = self.listing.chosen
        if each is None:
            return "", ()
        return (Span(_called(each), "text bold"),), whole(each, self._belonging(each), width, _now(), self.house.glyphs)

    # What is done

    def why_not(self, action: str) -> str:
        """Why a key does nothing now."""
        each = self.listing.chosen
        if action in ("answer", "open") and each is None:
            return "nothing waits"
        if action == "answer" and each is not None and each.letter is not None:
            return "it has an answer, which is taken when the run goes on"
        return ""

    def copied(self) -> str:
        """The command that answers the question from another terminal."""
        each = self.listing.chosen
        return f"footlights answer {short_id(each.row.run)}:{each.question.short_name}" if each is not None else ""

    def action_answer(self) -> None:
        """Ask the person here."""
        each = self.listing.chosen
        if each is None or (why := self.why_not("answer")):
            self.house.say(why if each is not None else "nothing waits", severity="warning")
            return

        def answered(said: tuple[str, str] | None) -> None:
            if said is not None:
                self.run_worker(partial(self._answer, each, *said), group="answer")  # type: ignore[arg-type]

        self.house.push_screen(GateCard(asked_of(each, self._belonging(each))), answered)

    async def _answer(self, each: Waiting, choice: str, note: str) -> None:
        run, gate = each.row.run, each.question.gate
        here = next(
            (source for source in self.house.performed if source.run == run and source.performed == "here"), None
        )
        try:
            if here is not None:
                here.answer(gate, choice, note)
            else:
                await asyncio.to_thread(_post, self.house.workspace, run, gate, choice, note)
        except FootlightsError as error:
            self.house.say(in_words(error), severity="error")
        else:
            goes_on = (
                "" if each.row.holder else f"; it is taken when the run goes on: footlights resume {short_id(run)}"
            )
            self.house.say(f"{_called(each)}: {one_line(choice)}{goes_on}")
        self.look_again()

    async def action_open(self) -> None:
        """Show its run on the stage."""
        each = self.listing.chosen
        if each is None:
            self.house.say("nothing waits", severity="warning")
        else:
            await self.house.open_run(each.row.run)


def asked_of(each: Waiting, place: Belonging | None) -> Asked:
    """A question as a card shows it."""
    asked, play = each.question, title_of(each.row)
    return Asked(
        each.row.run, asked.gate, _called(each), asked.asks, clean(asked.text), asked.options, asked.default or "",
        asked.expires, spaced(one_line(asked.role)),
        f"{play} · {place.item}" if place is not None else play,
    )  # fmt: skip


def _called(each: Waiting) -> str:
    """The step that asks, as people call it."""
    return one_line(each.question.title or each.question.step or each.question.gate)


def _post(workspace: Path | None, run: str, gate: str, choice: str, note: str) -> None:
    from app.settings import who

    with Journal.open(workspace) as journal:
        journal.post(run, "answer", gate, {"choice": choice, "note": note}, who())


def _key(each: Waiting) -> str:
    return f"{each.row.run} {each.question.gate}"


def _now() -> int:
    return time.time_ns() // 1000
