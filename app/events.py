"""The whole vocabulary: every kind of thing that can happen in a run. What is not here did not happen.

An event is encoded once; the bytes that are stored are the ones that are hashed, sent and read back. What a model, a
person or a tool wrote never stands in an event itself: a `Ref` stands for it, so that it can be erased without breaking
the chain of hashes; only the message of a `Failure` may quote some of it. Adding a field with a default is compatible;
anything else needs a migration and a golden log.
"""

# Annotations are read by msgspec when the classes are made: as strings they would be worked out a second time.
from functools import lru_cache
from typing import Any, ClassVar, Literal

import msgspec

Outcome = Literal["succeeded", "failed", "skipped", "cancelled", "exhausted", "refused", "truncated", "expired"]
Mode = Literal["live", "rehearsal", "cassette"]
Basis = Literal["exact", "estimated", "unpriced", "rehearsed"]
Measure = Literal["cost_usd", "tokens", "wall", "turns"]


class Ref(msgspec.Struct, frozen=True, gc=False):
    """Stands for a value that is kept apart: any plain data, encoded as JSON, by its digest."""

    ref: str


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A value inside an event."""


class Usage(Part, frozen=True):
    """Tokens in four buckets that never overlap; output includes what the model thought."""

    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0  # how much of the output was thought and not said, where the provider tells

    @property
    def total(self) -> int:
        """All of them."""
        return self.input + self.cache_read + self.cache_write + self.output

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            input=self.input + other.input,
            cache_read=self.cache_read + other.cache_read,
            cache_write=self.cache_write + other.cache_write,
            output=self.output + other.output,
            reasoning=self.reasoning + other.reasoning,
        )


class Failure(Part, frozen=True):
    """What went wrong: a class to decide by, words for people, and where in the scenario."""

    error: str
    message: str = ""
    hint: str = ""
    where: str = ""  # file:line


class Performer(Part, frozen=True):
    """One of the cast as it appears."""

    id: str
    title: str = ""
    glyph: str = "●"
    color: str = "white"
    card: str = ""
    version: str = ""
    mode: str = ""


class Origin(Part, frozen=True):
    """Who or what started a run."""

    kind: Literal["person", "batch", "schedule", "api"] = "person"
    who: str = ""
    batch: str = ""
    cell: str = ""
    repeat: int = 0


class Parent(Part, frozen=True):
    """The run that this one was forked from, and up to which of its events."""

    run: str
    seq: int
    taken: int = 0  # the last of this run's own events that were taken over from there


class Candidate(Part, frozen=True):
    """A model that was looked at: its score, or why it was out."""

    model: str
    use: str = ""
    score: float = 0.0
    out: str = ""  # privacy, price, breaker, context, capability, no key
    note: str = ""  # what spoke for it or against it, for people


class Prices(Part, frozen=True):
    """US dollars for a million tokens, as they were when the call was made."""

    input: float = 0.0
    output: float = 0.0
    cache_read: float = 0.0
    cache_write: float = 0.0
    source: str = ""


class Hold(Part, frozen=True):
    """What a call may cost at worst; charged until it is known."""

    cost_usd: float = 0.0
    tokens: int = 0
    unpriced: bool = False  # nobody knows what it may cost


class Event(msgspec.Struct, kw_only=True, omit_defaults=True, tag_field="kind"):
    """What every event says: which run, in which order, when, and where it belongs."""

    IDENTITY: ClassVar[tuple[str, ...]] = ()  # with the kind, step and call: what makes it the same event in a resume

    run: str = ""
    seq: int = 0
    at: int = 0  # wall clock, microseconds
    mono: int = 0  # milliseconds since the run began
    step: str = ""  # the path: polish/2/verdict, research[1]
    agent: str = ""
    call: str = ""
    cause: int = 0  # the event that led here


# The run


class RunStarted(Event, tag="run.started"):
    """A run begins; all that is needed to perform it again is named here."""

    scenario: str
    title: str = ""
    file: str = ""
    digest: str = ""
    source: Ref | None = None  # every file it was made of: {"path": ..., "files": {path: text}}
    plan: Ref | None = None  # the steps as they were planned: [{step, kind, title, needs, agents, line}]
    inputs: Ref | None = None
    cast: tuple[Performer, ...] = ()
    models: dict[str, str] = {}
    limits: dict[str, float] = {}  # of the whole run
    tags: tuple[str, ...] = ()
    seed: int = 0
    mode: Mode = "live"
    settings: dict[str, Any] = {}  # what else was decided when it was started: limits, matrix, hosts, root
    origin: Origin = Origin()
    parent: Parent | None = None
    edits: Ref | None = None
    versions: dict[str, str] = {}
    machine: dict[str, Any] = {}
    private: bool = False  # something in it is stricter than public

    @property
    def asks_models(self) -> bool:
        """Is any model asked and paid? Not in a rehearsal, nor where all that is said comes from a cassette."""
        is_mixed = bool(self.settings.get("live") or self.settings.get("record"))
        return self.mode == "live" or (self.mode == "cassette" and is_mixed)


class RunPaused(Event, tag="run.paused"):
    """A run stops for now; it can be resumed."""

    reason: str  # person, signal, gate, disk; budget: a limit of its own, batch: what all runs of its batch may use
    by: str = ""
    detail: str = ""


class RunResumed(Event, tag="run.resumed"):
    """A run goes on."""

    reason: str  # crash, person, gate, budget, fork
    by: str = ""


class RunFinished(Event, tag="run.finished"):
    """A run has ended; nothing comes after."""

    outcome: Outcome
    outputs: Ref | None = None
    usage: Usage = Usage()
    cost_usd: float = 0.0
    unpriced: int = 0  # calls whose price nobody knows
    failure: Failure | None = None
    expected: bool = True  # every expectation was met
    excused: bool = False  # what failed was expected to


# Steps


class StepStarted(Event, tag="step.started"):
    """A step begins, or is tried again."""

    IDENTITY = ("attempt",)

    attempt: int = 1
    of: str = ""  # the kind: agent, parallel, ...
    title: str = ""
    cue: str = ""
    caption: Ref | None = None


class StepFinished(Event, tag="step.finished"):
    """A step has given its output."""

    attempt: int = 1
    outcome: Outcome = "succeeded"
    output: Ref | None = None
    usage: Usage = Usage()
    cost_usd: float = 0.0
    givers: tuple[tuple[str, str], ...] = ()  # whose work goes on from here: agent, and the step in which it was done


class StepFailed(Event, tag="step.failed"):
    """A step has failed for good."""

    failure: Failure
    attempt: int = 1
    outcome: Outcome = "failed"
    output: Ref | None = None  # as far as it came
    usage: Usage = Usage()
    cost_usd: float = 0.0
    tolerated: bool = False  # continue_on_error, or a person skipped it while it ran
    givers: tuple[tuple[str, str], ...] = ()


class StepSkipped(Event, tag="step.skipped"):
    """A step was not performed, and why."""

    reason: str
    because: str = ""  # the step that failed or was skipped


class StepRetrying(Event, tag="step.retrying"):
    """A step has failed and will be tried again."""

    IDENTITY = ("attempt",)

    attempt: int
    failure: Failure
    wait_ms: int = 0


class StepExpanded(Event, tag="step.expanded"):
    """A step is done once for each item of a list."""

    count: int
    items: Ref | None = None


class LoopIterated(Event, tag="loop.iterated"):
    """A turn of a loop is over."""

    IDENTITY = ("turn",)

    turn: int
    until: bool = False
    last: bool = False


# Debates


class DebateRound(Event, tag="debate.round"):
    """A round begins."""

    IDENTITY = ("round",)

    round: int
    speakers: tuple[str, ...] = ()
    agreement: float = 0.0  # of the round before


class DebateVoted(Event, tag="debate.voted"):
    """A member has voted."""

    IDENTITY = ("agent",)

    choice: Ref


class DebateDecided(Event, tag="debate.decided"):
    """It is decided; who disagreed is kept."""

    how: Literal["judge", "vote", "consensus"]
    decision: Ref
    dissenters: tuple[str, ...] = ()
    rounds: int = 0


# Calls of models


class CallRouted(Event, tag="call.routed"):
    """A model was chosen: the receipt."""

    model: str
    use: str = ""
    candidates: tuple[Candidate, ...] = ()
    policy: str = ""


class CallWaiting(Event, tag="call.waiting"):
    """A call waits before it starts."""

    waits_for: Literal["limiter", "breaker", "budget"]
    wait_ms: int = 0
    detail: str = ""


class CallStarted(Event, tag="call.started"):
    """A request goes out; this is durable before it does."""

    model: str
    use: str = ""
    attempt: int = 1
    turn: int = 1
    messages: tuple[Ref, ...] = ()
    params: dict[str, Any] = {}
    tools: tuple[str, ...] = ()
    shape: Ref | None = None  # the JSON Schema of the answer
    hold: Hold = Hold()
    played: bool = False  # a cassette answers: no model is asked, and nobody is paid
    patience_ms: int = 0  # how long its first token may take; 0: nobody waits for a model
    address: str = ""  # of the server that is asked, where the scenario says it


class CallSpeaking(Event, tag="call.speaking"):
    """The first token has come."""

    wait_ms: int = 0


class CallFinished(Event, tag="call.finished"):
    """A call has answered."""

    text: Ref | None = None
    tool_calls: Ref | None = None  # [{id, name, arguments}]
    finish: str = "stop"
    usage: Usage = Usage()
    cost_usd: float = 0.0
    prices: Prices | None = None
    basis: Basis = "exact"
    took_ms: int = 0
    offsets: str = ""  # when which part of the text came: see app.offsets
    thought: Ref | None = None  # what the model said to itself
    echo: Ref | None = None  # what its provider must be sent back when the conversation goes on
    counted: Usage | None = None  # by our own count, where the provider's is hard to believe
    served: str = ""  # the model that answered, as the provider names it
    request: str = ""  # the provider's own number for the request
    played: bool = False  # from a cassette: its cost is what was paid when it was recorded


class CallFailed(Event, tag="call.failed"):
    """A call went wrong; what came of it is kept."""

    failure: Failure
    retry_ms: int | None = None  # when it is tried again; none: it is not
    partial: Ref | None = None
    usage: Usage = Usage()
    cost_usd: float = 0.0
    prices: Prices | None = None
    basis: Basis = "estimated"
    took_ms: int = 0
    played: bool = False


# Tools


class ToolStarted(Event, tag="tool.started"):
    """A tool is used; this is durable before it does anything."""

    tool: str
    arguments: Ref | None = None
    effect: Literal["read", "write"] = "read"
    key: str = ""  # the same for every try of the same use


class ToolWaiting(Event, tag="tool.waiting"):
    """A tool waits for a person's consent or for its turn."""

    reason: str


