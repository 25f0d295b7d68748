"""The parts of a scenario beside its steps: inputs, models, agents, and what is expected of a run."""

# Annotations are evaluated here, once: as strings they would be read again for every class that inherits them.
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from app.cast.card import Color, Glyph, Prose
from app.document.addresses import wrong_with
from app.document.values import (
    Complexity,
    Count,
    Duration,
    Id,
    Limits,
    Preference,
    Privacy,
    Section,
    Text,
    Words,
    key,
    mistake,
    shaped,
)
from app.scenario.model.params import insist_on_params
from providers.catalogue import built_in, services

PROVIDERS = tuple(built_in().services)
Outcome = Literal["succeeded", "failed", "skipped", "cancelled", "exhausted", "refused", "truncated", "expired"]


class Input(Section):
    """Something a run is given: by `-i`, by a form, or by the scenario that uses this one."""

    type: Any = key("string", says="Its type, in the shorthand of output.", example="string")
    default: Any = key(None, says="Its value when none is given; without one it is required.", example="dark mode")
    file: str | None = key(
        None,
        says="A file with its default: a text as it is, anything else as JSON. It travels with the scenario.",
        example="data/orders.csv",
        errors="a default beside it",
    )
    help: Words | None = key(None, says="What the form says about it.", example="What to build")
    example: Any = key(None, says="A value to show in the form.", example="dark mode")
    privacy: Privacy | None = key(
        None, says="Who may see it; every step that reads it is at least as strict.", example="private"
    )
    min: float | None = key(None, says="The least number, or the least length of a text or list.", example="1")
    max: float | None = key(None, says="The greatest number, or the greatest length of a text or list.", example="5")

    @model_validator(mode="after")
    def _range(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise mistake("range", f"min {self.min:g} is above max {self.max:g}", at="min")
        if self.file is not None and "default" in self.model_fields_set:
            raise mistake("two-defaults", "file and default cannot both say it", "keep one", at="file", on_key=True)
        return self

    @property
    def required(self) -> bool:
        """Must a run be given it?"""
        return (
            self.file is None
            and "default" not in self.model_fields_set
            and not (isinstance(self.type, str) and self.type.endswith("?"))
        )


class Price(Section):
    """US dollars for a million tokens."""

    input: float = key(says="Tokens read fresh.", example="3.00", ge=0, le=100_000)
    output: float = key(says="Tokens written.", example="15.00", ge=0, le=100_000)
    cache_read: float | None = key(None, says="Tokens read from the cache.", example="0.30", ge=0, le=100_000)
    cache_write: float | None = key(None, says="Tokens written to the cache.", example="3.75", ge=0, le=100_000)


class Timeouts(Section):
    """How long a model may keep a call waiting; what takes longer is ended, and tried again like any other fault."""

    connect: Duration | None = key(None, says="To reach the server.", example="5s")
    first_token: Duration | None = key(None, says="For the first token; a local model may have to load.", example="2m")
    between_tokens: Duration | None = key(None, says="Between two tokens; pings do not count.", example="30s")
    total: Duration | None = key(None, says="For the whole answer.", example="10m")


class Rate(Section):
    """What may go out in any minute, from all runs of a process together; the strictest limit counts."""

    requests: Count | None = key(None, says="Requests a minute.", example="60")
    tokens: Count | None = key(None, says="Tokens a minute, read and written.", example="100k")
    at_a_time: int | None = key(None, says="Calls at the same time; left out, 8.", example="32", ge=1, le=1000)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.requests is None and self.tokens is None and self.at_a_time is None:
            raise mistake("rate", "this limits nothing", "such as  {requests: 60, tokens: 100k}")
        return self


class ModelChoice(Section):
    """A model under a name of this scenario's own."""

    use: Annotated[str, Field(max_length=200)] = key(
        says="provider/model.",
        example="anthropic/claude-sonnet-5-5",
        errors="The provider must be one of " + ", ".join(PROVIDERS) + ", or of your own models.yaml.",
    )
    base_url: Annotated[str, Field(max_length=500)] | None = key(
        None, says="Where an OpenAI-compatible or Ollama server listens.", example="http://127.0.0.1:8000/v1"
    )
    secret: Annotated[str, Field(max_length=200)] | None = key(
        None,
        alias="key",
        says="The key, by name only; left out, the provider's usual variable.",
        example='"${{ secrets.VLLM_KEY }}"',
        scope="secrets",
    )
    privacy: Privacy | None = key(
        None,
        says="What it may be shown; left out, public for hosted services, local for a server on this machine.",
        example="local",
        errors="A hosted service cannot be local.",
    )
    params: Annotated[dict[Id, Any], AfterValidator(insist_on_params)] = key(
        {}, says="Passed on to the model.", example="{temperature: 0.2, max_tokens: 2000}", max_length=32
    )
    price: Price | None = key(None, says="Its price, if no price list has it.", example="{input: 3.00, output: 15.00}")
    context: Count | None = key(
        None, says="Its context window, in tokens, if the catalogue does not know it.", example="200k"
    )
    max_output: Count | None = key(None, says="The most it writes in one answer.", example="8k")
    timeouts: Timeouts | None = key(
        None, says="How long it may keep a call waiting.", example="{first_token: 5m, between_tokens: 30s}"
    )
    rate: Rate | None = key(
        None, says="What it takes a minute; calls beyond that wait in line.", example="{requests: 60, tokens: 100k}"
    )

    @model_validator(mode="after")
    def _provider_exists(self) -> Self:
        check_provider(self.use, "use")
        if self.base_url is not None and (wrong := wrong_with(self.base_url)) is not None:
            raise mistake(wrong.code, wrong.message, wrong.hint, at="base_url")
        if self.use.startswith("openai-compatible/") and self.base_url is None:
            raise mistake(
                "base-url",
                "an openai-compatible model needs its base_url",
                'such as "http://127.0.0.1:8000/v1"',
                at="use",
            )
        if self.secret is not None and not self.secret.strip().startswith("${{"):
            raise mistake("secret", "a key never stands in a file", 'write  key: "${{ secrets.NAME }}"', at="key")
        return self


def check_provider(use: str, at: str | None = None) -> None:
    """`provider/model` names a provider there is, and a model."""
    provider, slash, model = use.partition("/")
    if not slash or not model.strip():
        raise mistake("model", f'"{use}" is not provider/model', 'such as "anthropic/claude-sonnet-5-5"', at=at)
    if provider not in services():
        from providers.naming import no_service_hint

        raise mistake("unknown-provider", f'there is no provider "{provider}"', no_service_hint(provider), at=at)


class Route(Section):
    """Let the router choose, call by call."""

    among: list[Words] | None = key(
        None,
        says="The models to choose from; left out, all of the scenario's.",
        example="[smart, local]",
        min_length=1,
        max_length=32,
    )
    prefer: list[Preference] = key([], says="What counts, most important first.", example="[cost, speed]", max_length=4)
    complexity: Complexity | None = key(
        None, says="How hard the work is; sets the least capable model allowed.", example="high"
    )
    fallback: list[Words] = key(
        [], says="Models to try, in turn, when the chosen one fails.", example="[smart, local]", max_length=16
    )


class Routed(Section):
    """A model that is chosen at run time."""

    route: Route = key(says="How to choose.", example="{prefer: [cost, speed], fallback: [smart, local]}")


def _name_or_route(value: object) -> str:
    return "<route>" if isinstance(value, dict) else "<name>"


Model = Annotated[
    Annotated[Words, Tag("<name>")] | Annotated[Routed, Tag("<route>")],
    Discriminator(_name_or_route),
]


class Agent(Section):
    """A member of the cast: a card in a mode, or a persona written here."""

    card: Words | None = key(None, says="Its card, company/id.", example="engineering/backend")
    persona: Prose | None = key(None, says="Who it is; instead of a card, or in place of the card's.")
    instructions: Text | None = key(None, says="What it is told besides, in every step.")
    mode: Id | None = key(None, says="The card's mode; left out, the card's default.", example="planning")
    title: Words | None = key(None, says="What people read; left out, the card's.", example="Tech lead")
    glyph: Glyph | None = key(None, says="Its sign on stage; left out, the card's.", example="◆")
    color: Color | None = key(None, says="Its colour on stage; left out, the card's.", example="cyan")
    tone: Words | None = key(None, says="One of the card's tones.", example="plain")
    model: Model | None = key(
        None,
        says="A name of models, provider/model, or {route: ...}; left out, any of the scenario's models.",
        example="smart",
    )
    tools: list[Words] | None = key(
        None, says="Tools it may use; left out, the card's.", example="[http, table]", max_length=64
    )
    privacy: Privacy | None = key(None, says="Who may see what it is shown; the strictest wins.", example="local")
    limits: Limits | None = key(None, says="What it may spend in this run.", example="{cost_usd: 0.50}")

    @model_validator(mode="after")
    def _is_somebody(self) -> Self:
        if self.card is None and self.persona is None:
            raise mistake("nobody", "this agent has neither a card nor a persona", "such as  card: engineering/backend")
        if self.card is None and self.mode is not None:
            raise mistake(
                "unknown-mode", "an agent without a card has no modes", "write what it does into its persona", at="mode"
            )
        return self


def _card_alone(value: object) -> object:
    return {"card": value} if isinstance(value, str) else value


CastMember = Annotated[
    Agent,
    BeforeValidator(_card_alone, json_schema_input_type=str | Agent),
]


class Schedule(Section):
    """When a scenario performs by itself."""

    cron: Annotated[str, Field(max_length=120)] = key(says="Minute, hour, day, month, weekday.", example='"0 9 * * 1"')
    timezone: Annotated[str, Field(max_length=60)] = key("UTC", says="The clock it follows.", example="Europe/Berlin")
    missed: Literal["skip", "catch_up"] = key("skip", says="What to do about runs that were missed.", example="skip")
    overlap: Literal["skip", "queue"] = key("skip", says="What to do while the last run goes on.", example="queue")

    @model_validator(mode="after")
    def _readable(self) -> Self:
        check_cron(self.cron)
        check_timezone(self.timezone)
        return self


_CRON_RANGES = (("a minute", 0, 59), ("an hour", 0, 23), ("a day", 1, 31), ("a month", 1, 12), ("a weekday", 0, 7))


def check_cron(cron: str) -> None:
    """Five fields of numbers, ranges, lists and steps."""
    import re

    fields = cron.split()
    if len(fields) != 5:
        raise mistake(
            "cron",
            f'"{cron}" has {len(fields)} fields, not 5',
            'minute hour day month weekday, such as "0 9 * * 1"',
            at="cron",
        )
    for text, (name, low, high) in zip(fields, _CRON_RANGES, strict=True):
        for part in text.split(","):
            found = re.fullmatch(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/([1-9]\d?))?", part)
            numbers = [int(number) for number in found.groups()[:2] if number] if found else []
            if not found or any(not low <= number <= high for number in numbers) or numbers != sorted(numbers):
                raise mistake(
                    "cron", f'"{text}" is not {name}', f"from {low} to {high}, as 5, 1-5, 1,3 or */2", at="cron"
                )


def check_timezone(name: str) -> None:
    """A zone of the machine's own time zone data."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise mistake(
            "timezone", f'there is no time zone "{name}"', 'such as "Europe/Berlin" or "UTC"', at="timezone"
        ) from error


class Triggers(Section):
    """What starts a run besides a person."""

    schedule: list[Schedule] = key(
        [], says="Times at which it performs.", example='[{cron: "0 9 * * 1"}]', max_length=32
    )


class Judged(Section):
    """Another agent says how good it is."""

    by: Id = key(says="The agent that judges.", example="qa")
    rubric: Text = key(says="What it looks for.", example="Is every claim backed by a source?")
    at_least: float = key(says="The least mark, from 0 to 1.", example="0.8", ge=0, le=1)


_SUBJECTS = ("outcome", "contains", "matches", "json_schema", "judged")


class Expectation(Section):
    """One thing that must hold when the run has ended; a run that misses it exits with 5."""

    step: Annotated[str, Field(max_length=500)] | None = key(
        None, says="The step it is about; inside blocks, ids joined by /.", example="polish/verdict"
    )
    outcome: Outcome | None = key(
        None, says="How the step ended; a failure that is expected is none of the run's.", example="failed"
    )
    contains: Words | None = key(None, says="A text that its output holds.", example="rollback")
    matches: Words | None = key(None, says="A pattern that its output matches.", example='"^v[0-9]+"')
    json_schema: Any = key(None, says="true for the step's own output type, or a JSON Schema.", example="true")
    cost_under: float | None = key(None, says="The run, or the step, costs less, in US dollars.", example="2.00", gt=0)
    tokens_under: Count | None = key(None, says="The run, or the step, uses fewer tokens.", example="100k")
    latency_under: Duration | None = key(None, says="The run, or the step, takes less time.", example="2m")
    handoffs: int | None = key(None, says="The run has exactly so many handoffs.", example="6", ge=0, le=100_000)
    judged: Judged | None = key(
        None, says="An agent's mark for the step's output.", example="{by: qa, rubric: ..., at_least: 0.8}"
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        said = self.model_fields_set - {"step"}
        if not said:
            raise mistake("expects-nothing", "this expects nothing", "such as  {step: deploy, outcome: succeeded}")
        if self.step is None and (about := [name for name in _SUBJECTS if name in said]):
            raise mistake("expects-of-nobody", f'"{about[0]}" needs the step it is about', "add  step: ID", at=about[0])
        if self.step is not None and self.handoffs is not None:
            raise mistake(
                "expects-of-step", '"handoffs" counts those of the whole run', "leave out step", at="handoffs"
            )
        return self


EnvironmentName = Annotated[
    str, shaped(r"[A-Z][A-Z0-9_]{0,63}", "is not the name of a variable", "capitals, digits and _, such as REGION")
]
