"""Which model answers: those an agent may use behind the privacy wall, the choice among them, and what a call costs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from app.document.suggest import shortened
from app.document.values import Privacy
from app.engine.billing import hold_of, read_at_worst, tariff_for
from app.engine.outcomes import Mishap
from app.engine.reaching import usual_models
from app.events import Failure, Hold
from app.journal.experience import served
from app.scenario.model import ModelChoice, Routed
from app.scenario.privacy import candidates, class_of, class_reached, may_see
from app.scenario.worst import MOST_OUTPUT, most_output
from providers import tokens
from providers.addresses import address_of
from providers.base import NoProvider, Provider, Request
from providers.catalogue import ModelFacts, lookup, service_of
from providers.limiter import NO_RATE, Rate, Ticket
from providers.pricing import Tariff, worst_cost
from providers.routing import Need, Option, choose
from providers.routing import Routed as Choice
from providers.wires.watchdog import Patience

if TYPE_CHECKING:
    from app.engine.act import Act
    from app.engine.calls import Asked
    from app.engine.performance import Performance
    from app.engine.play import Play

UNDERSTUDY = "rehearsal/understudy"
USUAL_OUTPUT = 512  # tokens, to compare prices by


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be called."""

    name: str  # in the scenario
    use: str  # provider/model
    provider: Provider | None  # nobody here speaks to it
    endpoint: str
    tariff: Tariff | None
    facts: ModelFacts | None
    params: dict[str, Any] = field(default_factory=dict)
    most_output: int = MOST_OUTPUT
    rehearsed: bool = False
    patience: Patience = field(default_factory=Patience)
    why_not: str = ""  # it cannot be asked
    privacy: Privacy = "public"  # what it may be shown at most
    window: int = 0  # tokens that it takes in and gives out together; 0: nobody knows
    rate: Rate = NO_RATE
    rate_of_service: Rate = NO_RATE

    @property
    def address(self) -> str:
        """Where it is served, if the scenario says so."""
        return self.endpoint if "://" in self.endpoint else ""

    @property
    def api_name(self) -> str:
        """As its provider calls it."""
        return self.use.partition("/")[2]

    def ticket(self, hold: Hold, *, again: bool) -> Ticket:
        """What it lines up with for a call."""
        return Ticket(self.endpoint, self.use, hold.tokens, self.rate_of_service, self.rate, again)

    def request(self, asked: Asked, privacy: Privacy) -> Request:
        """What it is asked."""
        return Request(
            self.api_name,
            asked.messages,
            self.params,
            asked.offers,
            asked.shape,
            asked.script,
            self.most_output,
            privacy,
        )


