"""How the cast is told apart on stage."""

from __future__ import annotations

from app.engine.appearance import COLOURS, SIGNS, told_apart
from app.events import Performer


def test_agents_without_a_sign_and_a_colour_are_given_unlike_ones_in_their_order() -> None:
    cast = told_apart([Performer(id=name) for name in "abcd"])
    assert [who.id for who in cast] == ["a", "b", "c", "d"]
    assert len({who.glyph for who in cast}) == len({who.color for who in cast}) == 4
    assert cast == told_apart([Performer(id=name) for name in "abcd"])


def test_what_a_card_or_a_scenario_chose_stays_and_nobody_else_is_given_it() -> None:
    chosen = Performer(id="cto", glyph=SIGNS[0], color=COLOURS[1])
    sign = Performer(id="qa", glyph="§")
    cast = told_apart([Performer(id="a"), chosen, sign, Performer(id="b")])
    assert cast[1:3] == (chosen, sign)
    for one in (cast[0], cast[3]):
        assert one.glyph not in (SIGNS[0], "§") and one.color not in (COLOURS[1], "white")


def test_a_crowd_is_told_apart_as_long_as_there_are_signs_and_colours_together() -> None:
    cast = told_apart([Performer(id=str(number)) for number in range(24)])
    assert len({(who.glyph, who.color) for who in cast}) == 24
