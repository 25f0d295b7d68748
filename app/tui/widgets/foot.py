"""The last line: the keys that matter here and now. A click on one presses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.events import Click

from app.tui.canvas import Canvas
from app.tui.keys import Key, keys_of, keys_of_a_recording, shown, with_own
from app.tui.paint.rows import Row, Span, fitted

if TYPE_CHECKING:
    from app.playback.playhead import Playhead
    from app.playback.show import Show
    from app.tui.sources import Source

_AIR = 3  # cells between a key, what it says, and the next


class Foot(Canvas):
    """Keys and what they do, the most important ones where room is short; one that does nothing now is dim."""

    DEFAULT_CSS = "Foot { dock: bottom; height: 1; }"

    def __init__(self, *spots: str) -> None:
        super().__init__()
        self._keys = keys_of(*spots, "everywhere")

    @property
    def keys(self) -> tuple[Key, ...]:
        """Those that count here, as they are pressed."""
        return with_own(self._keys, getattr(self.app, "own_keys", {}))

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """One row."""
        return (painted(self.keys, width, self._is_idle),)

    def on_click(self, event: Click) -> None:
        """Press the key that stands there."""
        key = key_at(self.keys, self.size.width, event.x)
        if key is not None:
            self.app.simulate_key(key.keys.partition(",")[0])

    def _is_idle(self, key: Key) -> bool:
        from app.tui.place import Place

        return isinstance(self.screen, Place) and bool(self.screen.why_not(key.action))


class BatchFoot(Foot):
    """Of a batch: the key that goes on with it stands in front as long as it does something."""

    @property
    def keys(self) -> tuple[Key, ...]:
        """Those that count at this moment."""
        return tuple(
            replace(key, rank=1) if key.id == "batch.resume" and not self._is_idle(key) else key for key in super().keys
        )


class StageFoot(Foot):
    """On the stage: of what nobody performs, the keys that lead through it; at its end, the one that shows it again."""

    def __init__(self, show: Show, playhead: Playhead, source: Source) -> None:
        super().__init__("stage")
        self._show = show
        self._playhead = playhead
        self._source = source

    @property
    def keys(self) -> tuple[Key, ...]:
        """Those that count at this moment."""
        known = super().keys
        if self._source.performed == "nowhere":
            general = [key for key in known if key.spot == "everywhere"]
            known = (*with_own(keys_of_a_recording(), getattr(self.app, "own_keys", {})), *general)
        return tuple(self._now(key) for key in known)

    def _now(self, key: Key) -> Key:
        is_at_its_end = self._show.state.over and not self._playhead.behind
        return replace(key, says="again") if key.id == "stage.pause" and is_at_its_end else key


def painted(keys: Sequence[Key], width: int, is_idle: Callable[[Key], bool]) -> Row:
    """As many keys as there is room for, those that matter most first; what counts everywhere stands at the right."""
    spans: list[Span] = []
    at = 0
    for start, key in _placed(keys, width):
        idle = is_idle(key)
        spans += [
            Span(" " * (start - at)),
            Span(shown(key.keys), "faint" if idle else "accent bold"),
            Span(f" {key.says}", "faint" if idle else "muted"),
        ]
        at = start + _size(key)
    return fitted(tuple(spans), max(width, 1))


def key_at(keys: Sequence[Key], width: int, x: int) -> Key | None:
    """The key that is drawn at a cell."""
    return next((key for start, key in _placed(keys, width) if start <= x < start + _size(key)), None)


def _placed(keys: Sequence[Key], width: int) -> Iterator[tuple[int, Key]]:
    """Where each begins."""
    kept = _kept(keys, width - 1)
    at = 1
    for key in (key for key in kept if key.spot != "everywhere"):
        yield at, key
        at += _size(key) + _AIR - 1
    general = [key for key in reversed(kept) if key.spot == "everywhere"]
    at = width - sum(_size(key) + _AIR - 1 for key in general) + 1
    for key in general:
        yield at, key
        at += _size(key) + _AIR - 1


def _kept(keys: Sequence[Key], room: int) -> list[Key]:
    kept: list[Key] = []
    for key in sorted((key for key in keys if key.rank), key=lambda key: key.rank):
        room -= _size(key) + _AIR - 1
        if room < 0:
            break
        kept.append(key)
    return kept


def _size(key: Key) -> int:
    return len(shown(key.keys)) + 1 + len(key.says)