class Models:
    """The models of one call: what was tried, and what is left."""

    def __init__(self, act: Act, asked: Asked) -> None:
        self._play: Play = act.scene.play
        self._performance: Performance = self._play.performance
        self._asked = asked
        self._endpoints = self._performance.endpoints_of(asked.speaker.id)
        self._accounts = act.accounts_of(asked.speaker)
        self.privacy = self._play.checked.privacy_at.get((act.place.name, asked.speaker.id), "local")  # if in doubt
        self._failed: dict[str, Failure] = {}  # by the model's name

    def choose(self, routed: Choice) -> Model:
        """The best of those that are left; Mishap when none is."""
        if routed.chosen is None:
            why = "; ".join(f"{one.model}: {one.note or one.out}" for one in routed.candidates)
            told = f"no model can take this ({why or 'the scenario names none'})"
            raise Mishap("no_model", told, "footlights explain shows which may")
        return self.named(routed.chosen)

    def wait(self, routed: Choice) -> tuple[float, str]:
        """How long until one of those that are left is trusted again, and its endpoint; 0 when that helps nobody."""
        if routed.chosen is not None or self._failed:
            return 0.0, ""
        endpoints = {self.named(one.model).endpoint for one in routed.candidates if one.out == "breaker"}
        return min(((self._endpoints.wait(endpoint), endpoint) for endpoint in endpoints), default=(0.0, ""))

    def named(self, name: str) -> Model:
        """A model by its name in the scenario."""
        known = self._play.models.get(name)
        if known is None:
            known = self._play.models[name] = self._made(name)
        return known

    def may_be_asked(self, model: Model) -> bool:
        """Can it be asked, and may it see this? The last look before every call, whoever has chosen the model."""
        is_here = model.provider is not None or self._performance.is_played(self._asked.speaker.id)
        return is_here and may_see(model.privacy, self.privacy)

    def exclude(self, model: Model, failure: Failure) -> None:
        """Do not choose it again for this call."""
        self._failed[model.name] = failure

    def has_other_than(self, model: Model, failure: Failure) -> bool:
        """Is there another one to fall back on?"""
        self._failed[model.name] = failure
        try:
            return self.route().chosen is not None
        finally:
            del self._failed[model.name]

    def route(self) -> Choice:
        """Look at all that may take the call, as it stands with them now."""
        speaker = self._asked.speaker
        route = speaker.agent.model.route if isinstance(speaker.agent.model, Routed) else None
        routing = speaker.card.routing if speaker.card else None
        prefer = tuple((route.prefer if route else []) or (routing.prefer if routing else []))
        is_anybody = not candidates(self._play.scenario, speaker.agent)
        if any(account.downgraded for account in self._accounts) or (is_anybody and not prefer):
            prefer = ("cost",)
        written = (route.complexity if route else None) or (routing.complexity if routing else None)
        need = Need(
            privacy=self.privacy,
            prefer=prefer,
            complexity=written or ("medium" if is_anybody else None),
            input_tokens=tokens.of_messages(self._asked.messages),
            tools=bool(self._asked.offers),
            data=self._asked.shape is not None,
            window_above=max((self.named(one).window for one in self._failed if self._was_too_long(one)), default=0),
            at_most=self._left(),
        )
        routed = choose(tuple(self._as_they_stand(need.input_tokens)), need)
        if self._failed:  # the chosen one has failed: from here on the author's order counts, and no score
            fit = {candidate.model for candidate in routed.candidates if not candidate.out}
            then = next((name for name in (route.fallback if route else ()) if name in fit), None)
            routed = replace(routed, chosen=then, policy="fallback")
        if self._failed or written is None or self._performance.is_played(speaker.id):
            routed = replace(routed, remark="") if routed.remark else routed
        taping = self._performance.taping
        return routed if taping is None else taping.as_recorded(self._asked, routed, failed=self._failed)

    def _was_too_long(self, name: str) -> bool:
        return self._failed[name].error == "context_too_long"

    def _left(self) -> float | None:
        """The dollars that are left for a call; whoever wants a cheaper model at the limit is told of the limit."""
        left = (
            account.limits["cost_usd"] - account.spent["cost_usd"]
            for account in self._accounts
            if "cost_usd" in account.limits and account.action != "downgrade"
        )
        return max(0.0, least) if (least := min(left, default=None)) is not None else None

    def _as_they_stand(self, reads: int) -> Iterator[Option]:
        """The options, with what changes from call to call."""
        now, at_worst = time.time(), read_at_worst(self._asked)
        for option in self._options():
            model, failure = self.named(option.model), self._failed.get(option.model)
            price, hold = model.tariff and model.tariff(reads, now), hold_of(model, at_worst, now)
            yield replace(
                option,
                tripped=self._endpoints.wait(model.endpoint),
                failed=None if failure is None else (failure.error, shortened(failure.message or failure.error, 120)),
                usual_usd=None if price is None else worst_cost(reads, USUAL_OUTPUT, price),
                worst_usd=None if hold.unpriced else hold.cost_usd,
            )

    def _options(self) -> list[Option]:
        """Every model the agent may use, as far as that is the same for all its calls."""
        play, agent = self._play, self._asked.speaker.id
        swapped = self._performance.directions.swapped.get(agent)
        known = play.options.get((agent, swapped))
        if known is None:
            known = play.options[agent, swapped] = self._look_up(swapped)
        return known

    def _look_up(self, swapped: str | None) -> list[Option]:
        play, speaker = self._play, self._asked.speaker
        scenario = play.scenario
        names = [swapped] if swapped else candidates(scenario, speaker.agent)
        if not names:
            mode = self._performance.mode
            names = [UNDERSTUDY] if mode == "rehearsal" else usual_models(ready=mode == "live")
        agent = speaker.agent.model
        reserve = set()
        if isinstance(agent, Routed):
            among = agent.route.among if agent.route.among is not None else list(scenario.models)
            reserve = {name for name in agent.route.fallback if name not in among}
        return [self._option(self.named(name), reserve=name in reserve) for name in names]

    def _option(self, model: Model, *, reserve: bool) -> Option:
        return Option(
            model.name,
            model.use,
            model.privacy,
            model.why_not if self._performance.needs_model(self._asked.speaker.id) else "",
            facts=model.facts,
            window=model.window,
            most_output=model.most_output,
            learned=self._performance.experience.get(served(model.use, model.address)),
            reserve=reserve,
        )

    def _made(self, name: str) -> Model:
        scenario, is_live = self._play.scenario, self._performance.mode != "rehearsal"
        choice = scenario.models.get(name)
        use = choice.use if choice else name
        base_url = choice.base_url if choice else None
        facts, service = lookup(use, base_url), service_of(use)
        params = dict(choice.params) if choice else {}
        provider, why_not = None, ""
        try:
            provider = self._performance.provider(use, choice)
        except NoProvider as missing:
            why_not = missing.why
        return Model(
            name,
            use,
            provider,
            base_url or use.partition("/")[0],
            tariff_for(use, choice, live=is_live),
            facts,
            params,
            most_output(choice, facts),
            self._performance.mode == "rehearsal",
            patience=_patience(choice),
            why_not=why_not,
            privacy=class_reached(scenario, name, base_url or (address_of(service) if service else ""))
            if is_live and provider
            else class_of(scenario, name),
            window=int((choice and choice.context) or (facts.context if facts is not None else 0)),
            rate=_rate(choice),
            rate_of_service=Rate(service.requests, service.tokens, service.at_a_time)
            if service is not None
            else NO_RATE,
        )


def _rate(choice: ModelChoice | None) -> Rate:
    written = choice.rate if choice is not None else None
    return NO_RATE if written is None else Rate(written.requests, written.tokens, written.at_a_time)


def _patience(choice: ModelChoice | None) -> Patience:
    usual, written = Patience(), choice.timeouts if choice is not None else None
    if written is None:
        return usual
    return Patience(
        written.first_token or usual.first,
        written.between_tokens or usual.between,
        written.total or usual.total,
    )
