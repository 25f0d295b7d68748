"""What a run may cost at most, in the words of `footlights explain`: it adds up, and unknown is never nothing."""

from __future__ import annotations

import pytest

from app.cli.worst_page import grounds, shares, verdict
from app.scenario.worst import Share, Worst


def shown(*amounts: float) -> list[str]:
    parts = tuple(Share(f"a{number}", 1, amount, "x/y") for number, amount in enumerate(amounts))
    return [said.removesuffix(" with x/y") for _, _, said in shares(Worst(sum(amounts), parts))]


@pytest.mark.parametrize(
    "amounts",
    [(5.444, 3.976, 1.645, 1.415), (4.1057, 4.1057), (0.04975, 0.04596, 0.04594, 0.00004), (0.333333,) * 3, (2, 0)],
)
def test_the_shares_that_are_shown_add_up_to_the_whole_that_is_shown(amounts: tuple[float, ...]) -> None:
    figures = [said for said in shown(*amounts) if not said.startswith("<")]
    whole = verdict(Worst(sum(amounts))).removeprefix("at most ")
    assert sum(round(float(figure.removeprefix("$")) * 10_000) for figure in figures) == round(
        float(whole[1:]) * 10_000
    )


def test_what_costs_nothing_and_what_costs_next_to_nothing_are_told_apart() -> None:
    assert shown(3.0, 0.000001, 0.0) == ["$3.00", "<$0.01", "$0.00"]


def test_where_one_of_several_answers_the_shares_are_more_than_the_whole_and_that_is_said() -> None:
    team = Worst(4.01, (Share("a", 4, 4.01, "x/y"), Share("b", 4, 4.0, "x/y")))
    assert [said for _, _, said in shares(team)] == ["$4.01 with x/y", "$4.00 with x/y"]
    assert next(grounds(team)).endswith("in all, only the dearest of them counts")


@pytest.mark.parametrize(
    ("worst", "said"),
    [
        (Worst(0.0, unpriced=("x/y",)), "unknown: what x/y costs, which nobody knows"),
        (Worst(1.5, unpriced=("x/y",)), "unknown: $1.50 at most, and what x/y costs, which nobody knows"),
        (
            Worst(0.0, unpriced=("x/y",), never=("a",), limit_usd=1.0),
            "it cannot end well: under its limit of $1.00 a can never be asked: nobody knows what x/y costs",
        ),
        (Worst(1.5, unpriced=("x/y",), limit_usd=1.0), "at most $1.00, its limit; without one $1.50"),
        (Worst(1.5), "at most $1.50"),
    ],
)
def test_an_unknown_price_is_never_told_as_nothing(worst: Worst, said: str) -> None:
    assert verdict(worst) == said
