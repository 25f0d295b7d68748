"""run, resume and fork as a person or a script meets them: what goes where, and how they end."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus.commands import ROOT, Outcome

Perform = Callable[..., Outcome]

HEAD = "schema: footlights/v1\nname: play\n"
CAST = "agents: {host: {persona: A stage manager.}}\n"
ONE = "steps: {greet: {agent: host, prompt: Hello., rehearsal: {reply: Good evening.}}}\n"
GATE = "steps: {ship: {approve: {ask: Ship it?, options: [ship, hold]}}}\n"
FAILING = 'inputs: {text: {default: "{"}}\nsteps: {a: {set: {x: "${{ from_json(inputs.text) }}"}}}\n'
TEXT_OUT = 'outputs: {said: "${{ steps.greet.output }}"}\n'
CHOICE_OUT = 'outputs: {choice: "${{ steps.ship.output.choice }}"}\n'


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Write a scenario and give its name."""
    monkeypatch.chdir(tmp_path)

    def write(text: str) -> str:
        (tmp_path / "play.yaml").write_text(HEAD + text)
        return "play.yaml"

    return write


def last(perform: Perform) -> Any:
    return json.loads(perform("show", "last", "--json").out)


def test_a_rehearsal_is_told_on_stderr_and_gives_its_result_on_stdout(play: Any, perform: Perform) -> None:
    done = perform("run", play(CAST + ONE + TEXT_OUT), "--rehearse")
    assert (done.code, done.out) == (0, "Good evening.\n")
    assert "● host" in done.err
    assert "done in" in done.err


def test_quiet_is_the_result_alone(play: Any, perform: Perform) -> None:
    assert perform("run", play(CAST + ONE + TEXT_OUT), "--rehearse", "--quiet") == Outcome(0, "Good evening.\n", "")
    data = perform("run", play(CAST + ONE + 'outputs: {a: "${{ 1 }}", b: x}\n'), "--rehearse", "--quiet")
    assert json.loads(data.out) == {"a": 1, "b": "x"}


@pytest.mark.parametrize("seed", ["-1", "2147483648", "x", "1.5"])
def test_a_seed_is_a_number_that_a_batch_could_have(seed: str, play: Any, perform: Perform) -> None:
    refused = perform("run", play(CAST + ONE), "--rehearse", f"--seed={seed}")
    assert refused.code == 2
    assert "a seed is a whole number from 0 to 2147483647" in refused.err
    assert perform("runs", "--json").out == "[]\n"


def test_json_is_one_event_a_line_and_nothing_else(play: Any, perform: Perform) -> None:
    done = perform("run", play(CAST + ONE + TEXT_OUT), "--rehearse", "--json", "--seed", "7")
    events = [json.loads(line) for line in done.out.splitlines()]
    assert done.err == ""
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (events[0]["kind"], events[-1]["kind"]) == ("run.started", "run.finished")
    assert events[0]["seed"] == 7
    assert events[-1]["outputs"] == {"said": "Good evening."}
    assert done.out.splitlines() == perform("tail", "last", "--json").out.splitlines()


def test_two_ways_to_watch_are_one_too_many(play: Any, perform: Perform) -> None:
    assert perform("run", play(CAST + ONE), "--rehearse", "--json", "--quiet").code == 2


def test_inputs_reach_the_scenario_by_their_types(play: Any, perform: Perform) -> None:
    name = play(
        "inputs: {strict: {type: boolean}, rivals: {type: [string], default: []}}\n"
        'steps: {a: {set: {n: "${{ length(inputs.rivals) }}"}}}\n'
        'outputs: {n: "${{ steps.a.output.n }}", strict: "${{ inputs.strict }}"}\n'
    )
    done = perform("run", name, "--quiet", "-i", "strict=true", "-i", "rivals=[a, b]")
    assert json.loads(done.out) == {"n": 2, "strict": True}
    wrong = perform("run", name, "-i", "strct=true", "-i", "rivals=1")
    assert (wrong.code, wrong.err.count("error:")) == (2, 3)
    assert len(json.loads(perform("runs", "--json").out)) == 1, "nothing was begun"


def test_a_mistake_in_the_file_is_told_as_check_tells_it(play: Any, perform: Perform) -> None:
    done = perform("run", play("stepz: {}\nsteps: {a: {narrate: Hi.}}\n"))
    assert (done.code, done.out) == (2, "")
    assert "play.yaml:3:1: error:" in done.err


def test_without_a_model_the_way_to_rehearse_is_named(play: Any, perform: Perform) -> None:
    done = perform("run", play(CAST + ONE))
    assert (done.code, done.out) == (2, "")
    assert "--rehearse" in done.err


