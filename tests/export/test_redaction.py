from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.events import CallFinished, GateAnswered, Origin, Ref, RunStarted, StepStarted, encode
from app.export.film import Cut, filmed
from app.export.redaction import SOMEBODY, fit_to_leave, hidden_in, sheet_fit_to_leave
from app.journal.recording import Recording, lines_of
from app.playback.cues import Cue, CueSheet
from corpus.films import sprinted
from corpus.histories import History
from golden.stories import every_kind

KEY = "sk-proj-abcdefghijklmnopqrstuv-wxyz0123456789"


def recording_of(history: History) -> Recording:
    return Recording(history.run, tuple(history.events), dict(history.values))


def said(text: Any, **started: Any) -> Recording:
    """A run in which one answer says something."""
    history = History()
    history.add(RunStarted("small", "A small play", **started))
    history.add(StepStarted(step="say", of="agent"))
    history.add(CallFinished(step="say", agent="host", call="say#1", text=history.keep(text)))
    return recording_of(history)


def text_of(recording: Recording) -> Any:
    ended = next(event for event in recording.events if isinstance(event, CallFinished))
    assert ended.text is not None
    return recording.value(ended.text)


def whole(recording: Recording) -> str:
    """All there is of it, as text."""
    return json.dumps([encode(event).decode() for event in recording.events]) + json.dumps(recording.values)


def test_a_run_that_says_nothing_of_its_machine_leaves_as_it_is() -> None:
    recording = said("Hello.")
    assert fit_to_leave(recording) == recording


def test_what_a_run_knows_of_its_machine_stays_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/data/people/ada")
    recording = said(
        {"/srv/work/plays/a.txt": ["in /srv/work/plays/b/c.md", "/srv/work/plays", "/srv/work/playsets"]},
        file="/srv/work/plays/deep/small.yaml",
        settings={"root": "/srv/work/plays", "cassette": "/data/people/ada/tapes/one.jsonl", "seed": 3},
        machine={"system": "linux", "cpus": 64},
        versions={"footlights": "0.1.0", "python": "3.11.7"},
        origin=Origin(who="ada"),
    )
    left = fit_to_leave(recording)
    begun = left.events[0]
    assert isinstance(begun, RunStarted)
    assert (begun.file, begun.settings) == ("small.yaml", {"cassette": "one.jsonl", "seed": 3})
    assert (begun.machine, begun.versions, begun.origin) == ({}, {"footlights": "0.1.0"}, Origin())
    assert text_of(left) == {"a.txt": ["in b/c.md", ".", "/srv/work/playsets"]}


