"""The same batch on the terminal, in every report and in the app: what one says, no other contradicts."""

from __future__ import annotations

import csv as table_of
import io
import re
from html import unescape

import pytest

from app.batch.comparing.against import held_against
from app.batch.comparing.arms import Comparisons, compared
from app.batch.comparing.baseline import yardstick_of
from app.batch.heat import spot_of
from app.batch.plan import Item
from app.batch.results import Results
from app.cli.batching.against_page import against_lines
from app.cli.batching.comparing_page import comparison_lines
from app.cli.batching.data import results_data
from app.cli.batching.summary import summary_lines
from app.cli.ink import Ink
from app.export.batch.csv import csv
from app.export.batch.junit import junit
from app.export.batch.markdown import markdown
from app.export.batch.page import page
from app.state import Spent
from app.tui.look.glyphs import UNICODE
from app.tui.paint.batch_figures import cell_rows, compared_rows
from corpus.arms import AXIS, Came, passed_if, plan_of, results_from

INK = Ink(colour=False, width=200)


def batch(came: Came, pairs: int = 4, **plan: object) -> Results:
    return results_from(plan_of(pairs=pairs, **plan), came)  # type: ignore[arg-type]


def read(results: Results, comparisons: list[Comparisons] | None = None) -> dict[str, str]:
    """What people read of it, without marks of a format and with single spaces."""
    found = comparisons or []
    terminal = [*summary_lines(results, INK), *(line for each in found for line in comparison_lines(each, INK))]
    told = {"terminal": "\n".join(terminal), "Markdown": markdown(results, found), "page": page(results, found)}
    return {name: text_of(text) for name, text in told.items()}


def text_of(report: str) -> str:
    return " ".join(_MARKS.sub("", unescape(report)).split())


_MARKS = re.compile(r"<(style|script|svg|tfoot)\b.*?</\1>|<[^>]*>|\\|&#8203;", re.DOTALL)


def test_the_middle_of_all_times_is_the_same_everywhere() -> None:
    for name, text in read(batch(lambda item: {"seconds": 1.0 if item.repeat < 2 else 9.0})).items():
        assert "half took 1.0 s at most, 95 % 9.0 s" in text, name


@pytest.mark.parametrize("known", [0.0, 0.02])
def test_a_price_that_nobody_knows_is_nowhere_nothing(known: float) -> None:
    spent = {"cost_usd": known, "spent": Spent(known, unpriced=1)}
    results = batch(lambda item: spent)
    for name, text in read(results).items():
        assert "$0.00" not in text.replace("$0.0200 and more", "").replace("? + $0.02", ""), name
    data, table = results_data(results), next(table_of.DictReader(io.StringIO(csv(results))))
    assert data["cost_usd"] == (pytest.approx(8 * known) if known else None)
    assert {cell["mean_cost_usd"] for cell in data["cells"]} == {known or None}
    assert {item["cost_usd"] for item in data["items"]} == {known or None}
    assert table["cost_usd"] == (str(known) if known else "")
    assert "$0.00" not in junit(results).replace("? + $0.02", "")
    assert '<property name="unpriced_calls" value="8" />' in junit(results)
    spots = [("one", spot_of(results.items[:4])), ("other", spot_of(results.items[4:]))]
    drawn = "".join(span.text for row in cell_rows(spots, 80) for span in row)
    assert ("$0.0200+" if known else "unpriced") in drawn


def test_where_one_run_lacks_nobody_says_all() -> None:
    results = batch(lambda item: passed_if(item.repeat > 0), pairs=400)
    for name, text in read(results, [compared(results)]).items():
        assert "100 %" not in re.sub(r"\d to 100 %", "", text), name


def test_what_is_cheaper_than_a_hundredth_of_a_cent_is_told_alike() -> None:
    results = batch(lambda item: {"cost_usd": 0.0000041}, pairs=20)
    for name, text in read(results, [compared(results)]).items():
        assert "$0.0000041" in text, name


def test_a_batch_that_is_not_over_has_neither_passed_nor_failed() -> None:
    results = batch(lambda item: {"verdict": "waiting"} if item.repeat else {})
    told = read(results)
    assert "○ talk: 2 of 2 runs passed, 6 have no result yet" in told["Markdown"]
    assert "○ 2 of 2 runs passed, 6 have no result yet" in told["page"]


def test_as_many_runs_are_said_not_to_have_passed_as_there_are_reasons_of() -> None:
    stopped = {"verdict": "paused", "reason": "signal"}
    told = read(batch(lambda item: stopped if item.repeat else passed_if(False)))
    assert "Why 2 runs did not pass" in told["Markdown"]
    assert "Why 2 runs did not pass" in told["page"]


def test_every_report_tells_what_could_not_be_paired_and_what_limits_have_ended() -> None:
    results = batch(lambda item: {"verdict": "exhausted"} if item.repeat == 3 else {})
    for name, text in read(results, [compared(results)]).items():
        assert f"4 pairs that agree in all but {AXIS}; limits ended or hold up 1 of each" in text, name


def test_the_app_warns_of_a_direction_that_turns_and_tells_what_could_not_be_paired_too() -> None:
    def turning(item: Item) -> dict[str, object]:
        ahead = (item.cell[AXIS] == "cheap") == (item.cell["market"] == "DE")
        return {"verdict": "exhausted"} if item.repeat == 3 else passed_if(item.repeat < (45 if ahead else 20))

    found = compared(batch(turning, pairs=50, cells=({"market": "DE"}, {"market": "FR"})))
    drawn = " ".join("".join(span.text for row in compared_rows([found], 300, UNICODE) for span in row).split())
    assert f"Mind that {found.arms[0].shift}." in drawn
    assert "limits ended or hold up 2 of each" in drawn


def test_what_may_be_worse_stands_in_every_report_of_a_baseline() -> None:
    before = batch(lambda item: passed_if(item.repeat < 19), pairs=20, arms=("cheap",))
    now = batch(lambda item: passed_if(item.repeat < 15), pairs=20, arms=("cheap",))
    against = held_against(now, yardstick_of(before), "main")
    (line,) = (shift.line for shift in against.of_kind("unclear"))
    summed = "0 regressions, 0 improvements and 1 not clear, in 1 cell"
    for text in (text_of(markdown(now, (), against)), text_of(page(now, (), against))):
        assert summed in text
        assert line in text
    assert line in "\n".join(against_lines(against, INK))


def test_where_nothing_could_be_held_against_it_nobody_says_that_all_is_well() -> None:
    against = held_against(batch(lambda item: {}), yardstick_of(batch(lambda item: {}, arms=("big", "small"))), "main")
    for text in (markdown(batch(lambda item: {}), (), against), page(batch(lambda item: {}), (), against)):
        assert "Against main: there is nothing that both have" in text_of(text)
