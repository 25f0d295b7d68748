"""`team:` a manager delegates to members until the work is done; each delegation is a handoff that can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.engine.expressions import render_text
from app.engine.outcomes import Giver, Gives, Mishap, first_sentence
from app.engine.speaking import Engagement, Turn, speak
from app.events import Handoff
from app.scenario.model import TeamStep
from providers.base import ToolOffer

if TYPE_CHECKING:
    from app.engine.act import Act


async def perform(act: Act) -> Gives:
    """Let the manager lead; its last answer is the step's."""
    step, play = act.place.step, act.scene.play
    assert isinstance(step, TeamStep)
    manager = play.speakers[step.team.manager]
    mode = manager.mode()
    team = _Team(act, step)
    turn = Turn(
        manager,
        render_text(play.text(step.prompt), {**act.values, "agent": manager.as_value(mode)}),
        mode=mode,
        type=play.type_of(act.place),
        tools=tuple(manager.tools(step.tools)),
        turns=step.team.turns + 1,
        lines=play.lines(act.place, manager.id),
        role=team.role(),
        engagements={"delegate": Engagement(team.offer(), team.delegate)},
    )
    output = await speak(act, turn)
    return Gives(output, givers=(Giver(manager.id, act.path, None, output),))


class _Team:
    """The members, and what was handed to them."""

    def __init__(self, act: Act, step: TeamStep) -> None:
        self._act = act
        self._step = step
        self._play = act.scene.play
        self._delegations = 0

    def role(self) -> str:
        """What the manager is told about the team."""
        listed = "\n".join(f"- {name}: {self._play.speakers[name].title}" for name in self._step.team.members)
        most = self._step.team.turns
        return f"You lead a team. Hand work to its members with the tool delegate, at most {most} times:\n{listed}"

    def offer(self) -> ToolOffer:
        """The tool by which the manager hands out work."""
        return ToolOffer(
            "delegate",
            "Hand a task to a member of your team; the member's answer comes back.",
            {
                "type": "object",
                "properties": {"to": {"enum": list(self._step.team.members)}, "task": {"type": "string"}},
                "required": ["to", "task"],
                "additionalProperties": False,
            },
        )

    async def delegate(self, arguments: dict[str, Any]) -> Any:
        """Hand a task to a member, and its answer back."""
        act, members = self._act, self._step.team.members
        to, task = arguments.get("to"), arguments.get("task")
        if to not in members:
            raise Mishap("bad_request", f'"{to}" is not in the team', f"it has {', '.join(members)}")
        if not isinstance(task, str) or not task.strip():
            raise Mishap("bad_request", "the task is missing", "say what is to be done")
        if to in self._play.performance.directions.muted:
            raise Mishap("bad_request", f"{to} cannot be asked now", "ask somebody else")
        self._delegations += 1
        if self._delegations > self._step.team.turns:
            raise Mishap("bad_request", f"{self._step.team.turns} delegations are the most", "answer now")
        manager, member = self._step.team.manager, self._play.speakers[to]
        path = f"{act.path}/{to}{self._delegations}"
        self._hand(manager, to, "delegation", task, path)
        mode = member.mode()
        turn = Turn(
            member,
            task,
            mode=mode,
            tools=tuple(member.tools(None)),
            lines=self._step.rehearsal.by.get(to) if self._step.rehearsal else None,
            path=path,
            incoming=(),
        )
        answer = await speak(act, turn)
        self._hand(to, manager, "result", first_sentence(answer), path)
        return answer

    def _hand(self, giver: str, taker: str, why: Any, said: str, path: str) -> None:
        log = self._play.performance.log
        event = Handoff(
            giver, taker, path, why, number=self._delegations, step=path, agent=taker, cause=self._act.cause
        )
        if log.recall(event) is None:
            event.summary = log.keep(first_sentence(said))
            log.add(event)