class ToolFinished(Event, tag="tool.finished"):
    """A tool has answered."""

    result: Ref | None = None
    took_ms: int = 0


class ToolFailed(Event, tag="tool.failed"):
    """A tool went wrong."""

    failure: Failure
    took_ms: int = 0


# Between agents, and with people


class Handoff(Event, tag="handoff", rename={"giver": "from", "taker": "to"}):
    """One agent's work is passed on to another."""

    IDENTITY = ("giver", "taker", "source", "number")

    giver: str
    taker: str
    source: str = ""  # the step whose work it is
    why: Literal["needs", "delegation", "result", "escalation", "turn"] = "needs"
    summary: Ref | None = None
    number: int = 0  # of several between the same two in one step


class GateOpened(Event, tag="gate.opened"):
    """Something waits for a person."""

    gate: str
    asks: Literal["approve", "ask", "budget", "tool", "cue"]
    question: Ref | None = None
    options: tuple[str, ...] = ()
    expires_ms: int = 0  # after it opened; 0: never
    default: str | None = None
    role: str = ""


class GateAnswered(Event, tag="gate.answered"):
    """A person has answered; once."""

    gate: str
    choice: Ref
    note: Ref | None = None
    by: str = ""


class GateClosed(Event, tag="gate.closed"):
    """A gate closed without an answer."""

    gate: str
    why: Literal["expired", "cancelled"]
    choice: Ref | None = None  # the default that was taken


