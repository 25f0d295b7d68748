"""The privacy wall while a scenario is performed: who is never asked, whatever fails and whoever would be cheaper."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.engine import Run, perform
from app.events import CallRouted
from corpus.playing import Fails, House, Line, Played, Scripted
from providers.base import Chunk, ErrorClass, NoProvider, Provider, ProviderError, Request
from providers.rehearsal import Rehearsal

MODELS = """
models:
  cloud: {use: openai/cloud, price: {input: 1, output: 1}}
  own: {use: openai-compatible/own, base_url: "http://own.example/v1", privacy: private, price: {input: 50, output: 50}}
  here: {use: ollama/here}
"""
ALL = "model: {route: {among: [cloud, own, here], prefer: [cost]%s}}"
CLOUD_FIRST = "model: {route: {among: [cloud, own, here]}}"


@pytest.mark.parametrize(
    ("scenario", "agent", "step", "allowed"),
    [
        ("public", "public", "public", {"cloud", "own", "here"}),
        ("private", "public", "public", {"own", "here"}),
        ("public", "private", "public", {"own", "here"}),
        ("public", "public", "private", {"own", "here"}),
        ("private", "public", "local", {"here"}),
        ("local", "public", "public", {"here"}),
        ("public", "local", "private", {"here"}),
    ],
)
async def test_the_strictest_of_scenario_agent_and_step_decides_who_may_be_asked(
    house: House, scenario: str, agent: str, step: str, allowed: set[str]
) -> None:
    played = await house.play(
        f"privacy: {scenario}\n{MODELS}agents: {{a: {{persona: A., privacy: {agent}, {ALL % ''}}}}}\n"
        f"steps: {{one: {{agent: a, prompt: x, privacy: {step}}}}}\n"
    )
    assert fit(played, "one") == allowed
    assert played.of(CallRouted)[0].model in allowed


async def test_a_step_that_reads_a_private_input_is_private_also_through_vars_items_and_used_scenarios(
    house: House,
) -> None:
    played = await house.play(
        f"""
inputs: {{logs: {{type: "[string]", default: [x], privacy: local}}, topic: {{default: y}}}}
vars: {{all: "${{{{ join(inputs.logs) }}}}"}}
{MODELS}
agents: {{a: {{persona: A., {ALL % ""}}}}}
steps:
  open: {{agent: a, prompt: "${{{{ inputs.topic }}}}"}}
  direct: {{agent: a, prompt: "${{{{ inputs.logs }}}}"}}
  through_vars: {{agent: a, prompt: "${{{{ vars.all }}}}"}}
  each: {{for_each: "${{{{ inputs.logs }}}}", agent: a, prompt: "${{{{ item }}}}"}}
  used: {{uses: other.yaml, with: {{words: "${{{{ vars.all }}}}"}}}}
