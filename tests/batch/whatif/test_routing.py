"""Calls routed again on their receipts: under the policy they had, and under others, by the real choice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from app.batch.whatif.answering import NO_OTHER, NO_PLAY, ask
from app.batch.whatif.answers import Answer, Policy, Question, Swap
from app.batch.whatif.prices import Terms, price_file
from app.batch.whatif.rerouting import NO_RECEIPT, ON_TAPE, OTHERWISE
from app.engine import fork, perform
from app.errors import NotFound
from app.events import CallRouted, RunStarted, StepStarted, Usage
from app.journal import Archive, Journal
from app.journal.prune import erase_run
from app.scenario import load
from corpus.commands import ROOT
from corpus.playing import Fails, House, Says, Scripted
from providers.base import NoProvider, Provider
from providers.routing import Need, Option, asked_for, choose, learned_of

ONE = "steps: {one: {agent: a, prompt: x}}\n"
CHEAP, DEAR, HERE = "openai/gpt-6-luna", "anthropic/claude-opus-5-5", "ollama/qwen3"
CAST = f"cheap: {{use: {CHEAP}}}, dear: {{use: {DEAR}}}, here: {{use: {HERE}}}"
LIVE: dict[str, Any] = {"mode": "live", "providers": Scripted.all(Says("Done.", usage=Usage(input=1000, output=200)))}


@dataclass
class History:
    """Runs performed in a house, and what is asked of them."""

    house: House
    path: Path
    runs: list[str] = field(default_factory=list)

    async def play(self, text: str, **options: Any) -> str:
        played = await self.house.play(text, **options)
        self.runs.append(played.run.id)
        return played.run.id

    async def ask(self, question: Question) -> list[Answer]:
        async with Archive.open(self.path) as archive:
            return await ask(archive, [await archive.find(run) for run in self.runs], question)

    async def route(self, **policy: Any) -> list[Answer]:
        return await self.ask(Question(policy=Policy(**policy)))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Path]]:
    folder = tmp_path_factory.mktemp("house")
    with Journal.open(folder / "workspace", fast=True) as journal:
        yield House(journal, folder), folder / "workspace"


@pytest.fixture
def history(house: tuple[House, Path]) -> History:
    return History(*house)


def routed(route: str, models: str = CAST, more: str = "", steps: str = ONE) -> str:
    return f"models: {{{models}}}\nagents: {{a: {{persona: A., model: {{route: {{{route}}}}}}}}}\n{more}{steps}"


def takers(answers: list[Answer]) -> list[tuple[str, str, str]]:
    return [(answer.before, answer.after, answer.standing) for answer in answers]


@pytest.mark.parametrize(
    "play", ["engineering/incident-triage", "engineering/routing-check", "operations/support-routing"]
)
async def test_every_call_of_a_bundled_play_comes_out_again_as_it_was(play: str, history: History) -> None:
    run = perform(load(ROOT / f"scenarios/{play}.yaml"), mode="rehearsal", journal=history.house.journal)
    await run.result()
    history.runs.append(run.id)
    answers = await history.route()
    assert answers
    assert {answer.standing for answer in answers} == {"stays"}
    assert [answer.would for answer in answers] == [answer.was for answer in answers]


async def test_another_preference_goes_to_another_model_at_its_price(history: History) -> None:
    await history.play(routed("among: [cheap, dear], prefer: [quality]"), **LIVE)
    (answer,) = await history.route(prefer=("cost",))
    assert (answer.before, answer.after, answer.standing) == (DEAR, CHEAP, "moves")
    assert answer.was.cost_usd == pytest.approx((1000 * 4 + 200 * 20) / 1e6)
    assert answer.would.cost_usd == pytest.approx((1000 * 0.1 + 200 * 0.5) / 1e6)


async def test_a_call_whose_play_names_one_model_stays_and_says_that_there_was_no_other(history: History) -> None:
    await history.play(f"models: {{only: {{use: {DEAR}}}}}\nagents: {{a: {{persona: A., model: only}}}}\n{ONE}", **LIVE)
    await history.play(routed("among: [dear, cheap], prefer: [cost]"), **LIVE)
    fixed, free = await history.route(prefer=("cost",))
    assert (fixed.standing, fixed.why) == ("stays", NO_OTHER)
    assert (free.standing, free.why) == ("stays", None)


async def test_work_that_is_easier_may_be_done_by_a_weaker_model(history: History) -> None:
    await history.play(routed("among: [cheap, dear], prefer: [cost], complexity: high"), **LIVE)
    assert takers(await history.route()) == [(DEAR, DEAR, "stays")]
    assert takers(await history.route(complexity="low")) == [(DEAR, CHEAP, "moves")]


async def test_a_stricter_wall_leads_to_a_model_here_and_takes_time_instead_of_money(history: History) -> None:
    await history.play(routed("among: [dear, here], prefer: [quality]"), **LIVE)
    (answer,) = await history.route(privacy="local")
    assert (answer.after, answer.would.cost_usd) == (HERE, 0)
    assert answer.would.local_ms == round(200 / 35 * 1000)


async def test_what_a_wall_costs_is_told_by_taking_it_away(history: History) -> None:
    await history.play(routed("among: [dear, here], prefer: [quality]", more="privacy: local\n"))
    assert takers(await history.route()) == [(HERE, HERE, "stays")]
    assert takers(await history.route(privacy="public")) == [(HERE, DEAR, "moves")]


async def test_without_a_service_the_next_takes_over_and_where_there_is_none_it_is_refused(history: History) -> None:
    await history.play(routed("among: [cheap, dear], prefer: [cost]"))
    await history.play(f"models: {{m: {{use: {CHEAP}}}}}\nagents: {{a: {{persona: A., model: m}}}}\n{ONE}")
    first, second = await history.route(without=frozenset({"openai"}))
    assert (first.after, first.standing) == (DEAR, "moves")
    assert second.standing == "refused"
    assert second.why is not None
    assert second.why.note == "openai is left out"
    assert second.would == second.was


async def test_a_fallback_stays_where_the_first_choice_would_have_failed_all_the_same(history: History) -> None:
    script = Scripted({DEAR: [Fails("auth")], CHEAP: ["Done."], HERE: ["Done."]})
    text = routed("among: [dear, here], prefer: [quality], fallback: [cheap]")
    await history.play(text, mode="live", providers=script)
    assert [answer.after for answer in await history.route()] == [DEAR, CHEAP]
    assert [answer.after for answer in await history.route(prefer=("privacy",))] == [HERE, HERE]


async def test_what_could_not_be_asked_then_is_not_asked_now(history: History) -> None:
    def provider(use: str) -> Provider:
        if use == CHEAP:
            raise NoProvider(use, "OPENAI_API_KEY is not set")
        return Scripted.all("Done.")(use)

    await history.play(routed("among: [cheap, dear], prefer: [quality]"), mode="live", providers=provider)
    assert takers(await history.route(prefer=("cost",))) == [(DEAR, DEAR, "stays")]


async def test_what_turned_out_to_be_behind_the_wall_stays_there(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "http://elsewhere.example:11434")
    models = f"near: {{use: {HERE}}}, far: {{use: openai-compatible/x, base_url: 'http://127.0.0.1:9', privacy: local}}"
    text = routed("among: [near, far], prefer: [quality]", models=models, more="privacy: local\n")
    await history.play(text, mode="live", providers=Scripted.all("Done."))
    monkeypatch.delenv("OLLAMA_HOST")
    assert [answer.before for answer in await history.route()] == ["openai-compatible/x"]
    assert takers(await history.route(prefer=("speed",))) == [("openai-compatible/x", "openai-compatible/x", "stays")]


async def test_what_a_cassette_plays_was_chosen_by_no_policy(history: History, tmp_path: Path) -> None:
    text, tape = routed("among: [cheap, dear], prefer: [cost]"), tmp_path / "tape"
    await history.house.play(text, record=tape, **LIVE)
    await history.play(text, mode="cassette", cassette=tape)
    (answer,) = await history.route(prefer=("quality",))
    assert answer.why is not None
    assert answer.why.note == ON_TAPE
    assert answer.was.played == 1


async def test_other_prices_route_again_only_when_they_are_asked_to(history: History, tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(f"models:\n  {CHEAP}: {{prices: {{input: 100, output: 500}}}}\n")
    await history.play(routed("among: [cheap, dear], prefer: [cost]"), **LIVE)
    terms = Terms(price_file(str(file)))
    (same,) = await history.ask(Question(terms=terms))
    (again,) = await history.ask(Question(terms=terms, policy=Policy()))
    assert (same.after, again.after) == (CHEAP, DEAR)
    assert same.would.cost_usd == pytest.approx(0.2)
    assert again.would.cost_usd == pytest.approx(0.008)


async def test_a_price_of_the_scenario_outlives_a_date_and_gives_way_to_a_file(
    history: History, tmp_path: Path
) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(f"models:\n  {CHEAP}: {{prices: {{input: 100, output: 500}}}}\n")
    written = f"m: {{use: {CHEAP}, price: {{input: 7, output: 7}}}}"
    await history.play(f"models: {{{written}}}\nagents: {{a: {{persona: A., model: m}}}}\n{ONE}", **LIVE)
    for policy in (None, Policy()):
        (dated,) = await history.ask(Question(policy=policy, terms=Terms(on=1_700_000_000.0)))
        (filed,) = await history.ask(Question(policy=policy, terms=Terms(price_file(str(file)))))
        assert dated.would == dated.was
        assert filed.would.cost_usd == pytest.approx(0.2)


async def test_a_call_whose_receipt_leads_elsewhere_by_now_is_left_as_it_was(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await history.play(routed("among: [cheap, dear], prefer: [cost]"))
    own = tmp_path / "newer"
    own.mkdir()
    (own / "models.yaml").write_text(f"models:\n  {CHEAP}: {{prices: {{input: 100, output: 500}}}}\n")
    monkeypatch.setenv("FOOTLIGHTS_CONFIG", str(own))
    (answer,) = await history.route(prefer=("quality",))
    assert (answer.after, answer.standing) == (CHEAP, "unknown")
    assert answer.why is not None
    assert answer.why.note == OTHERWISE


async def test_a_run_whose_files_were_erased_cannot_be_routed_again_and_says_so(history: History) -> None:
    run = await history.play(routed("among: [cheap, dear], prefer: [cost]", more="title: Told in confidence\n"))
    erase_run(history.path, run)
    (answer,) = await history.route(prefer=("quality",))
    assert answer.standing == "unknown"
    assert answer.why is not None
    assert answer.why.note == NO_PLAY


async def test_a_swap_is_for_a_model_by_either_name_or_for_one_agent(history: History) -> None:
    both = "agents: {a: {persona: A., model: cheap}, b: {persona: B., model: cheap}}\n"
    steps = "steps: {one: {agent: a, prompt: x}, two: {agent: b, prompt: x}}\n"
    await history.play(f"models: {{{CAST}}}\n{both}{steps}", **LIVE)
    for swap, expected in (
        (Swap(DEAR, model=CHEAP), [DEAR, DEAR]),
        (Swap(DEAR, model="cheap"), [DEAR, DEAR]),
        (Swap(DEAR, agent="b"), [CHEAP, DEAR]),
    ):
        assert [answer.after for answer in await history.ask(Question(swaps=(swap,)))] == expected
    told = await history.ask(Question(HERE, swaps=(Swap(DEAR, agent="b"),)))
    assert [answer.after for answer in told] == [HERE, DEAR]


async def test_a_swap_that_is_about_nobody_is_a_mistake(history: History) -> None:
    await history.play(routed("among: [cheap], prefer: [cost]"))
    with pytest.raises(NotFound, match='none of these calls was made by agent "z"'):
        await history.ask(Question(swaps=(Swap(DEAR, agent="z"),)))


async def test_a_model_that_is_named_is_refused_what_it_cannot_do(history: History) -> None:
    await history.play(f"models: {{{CAST}}}\nagents: {{a: {{persona: A., model: here}}}}\nprivacy: local\n{ONE}")
    await history.play(
        f"models: {{{CAST}}}\nagents: {{a: {{persona: A., model: cheap}}}}\n{ONE}",
        mode="live", providers=Scripted.all(Says("Done.", usage=Usage(input=60_000, output=10))),
    )  # fmt: skip
    private, _ = await history.ask(Question(DEAR))
    _, long = await history.ask(Question(HERE))
    assert private.why is not None
    assert long.why is not None
    assert (private.standing, private.why.note) == ("refused", "it is public, and this is local")
    assert (long.standing, long.why.out) == ("refused", "context")


async def test_what_a_fork_took_over_is_counted_once(history: History) -> None:
    text = (
        "models: {m: {use: "
        + CHEAP
        + "}}\nagents: {a: {persona: A., model: m}}\n"
        + ("steps: {one: {agent: a, prompt: x}, two: {agent: a, prompt: y}}\n")
    )
    played = await history.house.play(text)
    second = next(event.seq for event in played.of(StepStarted) if event.step == "two")
    history.runs.append(played.run.id)
    forked = await history.house.end_of(fork(played.run.id, at=second, journal=history.house.journal))
    alone = History(history.house, history.path, [forked.run.id])
    history.runs.append(forked.run.id)
    question = Question(DEAR)
    assert len(await alone.ask(question)) == 2
    assert len(await history.ask(question)) == 3


async def test_a_call_without_a_receipt_is_counted_as_one_that_nobody_can_tell(history: History) -> None:
    played = await history.house.play(routed("among: [cheap, dear], prefer: [cost]", more="title: Of old\n"))
    log = history.house.journal.begin("01JWHATF0000000000000000LD")
    bundle = log.keep(played.value(played.of(RunStarted)[0].source))
    for event in played.events:
        more: dict[str, Any] = {"source": bundle} if isinstance(event, RunStarted) else {}
        more |= {"candidates": ()} if isinstance(event, CallRouted) else {}
        log.add(replace(event, run="", seq=0, **more))
    await log.durable()
    log.release()
    history.runs.append("01JWHATF0000000000000000LD")
    (answer,) = await history.route(prefer=("quality",))
    assert answer.why is not None
    assert (answer.standing, answer.why.note) == ("unknown", NO_RECEIPT)


# What a receipt says


@pytest.mark.parametrize(
    "need",
    [
        Need(),
        Need(prefer=("cost",)),
        Need(prefer=("quality", "speed"), complexity="high"),
        Need(complexity="low"),
    ],
)
def test_what_was_asked_for_is_read_from_the_policy_of_a_receipt(need: Need) -> None:
    options = (Option("a", "openai/of-ours"), Option("b", "openai/another"))
    assert asked_for(choose(options, need).policy) == need


@pytest.mark.parametrize(
    "policy", ["", "fallback", "as it was recorded", "prefer beauty", "first that can; complexity x"]
)
def test_a_policy_that_says_nothing_of_it_is_not_guessed_at(policy: str) -> None:
    assert asked_for(policy) is None


def test_what_had_been_learned_is_read_from_the_note() -> None:
    known = learned_of("$0.0123 at most, 70 tokens/s, 98 % of 40 calls; dearer than x")
    assert known is not None
    assert (known.calls, known.success, known.speed) == (40, 0.98, 70)
    assert learned_of("free, 35 tokens/s") is None
