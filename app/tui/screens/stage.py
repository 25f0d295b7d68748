"""The stage: a run as it is performed, or as it was. Everything on it is drawn from what the audience has seen."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.widget import Widget

from app.errors import FootlightsError
from app.playback.play import Moved
from app.playback.show import Show
from app.tui.arrangement import Arrangement, Box, Density, Part, arrange, needless
from app.tui.canvas import Canvas
from app.tui.forecast import Earlier
from app.tui.frames import LONGEST, MOTION, SECOND, SPEECH, Frames
from app.tui.intake import Intake
from app.tui.keys import bindings
from app.tui.place import Place
from app.tui.questions import Questions
from app.tui.refused import in_words
from app.tui.script import book_of
from app.tui.standing import seats
from app.tui.transport import Transport
from app.tui.widgets.bar import Bar
from app.tui.widgets.caption import Caption
from app.tui.widgets.ending import EndingCard
from app.tui.widgets.foot import StageFoot
from app.tui.widgets.head import Head
from app.tui.widgets.lane import Lane
from app.tui.widgets.log import LogView
from app.tui.widgets.messages import Inspect
from app.tui.widgets.meters import Meters
from app.tui.widgets.panel import AgentPanel
from app.tui.widgets.props import PropsView
from app.tui.widgets.question import QuestionPicture
from app.tui.widgets.strip import RoleStrip
from app.tui.widgets.timeline import SmallTimeline

if TYPE_CHECKING:
    from textual.events import DescendantFocus, Resize

    from app.tui.sources import Source

_NOT_HERE: tuple[Part, ...] = ("notes", "inspect")


class Stage(Transport):
    """Panels, lane, meters, log, caption and bar over one run."""

    NAME = "stage"
    SPOTS = ("stage",)
    INNER_SPOTS = ("log", "lists")
    BINDINGS: ClassVar = bindings("stage")

    def __init__(
        self,
        source: Source,
        pace: str,
        *,
        stepping: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.source = source
        self.show = Show(source.value)
        self.playhead = Intake(self.show, pace, clock)
        self.stepping = stepping
        self._clock = clock
        self.log_view = LogView(self.show)
        self.props = PropsView(self.show)
        self.meters = Meters(self.show, self.playhead)
        self.ending = EndingCard(self.show, self.playhead)
        self.questions = Questions(self)
        self.asked = QuestionPicture(self.show, self.playhead, self.questions)
        self._parts = self._made(source)
        self._panels: dict[str, AgentPanel] = {}
        self._visible: tuple[str, ...] = ()
        self._has_captions = self._has_tools = False
        self._is_set = False
        self._waits = False  # for its audience, which went elsewhere
        self._leaps = 0  # of the audience, as far as the panels know

    # What is on it

    def _made(self, source: Source) -> dict[Part, Canvas]:
        show, playhead = self.show, self.playhead
        return {
            "head": Head(show, playhead, source),
            "strip": RoleStrip(show),
            "tools": self.props,
            "lane": Lane(show, playhead),
            "meters": self.meters,
            "timeline": SmallTimeline(show),
            "log": self.log_view,
            "caption": Caption(show),
            "bar": Bar(show, playhead, source),
            "keys": StageFoot(show, playhead, source),
        }

    def compose(self) -> ComposeResult:
        """Every part; where each stands is decided by the size."""
        yield from self._parts.values()
        yield self.ending
        yield self.asked

    def on_mount(self) -> None:
        """Begin to draw, and let the run come."""
        self.frames = Frames(self.app, self.frame)
        self.source.refused = self.refused
        self.playhead.wake = self.frames.wake
        self.run_worker(self._feed, group="feed")  # type: ignore[arg-type]
        self._is_set = True
        self._arrange()
        self.frames.start()

    def _look_back(self, scenario: str) -> None:
        """Earlier runs of the play tell what this one may take; that matters only while it goes on."""
        from app.tui.playbill import read_history, usual

        _, past = usual(read_history(scenario, self.house.workspace))
        earlier = [Earlier(each.cost_usd, each.took_ms) for each in past]
        self.app.call_from_thread(self.meters.learn, earlier)

    def on_unmount(self) -> None:
        """Draw no more."""
        self.frames.stop()

    async def _feed(self) -> None:
        try:
            await self.source.feed(self.playhead)
        except FootlightsError as lost:
            self.refused(lost)
        finally:
            self.frames.wake()

    def refused(self, refused: FootlightsError) -> None:
        """What was handed over to the run was not taken."""
        self.house.say(in_words(refused), severity="warning")

    def seen_again(self) -> None:
        """Back from another place: catch up."""
        if self._is_set:
            self._arrange()
            self.questions.ask()
            self.frames.wake()

    def watched(self, is_watched: bool) -> None:
        """While nobody looks a rehearsal waits; what is live goes on."""
        if is_watched and self._waits:
            self._waits = self.playhead.paused = False
        elif not is_watched and not self.playhead.live and not self.playhead.paused and not self.is_over:
            self._waits = self.playhead.paused = True
        if self._is_set:
            self.frames.wake()

    @property
    def is_over(self) -> bool:
        """Does nobody perform it here any more?"""
        return self.source.performed != "here"

    @property
    def stands(self) -> str:
        """How it stands, in a word."""
        if self.is_over:
            return "over"
        return "asks" if self.playhead.asking else "waits" if self._waits else "playing"

    def on_resize(self, event: Resize) -> None:
        """Another size, another arrangement."""
        if self._is_set:
            self._arrange()

    # One frame

    def frame(self) -> float | None:
        """Let happen what is due, draw what changed, and say when to look again."""
        moved = self.playhead.advance()
        if self._leaps != self.playhead.leaps:
            self._leaps = self.playhead.leaps
            for panel in self._panels.values():
                panel.leap()
        if moved.events or moved.rebuilt:
            self._happened(moved)
        self.questions.ask()
        if self.is_current and self.is_running:
            self.draw()
        elif moved.events and isinstance(self.app.screen, Place):
            self.app.screen.look_at_the_stages()
        return self._next_look(moved)

    def _next_look(self, moved: Moved) -> float | None:
        due = self.playhead.due()
        is_moving = self.house.moves and any(canvas.is_moving for canvas in self.query(AgentPanel) if canvas.display)
        if self.playhead.beat is not None and self.playhead.beat.kind.startswith("handoff") and self.house.moves:
            is_moving = True
        if is_moving and self.is_current:
            return MOTION
        if due is not None:
            return min(LONGEST, max(SPEECH if moved.spoke else 0.02, due))
        return SECOND - (self.show.now + 480) % 1000 / 1000 if self.playhead.waits else None  # as the clock is rounded

    def _happened(self, moved: Moved) -> None:
        if set(self.show.state.agents) - set(self._panels):
            self._cast()
        elif self._is_arranged_otherwise:
            self._arrange()

    @property
    def _is_arranged_otherwise(self) -> bool:
        agents = self.show.state.agents
        return (
            len(self._visible) < len(agents)
            or not agents.keys() >= set(self._visible)
            or (self._speaks, book_of(self.show).has_tools) != (self._has_captions, self._has_tools)
        )

    @property
    def _speaks(self) -> bool:
        """Is there anything to be read for the audience, and do they want to?"""
        return self.house.remembered.captions and (
            book_of(self.show).has_captions or any(placed.cue.caption for placed in self.playhead.cues)
        )

    def draw(self) -> None:
        """Draw what changed."""
        for panel in self._panels.values():
            if panel.display:
                panel.look(self.show)
        self.show.touched.clear()
        for part in self._parts.values():
            if part.display:
                part.redraw()
        self.ending.rise()
        self.asked.rise()

    # Where everything stands

    def _cast(self) -> None:
        """A panel for everybody who appears."""
        for agent in self.show.state.agents:
            if agent not in self._panels:
                panel = self._panels[agent] = AgentPanel(agent, self._clock)
                panel.display = False
                self.mount(panel, before=self.ending)
        self._arrange()
        start = self.show.state.start
        if start is not None and self.source.performed != "nowhere":
            look_back = partial(self._look_back, start.scenario)
            self.run_worker(look_back, thread=True, group="look back", exit_on_error=False)

    def _arrange(self) -> None:
        size = self.app.size
        self._has_captions, self._has_tools = self._speaks, book_of(self.show).has_tools
        agents = len(self.show.state.agents)
        without = [*_NOT_HERE, *needless(agents, has_captions=self._has_captions, has_tools=self._has_tools)]
        density: Density = "compact" if self.house.remembered.density == "compact" else "comfortable"
        arrangement = arrange(size.width, size.height, agents, density=density, without=without)
        for part, widget in self._parts.items():
            _place(widget, arrangement.parts.get(part))
        self.ending.stand_in(arrangement)
        self.asked.stand_in(arrangement)
        self._seat(arrangement)

    def _seat(self, arrangement: Arrangement) -> None:
        """Give the panels to those who act or acted lately, in the order of the cast."""
        self._visible = seats(self.show, len(arrangement.panels))
        boxes = dict(zip(self._visible, arrangement.panels, strict=False))
        for agent, panel in self._panels.items():
            _place(panel, boxes.get(agent))

    # Keys

    async def action_clear(self) -> None:
        """Put away what stands at the end; then back to where one came from."""
        if not self.ending.put_away():
            await self.house.action_back()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Whoever looks at the log wants to see it."""
        if event.widget is self.log_view:
            self.ending.put_away()

    def action_hold(self) -> None:
        """Hold or release the engine."""
        from app.tui.directing import hand_over

        hand_over(self.house, self.source, "go" if self.show.state.held else "hold")

    def action_single_step(self) -> None:
        """One effect, then hold."""
        try:
            if not self.show.state.held:
                self.source.hold()
            self.source.step()
        except FootlightsError as refused:
            self.refused(refused)

    def action_direct(self) -> None:
        """The menu of directions."""
        from app.tui.directing import direct

        panel = self.focused
        agent = panel.agent if isinstance(panel, AgentPanel) else self.show.lit
        asking = partial(direct, self.house, self.show, self.source, agent)
        self.run_worker(asking, group="direct", exclusive=True)  # type: ignore[arg-type]

    def action_inspect(self) -> None:
        """Answer what waits; else open what has the focus, or who is in the light."""
        if self.focused is None and self.questions.come_first():
            return
        panel = self.focused
        if panel is self.props and self.props.thing:
            self.house.inspect(self.show, self.source, self.props.thing)
            return
        agent = panel.agent if isinstance(panel, AgentPanel) else self.show.lit
        if agent:
            call = self.show.state.agents[agent].call
            self.house.inspect(self.show, self.source, f"call:{call}" if call else f"agent:{agent}")

    def on_inspect(self, message: Inspect) -> None:
        """A widget names what to open."""
        message.stop()
        self.house.inspect(self.show, self.source, message.thing)

    def action_next_view(self) -> None:
        """The timeline, over the same run at the same moment."""
        from app.tui.screens.timeline import Timeline

        self.app.push_screen(Timeline(self.show, self.source, self.playhead))

    def action_captions(self) -> None:
        """Captions on or off; remembered."""
        self.house.remembered.captions = not self.house.remembered.captions
        self.house.remembered.write()
        self._arrange()

    def action_filter_log(self) -> None:
        """Look for words in the log."""
        self.log_view.action_search()

    def action_follow_log(self) -> None:
        """Let the log follow, or stand still."""
        self.log_view.action_follow()

    def action_next_panel(self) -> None:
        """The focus goes on."""
        self._focus(1)

    def action_previous_panel(self) -> None:
        """The focus goes back."""
        self._focus(-1)

    def _focus(self, by: int) -> None:
        stops: list[Widget] = [*(self._panels[agent] for agent in self._visible), self.props, self.log_view]
        stops = [widget for widget in stops if widget.display]
        at = stops.index(self.focused) if self.focused in stops else (-1 if by > 0 else 0)
        if stops:
            stops[(at + by) % len(stops)].focus()

    def why_not(self, action: str) -> str:
        """Why a key does nothing now."""
        from app.tui.directing import why_not_act

        acts = action in ("single_step", "hold", "direct")
        return why_not_act(self.show, self.source) if acts else super().why_not(action)

    def copied(self) -> str:
        """What the one in front of you said last, else the run's id."""
        panel = self.focused
        if panel is self.props and self.props.gave:
            return self.props.gave
        agent = panel.agent if isinstance(panel, AgentPanel) else self.show.lit
        known = self.show.state.agents.get(agent)
        said = self.show.words(known.said) if known is not None else ""
        return (self.ending.answer if panel is None else "") or said or self.source.run


def _place(widget: Widget, box: Box | None) -> None:
    """Put a part where the arrangement wants it, or nowhere."""
    widget.display = box is not None and box.width > 0 and box.height > 0
    if box is None:
        return
    styles = widget.styles
    styles.position = "absolute"
    styles.dock = "none"
    styles.offset = (box.x, box.y)
    styles.width, styles.height = box.width, box.height
