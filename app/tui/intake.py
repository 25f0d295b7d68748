"""The playhead as the stage uses it: it wakes the frame clock, and of many moves between two frames it makes one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from app.events import Event, GateOpened
from app.playback.moments import Target
from app.playback.play import Moved
from app.playback.playhead import Playhead


class Intake(Playhead):
    """A playhead whose places are seconds: of the show where its length is known, else of the run."""

    wake = staticmethod(lambda: None)
    leaps = 0  # how often the audience went elsewhere
    _aimed: float | None = None  # where it goes with the next frame

    @property
    def known(self) -> Sequence[Event]:
        """Every event that has come, seen or not."""
        return self._fed

    @property
    def times(self) -> Sequence[float]:
        """When each of them happens in the show; of none, while the run goes on."""
        return self._score.times if self._score is not None else ()

    @property
    def farthest(self) -> int:
        """The number of the last event that was ever seen."""
        return self._farthest

    @property
    def asking(self) -> list[GateOpened]:
        """The questions that wait for a person, wherever the audience is; but for one that it is about to see."""
        return [each for each in self._asking.values() if each.seq <= self._farthest or self.paused]

    @property
    def place(self) -> float:
        """Where the audience is, or is about to be."""
        if self._aimed is not None:
            return self._aimed
        return self.now if self.length is not None else self.show.state.mono / 1000

    def aim(self, place: float) -> None:
        """Go to a place with the next frame; of several before that, to the last."""
        self._aimed = min(max(0.0, place), self.reach)
        self.wake()

    def go_to(self, target: Target) -> None:
        """Go to an event, or to a place with the next frame."""
        if target.seq is None:
            self.aim(target.seconds)
        else:
            self.seek(target.seq)

    def arrive(self) -> None:
        """Go now to where the audience is about to be."""
        if self._aimed is None:
            return
        place, self._aimed = self._aimed, None
        if self.length is not None:
            self.seek_time(place)
        else:
            self.seek(self._event_at(place))

    def _event_at(self, place: float) -> int:
        """The last event by a second of the run; whoever goes on sees at least the next one."""
        count = bisect_right(self._fed, round(place * 1000), key=_moment)
        found = self._fed[count - 1].seq if count else 0
        if place * 1000 > self.show.state.mono and found == self.seen and self._coming is not None:
            return self._coming.seq
        return found

    def feed(self, event: Event) -> None:
        super().feed(event)
        self.wake()

    def hear(self, call: str, text_so_far: str) -> None:
        super().hear(call, text_so_far)
        self.wake()

    async def load(self, events: Iterable[Event] = ()) -> None:
        await super().load(events)
        self.wake()

    def advance(self) -> Moved:
        self.arrive()
        return super().advance()

    def due(self) -> float | None:
        return 0.0 if self._aimed is not None else super().due()

    def _go_to(self, position: int, moment: float | None = None) -> None:
        self._aimed = None
        self.leaps += 1
        super()._go_to(position, moment)
        self.wake()


def _moment(event: Event) -> int:
    return event.mono
