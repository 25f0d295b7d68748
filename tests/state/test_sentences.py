"""Where the first sentence of a text ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.sentences import sentence_end


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Nine grinders. Two work.", "Nine grinders."),
        ("Ask J. Okoro about it. She knows.", "Ask J. Okoro about it."),
        ('Nine grinders, "J. Okoro" on each. Two work.', 'Nine grinders, "J. Okoro" on each.'),
        ('It says "Stop. Now." on the door. Nobody did.', 'It says "Stop. Now."'),
        ("It says \u201cStop. Now\u201d on the door. Nobody did.", "It says \u201cStop. Now\u201d on the door."),
        ("(B. Traven wrote it.) Nobody met him.", "(B. Traven wrote it.)"),
        ("1. Look. 2. Leap.", "1. Look."),
        ("In 3.11 it is quicker", ""),
    ],
)
def test_a_sentence_ends_neither_at_an_initial_nor_inside_a_quotation(text: str, sentence: str) -> None:
    assert text[: sentence_end(text, len(text))] == sentence


@given(st.text('aB. "\u201c\u201d!', max_size=60), st.integers(0, 60))
def test_it_ends_within_what_was_looked_at(text: str, most: int) -> None:
    assert 0 <= sentence_end(text, most) <= min(most, len(text))
