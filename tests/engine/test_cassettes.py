"""A cassette keeps what models said in a run, and a run that plays it is the same without them."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.engine import perform
from app.engine.reaching import NoModel
from app.errors import UsageError
from app.events import (
    CallFailed,
    CallFinished,
    CallRouted,
    CallStarted,
    CallWaiting,
    Event,
    MemoryRead,
    RunStarted,
    StepRetrying,
    StepStarted,
    encode,
)
from corpus.playing import Fails, House, Line, Played, Says, Scripted, until
from providers.base import NoProvider, Provider, Request
from providers.tapes.cassette import CassetteRefused

MODELS = "models: {one: {use: openai/one}, two: {use: openai/two}}\n"
CAST = "agents: {a: {persona: The first., model: one}, b: {persona: The second., model: two}}\n"
GREETING = f"""{MODELS}{CAST}
inputs: {{who: {{type: string, default: Ann}}}}
steps:
  first: {{agent: a, prompt: "Say hello to ${{{{ inputs.who }}}}"}}
  second: {{agent: b, prompt: "Answer: ${{{{ steps.first.output }}}}", needs: [first]}}
outputs: {{said: "${{{{ steps.second.output }}}}"}}
"""


def nobody(use: str) -> Provider:
    raise AssertionError(f"{use} was asked for")


async def recorded(house: House, text: str, script: Scripted, tape: Path, **options: Any) -> Played:
    return await house.play(text, mode="live", providers=script, record=tape, **options)


async def played_back(house: House, text: str, tape: Path, *inputs: Any, **options: Any) -> Played:
    return await house.play(text, *inputs, **{"mode": "live", "providers": nobody, "cassette": tape, **options})


def lines_of(tape: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in tape.read_text(encoding="utf-8").splitlines()[1:]]


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    return tmp_path / "tape.jsonl"


async def test_a_recorded_run_is_played_back_without_a_provider(house: House, tape: Path) -> None:
    script = Scripted({"openai/one": ["Hello."], "openai/two": ["And to you."]})
    live = await recorded(house, GREETING, script, tape)
    played = await played_back(house, GREETING, tape)
    assert played.outputs == live.outputs == {"said": "And to you."}
    assert played.of(RunStarted)[0].mode == "cassette"
    assert played.result.usage == live.result.usage


async def test_what_it_costs_follows_from_the_usage_on_the_tape(house: House, tape: Path) -> None:
    text = GREETING.replace("openai/one", "openai/gpt-5-mini")
    live = await recorded(house, text, Scripted.all("Hello."), tape)
    played = await played_back(house, text, tape)
    assert played.result.cost_usd == live.result.cost_usd > 0


async def test_what_was_played_is_told_apart_from_what_was_paid(house: House, tape: Path) -> None:
    text = GREETING.replace("openai/one", "openai/gpt-5-mini").replace("openai/two", "openai/gpt-5")
    live = await recorded(house, text, Scripted.all("Hello."), tape)
    assert live.state.totals.cost_usd > 0 and not live.state.totals.played
    played = await played_back(house, text, tape)
    totals = played.state.totals
    assert (totals.cost_usd, totals.played) == (0, 2)
    assert totals.played_usd == pytest.approx(live.state.totals.cost_usd)
    mixed = await house.play(text, providers=Scripted.all("Hello."), mode="live", cassette=tape, live=["b"])
    assert [(event.agent, event.played) for event in mixed.of(CallStarted)] == [("a", True), ("b", False)]
    paid = sum(event.cost_usd for event in mixed.of(CallFinished) if event.agent == "b")
    assert mixed.state.totals.cost_usd == pytest.approx(paid) and paid > 0


async def test_how_long_a_model_may_think_is_told_where_one_is_asked(house: House, tape: Path) -> None:
    live = await recorded(house, GREETING, Scripted.all("Hello."), tape)
    assert [event.patience_ms for event in live.of(CallStarted)] == [120_000, 120_000]
    played = await played_back(house, GREETING, tape)
    assert [event.patience_ms for event in played.of(CallStarted)] == [0, 0]


async def test_a_request_that_changed_fails_the_step_and_says_exactly_what_differs(house: House, tape: Path) -> None:
    await recorded(house, GREETING, Scripted.all("Hello."), tape)
    played = await played_back(house, GREETING, tape, {"who": "Bob"})
    failure = played.failure("first")
    assert failure.error == "unrecorded"
    assert "no answer for a in first" in failure.message
    assert "    -Say hello to Ann\n    +Say hello to Bob" in failure.message
    assert "--live a" in failure.hint
    assert f"--cassette {tape} --record {tape}" in failure.hint
    assert not played.of(CallStarted)


async def test_another_model_is_told_as_what_differs(house: House, tape: Path) -> None:
    await recorded(house, GREETING, Scripted.all("Hello."), tape)
    played = await played_back(house, GREETING.replace("openai/one", "openai/three"), tape)
    assert "use: openai/one was recorded, openai/three is asked" in played.failure("first").message


async def test_a_step_that_was_renamed_is_told_as_such(house: House, tape: Path) -> None:
    await recorded(house, GREETING, Scripted.all("Hello."), tape)
    renamed = GREETING.replace("first:", "opening:").replace("[first]", "[opening]").replace(".first.", ".opening.")
    played = await played_back(house, renamed, tape)
    assert "step: first was recorded, opening is asked" in played.failure("opening").message


async def test_changed_params_are_told_as_what_differs(house: House, tape: Path) -> None:
    await recorded(house, GREETING, Scripted.all("Hello."), tape)
    warmer = GREETING.replace("{use: openai/one}", "{use: openai/one, params: {temperature: 1}}")
    assert '+ "temperature": 1' in (await played_back(house, warmer, tape)).failure("first").message


async def test_a_miss_is_neither_retried_nor_passed_to_another_model(house: House, tape: Path) -> None:
    text = GREETING.replace('inputs.who }}"', 'inputs.who }}", retry: {attempts: 3, backoff: none}')
    text = text.replace("The first., model: one", "The first., model: {route: {among: [one], fallback: [two]}}")
    await recorded(house, text, Scripted.all("Hello."), tape)
    played = await played_back(house, text, tape, {"who": "Bob"})
    assert played.failure("first").error == "unrecorded"
    assert len(played.of(CallRouted, "first")) == 1


async def test_failures_retries_and_fallbacks_are_played_back_as_they_were(house: House, tape: Path) -> None:
    text = GREETING.replace("model: one", "model: {route: {among: [one], fallback: [two]}}")
    lines: dict[str, list[Any]] = {
        "openai/one": [Fails("rate_limited", retry_after=0.001, partial="Hel"), Fails("auth", message="no such key")],
        "openai/two": ["Hello.", "And to you."],
    }
    live = await recorded(house, text, Scripted(lines), tape)
    played = await played_back(house, text, tape)
    failures = [(one.failure.error, one.failure.message) for one in played.of(CallFailed)]
    assert failures == [(one.failure.error, one.failure.message) for one in live.of(CallFailed)]
    assert [error for error, _ in failures] == ["rate_limited", "auth"]
    assert played.outputs == {"said": "And to you."}


async def test_a_long_wait_for_a_retry_takes_no_time(house: House, tape: Path) -> None:
    await recorded(house, GREETING, Scripted.all("Hello."), tape)
    header, first, second = tape.read_text().splitlines()
    refused = {**json.loads(first), "answer": {"finish": None}, "read": False}
    refused["fault"] = {"error": "overloaded", "message": "come back later", "retry_after": 100}
    again = {**json.loads(first), "time": 2, "took_ms": 3_600_000}
    tape.write_text("\n".join([header, json.dumps(refused), json.dumps(again), second, ""]))
    played = await played_back(house, GREETING, tape)
    assert played.outputs == {"said": "Hello."}
    assert played.lasted("first") > 3_700


async def test_two_playbacks_are_the_same_to_the_letter(house: House, tape: Path) -> None:
    text = f"{MODELS}{CAST}steps: {{each: {{for_each: [x, y, z], agent: a, prompt: 'Say ${{{{ item }}}}'}}}}\n"
    await recorded(house, text, Scripted.all("Hello."), tape)
    checked = house.checked(text)
    runs = []
    for _ in range(2):
        played = await house.end_of(perform(checked, journal=house.journal, cassette=tape))
        runs.append([told(event) for event in played.events])
    assert runs[0] == runs[1]


def told(event: Event) -> bytes:
    said = json.loads(encode(event))
    return json.dumps({**said, "run": "", "at": 0}).encode()


async def test_a_call_that_a_timeout_cut_off_is_cut_off_again(house: House, tape: Path) -> None:
    text = GREETING.replace('inputs.who }}"', 'inputs.who }}", timeout: 1m, retry: {attempts: 2, backoff: none}')
    await recorded(house, text, Scripted.all("Hello."), tape)
    header, first, second = tape.read_text().splitlines()
    cut_off = {**json.loads(first), "cut_off": True, "answer": {"text": "Hel", "finish": None}, "took_ms": 60_000}
    again = {**json.loads(first), "time": 2}
    tape.write_text("\n".join([header, json.dumps(cut_off), json.dumps(again), second, ""]))
    played = await played_back(house, text, tape)
    assert [one.failure.error for one in played.of(StepRetrying)] == ["timeout"]
    assert played.outputs == {"said": "Hello."}
    without = await played_back(house, GREETING, tape)
    assert "cut off when it was recorded, after 60 seconds" in without.failure("first").message


async def test_a_call_that_a_person_cut_off_is_on_the_tape_as_such(house: House, tape: Path) -> None:
    script = Scripted.all(Says("Hello.", pieces=2, more=asyncio.Event()), "And to you.")
    run = house.begin(GREETING, mode="live", providers=script, record=tape)
    await until(lambda: script.under_way == 1)
    run.direct("skip", "first")
    await house.end_of(run)
    cut_off = lines_of(tape)[0]
    assert (cut_off["step"], cut_off["cut_off"], cut_off["answer"]["finish"]) == ("first", True, None)


async def test_what_a_pause_cut_off_is_not_on_the_tape_until_it_is_made_again(house: House, tape: Path) -> None:
    script = Scripted.all(Says("Hello.", until=asyncio.Event()), "Hello.", "And to you.")
    run = house.begin(GREETING, mode="live", providers=script, record=tape)
    await until(lambda: script.under_way == 1)
    await run.stop(0.0)
    paused = await house.end_of(run)
    assert lines_of(tape) == []
    await house.play_on(paused, providers=script)
    assert (await played_back(house, GREETING, tape)).outputs == {"said": "And to you."}


async def test_a_cassette_may_lack_a_key_for_what_it_knows_while_it_is_added_to(house: House, tape: Path) -> None:
    await recorded(house, GREETING, Scripted.all("Hello."), tape)

    def no_key(use: str) -> Provider:
        raise NoProvider(use, "its key is not set")

    known = await house.play(GREETING, mode="live", providers=no_key, cassette=tape, record=tape)
    assert known.outputs == {"said": "Hello."}
    unknown = await house.play(GREETING, {"who": "Bob"}, mode="live", providers=no_key, cassette=tape, record=tape)
    assert "its key is not set" in unknown.failure("first").message


# What differs from run to run


async def test_run_ids_folders_and_the_day_make_no_difference(house: House, tape: Path) -> None:
    text = GREETING.replace("hello to", "hello in ${{ run.id }} to")
    project = {"play": ""}

    def answers(request: Request) -> Line:
        project["said"] = request.messages[-1].content
        return "Hello from " + request.messages[-1].content

    live = await recorded(house, text, Scripted.all(answers), tape)
    assert live.run.id not in tape.read_text()
    played = await played_back(house, text, tape)
    assert played.outputs["said"] == live.outputs["said"].replace(live.run.id, played.run.id)


async def test_identical_requests_are_told_apart_by_their_order_in_each_step(house: House, tape: Path) -> None:
    text = f"""{MODELS}{CAST}
