"""The scenario file as a whole."""

# Annotations are evaluated here, once: as strings they would be read again for every class that inherits them.
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr

from app.document.values import Id, Limits, Privacy, Section, Words, key
from app.scenario.model.modifiers import SEES
from app.scenario.model.parts import CastMember, EnvironmentName, Expectation, Input, ModelChoice, Triggers
from app.scenario.model.steps import AnyStep
from app.scenario.model.strategy import Strategy

SCHEMA = "footlights/v1"


class Scenario(Section):
    """What a file says: a cast, steps, and within what limits they are performed."""

    format: Literal["footlights/v1"] = key(alias="schema", says="The version of this format.", example=SCHEMA)
    name: Id = key(says="Its name in commands, lists and file names.", example="feature-sprint")
    title: Words | None = key(
        None, says="What people read; the name if left out.", example="Ship a feature in one sprint"
    )
    synopsis: Annotated[str, Field(max_length=2000)] | None = key(
        None, says="What happens, in a sentence or two.", example="A CTO plans, two developers build side by side."
    )
    tags: list[Words] = key([], says="Words to find it by.", example="[software, demo]", max_length=32)
    privacy: Privacy | None = key(
        None,
        says="Who may see what is in it: public (any model), private (yours), local (this machine). The strictest of "
        "scenario, agent, step and inputs wins.",
        example="public",
        errors="A step for which no model is left.",
    )
    inputs: dict[Id, Input] = key(
        {}, says="What a run is given.", example="{feature: {type: string, default: dark mode}}"
    )
    env: dict[EnvironmentName, str | None] = key(
        {},
        says="Variables of the environment it may read, with defaults; null: must be set.",
        example="{REGION: eu-west-1}",
        errors="Names of secrets.",
    )
    vars: dict[Id, Any] = key(
        {},
        says="Values computed once, from inputs, env, matrix and the vars above.",
        example='{who: "${{ upper(inputs.name) }}"}',
        scope="inputs, env, matrix, vars",
    )
    limits: Limits | None = key(
        None, says="What a run may spend.", example="{cost_usd: 2.00, wall: 15m, on_exceed: ask}"
    )
    models: dict[Id, ModelChoice] = key(
        {}, says="Models, by names of your own.", example="{smart: {use: anthropic/claude-sonnet-5-5}}"
    )
    agents: dict[Id, CastMember] = key(
        {}, says="The cast: cards or personas, by names of your own.", example="{cto: {card: engineering/cto}}"
    )
    cast_notes: dict[Id, Words] = key(
        {}, says="A line on each agent for the playbill.", example="{cto: Decides, then worries.}"
    )
    steps: dict[Id, AnyStep] = key(
        says="What happens, by id, in order.", example="{plan: {agent: cto, prompt: Split the work.}}", min_length=1
    )
    outputs: dict[Id, Any] = key(
        {}, says="What a run gives back.", example='{plan: "${{ steps.deploy.output }}"}', scope=SEES
    )
    expect: list[Expectation] = key(
        [], says="What must hold at the end.", example="[{cost_under: 2.00}]", max_length=200
    )
    strategy: Strategy | None = key(None, says="How a batch multiplies it.", example="{repeat: 5, seed: 7}")
    on: Triggers | None = key(
        None, says="What starts it besides a person.", example='{schedule: [{cron: "0 9 * * 1"}]}'
    )

    _lines: dict[str, int] = PrivateAttr(default_factory=dict)

    def line_of(self, step: str) -> int | None:
        """The line of the file in which a step begins; steps are named as in `expect`: ids joined by /."""
        return self._lines.get(step)
