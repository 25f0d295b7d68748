"""The parts of a form: a label above, what one writes or chooses, and below it what helps or what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Click, Key
from textual.message import Message
from textual.widgets import Input, TextArea

from app.tui.canvas import Canvas
from app.tui.paint.form import Field, choices, label, note
from app.tui.paint.rows import Row
from app.tui.widgets.one_line import OneLine
from app.tui.widgets.table import glyphs_of


@dataclass
class Changed(Message):
    """Something else stands in a field."""

    field: Field


@dataclass
class Entered(Message):
    """Somebody pressed enter in a field: it shall begin."""


class Asked(Vertical):
    """One field, whole."""

    def __init__(self, field: Field) -> None:
        super().__init__(classes=f"-{field.kind}")
        self.field = field
        self.wrong = ""
        self._label, self._note = Label(self), Note(self)
        self._line = Line(field) if field.kind == "line" else None
        self._long = Long(field) if field.kind == "text" else None
        self._choice = Choice(field) if field.kind == "choice" else None

    @property
    def text(self) -> str:
        """What stands in it."""
        if self._line is not None:
            return self._line.value
        if self._long is not None:
            return self._long.text
        assert self._choice is not None
        return self._choice.value

    def compose(self) -> ComposeResult:
        """One below the other."""
        yield self._label
        yield from (part for part in (self._line, self._long, self._choice) if part is not None)
        yield self._note

    def write_line(self, line: str) -> None:
        """Write one more line at the end of a text of several."""
        assert self._long is not None
        self._long.write_line(line)

    def enter(self) -> None:
        """Write here."""
        part = self._line or self._long or self._choice
        assert part is not None
        part.focus()

    def tell(self, wrong: str) -> None:
        """Say what is wrong with it, or that nothing is."""
        self.wrong = wrong
        self._note.redraw()

    def on_descendant_focus(self) -> None:
        """It is written in."""
        self._label.redraw()
        self.scroll_visible()

    def on_descendant_blur(self) -> None:
        """It is not written in any more."""
        self._label.redraw()


class Label(Canvas):
    """Its name, and what it takes."""

    GROUND = "panel"

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._asked = asked

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """One row."""
        return [label(self._asked.field, width, focused=self._asked.has_focus_within)]


class Note(Canvas):
    """What helps, or what is wrong."""

    GROUND = "panel"

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._asked = asked

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """One row."""
        return [note(self._asked.field, self._asked.wrong, width, glyphs_of(self))]


class Line(OneLine):
    """A text of one line. The arrows lead to the next field."""

    def __init__(self, field: Field) -> None:
        super().__init__(field.text, placeholder=f"such as {field.example}" if field.example else "")
        self._field = field

    def on_key(self, event: Key) -> None:
        """Up and down mean nothing within one line."""
        if event.key in ("up", "down"):
            event.stop()
            event.prevent_default()
            self.screen.focus_previous() if event.key == "up" else self.screen.focus_next()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(Changed(self._field))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(Entered())


class Long(TextArea):
    """A text of several lines: enter begins, ctrl+j is a new line."""

    def __init__(self, field: Field) -> None:
        example = f"such as {field.example}" if field.example else ""
        super().__init__(field.text, compact=True, show_line_numbers=False, tab_behavior="focus", placeholder=example)
        self._field = field

    def on_mount(self) -> None:
        """Go on where the text ends."""
        self.move_cursor(self.document.end)

    def write_line(self, line: str) -> None:
        """One more, at the end."""
        self.insert(f"\n{line}" if self.text.strip() else line, self.document.end)
        self.move_cursor(self.document.end)

    def on_key(self, event: Key) -> None:
        """Before the editor takes enter for a new line."""
        if event.key not in ("enter", "ctrl+j"):
            return
        event.stop()
        event.prevent_default()
        if event.key == "enter":
            self.post_message(Entered())
        else:
            self.insert("\n")

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(Changed(self._field))


class Choice(Canvas, can_focus=True):
    """One of a few values: left and right, space, or a click."""

    GROUND = "panel"

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field
        self._at = field.values.index(field.text) if field.text in field.values else 0

    @property
    def value(self) -> str:
        """The chosen one."""
        return self._field.values[self._at]

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """One row."""
        return [choices(self._field.values, self._at, width, glyphs_of(self), focused=self.has_focus)]

    def on_key(self, event: Key) -> None:
        """Choose, move on, or begin."""
        if event.key in ("left", "h", "right", "l", "space"):
            self._turn(-1 if event.key in ("left", "h") else 1)
        elif event.key in ("up", "k"):
            self.screen.focus_previous()
        elif event.key in ("down", "j"):
            self.screen.focus_next()
        elif event.key == "enter":
            self.post_message(Entered())
        else:
            return
        event.stop()
        event.prevent_default()

    def on_click(self, event: Click) -> None:
        """The next one."""
        self._turn(1)

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.redraw()

    def _turn(self, by: int) -> None:
        self._at = (self._at + by) % len(self._field.values)
        self.redraw()
        self.post_message(Changed(self._field))
