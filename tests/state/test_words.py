"""Money is marked for what it is, in the same words wherever it stands."""

from __future__ import annotations

import pytest
from hypothesis import given

from app.events import Basis, CallFailed, CallFinished, Failure, Prices, RunStarted, Usage
from app.state import NOTHING, Spent, Tally, fold, spent_by
from app.state.receipts import buckets, cost_told
from app.state.spending import OWN_MACHINE
from app.state.words import (
    in_a_cell,
    in_full,
    in_short,
    kind_of,
    known_usd,
    money,
    notes,
    paid,
    paid_at_all,
    percent,
    times,
    took,
)
from corpus.histories import History, histories
from providers.catalogue import lookup

LOCAL = Prices(source=OWN_MACHINE)


def finished(cost: float = 0.0, basis: Basis = "exact", prices: Prices | None = None, took_ms: int = 0) -> CallFinished:
    return CallFinished(cost_usd=cost, basis=basis, prices=prices, took_ms=took_ms)


@pytest.mark.parametrize(
    ("spent", "said"),
    [
        (Spent(0.0123), "$0.0123"),
        (Spent(0.0123, estimated_usd=0.001), "≈$0.0123"),
        (Spent(0.0123, unpriced=2), "? + $0.0123"),
        (Spent(0.0123, estimated_usd=0.001, unpriced=2), "? + ≈$0.0123"),
        (Spent(unpriced=1), "unpriced"),
        (Spent(unpriced=3), "3 unpriced"),
        (Spent(unpriced=1, local_ms=9_000), "unpriced"),
        (Spent(local_ms=12_000), "local · 12.0 s"),
        (Spent(0.5, local_ms=12_000), "$0.5000"),
        (NOTHING, "$0.00"),
    ],
)
def test_an_amount_says_how_far_it_can_be_trusted(spent: Spent, said: str) -> None:
    assert paid(spent) == said


def test_what_nobody_knows_is_never_nothing() -> None:
    for unpriced in range(1, 5):
        assert "$0" not in paid(Spent(unpriced=unpriced))
        assert paid_at_all(Spent(unpriced=unpriced))


def test_notes_say_the_rest_and_a_figure_that_says_it_all_has_none() -> None:
    assert notes(Spent(0.5)) == []
    mixed = Spent(0.5, estimated_usd=0.1, rehearsed_usd=0.2, rehearsed=3, unpriced=2, local_ms=4_000)
    assert notes(mixed) == [
        "$0.2000 of it rehearsed", "$0.1000 of it estimated", "2 calls unpriced", "4.0 s on this machine at no cost",
    ]  # fmt: skip
    assert notes(Spent(0.5, estimated_usd=0.5)) == ["estimated"]


def test_a_rehearsal_is_said_to_cost_nothing_also_where_its_model_is_free() -> None:
    for spent in (Spent(0.08, rehearsed_usd=0.08, rehearsed=4), Spent(rehearsed=1)):
        assert in_full(spent) == [f"{money(spent.cost_usd)} rehearsed, nothing to pay"]
        assert in_a_cell(spent).endswith(" reh.")
    assert in_a_cell(Spent(0.08)) == "$0.0800"


def test_what_a_cassette_played_is_told_and_never_added_to_what_was_paid() -> None:
    played = spent_by(CallFinished(cost_usd=0.2, basis="estimated", played=True))
    assert in_full(played) == ["$0.2000 as recorded, nothing paid"]
    assert (in_a_cell(played), played.cost_usd) == ("$0.2000 tape", 0.0)
    both = played + Spent(0.05)
    assert in_full(both) == ["$0.0500", "1 call from a cassette, $0.2000 as recorded"]
    assert in_a_cell(both) == "$0.0500"


def test_programs_are_told_what_calls_come_to_whoever_paid_and_nothing_where_nobody_knows() -> None:
    played, rehearsed, unpriced = Spent(played_usd=0.2, played=1), Spent(0.1, rehearsed_usd=0.1), Spent(unpriced=1)
    assert [known_usd(spent) for spent in (NOTHING, played, rehearsed, unpriced)] == [0, 0.2, 0.1, None]
    assert known_usd(played + rehearsed + unpriced) == pytest.approx(0.3)


def test_money_has_a_name_before_any_is_spent() -> None:
    assert kind_of(NOTHING, RunStarted("play", mode="cassette")).word == "as recorded"
    assert kind_of(NOTHING, RunStarted("play", mode="rehearsal")).word == "rehearsed"
    assert not kind_of(NOTHING, RunStarted("play", mode="cassette", settings={"live": ["a"]})).word


