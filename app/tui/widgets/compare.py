"""The summary of two runs: a box with both, and what each took."""

from __future__ import annotations

from collections.abc import Sequence

from app.compare import Comparison
from app.tui.canvas import Canvas
from app.tui.paint.compare import height_for, summary
from app.tui.paint.frame import BORDERS, INSETS, framed
from app.tui.paint.rows import Row, Span
from app.tui.widgets.table import glyphs_of

_SHARE = 0.42  # of the screen, at most


class Summary(Canvas):
    """Drawn once the two are read; before that it takes no room."""

    DEFAULT_CSS = "Summary { height: 3; }"

    def __init__(self) -> None:
        super().__init__()
        self.found: Comparison | None = None

    def show(self, found: Comparison) -> None:
        """These two."""
        self.found = found
        self.fit()
        self.redraw()

    def fit(self) -> None:
        """As high as it needs to be, and no higher than its share of the screen."""
        if self.found is not None:
            most = int(self.app.size.height * _SHARE) - BORDERS
            self.styles.height = BORDERS + height_for(self.found, most)

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The box."""
        if self.found is None:
            return ()
        glyphs = glyphs_of(self)
        rows = summary(self.found, width - INSETS, height - BORDERS, glyphs)
        return framed(rows, width, height, title=(Span("Compare", "text bold"),), glyphs=glyphs)
