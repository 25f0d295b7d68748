"""What all steps of one run share: its log and clock, its budgets, its gates, its models, and what people direct."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from msgspec.structs import replace

from app.document.values import Limits
from app.engine.budgets import MEASURES, Account, Budgets
from app.engine.choices import named_in
from app.engine.clocks import Clock, Deadline, RealClock, Signal, VirtualClock
from app.engine.directions import Directions
from app.engine.endpoints import Endpoints, of_a_rehearsal, of_this_process
from app.engine.gates import Gates
from app.engine.log import Log
from app.engine.loose_ends import LooseEnds
from app.engine.once import once
from app.engine.outcomes import SKIPPED, Halt, Mishap
from app.engine.reaching import endpoint_of
from app.engine.recalling import Recall
from app.engine.retrying import RETRIES
from app.engine.secrets import Secrets
from app.engine.tapes import Tapes
from app.engine.taping import Taping, Voice
from app.engine.turnstile import Turnstile
from app.events import BudgetExceeded, CallFailed, CallStarted, Event, GateOpened, LimitsChanged, Mode, Remark, Usage
from app.journal.experience import Served
from app.scenario import Checked
from app.scenario.model import AgentStep, ModelChoice
from app.scenario.model.modifiers import Step
from providers.base import Endpoint, NoProvider, Provider, Request, Script
from providers.connections import connections
from providers.routing import Experience

if TYPE_CHECKING:
    from app.engine.calls import Asked
    from app.engine.ledger import Ledger
    from app.engine.models import Model
    from app.journal import Journal
    from app.tools.base import Surroundings
    from app.tools.mcp.troupe import Servers

Delta = Callable[[CallStarted, str], None]
_REHEARSAL = Endpoint("rehearsal", "")


@dataclass(slots=True)
class Settings:
    """What whoever starts a run decides about it."""

    mode: Mode = "live"
    seed: int = 0
    limits: Mapping[str, float] = field(default_factory=dict)
    matrix: Mapping[str, Any] | None = None
    hosts: tuple[str, ...] = ()
    root: Path = field(default_factory=Path)
    outbox: Path = field(default_factory=Path)
    providers: Callable[[str], Provider] | None = None
    tapes: Tapes | None = None
    retries: int = RETRIES
    ledger: Ledger | None = None  # what this run and others spend from together
    endpoints: Endpoints | None = None  # in the place of what the live runs of this process share
    unwatched: bool = False  # nobody watches or directs it while it goes on


class Performance:
    """One run while it is performed."""

    def __init__(self, log: Log, journal: Journal, settings: Settings, checked: Checked) -> None:
        self.log = log
        self.journal = journal
        self.settings = settings
        self.named = once(checked, named_in)
        self.mode = settings.mode
        self.seed = settings.seed
        tapes = settings.tapes
        self.clock_is_virtual = settings.mode == "rehearsal" or (tapes is not None and tapes.is_closed)
        begun = (log.recorded[-1].mono / 1000) if log.recorded else 0.0
        self.clock: Clock = VirtualClock(log, begun) if self.clock_is_virtual else RealClock(log, begun)
        log.clock = self.clock
        self.budgets = Budgets(log, self.clock, settings.ledger)
        self.gates = Gates(self)
        self.directions = Directions()
        self.directions.recall(log.recorded, log.value)
        self.secrets = Secrets(pretend=settings.mode == "rehearsal")
        self.turnstile = Turnstile(self.clock)
        self._never = Signal(self.clock)
        own = of_a_rehearsal(self.clock) if self.clock_is_virtual else None
        self.endpoints = own or settings.endpoints or of_this_process()
        self._runs_ahead = self.clock_is_virtual and settings.unwatched
        self.taping = None if tapes is None else Taping(self, tapes)
        self.matrix = None if settings.matrix is None else dict(settings.matrix)
        self.facts: dict[str, Any] = {
            "id": log.run, "scenario": "", "mode": self.mode, "seed": self.seed, "cost_usd": 0.0, "tokens": 0,
            "elapsed_s": begun,
        }  # fmt: skip
        log.on_event(self._tell_time)
        self.experience: Mapping[Served, Experience] = {}  # what earlier runs teach, in a live one
        self.unpriced = 0
        self._remarked = {event.text for event in log.recorded if isinstance(event, Remark)}
        self.is_ending = False  # all that is left is to say how it ended
        self.usage = Usage()
        self.cursors: dict[str, int] = {}  # whose line is due, in a rehearsal
        self.faults: dict[str, int] = {}
        self.handed: set[tuple[str, str, str, str]] = set()  # giver, taker, whose step, and where
        self.remembered: dict[str, dict[str, Any]] = {}
        self.recall = Recall(self)
        self.recall.totals()
        self.loose_ends = LooseEnds(log)
        self.halt: Callable[[Halt], None] = _nobody_halts
        self.read_inbox: Callable[[], None] = _nobody_writes
        self._calls: dict[str, int] = {}
        self._accounts: dict[str, Account] = {}
        self._limits_anew: list[LimitsChanged] = []
        self._watchers: list[Delta] = []
        self._ending: set[str] = set()  # steps that are being skipped while they run
        self._running: dict[str, asyncio.Task[Any]] = {}

    def _tell_time(self, event: Event) -> None:
        self.facts["elapsed_s"] = event.mono / 1000

    # Limits

    def account(self, scope: str, limits: Limits | None, path: str, *, agent: str = "") -> Account:
        """Open an account; what was spent of it before the run was resumed is spent."""
        path = path.rstrip("/")
        account = Account(scope, {}, path, agent) if limits is None else Account.of(scope, limits, path, agent)
        if scope == "run":
            account.tighten(self.settings.limits)
        account.recall(self.log.recorded)
        if scope == "run":
            for event in self._limits_anew:
                if account.limits.get(event.measure) != event.limit:
                    account.limits[event.measure] = self.log.add(event).limit
        self._accounts[scope] = account
        return account

    def limit_anew(self, limits: Mapping[str, float], by: str) -> None:
        """What somebody who resumes the run lets it use, whatever was said of that before."""
        self._limits_anew = [LimitsChanged("run", name, limits[name], by) for name in MEASURES if name in limits]

    @property
    def accounts(self) -> tuple[Account, ...]:
        """All accounts that were opened."""
        return tuple(self._accounts.values())

    def is_ahead(self, scope: str) -> bool:
        """Was its limit reached before the run was resumed, and has the run not yet come back to it?"""
        exceeded = (event for event in self.log.recorded if isinstance(event, BudgetExceeded) and event.scope == scope)
        return scope not in self._accounts and any(exceeded)

    def open_account(self, scope: str) -> Account:
        """The account of a scope that is open now: run, agent:cto, step:polish."""
        if scope not in self._accounts:
            raise ValueError(f'"{scope}" has no limits; there are {", ".join(self._accounts)}')
        return self._accounts[scope]

    def count(self, usage: Usage, cost_usd: float, *, unpriced: bool) -> None:
        """Count a call into what the whole run used."""
        self.usage = self.usage + usage
        self.unpriced += unpriced
        self.facts["cost_usd"] = round(self.facts["cost_usd"] + cost_usd, 9)
        self.facts["tokens"] = self.usage.total

    # Calls

    def next_call(self, path: str) -> str:
        """An id for a call that is the same when the run is resumed."""
        number = self._calls[path] = self._calls.get(path, 0) + 1
        return f"{path}#{number}"

    def next_try(self, script: Script) -> Script:
        """What is rehearsed when a call is tried again."""
        return replace(script, attempt=script.attempt + 1) if self.mode == "rehearsal" else script

    def provider(self, use: str, choice: ModelChoice | None) -> Provider:
        """Who answers for a model, or NoProvider; in a rehearsal it is always the one that needs no key."""
        if self.settings.tapes is not None and self.settings.tapes.is_closed:
            raise NoProvider(use, "it is played from a cassette")
        if self.settings.providers is not None:
            return self.settings.providers(use)
        if self.mode == "rehearsal":
            return connections().to(_REHEARSAL)
        endpoint = endpoint_of(use, choice)
        if endpoint.key:
            self.secrets.know(endpoint.key_source, endpoint.key)
        return connections().to(endpoint)

    def voice(self, asked: Asked, model: Model, request: Request) -> Voice:
        """Who answers a call: its model, or the cassette that is played; Mishap when that knows no answer."""
        if self.taping is not None:
            return self.taping.voice(asked, model, request)
        assert model.provider is not None  # one that cannot be reached is never chosen
        return Voice(model.provider)

    def is_played(self, agent: str) -> bool:
        """Does an agent speak from a cassette?"""
        return self.taping is not None and self.taping.plays(agent)

    def needs_model(self, agent: str) -> bool:
        """Does it need a model as well?"""
        return self.taping is None or not self.taping.plays(agent) or self.taping.fills_in

    def endpoints_of(self, agent: str) -> Endpoints:
        """Those an agent calls; what was recorded says nothing of how they are now."""
        return self.taping.endpoints if self.taping is not None and self.taping.plays(agent) else self.endpoints

    def take_number(self, call: str) -> None:
        """A number was given to a call that is not made again."""
        path, _, number = call.rpartition("#")
        self._calls[path] = max(self._calls.get(path, 0), int(number))

    def tie_up(self, path: str = "") -> Sequence[CallFailed]:
        """Close what is still open in a step that ends for good, or in the run; the calls among it are counted."""
        calls = self.loose_ends.tie(path)
        for call in calls:
            self.count(call.usage, call.cost_usd, unpriced=call.basis == "unpriced")
            for account in self.accounts:
                if account.covers(call):
                    account.take(call)
        return calls

    # Those who watch

    @property
    def is_watched(self) -> bool:
        """Does anybody want to see text while it comes?"""
        return bool(self._watchers)

    def watch(self, watcher: Delta) -> None:
        """Be told each piece of text as it comes; nothing of it is kept."""
        self._watchers.append(watcher)

    def publish(self, started: CallStarted, text: str) -> None:
        """Tell those who watch."""
        for watcher in tuple(self._watchers):
            try:
                watcher(started, text)
            except Exception as error:  # the edge to somebody else's code: a display must not end what it shows
                self._watchers.remove(watcher)
                self.log.add(Remark(f"a watcher failed and is told nothing more: {type(error).__name__}: {error}"))

    def on_event(self, listener: Callable[[Event], None]) -> None:
        """Be told each event as it is added."""
        self.log.on_event(listener)

    def remark_once(self, text: str) -> None:
        """Tell the audience something, in a run and all its resumptions a single time."""
        if text not in self._remarked:
            self._remarked.add(text)
            self.log.add(Remark(text))

    # Effects

    async def before_effect(self) -> None:
        """Before a call or a tool: a run that is held or stopping starts nothing new."""
        await self.turnstile.passage()

    async def before_request(self) -> None:
        """A request goes out when all it builds on is safe. A line that is rehearsed unwatched reaches nobody."""
        await (self.clock.turn() if self._runs_ahead else self.clock.settle())

    def led_by(self, audience: Callable[[int], Awaitable[None]] | None) -> None:
        """Begin nothing before an audience has seen the event of a number, the last there is."""
        self.turnstile.follow(None if audience is None else partial(self._seen_by, audience))

    async def _seen_by(self, audience: Callable[[int], Awaitable[None]]) -> None:
        try:
            await audience(self.log.seq)
        except Exception as error:  # the edge to somebody else's code: a display must not end what it shows
            self.turnstile.follow(None)
            self.log.add(Remark(f"an audience failed and is waited for no more: {type(error).__name__}: {error}"))

    async def stop_here(self, halt: Halt) -> NoReturn:
        """The run cannot go on: nothing new begins, what is under way may end, and then it is paused."""
        with self.clock.still():  # who halts itself is interrupted only once it waits: no alarm may be sooner
            self.halt(halt)
            while True:
                await self._never.wait()

    def within(self, seconds: float | None) -> Deadline:
        """Around what may take so long, unless the run is about to be paused."""
        return Deadline(self.clock, seconds, self.turnstile.is_stopped)

    def effect(self) -> Turnstile:
        """Around a call or a tool that is under way: a run that stops waits for it a while."""
        return self.turnstile

    def surroundings(self, key: str) -> Surroundings:
        """Where tools work, and what they may reach."""
        from app.tools.base import Surroundings

        return Surroundings(
            self.settings.root, self.settings.outbox, key, self.settings.hosts, self.mode == "rehearsal",
            self.secrets.values(),
        )  # fmt: skip

    @cached_property
    def servers(self) -> Servers:
        """The tool servers of whoever performs: each is started when it is first needed."""
        from app.tools.mcp.own_servers import servers_file
        from app.tools.mcp.troupe import Servers

        return Servers(servers_file(), self.settings.root)

    async def leave(self) -> None:
        """End what was started for this run."""
        if "servers" in self.__dict__:
            await self.servers.close()

    # Secrets

    def secret(self, name: str) -> str:
        """The value of a secret, for a tool or a provider and nobody else."""
        value = self.secrets.get(name)
        self.log.cover = self.mask_all  # from now on: what is computed from it may hold it
        return value

    def mask(self, text: str) -> str:
        """A text without any secret that is known here, and without what looks like one."""
        return self.secrets.mask(text)

    def mask_all(self, data: Any) -> Any:
        """The same for every text of a structure."""
        return self.secrets.mask_all(data)

    def environment(self, declared: Mapping[str, str | None]) -> dict[str, str]:
        """The variables a scenario may read, and no others."""
        found: dict[str, str] = {}
        for name, default in declared.items():
            value = os.environ.get(name, default)
            if value is None:
                raise Mishap("bad_request", f"the variable {name} is not set", f"export {name}=...")
            found[name] = value
        return found

    # People

    def is_skipped(self, path: str) -> bool:
        """Did a person say to leave a step out?"""
        return self.directions.skips(path)

    def is_muted(self, step: Step) -> bool:
        """Is the only one who speaks in a step muted?"""
        return isinstance(step, AgentStep) and step.agent in self.directions.muted

    @contextmanager
    def skippable(self, path: str) -> Iterator[None]:
        """Around a step: a person may skip it while it runs."""
        task = asyncio.current_task()
        assert task is not None
        self._running[path] = task
        try:
            yield
        except asyncio.CancelledError:
            if path not in self._ending or task.uncancel() > 0:
                raise
            raise Mishap(SKIPPED, "a person skipped it", outcome="cancelled") from None
        finally:
            self._running.pop(path, None)
            self._ending.discard(path)

    def skip_running(self, path: str) -> None:
        """End a step that runs, as a person said so."""
        if (task := self._running.get(path)) is not None:
            self._ending.add(path)
            task.cancel()

    def seconds_left(self, opened: GateOpened) -> float:
        """How long a gate still waits; it went on waiting while nobody performed the run."""
        return max(0.0, opened.at / 1e6 + opened.expires_ms / 1000 - time.time())

    @property
    def keeps_memory(self) -> bool:
        """Is what agents remember kept across runs?"""
        return self.mode == "live" and self.taping is None  # a cassette remembers nothing of other runs


def _nobody_halts(halt: Halt) -> None:
    raise halt


def _nobody_writes() -> None:
    pass
