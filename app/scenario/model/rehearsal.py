"""What a step does offline: answers written for it, calls of tools, and faults on purpose."""

# Annotations are evaluated here, once: as strings they would be read again for every class that inherits them.
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, model_validator

from app.document.values import Duration, Id, Section, key, mistake

# How a call of a model can end badly; what the engine retries and what it does not is told by these.
ErrorClass = Literal[
    "rate_limited", "overloaded", "timeout", "connection", "auth", "quota", "bad_request", "context_too_long",
    "refused", "truncated", "malformed", "incomplete", "empty",
]  # fmt: skip
ERROR_CLASSES: tuple[str, ...] = get_args(ErrorClass)
TURN_FORMS = (frozenset({"tool", "with"}), frozenset({"tool"}), frozenset({"reply"}), frozenset({"fault"}))


Share = Annotated[float, Field(ge=0, le=1)]


class Slips(Section):
    """What is answered instead now and then, so that the runs of a batch differ as those of models do."""

    share: Share | dict[Id, Share] = key(
        says="In which share of the runs, by their seeds and what is asked; or the share of each model or mode.",
        example="{smart: 0.05, quick: 0.3}",
    )
    reply: Any = key(says="The answer then.", example="I am not sure.")

    @property
    def ever(self) -> bool:
        """Does anybody slip?"""
        return any(self.share.values()) if isinstance(self.share, dict) else self.share > 0

    def share_of(self, *names: str) -> float:
        """The share for whoever goes by one of these names."""
        if not isinstance(self.share, dict):
            return self.share
        return next((self.share[name] for name in names if name in self.share), 0.0)


class Lines(Section):
    """What is answered: a reply, a file with one, or one for each turn; and what goes wrong first."""

    reply: Any = key(
        None, says="The answer: text, or data of the output's shape; for a gate, the choice.", example="Done."
    )
    file: str | None = key(None, says="A file with the answer.", example="lines/api.md")
    turns: list[Any] | None = key(
        None,
        says="One answer for each turn of a loop, item of a list, round of a debate or call of a tool; the last one "
        "repeats. {reply: ...}, {tool: NAME, with: {...}} and {fault: ...} are understood too.",
        example="[{pass: false}, {pass: true}]",
        min_length=1,
        max_length=1000,
    )
    fault: ErrorClass | None = key(None, says="The error it fails with.", example="rate_limited")
    times: int | None = key(
        None, says="How often it fails before the answer comes; left out, every time.", example="2", ge=1, le=100
    )
    slips: Slips | None = key(
        None, says="What is answered instead in some of the runs.", example="{share: 0.2, reply: I am not sure.}"
    )
    confidence: float | None = key(None, says="The confidence it states, for escalate.", example="0.4", ge=0, le=1)
    takes: Duration | None = key(None, says="How long it takes, on the clock of the rehearsal.", example="4s")

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        answers = [name for name in ("reply", "file", "turns") if name in self.model_fields_set]
        if len(answers) > 1:
            raise mistake(
                "two-answers",
                f"{answers[0]} and {answers[1]} cannot both be the answer",
                "keep one",
                at=answers[1],
                on_key=True,
            )
        if self.times is not None and self.fault is None:
            raise mistake(
                "times", '"times" counts faults, and there is none', "add  fault: rate_limited", at="times", on_key=True
            )
        if self.times is not None and not answers:
            raise mistake("no-answer", f"after {self.times} faults an answer is due", "add  reply: ...", at="times")
        return self


class Rehearsal(Lines):
    """Lines for the step, or for each agent that speaks in it."""

    by: dict[Id, Lines] = key(
        {}, says="Lines by agent, where several speak.", example="{qa: {reply: No.}, cto: {reply: Yes.}}", max_length=32
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise mistake("no-answer", "this rehearsal says nothing", "add  reply: ...")
        return self


def turn_reply(turn: Any) -> tuple[bool, Any]:
    """Of one turn: is it an answer, and which? A call of a tool or a fault is none."""
    if isinstance(turn, dict) and frozenset(turn) in TURN_FORMS:
        return "reply" in turn, turn.get("reply")
    return True, turn
