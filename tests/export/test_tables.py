from __future__ import annotations

import csv
import io
import json
from datetime import datetime

import pytest
from hypothesis import given

from app.events import CallStarted
from app.export.tables import TABLES, What, csv_of
from app.journal.recording import Recording
from app.state import fold
from corpus.histories import History, histories
from corpus.reported import KEY, golden, hostile, paid_for, recorded
from golden.logs import NAMES

KINDS: tuple[What, ...] = ("steps", "calls", "events")


def rows(recording: Recording, what: What) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_of(recording, what), newline=""), strict=True))


@pytest.mark.parametrize("what", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_run_is_a_table_with_one_line_for_its_heads_and_the_same_every_time(
    name: str, what: What
) -> None:
    made = csv_of(golden(name), what)
    assert made == csv_of(golden(name), what)
    assert made.startswith(",".join(TABLES[what][0].split()) + "\r\n")
    assert all(None not in row and None not in row.values() for row in rows(golden(name), what))


@pytest.mark.parametrize("name", NAMES)
def test_there_is_a_row_for_every_step_every_attempt_and_every_event(name: str) -> None:
    recording = golden(name)
    assert sorted(row["step"] for row in rows(recording, "steps")) == sorted(fold(recording.events).steps)
    assert len(rows(recording, "calls")) == sum(isinstance(event, CallStarted) for event in recording.events)
    assert [int(row["seq"]) for row in rows(recording, "events")] == [event.seq for event in recording.events]


def test_what_the_calls_cost_adds_up_to_what_the_run_cost_without_rounding() -> None:
    recording = golden("feature-sprint")
    costs = [float(row["cost_usd"]) for row in rows(recording, "calls")]
    assert sum(costs) == pytest.approx(fold(recording.events).totals.cost_usd, abs=1e-15)
    assert any(len(f"{cost}") > 6 for cost in costs)


def test_moments_are_written_in_iso_8601_and_utc() -> None:
    at = [datetime.fromisoformat(row["at"]) for row in rows(golden("feature-sprint"), "events")]
    assert [round(moment.timestamp() * 1_000_000) for moment in at] == [e.at for e in golden("feature-sprint").events]


def test_what_an_event_says_besides_is_json() -> None:
    first, *_, last = rows(golden("feature-sprint"), "events")
    assert json.loads(first["more"])["scenario"] == "feature-sprint"
    assert json.loads(last["more"])["outcome"] == "succeeded"


def test_a_price_that_nobody_knows_is_an_empty_cell() -> None:
    unpriced, exact, failed = rows(paid_for("unpriced", "exact"), "calls")
    assert (unpriced["cost_usd"], unpriced["basis"]) == ("", "unpriced")
    assert (exact["cost_usd"], exact["basis"]) == ("0.25", "exact")
    assert failed["error"] == "timeout"
    (step,) = rows(paid_for("unpriced"), "steps")
    assert (step["cost_usd"], step["unpriced_calls"]) == ("", "1")


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", "＝1"])
def test_no_cell_of_text_begins_as_a_formula_does(formula: str) -> None:
    history = History()
    history.act("plan", "cto", formula, formula)
    (step,) = rows(recorded(history), "steps")
    (call,) = rows(recorded(history), "calls")
    assert step["title"] == call["text"] == f"'{formula}"


def test_numbers_below_zero_stay_numbers() -> None:
    (row, _) = rows(paid_for("exact", cost=-0.5), "calls")
    assert row["cost_usd"] == "-0.5"


@pytest.mark.parametrize("what", KINDS)
def test_text_of_many_lines_stays_in_its_cell_and_what_looks_like_a_key_is_covered(what: What) -> None:
    made = csv_of(hostile(), what)
    assert KEY not in made
    assert "\x1b" not in made
    assert len(rows(hostile(), what)) == {"steps": 2, "calls": 1, "events": len(hostile().events)}[what]


@given(histories())
def test_whatever_happens_in_a_run_its_tables_are_whole(history: History) -> None:
    for what in KINDS:
        assert all(None not in row.values() for row in rows(recorded(history), what))