def test_where_time_stands_beside_it_local_is_enough() -> None:
    assert in_short(Spent(local_ms=900)) == "local"
    assert in_short(Spent(0.02)) == "$0.0200"


def test_a_call_counts_as_its_basis_says() -> None:
    assert spent_by(finished(0.2)) == Spent(0.2)
    assert spent_by(finished(0.2, "estimated")) == Spent(0.2, estimated_usd=0.2)
    assert spent_by(finished(0.2, "rehearsed")) == Spent(0.2, rehearsed_usd=0.2, rehearsed=1)
    assert spent_by(finished(0.0, "unpriced")) == Spent(unpriced=1)
    assert spent_by(finished(0.0, "exact", LOCAL, 700)) == Spent(local_ms=700)
    assert spent_by(finished(0.0, "rehearsed", LOCAL, 700)) == Spent(rehearsed=1)


def test_what_the_catalogue_knows_of_this_machine_is_known_as_local() -> None:
    facts = lookup("ollama/qwen3")
    assert facts is not None and facts.prices is not None
    assert paid(spent_by(finished(prices=facts.prices, took_ms=1_200))) == "local · 1.2 s"


@given(histories())
def test_the_run_has_spent_what_its_attempts_have_together(history: History) -> None:
    state = fold(history.events)
    ends = [event for event in history.events if isinstance(event, CallFinished | CallFailed)]
    for name in ("cost_usd", "estimated_usd", "rehearsed_usd", "rehearsed", "unpriced", "local_ms"):
        by_attempt = sum(getattr(spent_by(event), name) for event in ends)
        by_call = sum(getattr(call.spent, name) for call in state.calls.values())
        assert getattr(state.totals, name) == pytest.approx(by_attempt)
        assert by_call == pytest.approx(by_attempt)


def test_a_tally_is_told_like_the_calls_it_counts() -> None:
    tally = Tally(cost_usd=0.02, estimated_usd=0.02, unpriced=1)
    assert paid(tally) == paid(Spent(0.02, 0.02, unpriced=1)) == "? + ≈$0.0200"


def test_a_failed_call_says_what_it_cost_all_the_same() -> None:
    prices = Prices(input=2.0, output=10.0, source="a list")
    failed = CallFailed(Failure(error="timeout"), usage=Usage(input=1_000), cost_usd=0.002, prices=prices)
    assert cost_told(failed) == "≈$0.0020, by our own count: the service did not say"
    assert [bucket.cost_usd for bucket in buckets(failed.usage, prices)] == [0.002, 0.0, 0.0, 0.0]
    assert cost_told(finished(0.0, "unpriced")) == "unpriced: nobody knows its price"
    assert cost_told(finished(0.0, "exact", LOCAL, 5_000)) == f"local · 5.0 s, {OWN_MACHINE}"


def test_what_costs_nothing_by_rule_has_no_prices_to_show() -> None:
    assert {bucket.price for bucket in buckets(Usage(input=5), LOCAL)} == {None}


@pytest.mark.parametrize(
    ("usd", "said"),
    [(0, "$0.00"), (0.00001, "<$0.0001"), (0.0123, "$0.0123"), (0.99996, "$1.00"), (2.4, "$2.40"), (1204, "$1,204.00")],
)
def test_an_amount_is_finer_where_it_is_small(usd: float, said: str) -> None:
    assert money(usd) == said


def test_times_are_counted_in_words_and_spelled_out() -> None:
    assert [times(count) for count in (1, 2, 4, 31)] == ["", " twice", " four times", " 31 times"]
    assert [took(ms) for ms in (340, 1_200, 72_000, 7_500_000)] == ["340 ms", "1.2 s", "1 min 12 s", "2 h 5 min"]


@pytest.mark.parametrize("digits", [0, 1])
def test_a_share_is_never_all_where_something_lacks_nor_nothing_where_there_is_something(digits: int) -> None:
    shares = (0.0, 0.00001, 0.004, 0.25, 0.9975, 0.99999, 1.0)
    told = [percent(share, digits) for share in shares]
    assert told == ["0 %", "0.1 %", "0.4 %", "25 %", "99.8 %", "99.9 %", "100 %"]


def test_a_share_has_as_many_digits_as_are_wished() -> None:
    assert (percent(1 / 3), percent(1 / 3, 0)) == ("33.3 %", "33 %")
