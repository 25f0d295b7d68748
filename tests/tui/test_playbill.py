"""The playbill: what is known of a play, what is drawn of it at every size, and what it says when a file is broken."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.engine import perform
from app.state import Spent
from app.tui.library import Play
from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.paint.graph import graph, outline, panned, picture, whole_graph
from app.tui.paint.playbill import Look, playbill
from app.tui.paint.rows import Row, Span, width_of
from app.tui.playbill import NO_HISTORY, History, Need, Past, Playbill, look, read_history
from app.tui.preflight import NOBODY_SPEAKS, Check, Terminal, checks, unusable
from corpus.commands import ROOT
from corpus.plays import WELL, play
from corpus.probes import ALL, drives_a_terminal

SIZES = [(8, 4), (30, 10), (49, 22), (84, 34), (110, 40), (155, 48)]
TERMINAL = Terminal(120, 36)


def bill_of(name: str) -> Playbill:
    path = ROOT / "scenarios" / f"{name}.yaml"
    return look(Play(name, path, f"scenarios/{name}.yaml", name))


def of_text(folder: Path, text: str) -> Playbill:
    path = folder / "play.yaml"
    path.write_text(text)
    return look(Play("play", path, "play.yaml", "play"))


def shown(bill: Playbill, width: int = 80, height: int = 200, **more: Any) -> str:
    told = Look(bill.play, bill, checks=checks(bill, more.get("history", NO_HISTORY), TERMINAL), **more)
    return text_of(playbill(told, width, height).rows)


def text_of(rows: list[Row]) -> str:
    return "\n".join("".join(span.text for span in row).rstrip() for row in rows)


def past(cost: float, seconds: float, *, mode: str = "live", status: str = "succeeded") -> Past:
    return Past(f"RUN{cost}", status, mode, 0, Spent(cost), int(seconds * 1000))


def test_it_tells_the_cast_the_limits_and_what_a_live_run_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    told = shown(bill_of("engineering/feature-sprint"))
    assert "◆ CTO ···" in told
    assert "at most $2.00, 15 min, 200k" in told
    assert "ANTHROPIC_API_KEY is not set" in told
    assert "sign_off · approver" in told
    assert "ready to rehearse" in told


def test_a_key_that_is_set_is_told_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary-of-a-key")
    told = shown(bill_of("engineering/feature-sprint"))
    assert "✓ ANTHROPIC_API_KEY is set" in told
    assert "canary" not in told


def test_without_a_limit_on_cost_it_says_what_full_answers_would_cost(tmp_path: Path) -> None:
    models = "models: {dear: {use: anthropic/claude-sonnet-5-5, price: {input: 1, output: 1000}, max_output: 1k}}\n"
    bill = of_text(tmp_path, WELL + models)
    assert bill.worst.answers_usd == pytest.approx(2.0)
    assert "$2.00 if every answer had full length" in shown(bill)


def test_a_model_without_a_price_leaves_the_cost_open(tmp_path: Path) -> None:
    bill = of_text(tmp_path, WELL + "models: {odd: {use: anthropic/nobody-knows-this}}\n")
    assert bill.worst.answers_usd is None


def test_the_last_runs_say_what_it_usually_takes() -> None:
    runs = (past(0.06, 110), past(0.04, 80), past(9, 9, status="failed"), past(0, 1, mode="rehearsal"))
    told = shown(bill_of("engineering/hello"), history=History(runs))
    assert "$0.0400–$0.0600, 1:20–1:50 (last 2 runs)" in " ".join(told.split())
    assert "✗ " in told


def test_what_becomes_of_a_run_is_in_its_history(tmp_path: Path) -> None:
    async def rehearse() -> str:
        run = perform(ROOT / "scenarios/engineering/hello.yaml", mode="rehearsal", workspace=tmp_path)
        await run.result()
        return run.id

    run = asyncio.run(rehearse())
    history = read_history("hello", tmp_path)
    assert [(one.run, one.status, one.mode) for one in history.runs] == [(run, "succeeded", "rehearsal")]
    assert history.runs[0].took_ms > 0
    assert read_history("another", tmp_path).runs == ()


def test_an_archive_that_is_not_there_yet_is_no_trouble_and_one_that_is_none_is_told(tmp_path: Path) -> None:
    assert read_history("hello", tmp_path / "new") == NO_HISTORY
    (tmp_path / "workspace.db").write_bytes(b"this is no database" * 100)
    told = read_history("hello", tmp_path).archive
    assert told.verdict == "error"
    assert told.says


def test_a_folder_where_nothing_can_be_kept_stands_against_every_performance(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    history = read_history("feature-sprint", tmp_path / "file" / "home" / "workspace.db")
    told = shown(bill_of("engineering/feature-sprint"), history=history)
    assert "archive" in told
    assert "set FOOTLIGHTS_HOME to a folder of your own" in told
    assert "ready to" not in told
    assert "raises the curtain" not in told


def test_looking_whether_something_can_be_kept_leaves_no_trace(tmp_path: Path) -> None:
    assert unusable(tmp_path / "home" / "workspace.db") == ""
    assert list(tmp_path.iterdir()) == []


def test_a_broken_file_tells_every_error_with_its_place_and_what_to_do(tmp_path: Path) -> None:
    bill = of_text(tmp_path, play("  draft: {agent: writr, prompt: Write.}\n  two: {agnt: writer}\n"))
    told = shown(bill)
    assert bill.checked is None
    assert "play.yaml:6:18" in told
    assert 'did you mean "writer"?' in told
    assert "mend the file" in told


def test_a_playbill_is_fresh_until_one_of_its_files_changes(tmp_path: Path) -> None:
    bill = of_text(tmp_path, WELL)
    assert bill.is_fresh
    bill.play.path.write_text(WELL + "# changed\n")
    assert not bill.is_fresh
    bill.play.path.unlink()
    assert not bill.is_fresh


@pytest.mark.parametrize("name", ["engineering/hello", "engineering/incident-triage", "business/market-scan"])
@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("page", ["programme", "graph"])
def test_every_playbill_fills_every_size_and_no_more(name: str, width: int, height: int, page: Any) -> None:
    bill = bill_of(name)
    for glyphs in (UNICODE, ASCII):
        told = Look(bill.play, bill, checks=checks(bill, NO_HISTORY, TERMINAL), page=page, down=10_000, glyphs=glyphs)
        rows = playbill(told, width, height).rows
        assert len(rows) == height
        assert all(width_of(row) == width for row in rows if row)


def test_what_is_below_is_told_and_can_be_reached() -> None:
    bill = bill_of("engineering/incident-triage")
    first = playbill(Look(bill.play, bill, page="graph"), 90, 24)
    assert first.below > 0
    assert f"{first.below + 1} more" in text_of(first.rows)
    last = playbill(Look(bill.play, bill, page="graph", down=first.below), 90, 24)
    assert "more" not in text_of(last.rows)
    assert "postmortem" in text_of(last.rows)


def test_the_light_is_on_only_where_a_play_can_be_performed(tmp_path: Path) -> None:
    def lit(bill: Playbill | None, of: Play) -> bool:
        rows = playbill(Look(of, bill), 60, 30).rows
        return any("on:light" in span.style for row in rows for span in row)

    well = of_text(tmp_path, WELL)
    assert lit(well, well.play)
    assert not lit(None, well.play)
    assert not lit(of_text(tmp_path, "steps: {}"), well.play)


def test_the_graph_is_drawn_where_it_fits_and_an_outline_where_it_does_not() -> None:
    boxes = bill_of("engineering/feature-sprint").boxes
    assert picture(boxes, 100, 60) == graph(boxes, 100)
    assert picture(boxes, 100, 20) == outline(boxes, 100)
    assert whole_graph(boxes, 30).is_graph


@pytest.mark.parametrize(("width", "height"), [(81, 31), (153, 44)])
def test_below_a_small_graph_stands_what_else_there_is_to_tell(width: int, height: int) -> None:
    bill = bill_of("business/fact-check")
    rows = shown(bill, width, height).splitlines()
    graph_begins = next(at for at, row in enumerate(rows) if "trace" in row)
    below = next(at for at, row in enumerate(rows) if "before the curtain" in row)
    assert below > graph_begins
    assert rows[below].index("before the curtain") > width // 3
    assert sum("before the curtain" in row for row in rows) == 1


def test_a_row_is_panned_by_cells_and_a_wide_character_is_never_cut() -> None:
    row = (Span("ab"), Span("日本", "dim"), Span("c"))
    assert text_of([panned(row, 1)]) == "b日本c"
    assert text_of([panned(row, 3)]) == " 本c"
    assert text_of([panned(row, 99)]) == ""


@pytest.mark.parametrize("name", ["engineering/incident-triage", "acquisitions/saas-acquisition"])
def test_ascii_draws_the_graph_without_a_single_other_glyph(name: str) -> None:
    drawn = graph(bill_of(name).boxes, 100, ASCII)
    assert text_of(list(drawn.rows)).isascii()


def test_nothing_that_a_file_says_can_drive_the_terminal(tmp_path: Path) -> None:
    evil = json.dumps(f"x{ALL}y")
    text = (
        f"schema: footlights/v1\nname: play\ntitle: {evil}\nsynopsis: {evil}\n"
        f"agents: {{a: {{persona: A., title: {evil}}}}}\ncast_notes: {{a: {evil}}}\n"
        f"steps:\n  one: {{agent: a, title: {evil}, prompt: Go.}}\n  two: {{agent: a, prompt: {evil}, cue: {evil}}}\n"
    )
    for bill in (of_text(tmp_path, text), of_text(tmp_path, f"{text}  three: {{agent: {evil}}}\n")):
        assert not drives_a_terminal(shown(bill, 100).replace("\n", ""))
        assert not drives_a_terminal(shown(bill, 160).replace("\n", ""))


@pytest.mark.parametrize(
    ("terminal", "verdict", "says"),
    [
        (Terminal(60, 20), "warning", "60x20"),
        (Terminal(100, 30), "good", "100x30; 120x36 shows more"),
        (Terminal(200, 50), "good", "200x50"),
    ],
)
def test_the_terminal_is_looked_at_before_the_curtain_rises(terminal: Terminal, verdict: str, says: str) -> None:
    found = {check.what: check for check in checks(bill_of("engineering/hello"), NO_HISTORY, terminal)}
    assert (found["screen"].verdict, found["screen"].says) == (verdict, says)
    assert found["scenario"] == Check("good", "scenario", "checked, 1 step")
    assert found["disk"].says.endswith("GB free")


def test_that_nobody_can_be_reached_is_a_warning_and_no_obstacle_to_a_rehearsal() -> None:
    bill = bill_of("engineering/hello")
    assert bill.cannot_play
    assert NOBODY_SPEAKS in checks(bill, NO_HISTORY, TERMINAL)
    assert "ready to rehearse" in shown(bill)
    assert "p plays it live" in shown(replace(bill, cannot_play=""))


LOCAL_PLAY = """\
schema: footlights/v1
name: play
models: {here: {use: ollama/qwen3}}
agents: {a: {persona: A., model: here}}
steps: {one: {agent: a, prompt: Hi.}}
"""


def test_a_server_that_nobody_asked_is_not_said_to_be_ready(tmp_path: Path) -> None:
    bill = of_text(tmp_path, LOCAL_PLAY)
    assert Need("model", "ollama/qwen3, not asked") in bill.needs
    assert bill.unasked
    seen = shown(replace(bill, cannot_play=""))
    assert "live: local servers are not asked yet" in seen
    assert "ready to play live" not in seen
    assert "ready to play live" in shown(replace(bill, cannot_play="", unasked=False))
