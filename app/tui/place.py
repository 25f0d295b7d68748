"""What all places of the app have: the bar at the top, the keys at the bottom, and the body between."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.events import Click
from textual.screen import Screen

from app.tui.canvas import Canvas
from app.tui.keys import BY_ID, shown, with_own
from app.tui.paint.rows import Row, Span
from app.tui.punctual import Punctual
from app.tui.screens.jumping import Target
from app.tui.widgets.foot import Foot

if TYPE_CHECKING:
    from app.tui.app import Theatre


class Place(Punctual, Screen[None]):
    """One full screen. A place says its NAME, the SPOTS whose keys count in it, and gives its body.

    A subclass sets `BINDINGS = bindings(*SPOTS)` and has an `action_` for each of these keys.
    """

    NAME: ClassVar[str] = ""
    SPOTS: ClassVar[tuple[str, ...]] = ()
    INNER_SPOTS: ClassVar[tuple[str, ...]] = ()  # of parts whose own keys count while they have the focus
    AUTO_FOCUS = ""

    def compose(self) -> ComposeResult:
        """Bar, body, keys."""
        from app.tui.widgets.head import AppBar

        yield AppBar(self.NAME)
        yield Playing()
        yield from self.body()
        yield self.foot()

    def body(self) -> ComposeResult:
        """What is between the bar and the keys."""
        yield from ()

    def foot(self) -> Foot:
        """The keys that matter here."""
        return Foot(*self.SPOTS)

    def on_screen_resume(self) -> None:
        """It is seen again: draw what changed meanwhile."""
        self.set_class(self.house.remembered.density == "compact", "-compact")
        self.house.attend(self)
        self.look_at_the_stages()
        self.seen_again()

    def look_at_the_stages(self) -> None:
        """Say in the bar what is performed."""
        for sign in self.query(Playing):  # none, where the place has a bar of its own
            sign.look()

    def seen_again(self) -> None:
        """A place that shows what others change looks again."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whoever presses a key before the place is set is early: nothing there could answer it yet."""
        return self.is_mounted and bool(self.children)

    async def action_go(self, name: str) -> None:
        """To another place. On the stage digits have another meaning."""
        await self.house.action_go(name)

    def action_stage(self) -> None:
        """Back to what is performed here."""
        self.house.action_stage()

    def targets(self) -> Sequence[Target]:
        """Where one can jump to: what can have the focus, and the other places."""
        from app.tui.widgets.head import PLACES, AppBar

        found = [
            Target(widget.region.x + 1, widget.region.y, partial(self.set_focus, widget))
            for widget in self.focus_chain
            if widget.region.area
        ]
        for bar in self.query(AppBar):
            names = [bar.place_at(x) for x in range(bar.size.width)]
            found += [
                Target(names.index(name) - 1, bar.region.y, partial(self.house.action_go, name))
                for name, _ in PLACES
                if name in names and name != self.NAME
            ]
        found += [
            Target(sign.region.x, sign.region.y, self.action_stage) for sign in self.query(Playing) if sign.display
        ]
        return found

    def why_not(self, action: str) -> str:
        """Why a key does nothing now; empty, when it does something."""
        return ""

    def _may(self, action: str) -> bool:
        """Does this key do something now? If not, why is said."""
        if why := self.why_not(action):
            self.house.say(why, severity="warning")
        return not why

    def copied(self) -> str:
        """What `y` copies here."""
        return ""

    @property
    def house(self) -> Theatre:
        """The app, by its own type."""
        return self.app  # type: ignore[return-value]


class Playing(Canvas):
    """In the bar of every place: that something is performed, how it stands, and the key that leads to it."""

    DEFAULT_CSS = "Playing { dock: right; layer: above; width: auto; height: 1; display: none; }"

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """One row."""
        return (self._said,)

    def get_content_width(self, container: object, viewport: object) -> int:
        return sum(len(span.text) for span in self._said)

    def look(self) -> None:
        """It may stand otherwise now."""
        self.display = bool(self._house.stages)
        self.refresh(layout=True)
        self.repaint()

    def on_click(self, event: Click) -> None:
        """Go there."""
        self._house.action_stage()

    @property
    def _said(self) -> Row:
        stands = [stage.stands for stage in self._house.stages.values()]
        how = next((word for word in ("asks", "playing", "waits") if word in stands), "over")
        glyphs, (key,) = self._house.glyphs, with_own([BY_ID["places.stage"]], self._house.own_keys)
        sign = {"asks": glyphs.gate, "playing": glyphs.running, "waits": glyphs.paused}.get(how, glyphs.done)
        look = {"asks": "gate bold", "playing": "good bold"}.get(how, "muted")
        return (Span(f" {sign} {stands.count(how)} {how} ", look), Span(f" {shown(key.keys)} ", "accent bold"))

    @property
    def _house(self) -> Theatre:
        return self.app  # type: ignore[return-value]
