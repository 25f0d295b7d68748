"""Tournaments in which everybody plays, retention that counts nobody too early, and balance that knows its doubts."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.tools.games.brackets import drawn, places, timed
from app.tools.games.tools import cohorts, interval
from tools.conftest import Failing, Using


def names(count: int) -> list[str]:
    return [f"player {number}" for number in range(1, count + 1)]


@settings(max_examples=15)
@given(some.integers(2, 200))
def test_everybody_is_drawn_once_and_all_but_one_lose(count: int) -> None:
    matches, waiting = drawn(names(count))
    size = 1 << (count - 1).bit_length()
    first = [player for match in matches for player in (match.one, match.other) if player.startswith("player")]
    assert Counter(first) == Counter(names(count))
    assert len(matches) == count - 1
    assert len(waiting) == size - count
    assert set(waiting) == set(names(size - count))  # those who wait are the best


@settings(max_examples=15)
@given(some.integers(2, 200))
def test_if_the_better_one_always_wins_the_best_two_meet_in_the_final(count: int) -> None:
    matches, _ = drawn(names(count))
    winners: dict[str, str] = {}
    for match in matches:
        sides = [winners.get(side.removeprefix("winner of "), side) for side in (match.one, match.other)]
        winners[match.match] = min(sides, key=lambda side: int(side.removeprefix("player ")))
    assert sorted(sides) == ["player 1", "player 2"]


@settings(max_examples=15)
@given(some.integers(0, 9))
def test_in_the_first_round_of_a_full_draw_seeds_add_up_to_one_more_than_its_size(power: int) -> None:
    order = places(2**power)
    assert sorted(order) == list(range(1, 2**power + 1))
    assert all(one + other == 2**power + 1 for one, other in zip(order[::2], order[1::2], strict=False))


@settings(max_examples=15)
@given(some.integers(2, 130), some.integers(1, 40), some.integers(1, 60), some.integers(0, 30))
def test_no_round_begins_before_the_last_is_over(count: int, tables: int, minutes: int, pause: int) -> None:
    rounds = timed(drawn(names(count))[0], tables, minutes, pause)
    for before, after in pairwise(rounds):
        assert after.starts == before.ends + pause
    assert sum(one.matches for one in rounds) == count - 1
    assert all(one.ends - one.starts == math.ceil(one.matches / tables) * minutes for one in rounds)


async def test_sixty_four_players_are_done_in_an_evening(using: Using) -> None:
    found = await using(
        "games.bracket", {"players": names(64), "start": "18:00", "minutes": 20, "tables": 16, "pause": 10}
    )
    assert (found["matches"], found["rounds"], found["byes"], found["ends"]) == (63, 6, 0, "21:10")
    assert found["first_round"][0] == {"match": "R1-1", "round": 1, "one": "player 1", "other": "player 64"}
    assert found["schedule"][0] == {"round": "round of 64", "matches": 32, "starts": "18:00", "ends": "18:40"}
    assert found["schedule"][-1]["round"] == "final"


async def test_players_of_a_table_come_in_the_order_of_their_seeds(using: Using) -> None:
    found = await using("games.bracket", {"players": "player,seed\nAna,2\nBo,1\nChidi,\n", "start": "23:50"})
    assert found["waiting"] == ["Bo"]
    assert found["ends"] == "00:30 +1 d"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"players": ["Ana", "Bo", "ana "]}, 'row 3: "ana" is already in row 1'),
        ({"players": ["Ana"]}, "there are 1 players; at least 2 are needed"),
        ({"players": ["Ana", ""]}, 'row 2, column "player": nothing is no name'),
        ({"players": ["Ana", "Bo"], "start": "six"}, '"six" is no time'),
        ({"players": "name\nAna\nBo\n"}, 'there is no column "player"'),
    ],
)
async def test_what_cannot_be_drawn_is_said(failing: Failing, arguments: dict[str, Any], said: str) -> None:
    error = await failing("games.bracket", arguments)
    assert (error.error, error.message) == ("bad_arguments", said)


DAYS = some.dictionaries(
    some.sampled_from("abcdefgh"),
    some.sets(some.dates(date(2026, 1, 1), date(2026, 2, 20)), min_size=1, max_size=12),
    min_size=1,
)


@settings(max_examples=15)
@given(DAYS)
def test_retention_counts_those_who_were_there_on_that_day_and_could_have_been(played: dict[str, set[date]]) -> None:
    last = max(day for seen in played.values() for day in seen)
    overall = cohorts(played, [1, 7], "week")["overall"]
    for days in (1, 7):
        could = [name for name, seen in played.items() if (last - min(seen)).days >= days]
        were = [name for name in could if min(played[name]) + timedelta(days) in played[name]]
        assert overall[f"d{days}_of"] == len(could)
        assert overall[f"d{days}"] == (round(len(were) / len(could), 3) if could else None)


@settings(max_examples=15)
@given(DAYS, some.sampled_from(["day", "week", "month"]))
def test_every_player_is_in_one_cohort(played: dict[str, set[date]], by: str) -> None:
    assert sum(cohort["players"] for cohort in cohorts(played, [1], by)["cohorts"]) == len(played)


async def test_who_came_too_late_to_be_asked_is_not_counted_as_lost(using: Using) -> None:
    rows = "player,day\nana,2026-03-02\nana,2026-03-09\nbo,2026-03-08\n"
    found = await using("games.retention", {"rows": rows, "days": [7]})
    assert found["overall"] == {"players": 2, "d7": 1.0, "d7_of": 1}
    assert found["until"] == "2026-03-09"


@settings(max_examples=15)
@given(some.integers(1, 5_000).flatmap(lambda n: some.tuples(some.integers(0, n), some.just(n))))
def test_the_interval_ends_where_the_truth_would_be_z_deviations_away(record: tuple[int, int]) -> None:
    won, played = record
    for edge in interval(won, played, 0.95):
        if 0 < edge < 1:
            deviations = abs(won / played - edge) / math.sqrt(edge * (1 - edge) / played)
            assert deviations == pytest.approx(1.959964, abs=1e-4) or min(won, played - won) == 0


async def test_who_wins_too_often_is_told_from_who_was_lucky(using: Using) -> None:
    rows = [{"character": "owl", "won": number % 3 > 0} for number in range(300)]
    rows += [{"character": "fox", "won": True}] * 3 + [{"character": "elk", "won": n % 2 == 0} for n in range(200)]
    found = await using("games.balance", {"rows": rows})
    assert (found["strong"], found["weak"], found["unsure"]) == (["owl"], [], ["fox"])
    assert {line["name"]: line["verdict"] for line in found["table"]}["elk"] == "balanced"


async def test_a_result_that_is_neither_won_nor_lost_is_named(failing: Failing) -> None:
    error = await failing("games.balance", {"rows": [{"character": "owl", "won": "draw"}]})
    assert error.message == 'row 1, column "won": "draw" is neither true nor false'


async def test_on_the_last_of_all_days_it_is_too_early_to_say(using: Using) -> None:
    told = await using("games.retention", {"rows": [{"player": "a", "day": "9999-12-31"}]})
    assert told["overall"]["d30"] is None
