"""The log on the stage: what happened, as far as the audience has seen it. It follows, unless somebody looks back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.events import Click, Key, MouseScrollDown, MouseScrollUp
from textual.timer import Timer

from app.events import Event
from app.playback.show import Show
from app.safety import safe_text
from app.tui.canvas import Canvas
from app.tui.keys import bindings
from app.tui.log.lines import Line, line_of
from app.tui.log.sieve import LEVELS, Level, Sieve, keeps
from app.tui.naming import name_of, role_of, short_title, sign
from app.tui.paint.frame import BORDERS
from app.tui.paint.log import FRAMED, Sign, View, paint_log, rows_in
from app.tui.paint.rows import Row
from app.tui.text import cells
from app.tui.widgets.messages import Inspect
from app.tui.widgets.table import glyphs_of

WHEEL = 3  # rows that one notch of a mouse wheel moves
_A_LOOK, _A_READ = 2_000, 100  # events that are looked at between two pictures: by their kind, by their words
_AGAIN = 0.02  # seconds between two looks while there is more to look at
_NAMES = (10, 12, 18)  # cells of the names: at least, on a narrow log, at most
_LONGEST_QUERY = 60


class LogView(Canvas, can_focus=True):
    """Every event on a row; keys move in it while it has the focus."""

    DEFAULT_CSS = "LogView { height: 8; }"
    BINDINGS: ClassVar = bindings("log", "lists")

    def __init__(self, show: Show) -> None:
        super().__init__()
        self.query_said = ""
        self.level: Level = "all"
        self.follows = True
        self._show = show
        self._sieve = Sieve()
        self._is_typing = False
        self._cursor: int | None = None  # the place in the log that is chosen
        self._bottom = 0  # the place on the last row, while it does not follow
        self._timer: Timer | None = None

    # What is seen

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The rows that are in sight, and no others."""
        events, sieve = self._show.events, self._sieve
        sieve.look(events, _A_READ if self.query_said else _A_LOOK)
        if not sieve.is_through(events):
            self._look_again()
        last = self._last_rank(rows_in(height))
        first = max(0, last - rows_in(height))
        places = [sieve.place(rank) for rank in range(first, last)]
        view = View(
            lines=tuple(self._line(events[place]) for place in places),
            signs=self._signs(),
            chosen=self._chosen_seq(),
            level=self.level,
            query=self.query_said,
            is_typing=self._is_typing,
            follows=self.follows,
            kept=len(sieve),
            total=len(events),
            below=len(sieve) - last,
            is_through=sieve.is_through(events),
            has_focus=self.has_focus,
            names=self._names(width),
        )
        return paint_log(view, width, height, glyphs_of(self))

    @property
    def chosen(self) -> Event | None:
        """The event that the cursor stands on."""
        events = self._show.events
        return events[self._cursor] if self._cursor is not None and self._cursor < len(events) else None

    def _last_rank(self, rows: int) -> int:
        """The rank behind the last row in sight."""
        count = len(self._sieve)
        if self.follows:
            return count
        return max(min(count, rows), min(count, self._sieve.rank(self._bottom) + 1))

    def _line(self, event: Event) -> Line:
        return line_of(event, self._show.state, self._show.words)

    def _signs(self) -> dict[str, Sign]:
        glyphs = glyphs_of(self)
        agents = self._show.state.agents
        return {id: Sign(sign(agent.who, glyphs), role_of(agent.who)) for id, agent in agents.items()}

    def _names(self, width: int) -> int:
        """Cells for names: what the longest in the cast takes, so that the columns stand still."""
        most = _NAMES[2] if width >= 100 else _NAMES[1]
        state = self._show.state
        longest = max((cells(short_title(name_of(agent, state), most)) for agent in state.agents), default=0)
        return max(_NAMES[0], longest)

    def _chosen_seq(self) -> int:
        chosen = self.chosen
        return chosen.seq if chosen is not None and (self.has_focus or not self.follows) else 0

    def _look_again(self) -> None:
        """There is more to look at: soon, and only then."""
        if self._timer is None and self.is_attached:
            self._timer = self.set_timer(_AGAIN, self._looked, name="sieve")

    def _looked(self) -> None:
        self._timer = None
        self.redraw()

    # What is looked for

    def look_for(self, query: str, level: Level | None = None) -> None:
        """Show only what holds all of these words, of a level."""
        self.query_said = safe_text(query[:_LONGEST_QUERY], newlines=False)
        self.level = level or self.level
        self._sieve = Sieve(keeps(self.level, self.query_said, lambda event: self._line(event).text))
        self.follows = True
        self.redraw()

    def action_search(self) -> None:
        """Type words to look for."""
        self._is_typing = True
        self.focus()
        self.redraw()

    def action_level(self) -> None:
        """All, only the story, only errors."""
        self.look_for(self.query_said, LEVELS[(LEVELS.index(self.level) + 1) % len(LEVELS)])

    def action_give_up(self) -> None:
        """Show everything again; where that is so already, the focus goes back to the stage."""
        if self.query_said.strip() or self.level != "all":
            self.look_for("", "all")
        else:
            self.screen.set_focus(None)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """While somebody types, what can be printed is theirs."""
        return self._is_typing and character is not None and character.isprintable()

    def on_key(self, event: Key) -> None:
        """While somebody types, every key is part of the query or ends it."""
        if not self._is_typing:
            return
        event.stop()
        event.prevent_default()
        if event.key in ("enter", "escape"):
            self._is_typing = False
            self.look_for(self.query_said if event.key == "enter" else "")
        elif event.key == "backspace":
            self.look_for(self.query_said[:-1])
        elif event.character is not None and event.character.isprintable():
            self.look_for(self.query_said + event.character)

    # Moving in it

    def action_follow(self) -> None:
        """Let new ones come into sight, or stand still."""
        if self.follows:
            self._stand_still()
        else:
            self.follows = True
            self._cursor = None
        self.redraw()

    def action_up(self) -> None:
        """The one before."""
        self._move(-1)

    def action_down(self) -> None:
        """The one after."""
        self._move(1)

    def action_page_up(self) -> None:
        """A page back."""
        self._move(1 - rows_in(self.size.height))

    def action_page_down(self) -> None:
        """A page on."""
        self._move(rows_in(self.size.height) - 1)

    def action_first(self) -> None:
        """The first one."""
        self._move(-len(self._sieve))

    def action_last(self) -> None:
        """The last one, and follow."""
        self.follows = True
        self._cursor = self._sieve.place(len(self._sieve) - 1) if len(self._sieve) else None
        self.redraw()

    def action_inspect(self) -> None:
        """Open what the cursor stands on; without a cursor, the last one."""
        if self.chosen is None:
            self.action_last()
        if self.chosen is not None:
            self.post_message(Inspect(f"seq:{self.chosen.seq}"))

    def on_click(self, event: Click) -> None:
        """Choose the one under the mouse; the chosen one is opened."""
        height = self.size.height
        row = event.y - (BORDERS // 2 if height >= FRAMED else 0)
        last = self._last_rank(rows_in(height))
        rank = max(0, last - rows_in(height)) + row
        if not 0 <= row < rows_in(height) or rank >= last:
            return
        place = self._sieve.place(rank)
        if place == self._cursor and self._chosen_seq():
            self.action_inspect()
            return
        self._stand_still()
        self._cursor = place
        self.redraw()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Look back."""
        event.stop()
        self._scroll(-WHEEL)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Look on; at the end it follows again."""
        event.stop()
        self._scroll(WHEEL)

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show whether keys go here; when they go elsewhere, a query that was being typed stays."""
        super().watch_has_focus(has_focus)
        self._is_typing = self._is_typing and has_focus
        self.redraw()

    def _move(self, by: int) -> None:
        """Move the cursor, and what is seen no further than it needs."""
        count = len(self._sieve)
        if not count:
            return
        rows = rows_in(self.size.height)
        last = self._last_rank(rows)
        at = max(0, min(count - 1, self._at(last) + by))
        self._stand_still()
        self._cursor = self._sieve.place(at)
        bottom = max(at, min(last - 1, at + rows - 1))
        self._bottom = self._sieve.place(bottom)
        self.redraw()

    def _at(self, last: int) -> int:
        """The rank of the cursor; where there is none yet, it is behind the last row in sight."""
        if self._cursor is None:
            return last
        return len(self._sieve) - 1 if self.follows else self._sieve.rank(self._cursor)

    def _scroll(self, by: int) -> None:
        rows, count = rows_in(self.size.height), len(self._sieve)
        bottom = max(min(count, rows), min(count, self._last_rank(rows) + by))
        self.follows = bottom == count
        if count:
            self._bottom = self._sieve.place(bottom - 1)
        self.redraw()

    def _stand_still(self) -> None:
        if self.follows and len(self._sieve):
            self._bottom = self._sieve.place(len(self._sieve) - 1)
        self.follows = False