steps:
  draft:
    loop: {{max: 3}}
    agent: a
    prompt: The same.
  other: {{agent: a, prompt: The same., retry: {{attempts: 2, backoff: none, on: [refused]}}}}
outputs: {{last: "${{{{ steps.draft.output }}}}", other: "${{{{ steps.other.output }}}}"}}
"""
    live = await recorded(house, text, Scripted.all("1", "2", "3", Fails("refused"), "5"), tape)
    played = await played_back(house, text, tape)
    assert played.outputs == live.outputs == {"last": "3", "other": "5"}


async def test_the_order_in_which_parallel_steps_end_makes_no_difference(house: House, tape: Path) -> None:
    text = f"{MODELS}{CAST}steps: {{each: {{for_each: [same, same, same], agent: a, prompt: '${{{{ item }}}}'}}}}\n"
    text += 'outputs: {said: "${{ steps.each.output }}"}\n'
    live = await recorded(house, text, Scripted.all("1", "2", "3"), tape)
    header, *calls = tape.read_text().splitlines()
    tape.write_text("\n".join([header, *reversed(calls), ""]))
    assert (await played_back(house, text, tape)).outputs == live.outputs


# Mixed


async def test_named_agents_are_live_and_the_others_are_played(house: House, tape: Path) -> None:
    await recorded(house, GREETING, Scripted.all("Hello."), tape)
    script = Scripted({"openai/two": ["Something new."]})
    played = await house.play(GREETING, providers=script, mode="live", cassette=tape, live=["b"])
    assert played.outputs == {"said": "Something new."}
    assert script.models() == ["openai/two"]


async def test_new_calls_of_live_agents_are_added(house: House, tape: Path) -> None:
    await recorded(house, GREETING, Scripted.all("Hello."), tape)
    script = Scripted({"openai/two": ["Something new."]})
    await house.play(GREETING, providers=script, mode="live", cassette=tape, live=["b"], record=tape)
    assert (await played_back(house, GREETING, tape)).outputs == {"said": "Something new."}


async def test_recording_to_the_cassette_that_is_played_adds_what_it_lacks_and_nothing_else(
    house: House, tape: Path
) -> None:
    await recorded(house, GREETING, Scripted.all("Hello."), tape)
    before = tape.read_text()
    longer = GREETING.replace("outputs:", "  third: {agent: b, prompt: And goodbye., needs: [second]}\noutputs:")
    script = Scripted.all("Bye.")
    await house.play(longer, providers=script, mode="live", cassette=tape, record=tape)
    assert len(script.asked) == 1
    assert tape.read_text().startswith(before)
    assert (await played_back(house, longer, tape)).output("third") == "Bye."


async def test_recording_to_another_cassette_keeps_all_that_was_used(house: House, tape: Path) -> None:
    await recorded(house, GREETING, Scripted.all("Hello."), tape)
    fresh = tape.with_name("fresh.jsonl")
    script = Scripted.all("Well.")
    await house.play(GREETING, {"who": "Bob"}, providers=script, mode="live", cassette=tape, record=fresh)
    assert [(one["step"], one["answer"]["text"]) for one in lines_of(fresh)] == [
        ("first", "Well."),
        ("second", "Well."),
    ]


async def test_a_cassette_that_is_played_and_recorded_may_be_new(house: House, tape: Path) -> None:
    live = await house.play(GREETING, providers=Scripted.all("Hello."), mode="live", cassette=tape, record=tape)
    assert (await played_back(house, GREETING, tape)).outputs == live.outputs


async def test_a_live_agent_needs_its_model_before_anything_begins(house: House, tape: Path) -> None:
    await recorded(house, GREETING, Scripted.all("Hello."), tape)
    with pytest.raises(NoModel, match="b cannot reach a model"):
        house.begin(GREETING, mode="live", cassette=tape, live=["b"])


# What a run is started with


async def test_a_cassette_is_not_written_over(house: House, tape: Path) -> None:
    await recorded(house, GREETING, Scripted.all("Hello."), tape)
    with pytest.raises(CassetteRefused, match="already"):
        house.begin(GREETING, mode="live", providers=Scripted.all("Hello."), record=tape)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"mode": "rehearsal", "record": True}, "a rehearsal asks no model"),
        ({"mode": "live", "live": ["a"]}, "nothing says which cassette"),
        ({"mode": "cassette"}, "nothing says which cassette"),
        ({"mode": "live", "cassette": True, "live": ["z"]}, 'there is no agent "z"'),
    ],
)
async def test_what_does_not_fit_together_is_refused(
    house: House, tape: Path, options: dict[str, Any], said: str
) -> None:
    options = {name: tape if value is True else value for name, value in options.items()}
    with pytest.raises(UsageError, match=said):
        house.begin(GREETING, **options)
    assert not tape.exists()


async def test_without_a_model_to_record_no_cassette_is_begun(house: House, tape: Path) -> None:
    with pytest.raises(NoModel):
        house.begin(GREETING, mode="live", record=tape)
    assert not tape.exists()


# Going on


GATED = GREETING.replace(
    "  second:", "  gate: {approve: {ask: Go on?, options: [go, stay]}, needs: [first]}\n  second:"
).replace("[first]}\nout", "[gate]}\nout")


async def test_a_run_that_was_paused_goes_on_from_its_cassette(house: House, tape: Path) -> None:
    answers = {"gate": "go"}
    await recorded(house, GATED, Scripted.all("Hello.", "And to you."), tape, answers=answers)
    paused = await played_back(house, GATED, tape)
    assert paused.result.status == "paused"
    done = await house.play_on(paused, answers=answers, providers=nobody)
    assert done.outputs == {"said": "And to you."}


async def test_a_recording_that_was_paused_is_gone_on_with(house: House, tape: Path) -> None:
    script = Scripted.all("Hello.", "And to you.")
    paused = await recorded(house, GATED, script, tape)
    assert len(lines_of(tape)) == 1
    with tape.open("ab") as file:
        file.write(b'{"step":"second","agent":"b"')  # as a kill leaves it
    await house.play_on(paused, answers={"gate": "go"}, providers=script)
    assert [one["step"] for one in lines_of(tape)] == ["first", "second"]


async def test_what_was_asked_before_a_pause_counts(house: House, tape: Path) -> None:
    text = GREETING.replace('inputs.who }}"', 'inputs.who }}", retry: {attempts: 2, backoff: none, on: [refused]}')
    await recorded(house, text, Scripted.all(Fails("refused"), "Hello."), tape)
    run = house.begin(text, mode="live", providers=nobody, cassette=tape)
    assert run.performance is not None
    turnstile = run.performance.turnstile
    run.performance.on_event(lambda event: turnstile.hold() if isinstance(event, StepRetrying) else None)
    await until(lambda: any(isinstance(event, StepStarted) and event.attempt == 2 for event in run.events))
    await run.stop(0.0)
    paused = await house.end_of(run)
    assert paused.result.status == "paused"
    assert (await house.play_on(paused, providers=nobody)).output("first") == "Hello."


async def test_a_cassette_that_is_gone_is_said_clearly_and_may_be_elsewhere(house: House, tape: Path) -> None:
    await recorded(house, GATED, Scripted.all("Hello."), tape, answers={"gate": "go"})
    paused = await played_back(house, GATED, tape)
    moved = tape.rename(tape.with_name("moved.jsonl"))
    with pytest.raises(CassetteRefused, match=r"there is no cassette .*tape\.jsonl"):
        await house.play_on(paused, answers={"gate": "go"})
    done = await house.play_on(paused, answers={"gate": "go"}, cassette=moved)
    assert done.outcome == "succeeded"


# Secrets, and what is kept out


async def test_no_secret_reaches_the_tape(house: House, tape: Path) -> None:
    secret = "sk-ant-" + "q7Lw" * 8
    said = Says(f"My key is {secret}.", tools=(("nothing", json.dumps({"key": secret})),), finish="stop", pieces=7)
    await recorded(
        house,
        GREETING,
        Scripted.all(said, Fails("bad_request", message=f"wrong key {secret}")),
        tape,
        inputs={"who": secret},
    )
    assert secret not in tape.read_text()
    assert len(lines_of(tape)) == 2


async def test_a_tape_is_read_by_its_owner_alone_and_keeps_no_ids_and_echoes(house: House, tape: Path) -> None:
    await recorded(house, GREETING, Scripted.all("Hello."), tape)
    assert tape.stat().st_mode & 0o777 == 0o600
    assert not {"echo", "request"} & {name for one in lines_of(tape) for name in (*one, *one["answer"])}


async def test_tools_are_used_for_real_while_models_are_played_back(house: House, tape: Path) -> None:
    text = f"{MODELS}agents: {{a: {{persona: One., model: one, tools: [text.stats]}}}}\nsteps: {{s: {{agent: a, prompt: x}}}}\n"
    asks = Says(tools=(("text.stats", '{"text": "a b c"}'),))
    live = await recorded(house, text, Scripted.all(asks, "Three words."), tape)
    played = await played_back(house, text, tape)
    assert played.messages("s") == live.messages("s")
    assert played.output("s") == "Three words."


async def test_a_cassette_knows_nothing_of_what_was_remembered_elsewhere(house: House, tape: Path) -> None:
    text = f"{MODELS}agents: {{a: {{persona: One., model: one, tools: [memory]}}}}\nsteps: {{s: {{agent: a, prompt: x}}}}\n"
    writes = Says(tools=(("memory.write", '{"scope": "agent", "key": "k", "value": "v"}'),))
    reads = Says(tools=(("memory.read", '{"scope": "agent"}'),))
    for number in range(2):
        target = tape.with_name(f"{number}.jsonl")
        live = await recorded(house, text, Scripted.all(reads, writes, "Done."), target)
        assert live.value(live.of(MemoryRead)[0].value) == []
    assert (await played_back(house, text, target)).outcome == "succeeded"


async def test_a_cassette_that_cannot_be_written_any_more_ends_no_run(house: House, tape: Path) -> None:
    begun = house.begin(GREETING, mode="live", providers=Scripted.all("Hello."), record=tape)
    tape.unlink()
    played = await house.end_of(begun)
    assert played.outcome == "succeeded"
    assert any("lacks a call of first" in getattr(event, "text", "") for event in played.events)


# Any run


@st.composite
def plays(draw: st.DrawFn) -> str:
    """A scenario of up to five steps: alone, repeated, side by side, tried again, asked for data."""
    steps = []
    for number in range(draw(st.integers(1, 5))):
        agent, prompt = draw(st.sampled_from("ab")), draw(st.sampled_from(["The same.", f"Number {number}."]))
        ask = f'agent: {agent}, prompt: "{prompt}"'
        if number and draw(st.booleans()):
            ask = f'agent: {agent}, prompt: "{prompt} ${{{{ steps.s{number - 1}.output }}}}"'
        ask += draw(st.sampled_from(["", ", retry: {attempts: 2, backoff: none, on: [refused, auth, malformed]}"]))
        ask += draw(st.sampled_from(["", ", continue_on_error: true"]))
        ask += draw(st.sampled_from(["", ", output: {n: integer}"]))
        kind = draw(st.sampled_from(["alone", "for_each", "loop", "parallel"]))
        if kind == "parallel":
            steps.append(f"  s{number}: {{parallel: {{x: {{{ask}}}, y: {{agent: b, prompt: The same.}}}}}}")
        else:
            each = {"alone": "", "for_each": "for_each: [p, p, q], ", "loop": "loop: {max: 2}, "}[kind]
            steps.append(f"  s{number}: {{{each}{ask}}}")
    agents = "agents: {a: {persona: A., model: {route: {among: [one], fallback: [two]}}}, b: {persona: B., model: two}}"
    return f"{MODELS}{agents}\nsteps:\n" + "\n".join(steps) + "\n"


MOODS: tuple[Line, ...] = (
    Fails("rate_limited", retry_after=0.0001),
    *[Fails("auth", partial="I beg")] * 4,
    *[Fails("refused")] * 3,
    *[Says("I was cut", finish="length"), Says('{"n": 1}', usage=None)] * 3,
    *[Says(json.dumps({"n": number}), pieces=number + 1) for number in range(30)],
)


class Moody(Scripted):
    """Answers by what it is asked and how often, so that it does not matter in which order it is asked."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed
        self._seen: Counter[bytes] = Counter()

    def line(self, use: str, request: Request) -> Line:
        asked = f"{self._seed} {use} {request.messages}".encode()
        self._seen[asked] += 1
        return random.Random(crc32(asked) + self._seen[asked]).choice(MOODS)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(play=plays(), seed=st.integers(0, 2**20))
async def test_whatever_was_recorded_is_played_back_the_same(
    house: House, tmp_path_factory: pytest.TempPathFactory, play: str, seed: int
) -> None:
    tape = tmp_path_factory.mktemp("tapes") / "tape.jsonl"
    checked = house.checked(play)
    live = await house.end_of(perform(checked, journal=house.journal, providers=Moody(seed), record=tape))
    played = await house.end_of(perform(checked, journal=house.journal, providers=nobody, cassette=tape))
    assert played.outputs == live.outputs
    a, b = Counter(happened(played)), Counter(happened(live))
    assert a == b, "\n".join(["only played:", *(a - b), "only live:", *(b - a)])


def happened(played: Played) -> list[str]:
    """Every event, but for what time and chance decide, and for who answered: when, in which order, by which route."""
    varying = {"run", "seq", "at", "mono", "cause", "took_ms", "wait_ms", "offsets", "candidates", "policy", "digest"}
    varying |= {"played", "patience_ms"}
    found = []
    for event in played.events:
        if isinstance(event, RunStarted | CallWaiting):
            continue
        said = {name: value for name, value in json.loads(encode(event)).items() if name not in varying}
        found.append(json.dumps(said, sort_keys=True))
    return sorted(found)
