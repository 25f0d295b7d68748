"""What part of a timeline is looked at: from when, how near, where the cursor stands. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

NEAREST = 0.25  # milliseconds a column
FARTHEST = 600_000.0
LEAST = 50.0  # milliseconds that a whole run is taken to last at least

_STEPS = (
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
    900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """Where one looks. While it is fitted, the whole run is seen, however long it gets."""

    start: float = 0.0  # milliseconds of the run at the left edge
    scale: float = 0.0  # milliseconds a column; 0: as many as the whole run needs
    cursor: float = 0.0
    lane: int = 0
    top: int = 0  # the first line of lanes that is seen

    @property
    def is_fitted(self) -> bool:
        """Is the whole run seen?"""
        return not self.scale


@dataclass(frozen=True, slots=True)
class Window:
    """A view on so many columns: which moment is in which column."""

    start: float
    scale: float
    columns: int

    @property
    def end(self) -> float:
        """The moment behind the last column."""
        return self.start + self.scale * self.columns

    def place(self, at: float) -> float:
        """Where a moment is, in columns and parts of one."""
        return (at - self.start) / self.scale

    def column(self, at: float) -> int:
        """The column of a moment, which may lie outside."""
        return int((at - self.start) // self.scale)

    def moment(self, column: int) -> float:
        """The middle of a column."""
        return self.start + (column + 0.5) * self.scale


def window_of(view: View, columns: int, now: int, *, over: bool) -> Window:
    """What is seen of a run that has come so far; of one that goes on, with some room to grow into."""
    columns = max(1, columns)
    if view.scale:
        return Window(view.start, view.scale, columns)
    end = max(LEAST, float(now))
    if not over:
        step = tick_step(end / columns, 8)
        end = (end * 1.04 // step + 1) * step
    return Window(0.0, end / columns, columns)


def tick_step(scale: float, least: int) -> int:
    """The round time between two ticks that are at least so many columns apart."""
    return next((step for step in _STEPS if step >= scale * least), _STEPS[-1])


def ticks(window: Window, least: int) -> list[int]:
    """The round moments that are seen."""
    step = tick_step(window.scale, least)
    first = int(-(-window.start // step)) * step
    return list(range(first, int(window.end) + 1, step))


def spelled(at: float, step: float) -> str:
    """A moment as precisely as the distance between two ticks asks for: 1:05, 2.4 s, 350 ms, 3:00:00."""
    if step < 1_000:
        if at < 1_000 and step < 100:
            return f"{at:.0f} ms"
        digits = 1 if step >= 100 else 2 if step >= 10 else 3
        if at < 60_000:
            return f"{at / 1000:.{digits}f} s"
        minutes, seconds = divmod(at / 1000, 60)
        return f"{minutes:.0f}:{seconds:0{3 + digits}.{digits}f}"
    minutes, second = divmod(round(at / 1000), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def zoomed(view: View, window: Window, whole: Window, nearer: int, at: float | None = None) -> View:
    """Twice as near, or as far; what the cursor stands on stays where it is."""
    at = view.cursor if at is None else at
    scale = min(FARTHEST, max(NEAREST, window.scale * 0.5**nearer))
    if scale >= whole.scale:
        return replace(view, scale=0.0, start=0.0)
    kept = min(max(window.place(at), 0.0), float(window.columns))
    return _within(replace(view, scale=scale, start=at - kept * scale), whole)


def panned(view: View, window: Window, whole: Window, columns: float) -> View:
    """So many columns on; not beyond the ends of the run."""
    if view.is_fitted:
        return view
    return _within(replace(view, start=window.start + columns * window.scale), whole)


def moved(view: View, window: Window, whole: Window, at: float) -> View:
    """The cursor at a moment, and enough of what is around it in sight."""
    view = replace(view, cursor=at)
    if view.is_fitted:
        return view
    place, margin = window.place(at), min(8.0, window.columns / 8)
    if place < margin:
        return panned(view, window, whole, place - margin)
    if place > window.columns - margin:
        return panned(view, window, whole, place - window.columns + margin)
    return view


def _within(view: View, whole: Window) -> View:
    last = max(0.0, whole.end - view.scale * whole.columns)
    return replace(view, start=min(max(0.0, view.start), last))
