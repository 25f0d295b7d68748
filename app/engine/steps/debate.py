"""`debate:` members speak in rounds and hear each other; a judge, a vote or consensus decides, and dissent is kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.document.types import Choice, ListOf, MapOf, Text, Type
from app.engine.crew import Crew
from app.engine.expressions import render_text
from app.engine.outcomes import Giver, Gives, Mishap
from app.engine.speaking import Turn, speak
from app.events import DebateDecided, DebateRound, DebateVoted
from app.scenario.model import Debate, DebateStep
from providers.base import Message

if TYPE_CHECKING:
    from app.engine.act import Act
    from app.engine.play import Play


async def perform(act: Act) -> Gives:
    """Let them speak until they agree or the rounds are over; then decide."""
    step, play = act.place.step, act.scene.play
    assert isinstance(step, DebateStep)
    debate = step.debate
    talk = _Talk(act, play, debate, render_text(play.text(debate.question), act.values))
    for number in range(1, debate.rounds + 1):
        await talk.round(number)
        if talk.converged():
            break
    decided = await talk.judged() if debate.decide == "judge" else talk.counted()
    return talk.close(decided)


@dataclass(slots=True)
class _Said:
    """What a member said in a round."""

    agent: str
    position: str
    says: str
    path: str


@dataclass(slots=True)
class _Talk:
    """A debate under way."""

    act: Act
    play: Play
    debate: Debate
    question: str
    rounds: list[list[_Said]] = field(default_factory=list)

    async def round(self, number: int) -> None:
        """Everybody speaks, side by side, having heard the rounds before."""
        performance, act = self.play.performance, self.act
        members = [name for name in self.debate.members if name not in performance.directions.muted]
        if not members:
            raise Mishap("no_model", "nobody is left to debate", "a person muted them all")
        agreement = self.agreement() if self.rounds else 0.0
        event = DebateRound(number, tuple(members), round(agreement, 4), step=act.path, cause=act.cause)
        performance.log.once(event)
        said: dict[str, _Said | Mishap] = {}
        async with Crew["_Said | Mishap"](performance.clock) as crew:
            for index, name in enumerate(members):
                crew.start(name, index, self._turn_or_mishap(name, number))
            while len(crew):
                name, spoken = await crew.next()
                said[name] = spoken
        heard = [one for name in members if isinstance(one := said[name], _Said)]
        if not heard:
            raise next(one for one in said.values() if isinstance(one, Mishap))
        self.rounds.append(heard)

    def agreement(self) -> float:
        """The share of the members who hold the position that most hold."""
        positions = Counter(_folded(one.position) for one in self.rounds[-1])
        return positions.most_common(1)[0][1] / len(self.rounds[-1])

    def converged(self) -> bool:
        """Do they agree enough to stop?"""
        enough = self.debate.converge or (1.0 if self.debate.decide == "consensus" else None)
        return enough is not None and self.agreement() >= enough

    def counted(self) -> dict[str, Any]:
        """The position most hold in the end; of equals, the one that stands first in the options or was held first."""
        last = self.rounds[-1]
        held = Counter(_folded(one.position) for one in last)
        order = [_folded(option) for option in self.debate.options or [one.position for one in last]]
        most = max(held, key=lambda position: (held[position], -order.index(position) if position in order else -99))
        decision = next(one.position for one in last if _folded(one.position) == most)
        agreed = [one for one in last if _folded(one.position) == most]
        against = [one for one in last if _folded(one.position) != most]
        if self.debate.decide == "consensus" and against:
            self._say_votes()
            held_now = ", ".join(sorted({one.position for one in last}))
            raise Mishap(
                "no_consensus",
                f"there is no consensus after {len(self.rounds)} rounds: {held_now}",
                "give it more rounds, or decide: vote",
                outcome="exhausted",
                output=self._output("", [], [f"{one.agent}: {one.says}" for one in last]),
            )
        reasons = [f"{one.agent}: {one.says}" for one in agreed]
        return self._output(decision, reasons, [f"{one.agent}: {one.says}" for one in against])

    async def judged(self) -> dict[str, Any]:
        """What the judge decides, having heard everything."""
        assert self.debate.judge is not None
        speaker = self.play.speakers[self.debate.judge]
        answer = await speak(
            self.act,
            Turn(
                speaker,
                f"{self.question}\n\nDecide, give your reasons, and keep the dissent that deserves to be kept.",
                mode=speaker.mode(),
                type=MapOf({"decision": self._position(), "reasons": ListOf(Text()), "dissent": ListOf(Text())}),
                lines=self._lines(self.debate.judge),
                path=f"{self.act.path}/{self.debate.judge}",
                role="You judge this debate and take no part in it.",
                history=(Message("user", self._transcript()),),
                incoming=self._last_givers(),
                why="turn",
            ),
        )
        return self._output(answer["decision"], answer["reasons"], answer["dissent"])

    def close(self, output: dict[str, Any]) -> Gives:
        """Say what was decided, and by whom it was not liked."""
        performance, act = self.play.performance, self.act
        log = performance.log
        self._say_votes()
        against = tuple(one.agent for one in self.rounds[-1] if _folded(one.position) != _folded(output["decision"]))
        kept = log.keep(output)
        log.once(DebateDecided(self.debate.decide, kept, against, len(self.rounds), step=act.path, cause=act.cause))
        if self.debate.judge is not None and self.debate.decide == "judge":
            return Gives(output, givers=(Giver(self.debate.judge, act.path, None, output),))
        speaker = next(one for one in self.rounds[-1] if one.agent not in against)
        return Gives(output, givers=(Giver(speaker.agent, act.path, None, output),))

    async def _turn_or_mishap(self, name: str, number: int) -> _Said | Mishap:
        """One who cannot answer does not end the debate: the others go on without."""
        try:
            return await self._turn(name, number)
        except Mishap as mishap:
            if mishap.outcome == "exhausted":
                raise
            return mishap

    async def _turn(self, name: str, number: int) -> _Said:
        speaker = self.play.speakers[name]
        path = f"{self.act.path}/round{number}/{name}"
        history = (Message("user", self._transcript()),) if self.rounds else ()
        answer = await speak(
            self.act,
            Turn(
                speaker,
                self.question,
                mode=speaker.mode(),
                type=MapOf({"position": self._position(), "says": Text()}),
                tools=(),
                lines=self._lines(name),
                path=path,
                role=f"Round {number} of a debate with at most {self.debate.rounds}. State your position and why. "
                "You may change it.",
                history=history,
                incoming=self.act.incoming if number == 1 else self._last_givers(),
                why="needs" if number == 1 else "turn",
            ),
        )
        return _Said(name, answer["position"], answer["says"], path)

    def _lines(self, name: str) -> Any:
        rehearsal = self.act.place.step.rehearsal
        return rehearsal.by.get(name) if rehearsal else None

    def _last_givers(self) -> tuple[Giver, ...]:
        return tuple(Giver(one.agent, one.path, None, {"says": one.says}) for one in self.rounds[-1])

    def _position(self) -> Type:
        return Choice(tuple(self.debate.options)) if self.debate.options else Text()

    def _transcript(self) -> str:
        lines = []
        for number, spoken in enumerate(self.rounds, 1):
            lines.append(f"Round {number}:")
            lines += [f"{self.play.speakers[one.agent].title} ({one.position}): {one.says}" for one in spoken]
        return "\n".join(lines)

    def _output(self, decision: str, reasons: list[str], dissent: list[str]) -> dict[str, Any]:
        votes = {one.agent: one.position for one in self.rounds[-1]}
        return {
            "decision": decision, "reasons": reasons, "votes": votes, "dissent": dissent, "rounds": len(self.rounds),
        }  # fmt: skip

    def _say_votes(self) -> None:
        log = self.play.performance.log
        for one in self.rounds[-1]:
            log.once(DebateVoted(log.keep(one.position), step=self.act.path, agent=one.agent, cause=self.act.cause))


def _folded(position: str) -> str:
    return " ".join(position.casefold().split())
