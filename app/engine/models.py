"""Which model answers: those an agent may use behind the privacy wall, the choice among them, and what a call costs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from app.document.values import Privacy
from app.engine.outcomes import Mishap
from app.engine.streaming import Broken, Heard
from app.events import Basis, Candidate, Hold, Prices, Usage
from app.scenario.model import ModelChoice, Routed
from app.scenario.privacy import candidates, class_of, may_see
from providers import tokens
from providers.base import NoProvider, Provider, Request
from providers.catalogue import ModelFacts, lookup
from providers.pricing import basis_of, cost_of, prices_for, worst_cost, written_prices
from providers.routing import Need, Option, choose
from providers.routing import Routed as Choice
from providers.watchdog import Patience

if TYPE_CHECKING:
    from app.engine.act import Act
    from app.engine.calls import Asked
    from app.engine.performance import Performance
    from app.engine.play import Play

UNDERSTUDY = "rehearsal/understudy"
MOST_OUTPUT = 4096  # tokens of an answer when the file does not say how long it may be
_FEW = 64  # tokens that say nothing: what a service adds of its own, and what is too short to be counted well
MOST_WITH_THOUGHTS = 16_384  # of one that also has to hold what the model says to itself


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be called."""

    name: str  # in the scenario
    use: str  # provider/model
    provider: Provider | None  # nobody here speaks to it
    endpoint: str
    prices: Prices | None
    facts: ModelFacts | None
    params: dict[str, Any] = field(default_factory=dict)
    most_output: int = MOST_OUTPUT
    rehearsed: bool = False
    patience: Patience = field(default_factory=Patience)
    why_not: str = ""  # it cannot be asked

    @property
    def api_name(self) -> str:
        """As its provider calls it."""
        return self.use.partition("/")[2]

    @property
    def unpriced(self) -> bool:
        """Does nobody know what it costs?"""
        return self.prices is None

    def request(self, asked: Asked) -> Request:
        """What it is asked."""
        return Request(
            self.api_name, asked.messages, self.params, asked.offers, asked.shape, asked.script, self.most_output
        )

    def hold(self, asked: Asked) -> Hold:
        """What a call may cost at worst."""
        read = tokens.at_worst(self.request(asked))
        return Hold(cost_usd=round(worst_cost(read, self.most_output, self.prices), 9), tokens=read + self.most_output)

    def usage_of(self, heard: Heard | Broken, asked: Asked) -> Usage:
        """What was used: as the provider says, else by our own count."""
        answer = heard.heard if isinstance(heard, Broken) else heard
        if answer.usage is not None:
            return answer.usage
        if isinstance(heard, Broken) and answer.first_ms is None:
            return Usage()  # refused before anything was read
        return self.usage_so_far(answer, asked)

    def usage_so_far(self, heard: Heard, asked: Asked) -> Usage:
        """What a call that was cut off has used, by our own count."""
        said = tokens.of_text(heard.text) + sum(tokens.of_text(one.arguments) for one in heard.tool_calls)
        thought = tokens.of_text(heard.thought)
        return Usage(input=tokens.of_request(self.request(asked)), output=said + thought, reasoning=thought)

    def doubt(self, heard: Heard, asked: Asked) -> Usage | None:
        """Our own count of an answer, if what the provider says it used is hard to believe."""
        if heard.usage is None or self.rehearsed:
            return None
        counted = self.usage_so_far(heard, asked)
        said = heard.usage.output - heard.usage.reasoning
        read = heard.usage.total - heard.usage.output
        spoken = counted.output - counted.reasoning
        return None if _is_near(read, counted.input) and _is_near(said, spoken) else counted

    def cost_of(self, usage: Usage) -> float:
        """What that costs."""
        return round(cost_of(usage, self.prices), 9)

    def basis(self, heard: Heard) -> Basis:
        """How far the cost can be trusted."""
        return basis_of(self.prices, told=heard.usage is not None, rehearsed=self.rehearsed)


