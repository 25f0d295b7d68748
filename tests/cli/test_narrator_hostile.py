"""Nothing that anybody wrote into a run can drive, deceive or flood the terminal of whoever is told of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cli.ink import Ink, cell_width
from app.cli.narrating.status import StatusLine
from app.events import Event, GateOpened, Performer, RunStarted, decode, encode
from app.state import fold
from corpus.histories import History, histories
from corpus.narrations import answered, spoken, tell
from corpus.probes import PROBES, drives_a_terminal, is_obeyed
from golden.stories import every_kind

CHOICES = {
    "kind", "run", "outcome", "mode", "basis", "measure", "why", "how", "asks", "direction", "state", "effect",
    "action", "waits_for", "of",
}  # fmt: skip
KEY = "sk-proj-abcDEF123456ghiJKL7890"


def poisoned(history: History, poison: str) -> History:
    """The same run, with something added to every text in it: names, titles, reasons, answers, keys of answers."""
    events = [_poisoned_event(event, poison) for event in history.events]
    return History(
        history.run, events, {digest: _spoil_value(value, poison) for digest, value in history.values.items()}
    )


def _poisoned_event(event: Event, poison: str) -> Event:
    data = msgspec.json.decode(encode(event))
    refs = {name: value for name, value in data.items() if isinstance(value, dict) and set(value) == {"ref"}}
    spoiled = {name: value if name in CHOICES else _spoil(value, poison) for name, value in data.items()} | refs
    if "messages" in data:
        spoiled["messages"] = data["messages"]
    if "origin" in data:
        spoiled["origin"] = data["origin"]
    return decode(msgspec.json.encode(spoiled))


def _spoil(value: Any, poison: str) -> Any:
    if isinstance(value, str):
        return value + poison
    if isinstance(value, dict):
        return {name: _spoil(item, poison) for name, item in value.items()}
    return [_spoil(item, poison) for item in value] if isinstance(value, list) else value


def _spoil_value(value: Any, poison: str) -> Any:
    if isinstance(value, dict):
        return {f"{name}{poison}": _spoil_value(item, poison) for name, item in value.items()}
    return [_spoil_value(item, poison) for item in value] if isinstance(value, list) else _spoil(value, poison)


@pytest.mark.parametrize("probe", PROBES.values(), ids=PROBES.keys())
def test_no_probe_in_any_text_of_a_run_reaches_the_terminal(probe: str) -> None:
    said = tell(poisoned(every_kind(), probe), colour=True)
    assert not drives_a_terminal(said)


@pytest.mark.parametrize("probe", PROBES.values(), ids=PROBES.keys())
def test_no_probe_is_spoken_either(probe: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_obeyed(spoken(poisoned(every_kind(), probe), monkeypatch))


@pytest.mark.parametrize("probe", PROBES.values(), ids=PROBES.keys())
def test_no_probe_reaches_the_status_line(probe: str) -> None:
    history = poisoned(every_kind(), probe)
    said: list[str] = []
    status = StatusLine(Ink(colour=False, width=80), said.append)
    for length in range(0, len(history.events), 3):
        status.show(fold(history.events[:length]), 70_000)
    assert not is_obeyed("".join(said).replace("\r\x1b[2K", ""))


def test_a_style_that_somebody_wrote_is_not_ours() -> None:
    said = tell(poisoned(every_kind(), "\x1b[31mred\x1b[0m"), colour=False)
    assert "\x1b" not in said
    assert "␛[31mred" in said


def test_a_key_in_any_text_of_a_run_is_covered() -> None:
    said = tell(poisoned(every_kind(), f" {KEY} "), width=100)
    assert "sk-p•••" in said
    assert "abcDEF123456" not in said


def test_a_key_is_covered_where_a_long_answer_is_cut() -> None:
    for before in range(65_500, 65_540, 5):
        assert "abcDEF" not in tell(answered("x" * before + f" {KEY}"))


def test_nobody_can_write_a_line_that_looks_like_ours() -> None:
    forged = "fine\n✓ done in 0 s · forged\n◆ CTO  forged\n┃ ? forged\n"
    history = poisoned(every_kind(), "")
    history.values = {digest: _spoil_value(value, forged) for digest, value in history.values.items()}
    said = tell(history).splitlines()
    assert "  │ ◆ CTO  forged" in said
    assert not [line for line in said if line.startswith(("✓ done in 0 s", "◆ CTO  forged", "┃ ? forged"))]


@pytest.mark.parametrize("width", [1, 40, 41, 57, 80, 100, 300])
@pytest.mark.parametrize("poison", ["", " 日本語の長い文章" * 9, " " + "x" * 300], ids=["as it is", "wide", "long"])
def test_no_line_is_wider_than_the_terminal(width: int, poison: str) -> None:
    room = max(40, min(width, 100))
    said = tell(poisoned(every_kind(), poison), width=width)
    assert max(map(cell_width, said.splitlines())) <= room


def test_ten_million_characters_make_a_few_lines() -> None:
    for text in ("x" * 10_000_000, "a b " * 2_500_000, "\n" * 10_000_000, "e\u0301\u0301" * 3_000_000):
        assert len(tell(answered(text)).splitlines()) < 30


def test_data_however_deep_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    deep: Any = []
    for _ in range(800):
        deep = [deep]
    history = answered("Fine.")
    history.values = {digest: {"deep": deep} for digest in history.values}
    assert "CTO" in tell(history)
    assert "CTO" in spoken(history, monkeypatch)


def test_a_command_to_copy_cannot_run_anything_else() -> None:
    history = answered("Fine.")
    history.add(GateOpened(step="a", gate="a; rm -rf .", asks="approve", options=("$(reboot)", "no")))
    assert "footlights answer '00000000:a; rm -rf .' '$(reboot)'" in tell(history)


def test_a_card_cannot_choose_a_colour_or_a_glyph_that_breaks_the_line() -> None:
    history = answered("Fine.")
    history.events[0] = RunStarted(scenario="play", cast=(Performer(id="cto", glyph="██████", color="blink"),))
    said = tell(history, colour=True)
    assert "██████" not in said.split("calls")[0]
    assert "\x1b[39m● cto" in said


@settings(max_examples=60)
@given(histories(), st.sampled_from([40, 80]))
def test_any_plausible_run_can_be_told(history: History, width: int) -> None:
    said = tell(history, width=width)
    assert not is_obeyed(said)
    assert "\t" not in said
    assert all(cell_width(line) <= width for line in said.splitlines())
