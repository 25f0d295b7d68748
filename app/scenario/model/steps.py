"""Kinds of steps: one class each, told apart by the one key that names the kind."""

# Annotations are evaluated here, once: as strings they would be read again for every class that inherits them.
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Tag, model_validator

from app.document.suggest import listed, nearest
from app.document.values import Duration, Id, Section, Text, Words, key, mistake, shaped
from app.scenario.model.modifiers import SEES, Step

SEES_AGENT = SEES + ", agent"
ToolName = Annotated[
    str,
    shaped(
        r"mcp:[\w.-]{1,60}/[\w.-]{1,60}|[a-z][a-z0-9_]{0,60}(\.[a-z][a-z0-9_]{0,60})?",
        "is not the name of a tool",
        "such as http, table.filter or mcp:server/tool",
    ),
]
ScenarioFile = Annotated[str, shaped(r"[^\n]{1,500}\.ya?ml", "is not a scenario file", "such as fact-check.yaml")]


class Speaks(Step):
    """A step in which agents answer a prompt."""

    prompt: Text = key(says="What is asked of the agent.", example="Split the work in two.", scope=SEES_AGENT)
    output: Any = key(
        None,
        says="The shape of the answer, checked and repaired at most twice; left out, text.",
        example="{backend: string, risk: integer}",
        errors="Words that are no type.",
    )
    tools: list[Words] | None = key(
        None, says="Tools it may use here; left out, the agent's.", example="[table]", max_length=64
    )


class AgentStep(Speaks):
    """One agent answers one prompt."""

    kind = "agent"
    agent: Words = key(says="Who speaks: a name of agents.", example="cto")
    mode: Id | None = key(None, says="A mode of the agent's card for this step.", example="review")
    turns: int | None = key(
        None,
        says="The most calls of the model while it uses tools; in the last one it is offered none. Default 8.",
        example="6",
        ge=1,
        le=100,
    )


class Team(Section):
    """A manager and those it may hand work to."""

    manager: Words = key(says="Who leads: a name of agents.", example="cto")
    members: list[Words] = key(
        says="Who it may delegate to.", example="[backend, frontend]", min_length=1, max_length=32
    )
    turns: int = key(12, says="The most delegations.", example="8", ge=1, le=200)

    @model_validator(mode="after")
    def _manager_is_apart(self) -> Self:
        _refuse_repeats(self.members, "members")
        if self.manager in self.members:
            raise mistake(
                "own-member",
                f'"{self.manager}" is the manager and cannot be a member',
                "remove it from members",
                at="members",
            )
        return self


class TeamStep(Speaks):
    """A manager delegates to members until the work is done."""

    kind = "team"
    team: Team = key(says="Who manages whom.", example="{manager: cto, members: [backend, frontend], turns: 8}")


class Escalate(Section):
    """Agents in the order in which they are asked."""

    agents: list[Words] = key(
        says="The first is asked first.", example="[tier1, tier2, cto]", min_length=2, max_length=16
    )
    below: float = key(
        0.7,
        says="The next is asked when an agent is less sure than that; the last one is taken as it is.",
        example="0.7",
        gt=0,
        lt=1,
    )

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        _refuse_repeats(self.agents, "agents")
        return self


class EscalateStep(Speaks):
    """The first agent answers; unsure or failed, the next one is asked."""

    kind = "escalate"
    escalate: Escalate = key(says="Who is asked in which order.", example="{agents: [tier1, tier2], below: 0.7}")


