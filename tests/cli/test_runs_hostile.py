"""Whatever a model, a person or a file wrote into a run, no command that shows it lets it drive the terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.events import (
    CallFailed,
    CallFinished,
    CallRouted,
    CallStarted,
    Candidate,
    Directed,
    ExpectationChecked,
    Failure,
    GateAnswered,
    GateOpened,
    Handoff,
    Narration,
    Origin,
    Performer,
    Remark,
    RunPaused,
    RunStarted,
    StepFailed,
    StepFinished,
    StepSkipped,
    StepStarted,
    ToolFailed,
    ToolFinished,
    ToolStarted,
)
from app.journal import Journal
from corpus.commands import Outcome
from corpus.probes import ALL, PROBES, drives_a_terminal

Perform = Callable[..., Outcome]

RUN = "01JHOSTILE00000000000000XX"
COMMANDS = [
    ("runs",),
    ("runs", "search", "owned"),
    ("show", RUN),
    ("show", RUN, "--verbose"),
    ("show", RUN, "step"),
    ("show", RUN, "step#1"),
    *(("show", RUN, str(number)) for number in range(1, 22)),
    ("tail", RUN),
    ("inbox",),
    ("answer", "nobody", "no"),
    ("answer", "open", ALL.replace("\x00", "")),
    ("direct", RUN, "whisper", ALL.replace("\x00", ""), ALL.replace("\x00", "")),
]


def write(text: str) -> None:
    """A run in which everything that is not ours says this."""
    failure = Failure(error="failed", message=text, hint=text, where=text)
    with Journal.open() as journal:
        log = journal.begin(RUN)
        said = log.keep(text)
        cast = (Performer(id="qa", title=text, glyph=text, color=text, card=text, mode=text),)
        deep = log.keep({text: [text, {"a": text}]})
        for event in (
            RunStarted(scenario=text, title=text, file=text, inputs=deep, cast=cast, origin=Origin(who=text)),
            Narration(text=said),
            StepStarted(step="step", of="agent", agent="qa", title=text, caption=said, cue=text),
            CallRouted(call="step#1", step="step", agent="qa", model=text, policy=text,
                       candidates=(Candidate(model=text, out=text),)),
            CallStarted(call="step#1", step="step", agent="qa", model=text, messages=(deep, said), params={text: text},
                        tools=(text,)),
            CallFailed(call="step#1", step="step", agent="qa", failure=failure, partial=said, retry_ms=1),
            CallStarted(call="step#1", step="step", agent="qa", model=text, messages=(said,), attempt=2),
            CallFinished(call="step#1", step="step", agent="qa", text=said, tool_calls=deep),
            ToolStarted(call="step#tool", step="step", agent="qa", tool=text, arguments=deep),
            ToolFinished(call="step#tool", step="step", agent="qa", result=deep),
            ToolStarted(call="step#tool2", step="step", agent="qa", tool=text, arguments=deep),
            ToolFailed(call="step#tool2", step="step", agent="qa", failure=failure),
            StepFinished(step="step", output=deep),
            Handoff(giver="qa", taker=text, source="step", summary=said),
            StepSkipped(step="other", reason=text),
            StepStarted(step=f"odd{text}", title=text),
            StepFailed(step=f"odd{text}", failure=failure, output=said),
            GateOpened(step="gate", gate="asked", asks="ask", question=said),
            GateAnswered(step="gate", gate="asked", choice=said, note=said, by=text),
            Directed(direction="whisper", to=text, detail=said, by=text),
            Remark(text=text),
            ExpectationChecked(number=1, about=text, met=False, found=text),
            ExpectationChecked(number=2, about=text, met=False, found=said),
            GateOpened(step="gate", gate="open", asks="approve", question=said, options=(text, "no"), role=text),
            RunPaused(reason="gate", by=text, detail=text),
        ):  # fmt: skip
            log.add(event)
        log.release()


@pytest.mark.parametrize("colour", ["", "1"])
def test_no_probe_reaches_the_terminal_through_any_command(
    colour: str, perform: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", colour)
    write(ALL + "\n> 1\n" + ALL)
    for words in COMMANDS:
        shown = perform(*words)
        assert shown.code in (0, 1, 2), words
        assert not drives_a_terminal(shown.out), (words, shown.out)
        assert not drives_a_terminal(shown.err), (words, shown.err)
        assert "bug in Footlights" not in shown.err, (words, shown.err)


@pytest.mark.parametrize("name", PROBES)
def test_a_probe_is_still_told_from_others_in_json(name: str, perform: Perform) -> None:
    write(PROBES[name])
    for words in (("runs",), ("show", RUN), ("show", RUN, "step"), ("tail", RUN), ("inbox",)):
        shown = perform(*words, "--json")
        assert shown.code == 0, words
        assert shown.out.isascii()
        assert not drives_a_terminal(shown.out), words


def test_what_looks_like_a_key_is_covered_everywhere(perform: Perform) -> None:
    write("my key is sk-proj-abcDEF123456ghiWxYz7890, keep it")
    for words in COMMANDS:
        shown = perform(*words)
        assert "WxYz" not in shown.out + shown.err, words
    for words in (("runs",), ("show", RUN), ("show", RUN, "step"), ("tail", RUN), ("inbox",)):
        assert "WxYz" not in perform(*words, "--json").out, words


@pytest.mark.parametrize(
    "words",
    [("show", "\udcff"), ("runs", "--scenario", "\udcff"), ("answer", "gate", "ship", "--note", "\udc9b31m")],
)
def test_bytes_that_are_no_text_are_refused_in_words(words: tuple[str, ...], perform: Perform) -> None:
    shown = perform(*words)
    assert (shown.code, shown.out) == (2, "")
    assert shown.err.startswith('error: the argument "<U+DC')
    assert "is not UTF-8" in shown.err


PLAY = """
schema: footlights/v1
name: play
inputs: {told: {type: string}}
agents: {host: {persona: A parrot.}}
steps:
  tell: {narrate: "${{ inputs.told }}"}
  say: {agent: host, prompt: "${{ inputs.told }}", caption: "${{ inputs.told }}"}
  keep: {set: {told: "${{ inputs.told }}"}}
  ship: {approve: {ask: "${{ inputs.told }}", options: [ship, hold]}}
outputs: {told: "${{ inputs.told }}"}
"""


@pytest.mark.parametrize("way", [(), ("--quiet",), ("--json",)])
def test_no_probe_reaches_the_terminal_while_a_run_is_performed(
    way: tuple[str, ...], perform: Perform, tmp_path: Path
) -> None:
    (tmp_path / "play.yaml").write_text(PLAY)
    words = ("run", str(tmp_path / "play.yaml"), "--rehearse", "-i", f"told={ALL}".replace("\0", ""), *way)
    for shown in (perform(*words), perform("fork", "last", "--at", "2", *way), perform(*words, "-i", f"bad{ALL}=1")):
        assert shown.code in (0, 2), shown.err
        assert shown.out + shown.err
        assert not drives_a_terminal(shown.out), shown.out
        assert not drives_a_terminal(shown.err), shown.err
