"""Cast: the agents, by company; who each of them is, how they did so far, and how they answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from app.safety import one_line
from app.settings import project_root
from app.tui.company import Member, Record, company, records
from app.tui.history import Books, Ledger, gathered
from app.tui.keys import bindings
from app.tui.listed import ListPlace
from app.tui.paint.agent import columns_of, who, whole, words_of
from app.tui.paint.leaf import invitation
from app.tui.paint.rows import Row, Span
from app.tui.table import Heading, Listing
from app.tui.widgets.table import Pane, Table


class Cast(ListPlace[Member]):
    """Who can be on stage."""

    NAME = "cast"
    SPOTS = ("cast", "lists", "tables", "places")
    BINDINGS: ClassVar = bindings("cast", "lists", "tables", "places")

    def __init__(self) -> None:
        super().__init__()
        self.listing: Listing[Member] = Listing(
            (), lambda member: member.entry.name, words_of, lambda member: Heading(one_line(member.company))
        )
        self.table = Table(self.listing, "Cast", id="cast")
        self.pane = Pane(self._told, id="agent")
        self.modes: dict[str, str] = {}  # by card, the mode that is shown
        self._books = Books()
        self._ledger: Ledger | None = None
        self._live: dict[str, Record] = {}
        self._rehearsed: dict[str, Record] = {}
        self._is_read = False

    def on_mount(self) -> None:
        """Draw it empty, then read."""
        self.listing.columns = columns_of(self._record, self.house.glyphs)
        super().on_mount()

    async def look(self) -> None:
        """Read the cards once, and the calls of the last runs whenever there are new ones."""
        if not self._is_read:
            self._is_read = True
            members = await asyncio.to_thread(company, project_root(Path.cwd()))
            self.table.empty = invitation(
                "There are no agents here",
                "agents/COMPANY/NAME.yaml makes one",
                "footlights cast show tells how one looks",
            )
            self.listing.put(members)
            self.table.changed()
        self._ledger = await gathered(self.house.workspace, self._books.read, Ledger())
        self._live = records(self._ledger, rehearsed=False)
        self._rehearsed = records(self._ledger, rehearsed=True)
        self.tick()

    def _record(self, member: Member) -> Record | None:
        """Of live calls if there are any, else of rehearsals."""
        return self._live.get(member.entry.name) or self._rehearsed.get(member.entry.name)

    def _told(self, width: int) -> tuple[Row | str, Sequence[Row]]:
        member = self.listing.chosen
        if member is None:
            return "", ()
        name = member.entry.name
        rows = whole(
            member, self.mode_of(member), self._live.get(name), self._rehearsed.get(name), self._ledger, width,
            time.time_ns() // 1000, self.house.glyphs,
        )  # fmt: skip
        glyph, title = who(member, self.house.glyphs)
        return (glyph, Span(title.text, "text bold"), Span(f"  {one_line(member.company)}", "muted")), rows

    def mode_of(self, member: Member) -> str:
        """The mode that is shown of an agent."""
        card = member.entry.card
        return self.modes.get(member.entry.name, card.first_mode) if card is not None else ""

    # What is done

    def why_not(self, action: str) -> str:
        """Why a key does nothing now."""
        member = self.listing.chosen
        if action not in ("try_agent", "next_mode"):
            return ""
        if member is None:
            return "there is no agent here"
        if member.entry.card is None:
            return "its card has mistakes"
        return "it has one mode only" if action == "next_mode" and len(member.entry.card.modes) == 1 else ""

    def copied(self) -> str:
        """The name by which a scenario casts it."""
        member = self.listing.chosen
        return f"card: {member.entry.name}" if member is not None else ""

    def action_next_mode(self) -> None:
        """Show the next mode."""
        member = self.listing.chosen
        if why := self.why_not("next_mode"):
            self.house.say(why, severity="warning")
        elif member is not None and member.entry.card is not None:
            names = list(member.entry.card.modes)
            self.modes[member.entry.name] = names[(names.index(self.mode_of(member)) + 1) % len(names)]
            self.pane.redraw()

    def action_try_agent(self) -> None:
        """Let the agent answer one prompt."""
        from app.tui.screens.trying import Trying

        member = self.listing.chosen
        if why := self.why_not("try_agent"):
            self.house.say(why, severity="warning")
        elif member is not None:
            self.house.push_screen(Trying(member, self.mode_of(member)), lambda _: self.look_again())