class Debate(Section):
    """Members speak in rounds and hear each other."""

    members: list[Words] = key(says="Who debates.", example="[backend, frontend, qa]", min_length=2, max_length=16)
    question: Text = key(says="What about.", example="Monolith or service?", scope=SEES)
    rounds: int = key(2, says="The most rounds.", example="3", ge=1, le=20)
    converge: float | None = key(
        None,
        says="Ends early when at least this share of the members holds the same position.",
        example="0.8",
        gt=0,
        le=1,
    )
    decide: Literal["judge", "vote", "consensus"] = key(
        "vote",
        says="By a judge, by the position most hold in the last round, or only when all hold the same one.",
        example="judge",
    )
    judge: Words | None = key(None, says="Who decides, with decide: judge.", example="cto")
    options: list[Words] | None = key(
        None, says="The positions there are; left out, any.", example="[enter, wait]", min_length=2, max_length=32
    )

    @model_validator(mode="after")
    def _decides(self) -> Self:
        _refuse_repeats(self.members, "members")
        if self.options:
            _refuse_repeats(self.options, "options")
        if self.decide == "judge" and self.judge is None:
            raise mistake("no-judge", "decide: judge needs a judge", "add  judge: AGENT", at="decide")
        if self.decide != "judge" and self.judge is not None:
            raise mistake(
                "no-judge",
                f"decide: {self.decide} needs no judge",
                "write  decide: judge, or leave judge out",
                at="judge",
            )
        if self.judge in self.members:
            raise mistake(
                "own-judge",
                f'"{self.judge}" cannot judge a debate it takes part in',
                "choose another judge",
                at="judge",
            )
        return self


class DebateStep(Step):
    """Agents argue; a judge, a vote or consensus decides; dissent is kept."""

    kind = "debate"
    debate: Debate = key(says="Who debates what.", example="{members: [a, b], question: Now or later?, decide: vote}")


class BlockStep(Step):
    """Steps inside a step, one after another unless their needs say otherwise."""

    kind = "steps"
    steps: "dict[Id, AnyStep]" = key(says="The steps inside, by id.", min_length=1)

    @property
    def inside(self) -> "dict[str, AnyStep]":
        """The steps inside."""
        return self.steps


class ParallelStep(Step):
    """Steps inside a step, side by side."""

    kind = "parallel"
    parallel: "dict[Id, AnyStep]" = key(says="The steps inside, by id.", min_length=1)

    @property
    def inside(self) -> "dict[str, AnyStep]":
        """The steps inside."""
        return self.parallel


class ToolStep(Step):
    """A tool, without a model."""

    kind = "tool"
    tool: ToolName = key(says="The tool: http, table.filter, mcp:server/tool.", example="http")
    with_: dict[Id, Any] = key(
        {}, alias="with", says="What it is given.", example="{url: https://example.com}", scope=SEES + ", secrets"
    )


class UsesStep(Step):
    """Another scenario."""

    kind = "uses"
    uses: ScenarioFile = key(
        says="Its file, relative to this one and inside the project.", example="fact-check.yaml",
        errors="Paths out of the project, scenarios that use each other in a circle.",
    )  # fmt: skip
    with_: dict[Id, Any] = key(
        {}, alias="with", says="Its inputs.", example='{claim: "${{ steps.draft.output }}"}', scope=SEES
    )


class Approve(Section):
    """A person chooses."""

    ask: Text = key(says="What the person is asked.", example="Deploy ${{ inputs.feature }}?", scope=SEES)
    options: list[Words] = key(
        ["approve", "reject"], says="What can be chosen.", example="[ship, hold]", min_length=2, max_length=16
    )
    timeout: Duration | None = key(None, says="How long to wait; then the default is taken.", example="30m")
    default: Words | None = key(None, says="The choice when nobody answers in time.", example="hold")
    role: Id | None = key(None, says="Who should answer; shown with the question.", example="approver")

    @model_validator(mode="after")
    def _default_is_an_option(self) -> Self:
        _refuse_repeats(self.options, "options")
        if self.default is not None and self.default not in self.options:
            near = nearest(self.default, self.options)
            hint = f'did you mean "{near}"?' if near else ""
            raise mistake("default", f'"{self.default}" is not one of {listed(self.options, "or")}', hint, at="default")
        _needs_default(self.timeout, self.default)
        return self


class Ask(Section):
    """A person answers in words."""

    question: Text = key(says="What the person is asked.", example="What should the customer be told?", scope=SEES)
    timeout: Duration | None = key(None, says="How long to wait; then the default is taken.", example="1h")
    default: Words | None = key(None, says="The answer when nobody answers in time.", example="nothing to add")
    role: Id | None = key(None, says="Who should answer; shown with the question.", example="on_call")

    @model_validator(mode="after")
    def _timeout_has_default(self) -> Self:
        _needs_default(self.timeout, self.default)
        return self


