"""The questions of a run on its stage: a card for each, one after the other, until somebody has answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import FootlightsError
from app.tui.asking import asked_of
from app.tui.screens.gate import GateCard

if TYPE_CHECKING:
    from app.tui.screens.stage import Stage


class Questions:
    """Puts a card in front of the person for what waits; one that was put away comes back by enter."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._asked: set[str] = set()

    def ask(self) -> None:
        """Ask what was not asked yet, if it still waits."""
        self._put_away_what_is_answered()
        stage = self._stage
        if stage.source.performed == "nowhere" or not stage.is_current:
            return
        for gate in stage.show.state.open_gates:
            if gate.opened.gate not in self._asked:
                self._asked.add(gate.opened.gate)
                self.put_card(gate.opened.gate)
                return

    def put_card(self, name: str) -> None:
        """Ask this one."""
        stage = self._stage
        gate = stage.show.state.gates[name]

        def answered(said: tuple[str, str] | None) -> None:
            if said is not None:
                self._answer(name, *said)
            self.ask()

        stage.app.push_screen(GateCard(asked_of(stage.show, gate)), answered)

    def _put_away_what_is_answered(self) -> None:
        """Somebody else may have been quicker."""
        stage = self._stage
        card = stage.app.screen
        if not isinstance(card, GateCard) or card.asked.run != stage.source.run:
            return
        gate = stage.show.state.gates.get(card.asked.gate)
        if gate is None or gate.status == "open":
            return
        card.dismiss(None)
        by = gate.answered.by if gate.answered is not None else ""
        stage.house.say(f"answered by {by}" if by else f"the question is {gate.status}")

    def _answer(self, gate: str, choice: str, note: str) -> None:
        try:
            self._stage.source.answer(gate, choice, note)
        except FootlightsError as refused:
            self._stage.refused(refused)