class Models:
    """The models of one call: what was tried, and what is left."""

    def __init__(self, act: Act, asked: Asked) -> None:
        self._play: Play = act.scene.play
        self._performance: Performance = self._play.performance
        self._asked = asked
        self._place = act.place.name
        self._accounts = act.accounts_of(asked.speaker)
        self._out: dict[str, str] = {}

    def choose(self, routed: Choice) -> tuple[Model, tuple[Candidate, ...], str]:
        """The best of those that are left, with the receipt; Mishap when none is."""
        found = routed.chosen
        receipt = tuple(replace_out(candidate, self._out.get(candidate.model, "")) for candidate in routed.candidates)
        if found is None:
            why = ", ".join(f"{one.model}: {one.out}" for one in receipt) or "the scenario names none"
            raise Mishap("no_model", f"no model can take this ({why})", "footlights explain shows which may")
        return self.named(found), receipt, routed.policy

    def wait(self, routed: Choice) -> tuple[float, str]:
        """How long until one of those that are left is trusted again, and its endpoint; 0 when that helps nobody."""
        if routed.chosen is not None or self._out:
            return 0.0, ""
        endpoints = {self.named(one.model).endpoint for one in routed.candidates if one.out == "breaker"}
        return min(
            ((self._performance.endpoints.wait(endpoint), endpoint) for endpoint in endpoints), default=(0.0, "")
        )

    def named(self, name: str) -> Model:
        """A model by its name in the scenario."""
        known = self._play.models.get(name)
        if known is None:
            known = self._play.models[name] = self._made(name)
        return known

    def exclude(self, model: Model, why: str) -> None:
        """Do not choose it again for this call."""
        self._out[model.name] = why

    def has_other_than(self, model: Model) -> bool:
        """Is there another one to fall back on?"""
        self._out[model.name] = "failed"
        try:
            return self.route().chosen is not None
        finally:
            del self._out[model.name]

    def route(self) -> Choice:
        """Look at all that may take the call, as it stands with them now."""
        speaker = self._asked.speaker
        options = [
            replace(option, tripped=True)
            if option.model in self._out or self._performance.endpoints.is_open(self.named(option.model).endpoint)
            else option
            for option in self._options()
        ]
        route = speaker.agent.model.route if isinstance(speaker.agent.model, Routed) else None
        routing = speaker.card.routing if speaker.card else None
        prefer = tuple((route.prefer if route else []) or (routing.prefer if routing else []))
        if any(account.downgraded for account in self._accounts):
            prefer = ("cost",)
        need = Need(
            prefer=prefer,
            complexity=(route.complexity if route else None) or (routing.complexity if routing else None),
            input_tokens=tokens.of_messages(self._asked.messages) if len(options) > 1 else 0,
            output_tokens=MOST_OUTPUT // 8,
            tools=bool(self._asked.offers),
            data=self._asked.shape is not None,
        )
        fallback = tuple(route.fallback) if route else ()
        routed = choose(options, need, fallback)
        if routed.chosen is None and need.complexity is not None:  # rather a weaker model than none
            routed = choose(options, replace(need, complexity=None), fallback)
        if self._out:  # the chosen one has failed: from here on the author's order counts, and no score
            fit = {candidate.model for candidate in routed.candidates if not candidate.out}
            routed = replace(routed, chosen=next((name for name in fallback if name in fit), None), policy="fallback")
        return routed

    def _options(self) -> list[Option]:
        """Every model the agent may use here, and what stands against it; the same for all that is as private."""
        play, agent = self._play, self._asked.speaker.id
        level = play.checked.privacy_at.get((self._place, agent), play.scenario.privacy or "public")
        swapped = self._performance.directions.swapped.get(agent)
        known = play.options.get((level, agent, swapped))
        if known is None:
            known = play.options[level, agent, swapped] = self._look_up(level, swapped)
        return known

    def _look_up(self, level: Privacy, swapped: str | None) -> list[Option]:
        play, speaker = self._play, self._asked.speaker
        scenario = play.scenario
        names = [swapped] if swapped else candidates(scenario, speaker.agent)
        if not names and self._performance.mode == "rehearsal":
            names = [UNDERSTUDY]
        agent = speaker.agent.model
        reserve = set()
        if isinstance(agent, Routed):
            among = agent.route.among if agent.route.among is not None else list(scenario.models)
            reserve = {name for name in agent.route.fallback if name not in among}
        found = []
        for name in names:
            model, secrecy = self.named(name), class_of(scenario, name)
            found.append(
                Option(
                    name,
                    model.use,
                    allowed=may_see(secrecy, level),
                    has_key=model.provider is not None,
                    facts=model.facts,
                    prices=model.prices,
                    privacy=secrecy,
                    reserve=name in reserve,
                )
            )
        return found

    def _made(self, name: str) -> Model:
        choice = self._play.scenario.models.get(name)
        use = choice.use if choice else name
        base_url = choice.base_url if choice else None
        facts = lookup(use, base_url)
        price = choice.price if choice else None
        written = (
            written_prices(price.input, price.output, price.cache_read, price.cache_write)
            if price is not None
            else None
        )
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
            prices_for(use, base_url, written),
            facts,
            params,
            _most_output(choice, facts, params),
            self._performance.mode == "rehearsal",
            patience=_patience(choice),
            why_not=why_not,
        )


def _patience(choice: ModelChoice | None) -> Patience:
    usual, written = Patience(), choice.timeouts if choice is not None else None
    if written is None:
        return usual
    return Patience(
        written.first_token or usual.first,
        written.between_tokens or usual.between,
        written.total or usual.total,
    )


def _is_near(told: int, counted: int) -> bool:
    """A fifth apart is too far, beyond what our count itself may be wrong by."""
    most = 1.2 * tokens.MARGIN
    return counted / most - _FEW <= told <= counted * most + _FEW


def replace_out(candidate: Candidate, why: str) -> Candidate:
    """A candidate of the receipt; one that was tried already says what became of it."""
    return Candidate(model=candidate.model, use=candidate.use, out=why) if why else candidate


def _most_output(choice: ModelChoice | None, facts: ModelFacts | None, params: dict[str, Any]) -> int:
    written = params.get("max_tokens")
    if isinstance(written, int) and written > 0:
        return written
    if choice is not None and choice.max_output is not None:
        return int(choice.max_output)
    usual = MOST_WITH_THOUGHTS if facts is not None and facts.thinks else MOST_OUTPUT
    return min(usual, facts.max_output) if facts is not None and facts.max_output else usual
