"""What every step may have, whatever its kind: needs, conditions, repetition, limits, and what is said about it."""

# Annotations are evaluated here, once: as strings they would be read again for every class that inherits them.
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from app.document.suggest import listed
from app.document.values import Duration, Id, Ids, Limits, Privacy, Reads, Section, Words, key, mistake, shaped, words
from app.scenario.model.rehearsal import ErrorClass, Rehearsal

SEES = "inputs, env, vars, steps, matrix, item, loop, run"


def _as_text(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


# `if: false` is a condition too.
Condition = Annotated[
    Annotated[str, words(4096)],
    BeforeValidator(_as_text),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "boolean"}]}),
]


def _list_or_text(value: object) -> object:
    if not isinstance(value, list | str):
        raise mistake("for-each", "for_each needs a list", 'such as [a, b] or "${{ inputs.rivals }}"')
    return value


Items = Annotated[
    Any,
    Reads(_list_or_text, {"anyOf": [{"type": "array"}, {"type": "string", "pattern": r"\$\{\{"}]}),
]
Cue = Annotated[str, shaped(r"[A-Za-z][A-Za-z0-9_.-]{0,30}", "cannot be a cue", "such as Q4 or Q4.5")]


class Loop(Section):
    """Do a block again until something holds, and never more than `max` times."""

    max: int = key(says="The most turns.", example="3", ge=1, le=1000, errors="A loop without max is refused.")
    until: Condition | None = key(
        None,
        says="Ends the loop when true; read after each turn, it sees the steps inside. Left out, all turns are taken.",
        example="steps.verdict.output.pass",
        scope=SEES,
    )
    on_max: Literal["fail", "continue"] = key(
        "fail", says="What follows when max turns did not suffice.", example="continue"
    )


class Retry(Section):
    """Try again what failed: a step, or one item or turn of it."""

    attempts: int = key(says="Tries in all, the first included.", example="3", ge=1, le=20)
    backoff: Literal["none", "constant", "exponential"] = key(
        "exponential", says="How the wait grows; exponential doubles it, up to 5m.", example="constant"
    )
    delay: Duration = key(
        "1s",
        says="The first wait; each is, by chance, up to a quarter longer.",
        example="2s",
        validate_default=True,
    )
    on: list[ErrorClass] | None = key(
        None,
        says="Only these errors; left out, those that may pass by themselves.",
        example="[timeout]",
        min_length=1,
    )


_OF_AN_AGENT = {
    "model": "{card: engineering/cto, model: smart}",
    "route": "{card: engineering/cto, model: {route: {prefer: [cost]}}}",
    "fallback": "{card: engineering/cto, model: {route: {fallback: [smart]}}}",
}


class Step(Section):
    """What every step may have, whatever its kind."""

    kind: ClassVar[str] = ""

    title: Words | None = key(None, says="What people read; the id if left out.", example="Split the work")
    needs: Ids | None = key(
        None,
        says="Siblings it waits for; left out, the one before it; [] starts at once.",
        example="[api, ui]",
        errors="Unknown steps, itself, cycles.",
    )
    if_: Condition | None = key(
        None, alias="if", says="Skips the step when false.", example="steps.plan.output.risk >= 4", scope=SEES
    )
    for_each: Items | None = key(
        None,
        says="Does the step once for each item of a list; its output is the list of outputs.",
        example='"${{ inputs.rivals }}"',
        scope=SEES,
    )
    as_: Id | None = key(None, alias="as", says="The item's name in expressions; item if left out.", example="rival")
    max_parallel: int | None = key(
        None, says="Items at the same time; left out, one after another.", example="3", ge=1, le=1000
    )
    fail_fast: bool | None = key(
        None,
        says="Stop at the first item that fails; with false the others are performed all the same. Default true.",
        example="false",
    )
    loop: Loop | None = key(
        None, says="Does the step again until something holds.", example="{max: 3, until: steps.check.output.ok}"
    )
    retry: Retry | None = key(
        None,
        says="Tries again what failed; each item and each turn by itself.",
        example="{attempts: 3, delay: 2s}",
    )
    timeout: Duration | None = key(
        None, says="How long a try may take; each item and each turn has a time of its own.", example="5m"
    )
    limits: Limits | None = key(
        None, says="What the step may spend, all its items, turns and tries together.", example="{tokens: 20k}"
    )
    privacy: Privacy | None = key(
        None, says="Who may see it; the strictest of scenario, agent, step and inputs wins.", example="local"
    )
    continue_on_error: bool = key(
        False, says="A failure does not end the run; steps that need this one still run.", example="true"
    )
    handoff: Words | None = key(
        None,
        says="What is said when its work is passed on; it may refer to the step itself. Left out, its first sentence.",
        example="Two tasks, one is risky.",
        scope=SEES,
    )
    cue: Cue | None = key(None, says="A mark for the show: where a presenter can stop and go.", example="Q4")
    caption: Words | None = key(
        None, says="A line for the audience while it runs.", example="Watch the critic.", scope=SEES
    )
    speaker_note: Annotated[str, Field(max_length=4000)] | None = key(
        None, says="A note for the presenter alone.", example="Ask which one the room would doubt."
    )
    rehearsal: Rehearsal | None = key(None, says="What it does offline.", example="{reply: Done.}")

    @model_validator(mode="after")
    def _modifiers_agree(self) -> Self:
        if self.for_each is None:
            for name, written in (("as", self.as_), ("max_parallel", self.max_parallel), ("fail_fast", self.fail_fast)):
                if written is not None:
                    raise mistake(
                        "without-for-each",
                        f'"{name}" belongs to for_each',
                        "add for_each, or leave it out",
                        at=name,
                        on_key=True,
                    )
        elif self.loop is not None:
            raise mistake(
                "two-repetitions",
                "for_each and loop cannot stand on one step",
                "put one of them on a block inside: steps:",
                at="loop",
                on_key=True,
            )
        return self

    @classmethod
    def explain_unknown_key(cls, key: str) -> tuple[str, str] | None:
        """A key of another kind, or of an agent, deserves a better answer than "unknown"."""
        from app.scenario.model.steps import KINDS  # the kinds are made of this class

        kinds = [kind.kind for kind in KINDS if key in kind.known_keys()]
        if kinds:
            return f'"{key}" does not go with {cls.kind}', f"it belongs to {listed(kinds, 'or')}"
        if key in _OF_AN_AGENT:
            return f'"{key}" belongs to an agent, not to a step', f"such as  agents: {{cto: {_OF_AN_AGENT[key]}}}"
        return None

    @classmethod
    def known_keys(cls) -> list[str]:
        """The keys as they stand in the file."""
        return [field.alias or name for name, field in cls.model_fields.items()]