def test_a_home_inside_a_project_is_still_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/data/ada")
    assert text_of(fit_to_leave(said("/data/ada/x /data/y", settings={"root": "/data"}))) == "~/x y"
    assert text_of(fit_to_leave(said("/srv/data/x", settings={"root": "/srv/data"}))) == "x"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("see /home/ada/notes.txt", "see ~/notes.txt"),
        ("see /Users/ada/notes.txt and /home/bob", "see ~/notes.txt and ~"),
        (r"see C:\Users\ada\notes.txt", r"see ~\notes.txt"),
        ("see /data/people/ada/notes.txt", "see ~/notes.txt"),
        ("see /data/people/adam/notes.txt", "see /data/people/adam/notes.txt"),
        ("GET /v1/me/preferences and /homes/", "GET /v1/me/preferences and /homes/"),
    ],
)
def test_the_homes_of_people_are_not_told(text: str, left: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/data/people/ada")
    assert text_of(fit_to_leave(said(text))) == left


def test_who_acted_is_told_as_a_person() -> None:
    history = History()
    history.add(RunStarted("small"))
    for who in ("ada", "rehearsal", "answers file", ""):
        history.add(GateAnswered(gate="g", choice=history.keep("ship"), by=who))
    answered = [event for event in fit_to_leave(recording_of(history)).events if isinstance(event, GateAnswered)]
    assert [event.by for event in answered] == [SOMEBODY, "rehearsal", "answers file", ""]


def test_what_only_a_provider_is_told_stays() -> None:
    history = History()
    history.add(RunStarted("small"))
    history.add(CallFinished(text=history.keep("Hello."), request="req_123", echo=Ref("ab" * 16)))
    assert "req_123" not in whole(fit_to_leave(recording_of(history)))
    assert "abababab" not in whole(fit_to_leave(recording_of(history)))


def test_keys_are_covered_wherever_they_are() -> None:
    recording = said({KEY: [KEY, {"deep": f"take {KEY}"}]}, tags=(KEY,), models={"m": KEY}, settings={"note": KEY})
    assert "abcdefghij" not in whole(fit_to_leave(recording))
    assert hidden_in(recording)["key"] == 6


def test_a_word_is_hidden_in_every_case_and_form() -> None:
    told = "Acme Corp, ACME CORP, acme\n  corp, https://x.example/?q=Acme%20Corp, AcmeCorp"
    left = text_of(fit_to_leave(said(told), ["acme corp"]))
    assert left == "•••, •••, •••, https://x.example/?q=•••, AcmeCorp"
    assert hidden_in(said(told), ["acme corp", "nowhere", " "]) == {"acme corp": 4}


def test_a_word_is_hidden_in_names_too() -> None:
    history = History()
    history.add(RunStarted("acme-play", "The Acme play", file="acme.yaml"))
    history.add(StepStarted(step="acme/plan", of="agent", title="Ask Acme"))
    history.add(CallFinished(step="acme/plan", agent="acme-cto", text=history.keep({"acme_revenue": 1})))
    left = fit_to_leave(recording_of(history), ["acme"])
    assert "acme" not in whole(left).lower()
    assert left.title == "The ••• play"


@pytest.mark.parametrize("word", ["", " ", "agent", "step", "kind", "e", "blue", "approve", "cost", "succeeded", "●"])
async def test_whatever_is_hidden_the_run_can_still_be_read(word: str) -> None:
    for recording in (await sprinted(), recording_of(every_kind())):
        left = fit_to_leave(recording, [word])
        assert [type(event) for event in left.events] == [type(event) for event in recording.events]
        for event in left.events:
            assert msgspec.json.decode(encode(event), type=type(event)) == event


@pytest.mark.parametrize("word", ["agent", "e", "approve"])
async def test_whatever_is_hidden_the_run_can_still_be_filmed(word: str) -> None:
    film = await filmed(fit_to_leave(await sprinted(), [word]), Cut(size=(80, 24), pace="brisk", fps=4.0))
    assert len(film.frames) > 50


def test_what_a_cue_says_is_covered_too() -> None:
    cue = Cue("1", "2nd handoff to acme", f"Acme begins, {KEY}", "Watch Acme.", "In /home/ada/talk.md")
    left = sheet_fit_to_leave(CueSheet((cue,), "The Acme talk"), ["acme"])
    assert left == CueSheet(
        (replace(cue, label="••• begins, sk-p•••", caption="Watch •••.", notes="In ~/talk.md"),), "The ••• talk"
    )


def test_what_is_fit_to_leave_is_fit_again(tmp_path: Path) -> None:
    recording = recording_of(every_kind())
    left = fit_to_leave(recording, ["qa"])
    assert fit_to_leave(left, ["qa"]) == left
    assert "".join(lines_of(left)) == "".join(lines_of(fit_to_leave(recording, ["qa"])))


def test_a_word_that_is_hidden_is_hidden_in_the_id_of_a_run_too_and_that_stays_one() -> None:
    recording = replace(said("Hello."), run="01M7ACME0000")
    left = fit_to_leave(recording, ["acme"])
    assert left.run == "0" * 12
    assert "acme" not in "".join(lines_of(left)).casefold()