def _ask_alone(value: object) -> object:
    return {"ask": value} if isinstance(value, str) else value


def _question_alone(value: object) -> object:
    return {"question": value} if isinstance(value, str) else value


class ApproveStep(Step):
    """A person decides between options."""

    kind = "approve"
    approve: Annotated[Approve, BeforeValidator(_ask_alone, json_schema_input_type=str | Approve)] = key(
        says="What is decided; a text alone is the question.",
        example="{ask: Deploy?, options: [ship, hold]}",
        scope=SEES,
    )


class AskStep(Step):
    """A person answers in words."""

    kind = "ask"
    ask: Annotated[Ask, BeforeValidator(_question_alone, json_schema_input_type=str | Ask)] = key(
        says="What is asked; a text alone is the question.", example="What should the customer be told?", scope=SEES
    )


class SetStep(Step):
    """Values computed from expressions."""

    kind = "set"
    set: dict[Id, Any] = key(
        says="The values, by name.", example='{urgent: "${{ steps.plan.output.risk >= 4 }}"}', scope=SEES, min_length=1
    )


class NarrateStep(Step):
    """A line for the audience."""

    kind = "narrate"
    narrate: Text = key(says="The line.", example="Night falls over the data centre.", scope=SEES)


KINDS: tuple[type[Step], ...] = (
    AgentStep, BlockStep, ParallelStep, DebateStep, TeamStep, EscalateStep,
    ToolStep, UsesStep, ApproveStep, AskStep, SetStep, NarrateStep,
)  # fmt: skip
KIND_KEYS = tuple(kind.kind for kind in KINDS)


def _kind_of(data: object) -> str | None:
    present = [name for name in KIND_KEYS if name in data] if isinstance(data, dict) else []
    return f"<{present[0]}>" if len(present) == 1 else None


AnyStep = Annotated[
    Annotated[AgentStep, Tag("<agent>")]
    | Annotated[BlockStep, Tag("<steps>")]
    | Annotated[ParallelStep, Tag("<parallel>")]
    | Annotated[DebateStep, Tag("<debate>")]
    | Annotated[TeamStep, Tag("<team>")]
    | Annotated[EscalateStep, Tag("<escalate>")]
    | Annotated[ToolStep, Tag("<tool>")]
    | Annotated[UsesStep, Tag("<uses>")]
    | Annotated[ApproveStep, Tag("<approve>")]
    | Annotated[AskStep, Tag("<ask>")]
    | Annotated[SetStep, Tag("<set>")]
    | Annotated[NarrateStep, Tag("<narrate>")],
    Discriminator(_kind_of, custom_error_type="step-kind", custom_error_message="exactly one kind"),
]
Block = BlockStep | ParallelStep


def explain_kind(data: Any) -> tuple[str, str, str | None]:
    """Why a map is no step: message, hint, and the key to point at."""
    if isinstance(data, str) and ":" in data:
        return "a step is a map, and this is text", "put a space after the colon", None
    if not isinstance(data, dict):
        return "a step is a map", "such as  {agent: cto, prompt: Split the work.}", None
    present = [name for name in KIND_KEYS if name in data]
    if present:
        return (
            f"a step has one kind, and this has {len(present)}: {listed(present)}",
            "split it into two steps",
            present[1],
        )
    for written in data:
        if (near := nearest(written, KIND_KEYS)) and written not in Step.model_fields:
            return f'"{written}" is not a kind of step', f'did you mean "{near}"?', written
    return "this step has no kind", f"add exactly one of {listed(KIND_KEYS, 'or')}", None


def _refuse_repeats(values: list[str], at: str) -> None:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise mistake("repeated", f'"{value}" stands twice in {at}', "keep one", at=at)


def _needs_default(timeout: float | None, default: str | None) -> None:
    if timeout is not None and default is None:
        raise mistake("no-default", "a timeout needs the default that is taken then", "add  default: ...", at="timeout")
    if default is not None and timeout is None:
        raise mistake(
            "no-timeout",
            "a default is taken when a timeout passes, and there is none",
            "add  timeout: 30m",
            at="default",
        )
