"""The questions of a run on its stage: a card for each, one after the other, until somebody has answered."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from app.errors import FootlightsError
from app.events import GateAnswered, GateClosed, GateOpened
from app.tui.asking import asked_of
from app.tui.screens.gate import GateCard

if TYPE_CHECKING:
    from app.tui.screens.stage import Stage


class Questions:
    """Puts a card in front of the person for what waits; one that was put away comes back by enter."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._asked: set[str] = set()

    @property
    def waiting(self) -> list[GateOpened]:
        """Those that the audience has seen and somebody here can answer, the oldest first."""
        stage = self._stage
        if stage.source.performed == "nowhere":
            return []
        return [each for each in stage.playhead.asking if each.gate in stage.show.state.gates]

    @property
    def wait_in_the_inbox(self) -> bool:
        """Does a run that nobody performs wait for an answer? It is given there, and taken when the run goes on."""
        stage = self._stage
        is_paused = stage.source.performed == "nowhere" and stage.source.status == "paused"
        return is_paused and bool(stage.playhead.asking)

    def is_asking(self, gate: str) -> bool:
        """Does this one wait for somebody here? What was answered already is only shown."""
        return any(each.gate == gate for each in self.waiting)

    def ask(self) -> None:
        """Ask what was not asked yet, if it still waits."""
        self._put_away_what_is_answered()
        if not self._stage.is_current:
            return
        for opened in self.waiting:
            if opened.gate not in self._asked:
                self._asked.add(opened.gate)
                self.put_card(opened)
                return

    def come_first(self) -> bool:
        """Ask what waits here, or go where it is answered; false when nothing waits."""
        stage = self._stage
        if self.wait_in_the_inbox:
            from app.tui.screens.inbox import Inbox

            stage.app.push_screen(Inbox(stage.source.run))
            return True
        if stage.source.performed == "nowhere" or not (asking := stage.playhead.asking):
            return False
        self.put_card(asking[0])
        return True

    def put_card(self, opened: GateOpened) -> None:
        """Ask this one."""
        stage = self._stage

        def answered(said: tuple[str, str] | None) -> None:
            if said is not None:
                self._answer(opened.gate, *said)
            self.ask()

        stage.app.push_screen(GateCard(asked_of(stage.show, stage.source.run, opened)), answered)

    def _put_away_what_is_answered(self) -> None:
        """Somebody else may have been quicker."""
        stage = self._stage
        card = stage.app.screen
        if not isinstance(card, GateCard) or card.asked.run != stage.source.run:
            return
        end = self._end_of(card.asked.gate)
        if end is None:
            return
        card.dismiss(None)
        if isinstance(end, GateClosed):
            stage.house.say(f"the question is {end.why}")
        else:
            stage.house.say(f"answered by {end.by}" if end.by else "the question is answered")

    def _end_of(self, name: str) -> GateAnswered | GateClosed | None:
        """How a gate ended, also when the audience has yet to see that."""
        gate = self._stage.show.state.gates.get(name)
        if gate is not None and gate.status != "open":
            return gate.answered or gate.closed
        playhead = self._stage.playhead
        ahead = islice(reversed(playhead.known), playhead.behind)
        ends = (event for event in ahead if isinstance(event, GateAnswered | GateClosed))
        return next((event for event in ends if event.gate == name), None)

    def _answer(self, gate: str, choice: str, note: str) -> None:
        try:
            self._stage.source.answer(gate, choice, note)
        except FootlightsError as refused:
            self._stage.refused(refused)
