"""An agent's card: who it is, what it can do in which mode, and what it says when it rehearses."""

# Annotations are evaluated here, once: as strings they would be read again for every class that inherits them.
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from app.document.suggest import listed, nearest
from app.document.values import Id, Limits, Routing, Section, Words, key, mistake

Color = Literal[
    "red", "green", "yellow", "blue", "magenta", "cyan", "white",
    "bright_red", "bright_green", "bright_yellow", "bright_blue", "bright_magenta", "bright_cyan", "bright_white",
]  # fmt: skip
Glyph = Annotated[str, Field(min_length=1, max_length=1)]
Prose = Annotated[str, Field(min_length=1, max_length=20_000)]


class Mode(Section):
    """One way of working: a prompt of its own, and what it hands back."""

    title: Words | None = key(None, says="What people read; the mode's name if left out.", example="Planning")
    prompt: Prose = key(says="What the agent is told in this mode, after its persona.")
    output: Any = key(None, says="The shape of the answer, as in a step's output.", example="{risks: [string]}")


class Card(Section):
    """What stands in agents/<company>/<id>.yaml."""

    format: Literal["footlights-card/v1"] = key(
        alias="schema", says="The version of this format.", example="footlights-card/v1"
    )
    id: Id = key(says="The card's name; also the name of its file.", example="content-generation")
    title: Words = key(says="What people read.", example="Content Generation")
    aka: list[Id] = key([], says="Other names it is found by.", example="[content_generation_001]", max_length=20)
    company: Id = key(says="The folder it stands in.", example="business")
    glyph: Glyph = key("●", says="One character that stands for it on stage.", example="✎")
    color: Color = key("white", says="Its colour on stage.", example="magenta")
    persona: Prose = key(says="Who it is: experience, judgement, manner.")
    modes: dict[Id, Mode] = key(says="Its ways of working, by name.", min_length=1, max_length=32)
    default_mode: Id | None = key(None, says="The mode when a scenario names none; else the first.", example="planning")
    tones: list[Words] = key([], says="Tones of voice it can take.", example="[plain, warm]", max_length=32)
    tools: list[Words] = key([], says="Tools it may use.", example="[seo.audit]", max_length=64)
    routing: Routing | None = key(
        None, says="What it needs of a model.", example="{prefer: [cost], complexity: medium}"
    )
    limits: Limits | None = key(None, says="What it may spend in a run.", example="{cost_usd: 0.30}")
    criteria: dict[Words, Words] = key(
        {}, says="How its work is judged.", example='{"seo score": "> 80"}', max_length=32
    )
    formats: list[Words] = key([], says="Forms it can deliver in.", example="[brief, detailed]", max_length=32)
    rehearsal: dict[Id, list[Any]] = key({}, says="What it says offline, by mode, in turn.", max_length=32)

    @model_validator(mode="after")
    def _modes_agree(self) -> Self:
        if self.default_mode is not None and self.default_mode not in self.modes:
            raise mistake("unknown-mode", *_no_such_mode(self.default_mode, self.modes), at="default_mode")
        for name in self.rehearsal:
            if name not in self.modes:
                raise mistake("unknown-mode", *_no_such_mode(name, self.modes), at="rehearsal")
        return self

    @property
    def first_mode(self) -> str:
        """The mode that is used when none is named."""
        return self.default_mode or next(iter(self.modes))


def _no_such_mode(name: str, modes: dict[str, Mode]) -> tuple[str, str]:
    near = nearest(name, modes)
    return f'there is no mode "{name}"', f'did you mean "{near}"?' if near else f"the modes are {listed(modes)}"
