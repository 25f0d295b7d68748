"""Names cut to the cells there are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.tui.text import cells
from app.tui.titles import known_as, shortened


@pytest.mark.parametrize(
    ("room", "says"),
    [(17, "BACKEND DEVELOPER"), (16, "BACKEND DEVELOP…"), (12, "BACKEND…"), (8, "BACKEND…"), (6, "BACKE…")],
)
def test_a_name_is_cut_after_a_word_where_that_keeps_enough_of_it(room: int, says: str) -> None:
    assert shortened("BACKEND DEVELOPER", room, ["QA"]) == says


@pytest.mark.parametrize(
    ("name", "room", "says"),
    [
        ("BACKEND DEVELOPER", 17, "BACKEND DEVELOPER"),
        ("BACKEND DEVELOPER", 16, "BACKEND"),
        ("BACKEND DEVELOPER", 7, "BACKEND"),
        ("BACKEND DEVELOPER", 6, "BD"),
        ("QA ENGINEER", 9, "ENGINEER"),
        ("QA ENGINEER", 7, "QE"),
        ("DATA ANALYTICS", 12, "ANALYTICS"),
        ("CUSTOMER SUPPORT", 12, "SUPPORT"),
        ("CUSTOMER SUPPORT AGENT", 17, "CUSTOMER SUPPORT"),
        ("CHIEF OF OPERATIONS", 12, "OPERATIONS"),
        ("PERFORMANCE MONITOR", 9, "MONITOR"),
        ("INTEGRATION", 8, "INTEGRA…"),
    ],
)
def test_of_a_long_name_those_words_are_kept_that_tell_it_from_the_others(name: str, room: int, says: str) -> None:
    assert known_as(name, room, ["BACKEND DEVELOPER", "QA ENGINEER", "QA LEAD"]) == says


def test_where_others_begin_alike_the_end_is_kept() -> None:
    names = [f"AN AGENT WITH A VERY LONG NAME {number}" for number in range(1, 13)]
    for room in range(7, 30):
        assert len({shortened(name, room, names) for name in names}) == len(names), room


@settings(max_examples=200, deadline=None)
@given(
    st.text("ab 漢é", min_size=1, max_size=30), st.lists(st.text("ab 漢é", max_size=30), max_size=4), st.integers(1, 30)
)
def test_it_is_never_wider_than_its_room(name: str, others: list[str], room: int) -> None:
    assert cells(shortened(name, room, others)) <= room
    assert cells(known_as(name, room, others)) <= room