""",
        files={
            "other.yaml": "schema: footlights/v1\nname: other\ninputs: {words: {}}\n"
            + MODELS
            + f"agents: {{a: {{persona: A., {ALL % ''}}}}}\n"
            + 'steps: {inner: {agent: a, prompt: "${{ inputs.words }}"}}\n'
        },
    )
    assert fit(played, "open") == {"cloud", "own", "here"}
    assert [fit(played, step) for step in ("direct", "through_vars", "each[1]", "used/inner")] == [{"here"}] * 4


async def test_not_even_a_fallback_leads_through_the_wall(house: House) -> None:
    script = Scripted({"ollama/here": [Fails("auth")], "": ["Done."]})
    played = await house.play(
        f"{MODELS}agents: {{a: {{persona: A., model: {{route: {{among: [here], fallback: [cloud, own]}}}}}}}}\n"
        "steps: {one: {agent: a, prompt: x, privacy: private}, two: {agent: a, prompt: x, privacy: local, needs: []}}\n",
        providers=script,
    )
    assert "openai/cloud" not in script.models()
    assert (played.output("one"), played.failure("two").error) == ("Done.", "auth")
    assert {one.model: one.out for one in played.of(CallRouted, "one")[-1].candidates}["cloud"] == "privacy"


async def test_not_even_a_downgrade_does(house: House) -> None:
    script = Scripted.all("Done.")
    played = await house.play(
        f"{MODELS}limits: {{cost_usd: 0.000001, on_exceed: downgrade}}\n"
        f"agents: {{a: {{persona: A., privacy: private, model: {{route: {{among: [own, cloud]}}}}}}}}\n"
        "steps: {one: {agent: a, prompt: x}}\n",
        providers=script,
    )
    assert "openai/cloud" not in script.models()
    assert played.outcome == "exhausted"


@pytest.mark.parametrize(
    ("steps", "judged", "files"),
    [
        ("one: {agent: a, prompt: x, privacy: local}", "one", {}),
        ("one: {parallel: {two: {agent: a, prompt: x, privacy: local}, three: {agent: a, prompt: x}}}", "one", {}),
        ("one: {uses: other.yaml}", "one", {"other.yaml": "INNER"}),
    ],
)
async def test_a_judge_sees_no_more_than_may_be_seen_of_the_step_it_marks(
    house: House, steps: str, judged: str, files: dict[str, str]
) -> None:
    inner = f"schema: footlights/v1\nname: other\n{MODELS}agents: {{a: {{persona: A., model: here}}}}\n"
    inner += "steps: {inner: {agent: a, prompt: x, privacy: local}}\noutputs: {said: '${{ steps.inner.output }}'}\n"
    script = Scripted({"ollama/here": [mark_or("Done.")]})
    played = await house.play(
        f"{MODELS}agents: {{a: {{persona: A., model: here}}, j: {{persona: J., {CLOUD_FIRST}}}}}\n"
        f"steps: {{{steps}}}\n"
        f"expect: [{{step: {judged}, judged: {{by: j, rubric: Good?, at_least: 0.5}}}}]\n",
        files=dict.fromkeys(files, inner),
        providers=script,
    )
    assert set(script.models()) == {"ollama/here"}
    assert played.result.expected


def mark_or(text: str) -> Callable[[Request], Line]:
    """Marks where a mark is asked for."""
    return lambda request: {"mark": 1, "because": "Good."} if request.shape is not None else text


async def test_a_member_of_a_team_and_of_a_debate_is_held_to_the_step_too(house: House) -> None:
    played = await house.play(
        f"{MODELS}agents: {{a: {{persona: A., {ALL % ''}}}, b: {{persona: B., {ALL % ''}}}}}\n"
        "steps:\n"
        "  talk: {privacy: local, debate: {members: [a, b], question: x, rounds: 1}}\n"
        "  work: {privacy: local, team: {manager: a, members: [b]}, prompt: x, rehearsal: {by: {a: {turns: [{tool: delegate, with: {to: b, task: x}}, Done.]}}}}\n"
        "  help: {privacy: local, escalate: {agents: [a, b], below: 0.9}, prompt: x}\n"
    )
    assert played.of(CallRouted)
    assert {event.model for event in played.of(CallRouted)} == {"here"}


def fit(played: Played, step: str) -> set[str]:
    """The models that were not out for a step."""
    return {one.model for one in played.of(CallRouted, step)[0].candidates if not one.out}


# Where a model is reached counts, and not what its name suggests


AT_HOME = (
    f"{MODELS}agents: {{a: {{persona: A., model: here}}}}\nsteps: {{one: {{agent: a, prompt: x, privacy: local}}}}\n"
)


@pytest.mark.parametrize(
    "host", ["gpu.example", "http://10.0.0.7:11434", "gpu.example:80/ollama", "localhost.evil.example"]
)
async def test_an_ollama_on_another_machine_is_not_this_one_whatever_the_file_hopes(
    house: House, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", host)
    script = Scripted.all("Done.")
    hoping = AT_HOME.replace("{use: ollama/here}", "{use: ollama/here, privacy: local}")
    for text in (AT_HOME, hoping):
        played = await house.play(text, mode="live", providers=script)
        assert played.failure("one").error == "no_model"
        assert "it is public, and this is local" in played.failure("one").message
    assert script.models() == []
    assert (await house.play(AT_HOME)).outcome == "succeeded", "a rehearsal asks nobody"


@pytest.mark.parametrize("host", ["", "0.0.0.0", "127.0.0.1:11500", "http://localhost:11434", ":11434"])
async def test_an_ollama_on_this_machine_is_however_it_is_addressed(
    house: House, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", host)
    played = await house.play(AT_HOME, mode="live", providers=Scripted.all("Done."))
    assert played.output("one") == "Done."


async def test_a_machine_that_is_said_to_be_ones_own_may_see_what_is_private_and_no_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "gpu.example")
    ours = AT_HOME.replace("{use: ollama/here}", "{use: ollama/here, privacy: private}")
    text = ours.replace("privacy: local}", "privacy: private}, two: {agent: a, prompt: x, needs: []}")
    played = await house.play(text, mode="live", providers=Scripted.all("Done."))
    assert (played.output("one"), played.output("two")) == ("Done.", "Done.")
    assert {one.out for event in played.of(CallRouted) for one in event.candidates} == {""}


async def test_a_run_that_is_resumed_where_its_model_is_elsewhere_does_not_follow_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Scripted.all("Done.")
    text = AT_HOME.replace("{use: ollama/here}", "{use: ollama/here, price: {input: 1, output: 1}}")
    text += "limits: {cost_usd: 5, on_exceed: pause}\n"
    paused = await house.play(text, mode="live", providers=script, limits={"cost_usd": 0.000001})
    assert (paused.result.status, paused.of(CallRouted)[0].model) == ("paused", "here")
    monkeypatch.setenv("OLLAMA_HOST", "gpu.example")
    played = await house.play_on(paused, providers=script, limits={"cost_usd": 5.0})
    assert played.failure("one").error == "no_model"
    assert script.models() == []


async def test_a_run_that_is_resumed_where_a_key_is_missing_says_so_or_asks_another(house: House) -> None:
    text = (
        "models: {here: {use: ollama/here, price: {input: 1, output: 1}},"
        " cloud: {use: openai/cloud, price: {input: 1, output: 1}}}\n"
        "limits: {cost_usd: 5, on_exceed: pause}\n"
        "agents: {a: {persona: A., model: {route: {among: [here], fallback: [cloud]}}}}\n"
        "steps: {one: {agent: a, prompt: x}}\n"
    )
    script = Scripted.all("Done.")
    paused = await house.play(text, mode="live", providers=script, limits={"cost_usd": 0.000001})

    def without_ollama(use: str) -> Provider:
        if use == "ollama/here":
            raise NoProvider(use, "Ollama is not there")
        return script(use)

    played = await house.play_on(paused, providers=without_ollama, limits={"cost_usd": 5.0})
    assert (played.output("one"), script.models()) == ("Done.", ["openai/cloud"])
    assert [one.note for one in played.of(CallRouted)[-1].candidates if one.out] == ["Ollama is not there"]


# Whatever is written, whoever directs it and whatever fails


ORDER = ("public", "private", "local")
USES: dict[str, tuple[str, dict[str, Any]]] = {
    "cloud": ("public", {"use": "openai/cloud", "price": {"input": 1, "output": 1}}),
    "bound": ("private", {"use": "openai/bound", "privacy": "private", "price": {"input": 2, "output": 2}}),
    "claimed": ("public", {"use": "openai/claimed", "base_url": "http://127.0.0.1:1234/v1"}),
    "far": ("public", {"use": "ollama/far", "base_url": "http://gpu.example:11434"}),
    "passed_on": ("public", {"use": "ollama/gpt-oss:120b-cloud"}),
    "own": ("private", {"use": "openai-compatible/own", "base_url": "http://own.example/v1", "privacy": "private"}),
    "here": ("local", {"use": "ollama/here"}),
    "beside": ("local", {"use": "openai-compatible/beside", "base_url": "http://localhost:8000/v1"}),
}
CLASSES = {choice["use"]: level for level, choice in USES.values()}
LEVELS = st.sampled_from(ORDER)
NAMES = st.sampled_from(sorted(USES))
ERRORS = st.sampled_from(["overloaded", "rate_limited", "auth", "quota", "context_too_long", "empty", "incomplete"])


@dataclass
class Watch:
    """Providers that fail as they are told, and note what they were shown above their class."""

    fails: dict[str, tuple[ErrorClass, int]]  # by use: how, and how often
    pause_at: int = 0  # the call during which a person pauses the run
    run: Run | None = None
    calls: int = 0
    seen_too_much: list[str] = field(default_factory=list)

    def __call__(self, use: str) -> Provider:
        return _Watched(self, use)


@dataclass
class _Watched:
    watch: Watch
    use: str

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        watch = self.watch
        watch.calls += 1
        shown = json.dumps([message.content for message in request.messages])
        for level in re.findall(r"<(\w+)>", shown):
            if ORDER.index(level) > ORDER.index(CLASSES[self.use]):
                watch.seen_too_much.append(f"{self.use} was shown what is {level}")
        if watch.calls == watch.pause_at and watch.run is not None and "Mark this" not in shown:
            watch.run.pause("a person")
        error, often = watch.fails.get(self.use, ("auth", 0))
        if often:
            watch.fails[self.use] = (error, often - 1)
            raise ProviderError(error, "as it was told to")
        async for chunk in Rehearsal().stream(request):
            yield chunk


def written(story: dict[str, Any]) -> str:
    return str(yaml.safe_dump(story, sort_keys=False))


def strictest_of(*levels: str | None) -> str:
    return max((level for level in levels if level), key=ORDER.index, default="public")


@st.composite
def stories(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A scenario in which every text says how private it is, and one that it uses."""
    optional = st.none() | LEVELS
    around, secret = draw(optional), draw(LEVELS)

    def agent() -> dict[str, Any]:
        level = draw(optional)
        route = {
            "among": draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)),
            "fallback": [*draw(st.lists(NAMES.filter(lambda name: name != "here"), max_size=3, unique=True)), "here"],
        }
        told = {"persona": f"Somebody. <{level or 'public'}>", "model": {"route": route}}
        return told | ({"privacy": level} if level else {})

    def step(at: int) -> dict[str, Any]:
        level, tells = draw(optional), draw(st.booleans())
        needed = strictest_of(around, level, secret if tells else None)
        prompt = f"<{needed}> Do it." + (" ${{ inputs.secret }}" if tells else "")
        delegates = {"tool": "delegate", "with": {"to": "b", "task": f"<{needed}> Help."}}
        kinds: list[dict[str, Any]] = [
            {"agent": "a", "prompt": prompt, "rehearsal": {"reply": "Done."}},
            {"debate": {"members": ["a", "b"], "question": prompt, "rounds": 1}},
            {"escalate": {"agents": ["a", "b"], "below": 0.9}, "prompt": prompt},
            {"team": {"manager": "a", "members": ["b"]}, "prompt": prompt,
             "rehearsal": {"by": {"a": {"turns": [delegates, "Done."]}}}},
            {"uses": "other.yaml", "with": {"words": prompt}},
            {"parallel": {f"in{at}": {"agent": "b", "prompt": prompt, "rehearsal": {"reply": "Done."}}}},
        ]  # fmt: skip
        told: dict[str, Any] = draw(st.sampled_from(kinds)) | {"needs": [], "continue_on_error": True}
        if draw(st.booleans()):
            told["retry"] = {"attempts": 2}
        return told | ({"privacy": level} if level else {})

    story: dict[str, Any] = {
        "schema": "footlights/v1",
        "name": "story",
        "inputs": {"secret": {"default": f"<{secret}>", "privacy": secret}},
        "models": {name: choice for name, (_, choice) in USES.items()},
        "agents": {name: agent() for name in ("a", "b", "j")},
        "steps": {f"s{at}": step(at) for at in range(draw(st.integers(1, 3)))},
    }
    if around:
        story["privacy"] = around
    if draw(st.booleans()):
        story["limits"] = {"cost_usd": draw(st.sampled_from([0.000001, 0.02, 5])), "on_exceed": "downgrade"}
    judged = story["steps"]["s0"].get("privacy")
    rubric = f"<{strictest_of(around, judged)}> Is it good?"
    story["expect"] = [{"step": "s0", "judged": {"by": "j", "rubric": rubric, "at_least": 0.5}}]
    used = {
        "schema": "footlights/v1",
        "name": "other",
        "models": story["models"],
        "inputs": {"words": {}},
        "agents": {"a": agent()},
        "steps": {"inner": {"agent": "a", "prompt": "${{ inputs.words }}", "rehearsal": {"reply": "Done."}}},
    }
    return story, used


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    stories(),
    st.dictionaries(NAMES, st.tuples(ERRORS, st.integers(1, 12)), max_size=8),
    st.none() | st.tuples(st.sampled_from(["a", "b", "j"]), NAMES),
    st.integers(0, 4),
)
def test_nothing_is_ever_shown_to_a_model_of_a_lower_class(
    house: House,
    story: tuple[dict[str, Any], dict[str, Any]],
    fails: dict[str, tuple[ErrorClass, int]],
    swap: tuple[str, str] | None,
    pause_at: int,
) -> None:
    watch = Watch({str(USES[name][1]["use"]): told for name, told in fails.items()}, pause_at)

    async def perform_it() -> None:
        checked = house.checked(written(story[0]), {"other.yaml": written(story[1])})
        watch.run = run = perform(checked, mode="rehearsal", journal=house.journal, providers=watch)
        if swap is not None:
            run.direct("swap", *swap)
        played = await house.end_of(run)
        if played.result.status == "paused":
            await house.play_on(played, providers=watch)

    asyncio.run(perform_it())
    assert watch.seen_too_much == []
