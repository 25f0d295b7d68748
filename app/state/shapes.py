"""What the fold holds. Whatever never changes once it was said is kept as the event that said it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from app.events import (
    BudgetExceeded,
    BudgetWarned,
    CallFailed,
    CallFinished,
    CallRouted,
    CallStarted,
    CallWaiting,
    DebateDecided,
    Directed,
    Event,
    ExpectationChecked,
    Failure,
    GateAnswered,
    GateClosed,
    GateOpened,
    Handoff,
    LimitsChanged,
    LoopIterated,
    MemoryRead,
    MemoryWritten,
    Narration,
    Outcome,
    Performer,
    Ref,
    Remark,
    RunFinished,
    RunPaused,
    RunStarted,
    StepFailed,
    StepRetrying,
    StepSkipped,
    StepStarted,
    ToolFailed,
    ToolFinished,
    ToolStarted,
    Usage,
)
from app.state.spending import Spent

Status = Literal["new", "running", "paused"] | Outcome
StepStatus = Literal["waiting", "running", "retrying"] | Outcome
CallStatus = Literal["routed", "waiting", "started", "speaking", "finished", "failed", "lost", "not made"]
ToolStatus = Literal["waiting", "started", "finished", "failed", "lost"]
GateStatus = Literal["open", "answered", "expired", "cancelled"]
Doing = Literal["idle", "waiting", "thinking", "speaking", "using tool"]
AgentStatus = Literal["muted"] | Doing


@dataclass(slots=True)
class Tally:
    """What calls have taken together, and what those under way may still take."""

    calls: int = 0  # attempts that went out
    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0
    cost_usd: float = 0.0
    estimated_usd: float = 0.0  # the part of the cost that no provider has confirmed
    rehearsed_usd: float = 0.0  # the part that was never paid
    rehearsed: int = 0  # calls for which no model was asked
    unpriced: int = 0  # calls whose price nobody knows
    local_ms: int = 0  # of those that ran on a machine of one's own
    played_usd: float = (
        0.0  # what those that came from a cassette had cost when they were recorded; no part of the cost
    )
    played: int = 0  # calls that came from a cassette
    took_ms: int = 0  # of all calls together, however many at a time
    held_usd: float = 0.0
    held_tokens: int = 0

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.input + self.cache_read + self.cache_write + self.output

    @property
    def usage(self) -> Usage:
        """The tokens in their buckets."""
        return Usage(input=self.input, cache_read=self.cache_read, cache_write=self.cache_write, output=self.output)


@dataclass(slots=True)
class StepState:
    """A step, a turn of a loop or one item of a list: where it stands, what it gave, what it took."""

    path: str
    parent: str = ""  # the nearest step around it that has begun; "" is the run itself
    of: str = ""
    title: str = ""
    agent: str = ""  # who acts in it, the first of several
    cue: str = ""
    caption: Ref | None = None
    status: StepStatus = "waiting"
    attempt: int = 0
    output: Ref | None = None
    failure: Failure | None = None
    tolerated: bool = False
    reason: str = ""  # why it was skipped
    because: str = ""
    began_at: int = 0  # seq
    ended_at: int = 0
    began: int = 0  # milliseconds since the run began
    ended: int | None = None
    turn: int = 0  # turns of a loop that are over
    until: bool = False
    count: int | None = None  # items of a list
    items: Ref | None = None
    children: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)  # of it and everything inside

    @property
    def over(self) -> bool:
        """Nothing more will happen in it."""
        return self.status not in ("waiting", "running", "retrying")


@dataclass(slots=True)
class CallState:
    """One call of a model, from the choice of the model to the answer."""

    id: str
    step: str
    agent: str
    status: CallStatus = "routed"
    routed: CallRouted | None = None
    waiting: CallWaiting | None = None  # the last wait, also when it is over
    started: CallStarted | None = None
    ended: CallFinished | CallFailed | None = None
    began: int = 0  # milliseconds since the run began
    spoke: int | None = None
    done: int | None = None
    waited_ms: int = 0
    spent: Spent = field(default_factory=Spent)  # by all its attempts

    @property
    def cost_usd(self) -> float:
        """What all its attempts have cost."""
        return self.spent.cost_usd

    @property
    def model(self) -> str:
        """The model it went to, or will go to."""
        said = self.started or self.routed
        return said.model if said else ""

    @property
    def use(self) -> str:
        """The same as `provider/model`, where that is known."""
        said = self.started or self.routed
        return (said.use or said.model) if said else ""

    @property
    def first_ms(self) -> int | None:
        """How long its first token took, as whoever asked has measured it."""
        return None if self.spoke is None else self.spoke - self.began

    @property
    def took_ms(self) -> int | None:
        """How long it took, as whoever asked has measured it; none while it is under way."""
        return None if self.ended is None else self.ended.took_ms

    @property
    def attempt(self) -> int:
        return self.started.attempt if self.started else 0

    @property
    def usage(self) -> Usage:
        return self.ended.usage if self.ended else Usage()

    @property
    def text(self) -> Ref | None:
        """What it said, as far as it came."""
        if isinstance(self.ended, CallFinished):
            return self.ended.text
        return self.ended.partial if self.ended else None


@dataclass(slots=True)
class ToolState:
    """One use of a tool."""

    id: str
    step: str
    agent: str
    status: ToolStatus = "waiting"
    reason: str = ""  # what it waits for
    started: ToolStarted | None = None
    ended: ToolFinished | ToolFailed | None = None
    began: int = 0
    done: int | None = None

    @property
    def tool(self) -> str:
        """Its name."""
        return self.started.tool if self.started else ""


@dataclass(slots=True)
class AgentState:
    """One of the cast: what they are doing, what they said last, what they took."""

    who: Performer
    doing: Doing = "idle"
    muted: bool = False
    step: str = ""  # where they act, or acted last
    call: str = ""
    said: Ref | None = None
    handed: Handoff | None = None  # the last thing they were given
    under_way: dict[str, Doing] = field(default_factory=dict)  # calls and tools by id, the latest last
    tools: int = 0
    waited_ms: int = 0
    tally: Tally = field(default_factory=Tally)

    @property
    def status(self) -> AgentStatus:
        """In one word."""
        return "muted" if self.muted else self.doing


@dataclass(slots=True)
class GateState:
    """A question to a person, and what became of it."""

    opened: GateOpened
    status: GateStatus = "open"
    answered: GateAnswered | None = None
    closed: GateClosed | None = None


@dataclass(slots=True)
class DebateState:
    """A debate: the round, the votes, the decision and who did not agree."""

    step: str
    round: int = 0
    speakers: tuple[str, ...] = ()
    agreement: float = 0.0
    votes: dict[str, Ref] = field(default_factory=dict)
    decided: DebateDecided | None = None


@dataclass(slots=True)
class RunState:
    """A whole run after some of its events."""

    run: str = ""
    seq: int = 0
    at: int = 0  # wall clock of the last event, microseconds
    mono: int = 0  # milliseconds since the run began
    status: Status = "new"
    start: RunStarted | None = None
    pause: RunPaused | None = None  # the last one, also when it is over
    finish: RunFinished | None = None
    resumed: int = 0
    held: bool = False  # a person holds the engine
    steps: dict[str, StepState] = field(default_factory=dict)  # by path, in order of appearance
    roots: list[str] = field(default_factory=list)
    calls: dict[str, CallState] = field(default_factory=dict)
    tools: dict[str, ToolState] = field(default_factory=dict)
    agents: dict[str, AgentState] = field(default_factory=dict)  # in order of the cast
    gates: dict[str, GateState] = field(default_factory=dict)
    debates: dict[str, DebateState] = field(default_factory=dict)
    handoffs: list[Handoff] = field(default_factory=list)
    turns: list[LoopIterated] = field(default_factory=list)
    retries: list[StepRetrying | CallFailed] = field(default_factory=list)
    skips: list[StepSkipped] = field(default_factory=list)
    errors: list[StepFailed | CallFailed | ToolFailed] = field(default_factory=list)
    cues: list[StepStarted] = field(default_factory=list)
    caption: Ref | None = None
    narration: list[Narration] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    directions: list[Directed] = field(default_factory=list)
    memory: list[MemoryRead | MemoryWritten] = field(default_factory=list)
    expectations: dict[int, ExpectationChecked] = field(default_factory=dict)
    limits: dict[str, dict[str, float]] = field(default_factory=dict)  # by scope and measure
    warnings: list[BudgetWarned | BudgetExceeded] = field(default_factory=list)
    raised: list[LimitsChanged] = field(default_factory=list)
    breakers: dict[str, str] = field(default_factory=dict)  # endpoints that are not trusted as usual
    totals: Tally = field(default_factory=Tally)
    inherited: Tally = field(default_factory=Tally)  # the part that a fork took over
    trail: list[tuple[int, int, str]] = field(default_factory=list)  # of each event: cause, mono, step

    @property
    def over(self) -> bool:
        """Nothing comes after."""
        return self.finish is not None

    def in_order(self) -> Iterator[tuple[StepState, int]]:
        """Each step after the one it lies in, and how deep it lies."""
        waiting = [(path, 0) for path in reversed(self.roots)]
        while waiting:
            path, depth = waiting.pop()
            step = self.steps[path]
            yield step, depth
            waiting += [(child, depth + 1) for child in reversed(step.children)]

    @property
    def open_gates(self) -> list[GateState]:
        """What waits for a person."""
        return [gate for gate in self.gates.values() if gate.status == "open"]

    @property
    def new_usd(self) -> float:
        """What this run cost itself, without what a fork took over."""
        return self.totals.cost_usd - self.inherited.cost_usd


Rules = dict[type[Event], Callable[[RunState, Any], None]]