class Directed(Event, tag="directed"):
    """A person acted on the run."""

    direction: Literal["whisper", "mute", "unmute", "swap", "raise", "skip", "pause", "resume", "cancel", "hold", "go"]
    by: str = ""
    to: str = ""  # an agent, a step or a limit
    detail: Ref | None = None


# Limits


class BudgetWarned(Event, tag="budget.warned"):
    """A share of a limit is spent."""

    IDENTITY = ("scope", "measure", "share")

    scope: str  # run, agent:cto, step:polish
    measure: Measure
    share: float
    spent: float = 0.0
    held: float = 0.0
    limit: float = 0.0


class BudgetExceeded(Event, tag="budget.exceeded"):
    """A limit is reached."""

    scope: str
    measure: Measure
    spent: float = 0.0
    held: float = 0.0
    limit: float = 0.0
    action: Literal["stop", "pause", "ask", "downgrade"] = "stop"
    needed: float = 0.0  # what the call that did not fit may take at most


class LimitsChanged(Event, tag="limits.changed"):
    """Somebody raised a limit."""

    scope: str
    measure: Measure
    limit: float
    by: str = ""


class BreakerChanged(Event, tag="breaker.changed"):
    """An endpoint failed too often, or is trusted again."""

    endpoint: str
    state: Literal["closed", "open", "half-open"]