def test_where_only_a_server_that_is_not_there_could_speak_no_run_begins(play: Any, perform: Perform) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        models = f"models: {{here: {{use: openai-compatible/x, base_url: '{address}'}}}}\n"
        name = play(models + CAST.replace("manager.", "manager., model: here") + ONE)
        done = perform("run", name)
        assert perform("run", name, "--rehearse", "--quiet").code == 0
    assert (done.code, done.out) == (2, "")
    assert f"nobody listens for openai-compatible/x at {address}" in done.err
    assert "--rehearse" in done.err


def test_a_gate_that_nobody_can_answer_ends_the_run_at_once_with_3(play: Any, perform: Perform) -> None:
    done = perform("run", play(GATE + CHOICE_OUT))
    assert (done.code, done.out) == (3, "")
    assert "footlights inbox" in done.err
    assert "footlights resume" in done.err
    assert last(perform)["status"] == "paused"


@pytest.mark.parametrize("name", ["ship", "ship#1", "'*'"])
def test_an_answers_file_answers(name: str, play: Any, perform: Perform, tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text(f"{name}: hold\n")
    done = perform("run", play(GATE + CHOICE_OUT), "--answers", "answers.yaml", "--quiet")
    assert done == Outcome(0, "hold\n", "")


def test_a_run_that_waits_is_answered_and_resumed(play: Any, perform: Perform) -> None:
    assert perform("run", play(GATE + CHOICE_OUT)).code == 3
    assert perform("answer", "ship", "hold", "--note", "the paint is wet").code == 0
    done = perform("resume", "last", "--wait", "--quiet")
    assert done == Outcome(0, "hold\n", "")
    assert last(perform)["gates"][0]["choice"] == "hold"
    again = perform("resume", "last")
    assert (again.code, again.out) == (1, "")


def test_what_was_told_before_is_not_told_again_by_a_resume(play: Any, perform: Perform, tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text("ship: ship\n")
    first = perform("run", play("steps:\n  hello: {narrate: Once upon a time.}\n  " + GATE[8:-2] + "\n"), "--json")
    assert first.code == 3
    rest = perform("resume", "last", "--answers", "answers.yaml", "--json")
    seqs = [json.loads(line)["seq"] for line in (first.out + rest.out).splitlines()]
    assert seqs == list(range(1, len(seqs) + 1))


def test_a_fork_goes_another_way_from_a_moment_on(play: Any, perform: Perform, tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text("ship: hold\n")
    name = play(
        "inputs: {who: {default: Ada}}\n"
        + GATE
        + 'outputs: {said: "${{ inputs.who }} ${{ steps.ship.output.choice }}"}\n'
    )
    assert perform("run", name, "--answers", "answers.yaml", "--quiet").out == "Ada hold\n"
    parent = last(perform)["run"]
    done = perform("fork", "last", "--at", "1", "--set", "inputs.who=Bob", "--answer", "ship=ship", "--quiet")
    assert done == Outcome(0, "Bob ship\n", "")
    assert last(perform)["parent"]["run"] == parent


@pytest.mark.parametrize(
    "words",
    [
        ("--at", "1", "--set", "nonsense"),
        ("--at", "1", "--set", "a.b.c=1"),
        ("--at", "1", "--answer", "ship"),
        ("--at", "9999"),
        ("--set", "inputs.who=Bob"),
    ],
)
def test_a_fork_that_makes_no_sense_is_refused(words: tuple[str, ...], play: Any, perform: Perform) -> None:
    assert perform("run", play(CAST + ONE), "--rehearse", "--quiet").code == 0
    assert perform("fork", "last", *words).code == 2


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        (FAILING, (), 1),
        (FAILING + "expect: [{step: a, outcome: failed}]\n", (), 0),
        ("steps: {a: {set: {x: y}}}\nexpect: [{step: a, outcome: failed}]\n", (), 5),
        (CAST + ONE, ("--rehearse", "--limit", "tokens=1"), 4),
    ],
)
def test_the_exit_code_says_how_it_went(
    text: str, words: tuple[str, ...], code: int, play: Any, perform: Perform
) -> None:
    assert perform("run", play(text), *words).code == code


def test_a_reader_who_leaves_early_is_no_mistake(play: Any, tmp_path: Path) -> None:
    name = play(CAST + "steps:\n" + "".join(f"  s{number}: {{narrate: Line {number}.}}\n" for number in range(200)))
    words = [sys.executable, "-m", "footlights", "run", name, "--json"]
    reader, writer = os.pipe()
    os.close(reader)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=tmp_path, env=environment, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_performing_headless_loads_no_screen_no_network_and_no_reader() -> None:
    program = (
        "import sys; from footlights.__main__ import main; main(['run', 'hello', '--rehearse', '--quiet'])\n"
        "heavy = {'aiosqlite', 'httpx', 'jsonschema_rs', 'textual', 'rich', 'openai', 'anthropic', 'psutil'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
