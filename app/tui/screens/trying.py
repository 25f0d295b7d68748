"""Lets an agent answer one prompt in front of you: rehearsed, or by a model that is ready. It is kept as a run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Key
from textual.message import Message
from textual.widgets import TextArea

from app.engine.trials import trial_of
from app.errors import FootlightsError
from app.events import CallFinished, CallStarted
from app.playback.show import as_words
from app.safety import one_line
from app.state import Spent
from app.tui.canvas import Canvas
from app.tui.card import Card
from app.tui.company import Member
from app.tui.endpoints import REHEARSAL, services
from app.tui.frames import SPEECH, Frames
from app.tui.paint.agent import who
from app.tui.paint.rows import Row, Span, spread
from app.tui.paint.said import end_of
from app.tui.refused import in_words
from app.tui.text import paid, tokens, took
from app.tui.widgets.table import glyphs_of
from providers.catalogue import known_models

if TYPE_CHECKING:
    from app.engine import Result, Run

PACE = 30  # characters a frame at least; a long answer is shown in as many frames as a short one
FRAMES = 25


class Trying(Card[str]):
    """Gives the run in which the last answer was given, or nothing."""

    CSS_PATH: ClassVar = [*Card.CSS_PATH, Path(__file__).with_name("trying.tcss")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-high")]  # noqa: RUF012 (as Textual declares it)
    BINDINGS: ClassVar = [Binding("escape,ctrl+c", "put_away", "back", show=False)]

    def __init__(self, member: Member, mode: str) -> None:
        super().__init__()
        self.member = member
        self.mode = mode
        self.uses = ["", *ready_models()]  # "": rehearsed
        self.use = ""
        self._heard = ""
        self.said = ""  # fit for a terminal
        self.shown = 0  # characters of it
        self.result: Result | None = None
        self.took_ms = 0
        self.fault = ""
        self.is_performing = False
        self._run: Run | None = None
        self._frames: Frames | None = None

    def compose(self) -> ComposeResult:
        """Who is asked, what is asked, what is said."""
        with Vertical():
            yield Heading(self)
            yield Prompt(placeholder="what you want to know", highlight_cursor_line=False)
            yield Answer(self)
            yield Keys(self)

    def on_mount(self) -> None:
        """Write at once."""
        self._frames = Frames(self.app, self._frame)
        self._frames.start()
        self.set_class(glyphs_of(self.query_one(Keys)).done == "+", "-ascii")
        self.query_one(Prompt).focus()

    def on_unmount(self) -> None:
        """Nothing moves any more."""
        if self._frames is not None:
            self._frames.stop()

    def action_put_away(self) -> None:
        """Leave; who was still speaking is stopped."""
        if self._run is not None and self.is_performing:
            self._run.cancel()
        self.dismiss(self._run.id if self._run is not None else None)

    def on_prompt_turned(self, message: Prompt.Turned) -> None:
        """Another model."""
        if not self.is_performing:
            self.use = self.uses[(self.uses.index(self.use) + 1) % len(self.uses)]
            if len(self.uses) == 1:
                self.house.say("no model is configured; the Models screen says why", severity="warning")
            self.query_one(Heading).redraw()

    def on_prompt_asked(self, message: Prompt.Asked) -> None:
        """Perform it."""
        prompt = self.query_one(Prompt).text.strip()
        if prompt and not self.is_performing:
            self._heard, self.said, self.shown, self.result, self.fault = "", "", 0, None, ""
            self.is_performing = True
            self.run_worker(partial(self._perform, prompt), group="try")  # type: ignore[arg-type]
            self._draw()

    async def _perform(self, prompt: str) -> None:
        from app.engine import perform

        try:
            with trial_of(self.member.entry, self.mode, self.use) as checked:
                mode = "live" if self.use else "rehearsal"
                self._run = perform(checked, {"prompt": prompt}, mode=mode, workspace=self.house.workspace)  # type: ignore[arg-type]
                self._run.watch(self._hear)
                async for event in self._run:
                    if isinstance(event, CallFinished):
                        self.took_ms = event.took_ms
                        self.said = as_words(self._run.value(event.text)) or self.said
                self.result = await self._run.result()
                failure = self.result.failure
                self.fault = failure.message if failure is not None else self.result.detail
        except FootlightsError as error:
            self.fault = in_words(error)
        finally:
            self.is_performing = False
            if self.is_attached:
                self._draw()

    def _hear(self, started: CallStarted, text: str) -> None:
        self._heard += text
        self.said = as_words(self._heard)  # the whole: a secret may have come in two pieces
        if self._frames is not None:
            self._frames.wake()

    def _frame(self) -> float | None:
        """Let some more of it be read."""
        if self.house.moves:
            self.shown += max(PACE, (len(self.said) - self.shown) // FRAMES)
        else:
            self.shown = len(self.said)
        self.shown = min(self.shown, len(self.said))
        for canvas in self.query(Canvas):
            canvas.redraw()
        return SPEECH if self.shown < len(self.said) or self.is_performing else None

    def _draw(self) -> None:
        if self._frames is not None:
            self._frames.wake()
        for canvas in self.query(Canvas):
            canvas.redraw()


class Prompt(TextArea):
    """What is asked. Enter asks it; alt+enter begins a new line."""

    class Asked(Message):
        """It is meant."""

    class Turned(Message):
        """Somebody else shall answer."""

    async def _on_key(self, event: Key) -> None:
        said = {"enter": self.Asked(), "tab": self.Turned()}.get(event.key)
        if said is not None:
            self.post_message(said)
        elif event.key in ("alt+enter", "ctrl+j", "shift+enter"):
            self.insert("\n")
        else:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()


class Part(Canvas):
    """A part of the card."""

    GROUND = "panel"

    def __init__(self, card: Trying) -> None:
        super().__init__()
        self.card = card


class Heading(Part):
    """Who is asked, and through which model."""

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """One row."""
        card = self.card
        glyph, title = who(card.member, glyphs_of(self))
        through: Row = (
            Span(one_line(card.use), "info") if card.use else Span("rehearsed: no model is asked", "muted"),
        )
        return (
            spread((glyph, Span(title.text, "text bold"), Span(f"  {one_line(card.mode)}", "muted")), through, width),
        )


class Answer(Part):
    """What the agent says, as far as it was read."""

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The last rows of it."""
        card, glyphs = self.card, glyphs_of(self)
        if card.fault and not card.is_performing:
            return ((Span(f"{glyphs.failed} {one_line(card.fault)}", "error"),), *self._text(width, height - 1))
        if not card.said and card.is_performing:
            return ((Span(f"{glyphs.thinking} thinking", "muted"),),)
        return self._text(width, height)

    def _text(self, width: int, height: int) -> Sequence[Row]:
        return end_of(self.card.said[: self.card.shown], width, height, glyphs_of(self)).rows


class Keys(Part):
    """What it took, and what can be done."""

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """One row."""
        card = self.card
        keys: Row = tuple(
            Span(text, style)
            for key, says in (("enter", "ask"), ("tab", "model"), ("esc", "stop" if card.is_performing else "back"))
            for text, style in ((f"{key} ", "accent bold"), (f"{says}  ", "muted"))
        )
        return (spread(keys, self._cost(), width),)

    def _cost(self) -> Row:
        result = self.card.result
        if result is None:
            return ()
        spent = paid(Spent(result.cost_usd, unpriced=result.unpriced))
        told = f"{tokens(result.usage.total)} tokens  {spent}  {took(self.card.took_ms)}"
        return (Span(told, "muted"),)


def ready_models() -> list[str]:
    """Every model that can be asked now, but for the one that only rehearses."""
    found = services()
    ready = {name for name, service in found.items() if service.is_ready and name != REHEARSAL}
    return [facts.use for facts in known_models() if facts.use.partition("/")[0] in ready]