# Memory, expectations, and words for the audience


class MemoryRead(Event, tag="memory.read"):
    """What was remembered was looked at."""

    scope: str  # run, agent:cto
    query: str | Ref = ""  # as it is in older archives only
    value: Ref | None = None


class MemoryWritten(Event, tag="memory.written"):
    """Something is remembered."""

    scope: str
    key: str | Ref = ""  # as it is in older archives only
    value: Ref | None = None


class ExpectationChecked(Event, tag="expectation.checked"):
    """One thing that was expected, and whether it held."""

    IDENTITY = ("number", "about")

    number: int
    about: str
    met: bool
    found: str | Ref = ""  # figures as they are, what was said as a Ref
    mark: float | None = None  # that an agent gave, from 0 to 1


class Narration(Event, tag="narration"):
    """A line for the audience."""

    text: Ref


class Remark(Event, tag="remark"):
    """Something worth telling that changes no state."""

    text: str


KINDS: tuple[type[Event], ...] = (
    RunStarted, RunPaused, RunResumed, RunFinished,
    StepStarted, StepFinished, StepFailed, StepSkipped, StepRetrying, StepExpanded, LoopIterated,
    DebateRound, DebateVoted, DebateDecided,
    CallRouted, CallWaiting, CallStarted, CallSpeaking, CallFinished, CallFailed,
    ToolStarted, ToolWaiting, ToolFinished, ToolFailed,
    Handoff, GateOpened, GateAnswered, GateClosed, Directed,
    BudgetWarned, BudgetExceeded, LimitsChanged, BreakerChanged,
    MemoryRead, MemoryWritten, ExpectationChecked, Narration, Remark,
)  # fmt: skip

AnyEvent = (
    RunStarted | RunPaused | RunResumed | RunFinished
    | StepStarted | StepFinished | StepFailed | StepSkipped | StepRetrying | StepExpanded | LoopIterated
    | DebateRound | DebateVoted | DebateDecided
    | CallRouted | CallWaiting | CallStarted | CallSpeaking | CallFinished | CallFailed
    | ToolStarted | ToolWaiting | ToolFinished | ToolFailed
    | Handoff | GateOpened | GateAnswered | GateClosed | Directed
    | BudgetWarned | BudgetExceeded | LimitsChanged | BreakerChanged
    | MemoryRead | MemoryWritten | ExpectationChecked | Narration | Remark
)  # fmt: skip

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(AnyEvent)

_NAMES = {kind: str(kind.__struct_config__.tag) for kind in KINDS}

encode = _encoder.encode


def decode(body: bytes | str) -> Event:
    """The event that was encoded."""
    return _decoder.decode(body)


def kind_of(event: Event) -> str:
    """Its kind as it is written: step.finished."""
    return _NAMES[type(event)]


def identity(event: Event) -> tuple[object, ...]:
    """What makes an event the same one when a run is resumed."""
    return (type(event), event.step, event.call, *[getattr(event, name) for name in event.IDENTITY])


@lru_cache(maxsize=4096)
def definition(path: str) -> str:
    """The step of the file that a path of a run leads to: polish/2/verdict is polish/verdict, rivals[1] is rivals."""
    return "/".join(part.partition("[")[0] for part in path.split("/") if not part[:1].isdigit())
