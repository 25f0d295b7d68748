"""Asks for what a play is given, before it begins: a form made from the scenario's own `inputs:`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll

from app.errors import UsageError
from app.tui.card import Card, Face
from app.tui.paint.form import Field, fields_of, given
from app.tui.paint.rows import Row, Span, key_words, width_of
from app.tui.text import wrap
from app.tui.widgets.form import Asked, Changed, Entered
from app.tui.widgets.table import glyphs_of

if TYPE_CHECKING:
    from app.scenario import Checked
    from app.tui.playbill import Playbill

SHARE = 0.94  # of the screen that the form takes at most
BORDER = 2  # rows
LOW = 18  # rows of a window, below which every one counts
COST = Field("cost limit", "line", "US dollars", "", "The run stops before it costs more.")


@dataclass(frozen=True, slots=True)
class Given:
    """What a run is given, and what it may use."""

    inputs: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)


class Inputs(Card[Given]):
    """Gives what was written once all of it can be taken, or nothing."""

    CSS_PATH: ClassVar = [*Card.CSS_PATH, Path(__file__).with_name("inputs.tcss")]

    def __init__(self, bill: Playbill, last: Mapping[str, Any], *, live: bool) -> None:
        super().__init__()
        assert bill.checked is not None
        self.bill = bill
        self.live = live
        self.words = Words(self)
        self._checked: Checked = bill.checked
        self._asked = [Asked(one) for one in fields_of(self._checked, last)]
        self._cost = Asked(_cost_field(bill)) if live else None

    def compose(self) -> ComposeResult:
        """What it is for, the fields, and the keys."""
        with Vertical():
            yield self.words
            with VerticalScroll(can_focus=False):
                yield from self.fields()
            yield Keys(self)

    def fields(self) -> ComposeResult:
        """What is asked."""
        yield from self._all

    def on_mount(self) -> None:
        """Write at once."""
        self.set_class(glyphs_of(self.words).done == "+", "-ascii")
        if self._all:
            self._all[0].enter()

    def on_resize(self) -> None:
        """There is other room."""
        self.call_after_refresh(self.fit)

    def fit(self) -> None:
        """The fields are scrolled where they have no room: what it is for, the keys, and where one writes are seen."""
        around = self.query_one(Vertical)
        most = int(self.size.height * SHARE) - BORDER - self.words.height_for(around.content_size.width) - 1
        self.query_one(VerticalScroll).styles.max_height = max(1, most)
        if self.focused is not None:
            self.call_after_refresh(self.focused.scroll_visible, animate=False)

    def on_changed(self, message: Changed) -> None:
        """Hold it to its type while it is written."""
        asked = next(one for one in self._all if one.field == message.field)
        asked.tell(self._wrong_with(asked))

    def on_entered(self, message: Entered) -> None:
        """Begin, if nothing is wrong; else go where it is."""
        for asked in self._all:
            asked.tell(self._wrong_with(asked))
        wrong = next((asked for asked in self._all if asked.wrong), None)
        if wrong is not None:
            wrong.enter()
            return
        self.begin()

    def begin(self) -> None:
        """Nothing is wrong."""
        self.dismiss(self.given())

    def given(self) -> Given:
        """What was written, once nothing is wrong with it."""
        values, _ = given(self._checked, {asked.field.name: asked.text for asked in self._asked})
        limits = {"cost_usd": float(self._cost.text)} if self._cost is not None and self._cost.text.strip() else {}
        return Given(values, limits)

    @property
    def is_low(self) -> bool:
        """Has the window hardly room for a field beside what is said?"""
        return self.app.size.height < LOW

    @property
    def how(self) -> str:
        """How it will be performed."""
        return "live, with real models" if self.live else "rehearsed: no key, no cost, no network"

    @property
    def keys(self) -> list[tuple[str, str]]:
        """What to press."""
        keys = [("enter", "raise the curtain"), ("tab", "next"), ("esc", "back")]
        if any(asked.field.kind == "text" for asked in self._all):
            keys.insert(1, ("ctrl+j", "new line"))
        return keys

    def told(self, width: int) -> Sequence[Row]:
        """What else is to be said before it begins."""
        return ()

    @property
    def _all(self) -> list[Asked]:
        return [*self._asked, *([self._cost] if self._cost is not None else [])]

    def _wrong_with(self, asked: Asked) -> str:
        if asked is self._cost:
            return wrong_cost(asked.text)
        _, wrong = given(self._checked, {asked.field.name: asked.text})
        return wrong.get(asked.field.name, "")


class Words(Face):
    """What the form is for; live, also whose keys it uses."""

    def __init__(self, form: Inputs) -> None:
        super().__init__()
        self._form = form

    def height_for(self, width: int) -> int:
        """How many rows it takes."""
        return len(self.rows(width))

    def rows(self, width: int) -> Sequence[Row]:
        form = self._form
        rows: list[Row] = [
            (Span(form.bill.title, "accent bold"),),
            (Span(form.how, "warning" if form.live else "good"),),
        ]
        if form.live:
            keys = [need.says for need in form.bill.needs if need.what in ("key", "model")]
            rows += [(Span(line, "muted"),) for key in keys for line in wrap(key, width)]
        return [*rows, *form.told(width), *(() if form.is_low else ((),))]


class Keys(Face):
    """What to press."""

    def __init__(self, form: Inputs) -> None:
        super().__init__()
        self._form = form

    def rows(self, width: int) -> Sequence[Row]:
        keys = list(self._form.keys)
        while len(keys) > 1 and width_of(key_words(*keys)) > width:
            keys.pop()
        return [key_words(*keys)]


def _cost_field(bill: Playbill) -> Field:
    from dataclasses import replace

    limit = bill.worst.cost_usd
    return replace(COST, text="" if limit is None else f"{limit:.2f}" if limit >= 0.01 else f"{limit:g}")


def wrong_cost(text: str) -> str:
    """Why it is no amount of money."""
    from app.engine.choices import checked_limits

    if not text.strip():
        return ""
    try:
        checked_limits({"cost_usd": float(text)})
    except ValueError:
        return f'"{text[:20]}" is not an amount, such as 0.50'
    except UsageError:
        return "an amount above 0, such as 0.50"
    return ""
